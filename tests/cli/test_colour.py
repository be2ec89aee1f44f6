"""``ankang colour`` as an outsider uses it: a real process, bytes in, bytes out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

AT = "2022-01-20T12:00:00+08:00"
SINCE = "2022-01-18T09:00:00+08:00"
COMPANION = {"kind": "contact", "occurred_at": SINCE, "attributes": {"relation": "companion"}}


def run(*options: str, given: bytes = b"") -> tuple[int, bytes, str]:
    command = [sys.executable, "-m", "ankang.cli", "colour", *options]
    done = subprocess.run(command, input=given, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr.decode()


def colours(given: bytes, *options: str, at: str = AT) -> tuple[int, list[dict], list[str]]:
    code, out, err = run("--rules", "anhui-2022-01", "--at", at, *options, given=given)
    return code, [json.loads(line) for line in out.splitlines()], err.splitlines()


def a_line(*evidence: object, person: object = "P1") -> bytes:
    return json.dumps({"person": person, "evidence": list(evidence)}).encode() + b"\n"


def a_test(sampled_at: object, occurred_at: object, **more: object) -> dict:
    attributes = {"result": "negative", "sampled_at": sampled_at, **more}
    return {"kind": "nucleic_test", "occurred_at": occurred_at, "attributes": attributes}


GREEN = {"person": "P0", "colour": "green", "since": None, "until": None, "reasons": []}
YELLOW = {
    "person": "P1",
    "colour": "yellow",
    "since": SINCE,
    "until": None,
    "reasons": [
        {
            "rule": "yellow.companion",
            "colour": "yellow",
            "text": "确诊病例或无症状感染者的时空伴随者",
            "evidence": ["0"],
            "since": SINCE,
            "until": None,
            "ends_when": "2次核酸检测阴性，采样间隔24小时以上",
        }
    ],
}


def test_one_person_a_line_comes_out_as_one_colour_a_line():
    assert colours(a_line(person="P0") + a_line(COMPANION)) == (0, [GREEN, YELLOW], [])


def test_reasons_come_in_english_and_moments_in_unix_seconds_where_asked():
    _, (out,), _ = colours(a_line({**COMPANION, "id": "c-17"}), "--lang", "en", "--unix")
    assert (out["since"], out["until"]) == (1_642_467_600, None)
    assert out["reasons"][0]["text"] == "Was at the same place and time as a case"
    assert out["reasons"][0]["evidence"] == ["c-17"]


def test_every_record_behind_a_rule_is_named_once_under_the_rule():
    twice = a_line({**COMPANION, "id": "a"}, {**COMPANION, "id": "b", "occurred_at": "2022-01-19T09:00"})
    _, (out,), _ = colours(twice)
    assert [(reason["rule"], reason["evidence"]) for reason in out["reasons"]] == [("yellow.companion", ["a", "b"])]


@pytest.mark.parametrize(
    "moment",
    [SINCE, "2022-01-18T01:00:00Z", "2022-01-18T09:00:00", "2022-01-18 09:00", "2022-01-18T09:00+0800", 1_642_467_600],
)
def test_a_moment_may_be_written_in_many_ways_and_without_a_zone_is_in_shanghai(moment):
    assert colours(a_line({**COMPANION, "occurred_at": moment})) == (0, [YELLOW], [])
    _, (tested,), _ = colours(a_line(COMPANION, a_test(moment, "2022-01-18T20:00")), at="2022-01-19")
    assert tested["colour"] == "yellow"


def test_evidence_later_than_the_moment_asked_for_is_not_seen():
    negatives = [a_test("2022-01-18T10:00", "2022-01-18T20:00"), a_test("2022-01-20T10:00", "2022-01-20T20:00")]
    line = a_line(COMPANION, *negatives)
    assert colours(line) == (0, [YELLOW], [])
    assert colours(line, at="2022-01-20T20:00")[1][0]["colour"] == "green"
    assert colours(line, at="2022-01-18T08:59:59")[1] == [{**GREEN, "person": "P1"}]


def test_areas_come_from_a_file(tmp_path):
    stay = {"kind": "stay", "occurred_at": "2022-01-10", "attributes": {"region": "341881001001"}}
    area = {"code": "341881001", "level": "sealed", "since": "2022-01-09", "until": "2022-01-30T08:00"}
    as_list, as_lines = tmp_path / "areas.json", tmp_path / "areas.jsonl"
    as_list.write_text(json.dumps([area, {**area, "code": "11"}]))
    as_lines.write_text(json.dumps(area) + "\n" + json.dumps({**area, "code": "11"}) + "\n")
    for path in (as_list, as_lines):
        _, (out,), _ = colours(a_line(stay), "--areas", str(path))
        assert (out["colour"], out["until"]) == ("red", "2022-01-30T08:00:00+08:00")
    assert colours(a_line(stay))[1][0]["colour"] == "green"


@pytest.mark.parametrize(
    ("area", "complaint"),
    [
        ({"code": "34x", "level": "high", "since": 1}, "area 1: "),
        ({"code": "34", "level": "dire", "since": 1}, "area 1: "),
        ({"code": "34", "level": "high", "since": "yesterday"}, "area 1, since: 'yesterday' is no moment"),
        ({"code": "34", "level": "high", "since": 2, "until": 1}, "area 1, until: is not later than since"),
        ("34", "area 1: an object is expected"),
    ],
)
def test_a_bad_area_is_named(tmp_path, area, complaint):
    path = tmp_path / "areas.json"
    path.write_text(json.dumps([area]))
    code, out, err = run("--rules", "everyday", "--areas", str(path))
    assert (code, out) == (1, b"")
    assert complaint in err


BAD = {
    b"": "is not JSON: ",
    b"[]": "an object is expected",
    b'{"person": "a"': "is not JSON: ",
    b'{"person": "a\xff", "evidence": []}': "byte 14 is not UTF-8",
    b"[" * 100_000: "is nested too deeply",
    b'{"person": "a"}': "evidence: is missing",
    b'{"evidence": []}': "person: is missing",
    b'{"person": "", "evidence": []}': "person: is empty",
    b'{"person": 1, "evidence": []}': "person: text is expected",
    b'{"person": "a", "evidence": {}}': "evidence: a list is expected",
    b'{"person": "a", "evidence": [], "colour": "green"}': "colour: there is no such field",
    b'{"person": "a", "evidence": [7]}': "evidence[0]: an object is expected",
    a_line({"kind": "scan", "occurred_at": 1}): "evidence[0].kind: 'scan' is not known; it can be: antibody_test, ",
    a_line({"kind": 7, "occurred_at": 1}): "evidence[0].kind: text is expected",
    a_line({"occurred_at": 1}): "evidence[0].kind: is missing",
    a_line(COMPANION, {"kind": "discharge"}): "evidence[1].occurred_at: is missing",
    a_line({**COMPANION, "occurred_at": True}): "evidence[0].occurred_at: a moment is expected",
    a_line({**COMPANION, "occurred_at": 1.5}): "evidence[0].occurred_at: a moment is expected",
    a_line({**COMPANION, "occurred_at": "soon"}): "evidence[0].occurred_at: 'soon' is no moment",
    a_line({**COMPANION, "occurred_at": 1_642_467_600_000}): "evidence[0].occurred_at: lies outside 1970 to 2100",
    a_line({**COMPANION, "occurred_at": "2099-01-01"}): "evidence[0].occurred_at: lies in the future",
    a_line({**COMPANION, "attributes": {}}): "evidence[0].attributes: `relation` is missing",
    a_line({**COMPANION, "attributes": []}): "evidence[0].attributes: an object is expected",
    a_line({**COMPANION, "attributes": {"relation": "cousin"}}): (
        "evidence[0].attributes.relation: 'cousin' is not known; it can be: close, "
    ),
    a_line({**COMPANION, "attributes": {"relation": "close", "colour": "red"}}): (
        "evidence[0].attributes: there is no field called `colour`"
    ),
    a_line({**COMPANION, "id": 5}): "evidence[0].id: text is expected",
    a_line({**COMPANION, "id": "x"}, {**COMPANION, "id": "x"}): "evidence[1].id: 'x' is used twice",
    a_line(a_test("2022-01-18T10:00", "2022-01-18T09:00")): (
        "evidence[0].attributes.sampled_at: sampled after its result"
    ),
    a_line(a_test(2, 1)): "evidence[0].attributes.sampled_at: sampled after its result",
    a_line(a_test("2022-01-18", "2022-01-19", number="N1"), a_test("2022-01-17", "2022-01-19", number="N1")): (
        "evidence[1].attributes.number: 'N1' was already given for another result in evidence[0]"
    ),
    a_line({"kind": "temperature", "occurred_at": 1, "attributes": {"celsius": 377}}): (
        "evidence[0].attributes.celsius: must be 45.0 or less"
    ),
    a_line({"kind": "temperature", "occurred_at": 1, "attributes": {"celsius": "38"}}): (
        "evidence[0].attributes.celsius: a number is expected, not text"
    ),
    a_line({"kind": "stay", "occurred_at": 1, "attributes": {"region": "999999"}}): (
        "evidence[0].attributes.region: no region of GB/T 2260 has the code 999999"
    ),
    a_line({"kind": "isolation", "occurred_at": 1, "attributes": {"setting": "home", "start": 2, "end": 1}}): (
        "evidence[0].attributes.end: ends before it begins"
    ),
    b'{"person": "a", "evidence": [], "x": "' + b"y" * (1 << 20) + b'"}': "is longer than 1,048,576 bytes",
    b'\xef\xbb\xbf{"person": "a", "evidence": []}': "begins with a byte-order mark",
}


def test_each_bad_line_is_named_with_its_field_and_the_good_ones_still_come_out():
    bad = [raw.rstrip(b"\n") or b"nonsense" for raw in BAD]
    given = b"".join(a_line(person="P0") + raw + b"\n" for raw in bad) + a_line(COMPANION)
    code, out, err = colours(given)
    assert code == 1
    assert out == [GREEN] * len(bad) + [YELLOW]
    expected = [f"line {2 * number}: {said}" for number, said in enumerate(BAD.values(), 1)]
    assert len(err) == len(expected)
    assert [(said, got) for said, got in zip(expected, err, strict=True) if not got.startswith(said)] == []


def test_the_same_record_twice_is_a_retry_and_no_fault():
    test = a_test("2022-01-18T10:00", "2022-01-18T20:00", number="N1")
    assert colours(a_line(COMPANION, test, test)) == (0, [YELLOW], [])


def test_a_byte_order_mark_at_the_beginning_blank_lines_and_a_missing_last_newline_do_no_harm():
    code, out, err = colours(b"\xef\xbb\xbf" + a_line(person="P0") + b"\n  \n" + a_line(COMPANION).rstrip())
    assert (code, out) == (0, [GREEN, YELLOW])
    assert err == ["line 1: a byte-order mark was left out; UTF-8 needs none"]


def test_nothing_in_nothing_out():
    assert colours(b"") == (0, [], [])


def test_the_shipped_sets_are_listed():
    code, out, _ = run("--list")
    assert code == 0
    assert [line.split()[0] for line in out.decode().splitlines()] == ["anhui-2022-01", "everyday", "zhejiang-2020-07"]


def test_a_file_is_checked_and_its_examples_executed(tmp_path):
    source = Path(__file__).parents[2] / "src/ankang/core/rules/data/everyday.toml"
    mine = tmp_path / "mine.toml"
    mine.write_text(source.read_text().replace("within_days = 3", "within_days = 4"))
    code, out, err = run("--check", str(mine))
    assert (code, out.decode()) == (1, "everyday/1: 5 rules are sound; 3 of 5 examples come out as written.\n")
    assert err.startswith("example 1 (38.2 °C yesterday): until 2024-11-04T08:00:00+08:00 is written, 2024-11-05")
    assert run("--check", "everyday")[0] == 0


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--rules", "nowhere"), "nowhere is neither a file nor a shipped rule set (anhui-2022-01, "),
        (("--check", "nowhere"), "nowhere is neither a file nor a shipped rule set"),
        (("--rules", "zhejiang-2020-07", "--region", "34"), "is for 浙江省 (33), not for 安徽省 (34)"),
        (("--rules", "everyday", "--at", "noon"), "'noon' is no moment"),
        (("--rules", "everyday", "--areas", "/nowhere"), "/nowhere cannot be read"),
        ((), "Give --rules FILE or NAME"),
    ],
)
def test_a_wrong_option_is_said_in_words(options, complaint):
    code, out, err = run(*options)
    assert (code > 0, out) == (True, b"")
    assert complaint in err
    assert "Traceback" not in err


def test_a_reader_that_goes_away_leaves_no_traceback():
    command = f"{sys.executable} -m ankang.cli colour --rules everyday | head -c 10"
    done = subprocess.run(command, shell=True, input=a_line(person="P0") * 50_000, capture_output=True, check=False)
    assert (done.stdout, done.stderr) == (b'{"person":', b"")


def test_it_starts_without_django_settings_or_a_database():
    script = "import sys, ankang.cli.commands, ankang.cli.colour; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {"django", "pydantic", "psycopg", "asyncpg", "granian", "stdnum", "ankang.config"}
    assert heavy & set(done.stdout.split()) == set()
