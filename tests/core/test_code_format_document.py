"""The worked example in docs/code-format.md says what the vectors say."""

from pathlib import Path

from tests.core.vectors import vectors

DOCUMENT = (Path(__file__).parents[2] / "docs" / "code-format.md").read_text(encoding="utf-8")
SQUEEZED = "".join(DOCUMENT.split())


def test_every_value_of_the_worked_example_is_in_the_document() -> None:
    code, place = vectors("code-d"), vectors("place-codes")
    example, shown = code["pass"], code["step_480"]
    values = [
        *(code["issuer"][name] for name in ("private", "public", "z")),
        *(code["epoch_master"], str(code["epoch"]), code["day_keys"][str(code["epoch"])]),
        *(code["phone"]["seed"], code["phone"]["anchor"], example["e"], example["gate_key"]),
        *(example["signature"][:64], example["signature"][64:], example["header"][56:]),
        *(shown["preimage"], shown["mac"], shown["bytes"]),
        *(place["place_master"], place["codes"][1]["text"], place["door_codes"][0]["code"]),
    ]
    assert [value for value in values if value not in SQUEEZED] == []
    assert f"\n{shown['text']}\n" in DOCUMENT


def test_every_detail_that_the_vectors_know_is_explained() -> None:
    code, place = vectors("code-d"), vectors("place-codes")
    answers = [answer for case in code["shown"] for moment in case["moments"] for answer in moment.values()]
    faults = [moment["fault"] for case in place["codes"] + place["presence"] for moment in case["moments"]]
    refused = [*code["refused"], *place["refused"], *answers, *faults]
    details = {fault["detail"] for fault in refused if isinstance(fault, dict)}
    assert {detail for detail in details if f"`{detail}`" not in DOCUMENT} == set()
    assert len(details) >= 18
