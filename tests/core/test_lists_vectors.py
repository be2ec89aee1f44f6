"""Every vector of the lists: with the product, and with a reader that knows docs/list-format.md and nothing else."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ankang.core import lists
from ankang.core.colours import Colour
from ankang.core.lists import golomb
from ankang.core.sm import sm2_verify, sm3
from tests.core.vectors import vectors

VECTORS = vectors("list")
DOCUMENT = (Path(__file__).parents[2] / "docs" / "list-format.md").read_text(encoding="utf-8")
KEYS = {int(kid): bytes.fromhex(public) for kid, public in VECTORS["keys"].items()}
TERMS = lists.Terms(VECTORS["terms"]["issuer"], VECTORS["terms"]["epoch"], KEYS)
NAMES = ["list_1", "list_2"]


def held(name: str) -> lists.Held:
    return lists.take_list(bytes.fromhex(VECTORS[name]["data"]), TERMS)


def plain_run(bits: bytes) -> tuple[list[int], bytes]:
    """A run as section 4 says it, bit by bit; the indices and the bytes after it."""
    count, m, unary = (int.from_bytes(bits[at : at + 4], "big") for at in (0, 4, 8))
    stream = [bit == "1" for byte in bits[12 : 12 + unary] for bit in f"{byte:08b}"]
    b = m.bit_length() - 1
    u = 2 ** (b + 1) - m
    ends = [at for at, bit in enumerate(stream) if bit]
    quotients = [end - start - 1 for start, end in zip([-1, *ends], ends, strict=False)]
    at = 12 + unary
    fixed = f"{int.from_bytes(bits[at : (at := at + (count * b + 7) // 8)], 'big'):b}".zfill((count * b + 7) // 8 * 8)
    tops = [int(fixed[i * b : i * b + b] or "0", 2) for i in range(count)]
    longer = sum(top >= u for top in tops)
    more, rest = "".join(f"{byte:08b}" for byte in bits[at : at + (longer + 7) // 8]), bits[at + (longer + 7) // 8 :]
    indices, last = [], -1
    for quotient, top in zip(quotients, tops, strict=True):
        remainder = top
        if top >= u:
            remainder, more = 2 * top + int(more[0]) - u, more[1:]
        last += quotient * m + remainder + 1
        indices.append(last)
    return indices, rest


@pytest.mark.parametrize("case", VECTORS["runs"], ids=lambda case: f"{case['size']}-{len(case['positions'])}")
def test_a_run_is_written_and_read(case: dict[str, Any]) -> None:
    run = bytes.fromhex(case["run"])
    positions, rest = golomb.decode(memoryview(run), case["size"])
    assert golomb.encode(np.array(case["positions"], np.uint32), case["size"]) == run
    assert golomb.parameter(len(case["positions"]), case["size"]) == case["m"]
    assert (positions.tolist(), bytes(rest)) == (case["positions"], b"")
    assert plain_run(run) == (case["positions"], b"")


@pytest.mark.parametrize("name", ["list_1", "delta", "list_2"])
def test_a_reader_who_knows_only_the_document_gets_the_same(name: str) -> None:
    case = VECTORS[name]
    data, said = bytes.fromhex(case["data"]), case["header"]
    message, signature = data[:-64], data[-64:]
    body, found = message[102 if said["kind"] == "delta" else 66 :], {}
    for colour, listed in (case.get("entries") or case["changes"]).items():
        found[colour], body = plain_run(body)
        assert found[colour] == listed
    assert body == b""
    assert sm2_verify(KEYS[data[4]], message, signature)
    assert sum(map(len, found.values())) == int.from_bytes(data[30:34], "big") == said["count"]
    if said["kind"] == "list":
        content = b"AKL" + data[5:6] + data[6:14] + data[26:30]
        for listed in found.values():
            content += b"".join(number.to_bytes(4, "big") for number in (len(listed), *listed))
        assert sm3(content) == data[34:66]


@pytest.mark.parametrize("name", NAMES)
def test_a_list_is_taken(name: str) -> None:
    case, taken = VECTORS[name], held(name)
    assert {colour.slug: taken.content.of(colour).tolist() for colour in lists.LISTED} == case["entries"]
    header, said = taken.header, case["header"]
    assert [header.sequence, header.not_before, header.next_update, header.digest.hex()] == [
        said[name] for name in ("sequence", "not_before", "next_update", "digest")
    ]


def test_the_delta_leads_from_the_first_list_to_the_second() -> None:
    assert lists.take_delta(held("list_1"), bytes.fromhex(VECTORS["delta"]["data"]), TERMS) == held("list_2")


@pytest.mark.parametrize("case", VECTORS["look_ups"], ids=lambda case: f"{case['held']}-{case['index']}-{case['now']}")
def test_a_look_up_is_answered(case: dict[str, Any]) -> None:
    taken, index, now = held(case["held"]), case["index"], case["now"]
    if "fault" in case:
        for ask in (lambda: taken.colour_of(index, now), lambda: taken.colours_of([index], now)):
            with pytest.raises(lists.ListFault, match=f"^{case['fault']}:"):
                ask()
        return
    assert taken.colour_of(index, now).slug == case["colour"]
    assert Colour(int(taken.colours_of([index], now)[0])).slug == case["colour"]


@pytest.mark.parametrize("case", VECTORS["refused"], ids=lambda case: case["about"])
def test_what_must_be_refused_is(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["data"])
    mark = held(case["held"]).mark if case["held"] else None
    is_delta = mark and data[3:4] == b"\x32"
    with pytest.raises(lists.ListFault, match=f"^{case['detail']}:"):
        _ = lists.take_delta(held(case["held"]), data, TERMS) if is_delta else lists.take_list(data, TERMS, mark)


@pytest.mark.parametrize("case", VECTORS["permutations"], ids=lambda case: str(case["size"]))
def test_indices_of_a_space_come_out(case: dict[str, Any]) -> None:
    permutation = lists.SpacePermutation(bytes.fromhex(case["key"]), case["size"])
    assert [permutation.index(pair["person"]) for pair in case["pairs"]] == [pair["index"] for pair in case["pairs"]]


@pytest.mark.parametrize("case", VECTORS["withdrawals"], ids=lambda case: str(case["indices"]))
def test_withdrawals_are_read_led_on_and_refused(case: dict[str, Any]) -> None:
    terms = lists.Terms(TERMS.issuer, TERMS.epoch, KEYS, lists.Indices(case["indices"]))
    taken = {name: lists.take_list(bytes.fromhex(case[name]["data"]), terms) for name in NAMES}
    for name in NAMES:
        assert pairs(taken[name].content) == case[name]["entries"]
        assert taken[name].header.digest.hex() == case[name]["header"]["digest"]
    delta = lists.unseal_file(bytes.fromhex(case["delta"]["data"]), KEYS)
    assert pairs(delta.content) == case["delta"]["changes"]
    assert lists.take_delta(taken["list_1"], bytes.fromhex(case["delta"]["data"]), terms) == taken["list_2"]
    for bad in case["refused"]:
        data, before = bytes.fromhex(bad["data"]), taken.get(bad["held"])
        with pytest.raises(lists.ListFault, match=f"^{bad['detail']}:"):
            _ = (
                lists.take_delta(before, data, terms)
                if before and data[3:4] == b"\x32"
                else lists.take_list(data, terms, before.mark if before else None)
            )


@pytest.mark.parametrize("name", ["list_1", "delta"])
@pytest.mark.parametrize("case", VECTORS["withdrawals"], ids=lambda case: str(case["indices"]))
def test_a_reader_who_knows_only_the_document_reads_withdrawals(case: dict[str, Any], name: str) -> None:
    data, width = bytes.fromhex(case[name]["data"]), {3: 3, 4: 1}[case["indices"]]
    body, found = data[102 if name == "delta" else 66 : -64], []
    if name == "delta":
        off, body = plain_run(body)
        found += [[index, 0] for index in off]
    on, body = plain_run(body)
    values = [int.from_bytes(body[at : at + width], "big") for at in range(0, len(body), width)]
    found += [[index, value] for index, value in zip(on, values, strict=True)]
    assert sorted(found) == (case[name].get("entries") or case[name]["changes"])
    if name == "list_1":
        content = b"AKL" + data[5:6] + data[6:14] + data[26:30] + len(on).to_bytes(4, "big")
        content += b"".join(index.to_bytes(4, "big") for index in on) + body
        assert sm3(content) == data[34:66]


def pairs(content: lists.Entries) -> list[list[int]]:
    return [list(pair) for pair in zip(content.positions.tolist(), content.colours.tolist(), strict=True)]


def test_every_fault_is_explained_and_the_example_is_in_the_document() -> None:
    squeezed = "".join(DOCUMENT.split())
    assert [detail for detail in lists.FAULTS if f"`{detail}`" not in DOCUMENT] == []
    assert [name for name in ("list_1", "delta") if VECTORS[name]["data"] not in squeezed] == []
    assert {case["detail"] for case in VECTORS["refused"]} | {"not_yet_valid", "too_old", "newer", "outside"} == set(
        lists.FAULTS
    )
