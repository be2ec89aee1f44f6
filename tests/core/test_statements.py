"""Signed reasons: what is genuine stays so, and no changed, foreign or monstrous text passes."""

import json
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from ankang.core import base45
from ankang.core.rules import Text, load_shipped
from ankang.core.sm import Sm2Signer, sm2_generate
from ankang.core.statements import (
    LIMIT,
    Holder,
    Issuer,
    RuleSetNamed,
    StatedReason,
    Statement,
    StatementFault,
    canonical,
    compact_text,
    file_text,
    make_statement,
    sign_statement,
    verify_statement,
)
from tests.core.test_sm import PUBLIC, SIGNER, _der, _openssl, _openssl_key
from tests.core.vectors import vectors

VECTORS = vectors("statement")
KEYS = {int(kid): bytes.fromhex(key) for kid, key in VECTORS["public_keys"].items()}
SINCE, ISSUED = 1_591_142_400, 1_591_150_000
APPEAL = Text("有异议请拨打12345。", "If you disagree, call 12345.")


def a_reason(rule: str = "yellow.risk_area", **given: Any) -> StatedReason:
    """One reason; name only what differs."""
    words = {
        "text": Text("到过中风险地区", "Stayed in a medium-risk area"),
        "evidence": ("5f0c6e4e-8a70-4b63-9d53-0d8f3c0f6a11",),
        "since": SINCE,
        "until": None,
        "ends_when": Text("核酸检测阴性", "A negative nucleic acid test"),
        "source": "Z20 1(二)",
    }
    return StatedReason(rule=rule, **(words | given))


def a_statement(**given: Any) -> Statement:
    """A yellow code's statement; name only what differs."""
    parts = {
        "issuer": Issuer(Text("安康码", "Ankang code"), "https://ankang.example"),
        "holder": Holder("王*明", "resident_id", "3418************31"),
        "colour": "yellow",
        "since": SINCE,
        "until": None,
        "rule_set": RuleSetNamed("zhejiang-2020-07", 1, "ab" * 32),
        "reasons": [a_reason()],
        "appeal": APPEAL,
        "issued_at": ISSUED,
        "kid": 1,
    }
    return make_statement(**(parts | given))


def a_file(statement: Statement | None = None, signer: Sm2Signer = SIGNER, **top: Any) -> dict[str, Any]:
    """The file of a signed statement as a mapping, to be tampered with."""
    made = statement or a_statement()
    return dict(json.loads(file_text(made.text, sign_statement(made, signer)))) | top


def fault_of(text: str) -> str | None:
    """The code a text is refused with; None when it is genuine."""
    try:
        verify_statement(text, KEYS)
    except StatementFault as fault:
        return fault.code
    return None


def test_every_vector_comes_out_as_published() -> None:
    found = {case["about"]: fault_of(case["presented"]) for case in VECTORS["cases"]}
    assert found == {case["about"]: case["fault"] for case in VECTORS["cases"]}


def test_the_canonical_form_of_the_vector_is_made_again() -> None:
    genuine = VECTORS["genuine"]
    verified = verify_statement(genuine["file"], KEYS)
    assert verified.text == genuine["canonical"] == canonical(json.loads(genuine["file"])["statement"])
    assert verified.signature.hex() == genuine["signature"]
    assert verified.statement.digest.hex() == genuine["content_digest"]
    assert verify_statement(genuine["compact"], KEYS) == verified


def test_openssl_accepts_the_signature_of_the_vector(tmp_path: Path) -> None:
    key, genuine = _openssl_key(tmp_path), VECTORS["genuine"]
    assert KEYS[1] == PUBLIC
    (tmp_path / "canonical").write_bytes(genuine["canonical"].encode())
    (tmp_path / "signature").write_bytes(_der(bytes.fromhex(genuine["signature"])))
    options = ["-inkey", key, "-rawin", "-in", "canonical", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678"]
    done = _openssl(tmp_path, "pkeyutl", "-verify", *options, "-sigfile", "signature")
    assert done.stdout.strip() == b"Signature Verified Successfully"


def test_what_was_signed_is_genuine_as_file_and_as_compact_form() -> None:
    statement = a_statement()
    signature = sign_statement(statement, SIGNER)
    expected = (statement, statement.text, signature)
    assert verify_statement(file_text(statement.text, signature, PUBLIC), KEYS) == expected
    assert verify_statement(compact_text(statement.text, signature), KEYS) == expected


def test_the_layout_of_the_file_does_not_matter() -> None:
    file = a_file()
    layouts = [json.dumps(file), json.dumps(file, indent=7), "\ufeff" + json.dumps(dict(reversed(file.items())))]
    assert [fault_of(text) for text in layouts] == [None, None, None]


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, inner in value.items() for leaf in _leaves(inner, (*path, key))]
    if isinstance(value, list):
        return [leaf for at, inner in enumerate(value) for leaf in _leaves(inner, (*path, at))]
    return [path]


def _with(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    changed = json.loads(json.dumps(value))
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return changed


def _other(value: Any) -> Any:
    if value is None:
        return SINCE
    if isinstance(value, int):
        return value + 1
    return value[:-1] + ("x" if not value.endswith("x") else "y")


def test_no_field_can_be_changed() -> None:
    file = a_file()
    paths = _leaves(file["statement"])
    changed = [_with(file, ("statement", *path), _other(_at(file["statement"], path))) for path in paths]
    answers = {path: fault_of(json.dumps(text)) for path, text in zip(paths, changed, strict=True)}
    assert len(paths) > 20
    assert set(answers.values()) <= {"bad_signature", "bad_format", "unknown_key"}


def _at(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


def test_fields_can_be_neither_added_nor_left_out() -> None:
    file = a_file()
    statement = file["statement"]
    added = [file | {"note": 1}, file | {"statement": statement | {"note": 1}}]
    missing = [{k: v for k, v in statement.items() if k != name} for name in statement]
    texts = [*added, *(file | {"statement": short} for short in missing)]
    assert {fault_of(json.dumps(text)) for text in texts} == {"bad_format"}


def test_the_key_that_the_file_brings_is_not_believed() -> None:
    private, public = sm2_generate()
    forger = Sm2Signer(private, public)
    forged = a_file(a_statement(colour="yellow"), forger, public_key=public.hex())
    assert fault_of(json.dumps(forged)) == "foreign_key"
    assert fault_of(json.dumps(a_file(signer=forger))) == "bad_signature"
    assert fault_of(json.dumps(a_file(a_statement(kid=9), forger, public_key=public.hex()))) == "unknown_key"
    assert fault_of(json.dumps(a_file(public_key=PUBLIC.hex().upper()))) is None


def test_a_kid_beside_the_statement_that_differs_is_refused() -> None:
    assert fault_of(json.dumps(a_file(kid=2))) == "bad_format"


NOT_STATEMENTS = {
    "": "bad_json",
    "hello": "bad_json",
    "[]": "bad_format",
    "{}": "bad_format",
    "null": "bad_format",
    '{"statement": 1, "signature": ""}': "bad_format",
    '{"statement": {}, "signature": ""}': "bad_format",
    '{"a": 1, "a": 2}': "bad_json",
    '{"a": 1.5}': "bad_json",
    '{"a": NaN}': "bad_json",
    "[" * 20_000: "bad_json",
    '{"a":' * 5_000: "bad_json",
    "AKR1:": "bad_json",
    "AKR1:ABC": "bad_json",
    "AKR1:äöü": "bad_json",
    "AKR1:" + "Z" * 300: "bad_json",
    "x" * (LIMIT + 1): "too_large",
    "码" * (LIMIT // 3 + 1): "too_large",
    "\ud800": "bad_json",
}


@pytest.mark.parametrize(("text", "code"), NOT_STATEMENTS.items(), ids=range(len(NOT_STATEMENTS)))
def test_nonsense_is_refused_with_its_code(text: str, code: str) -> None:
    assert fault_of(text) == code


def test_texts_that_utf8_cannot_hold_are_refused() -> None:
    text = json.dumps(_with(a_file(), ("statement", "holder", "name"), "\ud800"))
    assert "\\ud800" in text
    assert fault_of(text) == "bad_format"


def test_a_key_that_comes_twice_is_refused_wherever_it_is() -> None:
    text = json.dumps(a_file()).replace('"colour": "yellow"', '"colour": "yellow", "colour": "yellow"')
    assert text.count('"colour": "yellow"') == 2
    assert fault_of(text) == "bad_json"


def test_a_compact_form_that_swells_is_refused_before_it_is_held() -> None:
    bombs = [zlib.compress(b" " * size, 9) for size in (LIMIT, LIMIT + 1, 20_000_000)]
    forms = ["AKR1:" + base45.encode(bytes(64) + bomb) for bomb in bombs]
    assert [fault_of(form) for form in forms] == ["bad_json", "too_large", "too_large"]


def test_a_compact_form_has_one_spelling() -> None:
    statement = a_statement()
    signature = sign_statement(statement, SIGNER)
    spaced = json.dumps(json.loads(statement.text), ensure_ascii=False)
    assert fault_of("AKR1:" + base45.encode(signature + zlib.compress(spaced.encode()))) == "bad_format"
    trailing = zlib.compress(statement.text.encode()) + b"more"
    assert fault_of("AKR1:" + base45.encode(signature + trailing)) == "bad_json"


def test_spaces_and_lines_that_hands_and_mail_programs_make_do_no_harm() -> None:
    forms = []
    for minute in range(60):
        statement = a_statement(issued_at=ISSUED + minute)
        forms.append(compact_text(statement.text, sign_statement(statement, SIGNER)))
    assert [fault_of("  " + form.strip() + "\n") for form in forms] == [None] * 60
    assert [fault_of(form[:100] + "\r\n" + form[100:]) for form in forms] == [None] * 60


@given(bit=st.integers(0, 10_000))
def test_no_bit_of_the_compact_form_can_be_flipped(bit: int) -> None:
    """Bits that only fill the last byte of the compressed text mean nothing: with them the statement is the same."""
    packed = bytearray(base45.decode(VECTORS["genuine"]["compact"].removeprefix("AKR1:")))
    packed[bit // 8 % len(packed)] ^= 1 << bit % 8
    flipped, genuine = ("AKR1:" + base45.encode(bytes(packed))), VECTORS["genuine"]["compact"]
    assert fault_of(flipped) is not None or verify_statement(flipped, KEYS) == verify_statement(genuine, KEYS)


@given(words=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_words_survive_signing(words: str) -> None:
    statement = a_statement(reasons=[a_reason(text=Text(words, words), source=words)])
    signature = sign_statement(statement, SIGNER)
    assert verify_statement(file_text(statement.text, signature), KEYS).statement == statement
    assert verify_statement(compact_text(statement.text, signature), KEYS).statement == statement


def test_the_same_content_has_the_same_digest_whenever_and_with_whichever_key_it_is_signed() -> None:
    statement = a_statement()
    assert a_statement(issued_at=ISSUED + 1, kid=2).digest == statement.digest
    others = [a_statement(until=SINCE + 1), a_statement(colour="red"), a_statement(reasons=[a_reason(since=SINCE + 1)])]
    assert len({statement.digest, *(other.digest for other in others)}) == 4


@pytest.mark.parametrize("wrong", [{"colour": "green"}, {"kid": 0}, {"since": -1}, {"reasons": []}])
def test_a_statement_that_would_not_be_read_is_not_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(StatementFault, match="bad_format"):
        a_statement(**wrong)


@pytest.mark.parametrize("name", ["zhejiang-2020-07", "anhui-2022-01", "everyday"])
def test_three_reasons_fit_a_qr_code_of_version_30(name: str) -> None:
    rules = load_shipped(name).rules
    longest = sorted(rules, key=lambda rule: len(msgspec.json.encode([rule.text, rule.ends_when, rule.source])))[-3:]
    reasons = [
        StatedReason(
            rule.id,
            rule.text,
            (f"5f0c6e4e-8a70-4b63-9d53-0d8f3c0f6a{at}1", f"0{at}23e45f-aa70-4b63-9d53-0d8f3c0f6ab2"),
            SINCE,
            SINCE + at,
            rule.ends_when,
            rule.source,
        )
        for at, rule in enumerate(longest)
    ]
    statement = a_statement(reasons=reasons)
    code = segno.make(compact_text(statement.text, sign_statement(statement, SIGNER)), error="l", micro=False)
    assert (code.mode, int(code.version) <= 30) == ("alphanumeric", True)


def test_the_document_shows_the_example_and_explains_every_fault() -> None:
    document = (Path(__file__).parents[2] / "docs" / "reasons.md").read_text(encoding="utf-8")
    genuine = VECTORS["genuine"]
    shown = [genuine["canonical"], genuine["signature"], genuine["compact"], VECTORS["private_key_of_the_example"]]
    assert [value for value in shown if value not in document] == []
    faults = {case["fault"] for case in VECTORS["cases"] if case["fault"]}
    assert {fault for fault in faults if f"`{fault}`" not in document} == set()
    assert len(faults) == 6
    fields = set(json.loads(genuine["canonical"])) | {field.name for field in msgspec.structs.fields(StatedReason)}
    assert {field for field in fields if f"`{field}`" not in document} == set()
