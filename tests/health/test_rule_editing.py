"""A rule set edited as a table: only what was changed changes, comments and layout stay, rows move with their comment."""

from difflib import unified_diff

import pytest

from ankang.base.errors import NotFound
from ankang.core.rules import load, shipped
from ankang.health.errors import NotUtf8, RuleTextTooLarge, TableNotUsable
from ankang.health.services.rule_cells import cells_of, header_cells
from ankang.health.services.rule_diffs import count_of, diff_lines, diff_releases
from ankang.health.services.rule_editing import (
    accept_example,
    apply_cells,
    copy_rule,
    move_rule,
    remove_rule,
    with_header,
)
from ankang.health.services.rule_texts import LARGEST, check_text, raw_of, read_text
from ankang.health.services.rulebook import shipped_text

ZHEJIANG, ANHUI = shipped_text("zhejiang-2020-07"), shipped_text("anhui-2022-01")


def changed(old: str, new: str) -> list[str]:
    """The lines that differ."""
    return [line for line in unified_diff(old.split("\n"), new.split("\n"), lineterm="", n=0) if line[:2] not in ("--", "++", "@@")]


def ids(text: str) -> list[str]:
    return [rule.id for rule in load(text).rules]


@pytest.mark.parametrize("name", shipped())
def test_typing_what_is_there_changes_nothing(name: str) -> None:
    text = shipped_text(name)
    raw = raw_of(text)
    cells = [*header_cells(raw), *(cell for number in range(len(raw["rules"])) for cell in cells_of(raw, number))]
    assert apply_cells(text, {cell.name: cell.value for cell in cells}) == (text, {})


def test_a_changed_number_changes_one_line() -> None:
    text, faults = apply_cells(ANHUI, {"r2.ends.0.steps.0.days": "10"})
    assert faults == {}
    assert changed(ANHUI, text) == [
        '-steps = [{ on = "served", settings = ["central"], days = 14 }]',
        '+steps = [{ on = "served", settings = ["central"], days = 10 }]',
    ]


def test_a_sentence_a_limit_and_the_header_can_be_changed() -> None:
    text, faults = apply_cells(
        ZHEJIANG,
        {"r1.text.zh": '密接"甲"', "r1.within_days": "30", "r2.within_days": "", "h.title.en": "New", "h.effective_from": "2020-08-01"},
    )
    assert faults == {}
    file = load(text).file
    assert (file.rules[1].text.zh, file.rules[1].within_days, file.rules[2].within_days) == ('密接"甲"', 30, None)
    assert (file.title.en, file.effective_from.isoformat()) == ("New", "2020-08-01")
    assert all(line in text for line in ZHEJIANG.split("\n") if line.startswith("#"))


def test_what_is_no_number_is_named_and_the_rest_is_taken() -> None:
    text, faults = apply_cells(
        ANHUI,
        {"r2.ends.0.steps.0.days": "ten", "r16.when.1.where.celsius.at_least": "37,5", "h.effective_from": "1.1.2022", "r2.text.en": "New"},
    )
    assert faults == {"r2.ends.0.steps.0.days": "not_whole", "r16.when.1.where.celsius.at_least": "not_number", "h.effective_from": "not_date"}
    assert changed(ANHUI, text)[1:] == ['+text.en = "New"']


def test_cells_that_do_not_exist_are_passed_over() -> None:
    assert apply_cells(ANHUI, {"r99.text.zh": "x", "r0.colour": "green", "__class__": "x", "r0.when.0.kind": "stay"}) == (ANHUI, {})


def test_a_new_id_takes_its_colour_along() -> None:
    text, _ = apply_cells(ANHUI, {"r3.id": "yellow.secondary"})
    assert (raw_of(text)["rules"][3]["id"], raw_of(text)["rules"][3]["colour"]) == ("yellow.secondary", "yellow")


@pytest.mark.parametrize("name", shipped())
def test_every_rule_can_be_copied_removed_and_moved(name: str) -> None:
    text = shipped_text(name)
    names = ids(text)
    for number, identity in enumerate(names):
        copied = [rule["id"] for rule in raw_of(copy_rule(text, number))["rules"]]
        assert copied == [*names[: number + 1], f"{identity}_2", *names[number + 1 :]]
        assert [rule["id"] for rule in raw_of(remove_rule(text, number))["rules"]] == names[:number] + names[number + 1 :]
        rest = names[:number] + names[number + 1 :]
        assert ids(move_rule(text, number, 0)) == [identity, *rest]
        assert ids(move_rule(text, number, len(names) - 1)) == [*rest, identity]


def test_a_rule_moves_with_the_comment_above_it() -> None:
    moved = move_rule(ZHEJIANG, 6, 5)
    assert sorted(moved.split("\n")) == sorted(ZHEJIANG.split("\n"))
    assert "# must exclude the disease. 14 days is the span of an epidemiological history in the national diagnosis plan.\n[[rules]]" in moved


def test_a_rule_that_is_not_there_is_refused() -> None:
    for change in (lambda: copy_rule(ANHUI, 99), lambda: remove_rule(ANHUI, -1), lambda: move_rule(ANHUI, 0, 19)):
        with pytest.raises(NotFound):
            change()


def test_a_layout_that_is_no_list_of_blocks_is_left_alone() -> None:
    text = 'rules = [{ id = "red.x" }, { id = "red.y" }]\n'
    for bad in (text, "[[rules]]\nid = '''\n[[rules]]\n'''\n[[rules]]\nid = 'red.y'\n"):
        with pytest.raises(TableNotUsable):
            remove_rule(bad, 1)
    with pytest.raises(TableNotUsable):
        with_header("name = ", {"version": 2})


def test_the_diff_names_rule_field_and_both_values() -> None:
    new, _ = apply_cells(ANHUI, {"r2.ends.0.steps.0.days": "10", "r2.text.zh": "密接", "h.version": "2"})
    header, rule = diff_releases(ANHUI, new)
    assert [(field.label.en, field.old.en, field.new.en) for field in header.fields] == [("version", "1", "2")]
    assert (rule.rule, rule.how) == ("red.close_contact", "changed")
    assert [(field.label.zh, field.old.zh, field.new.zh) for field in rule.fields] == [
        ("理由", "确诊病例或无症状感染者的密切接触者", "密接"),
        ("集中隔离天数", "14", "10"),
    ]
    assert [line for line in diff_lines(ANHUI, new) if line[0] == "+"][0] == "+version = 2"
    assert count_of(ANHUI, new) == 1


def test_the_diff_tells_added_removed_moved_and_rewritten_rules() -> None:
    assert [(one.rule, one.how) for one in diff_releases(ANHUI, copy_rule(ANHUI, 2))] == [("red.close_contact_2", "added")]
    assert [(one.rule, one.how) for one in diff_releases(ANHUI, remove_rule(ANHUI, 2))] == [("red.close_contact", "removed")]
    assert [(one.rule, one.how) for one in diff_releases(ANHUI, move_rule(ANHUI, 5, 0))] == [("red.risk_area", "moved")]
    assert diff_releases(ANHUI, ANHUI) == []
    served = 'steps = [{ on = "served", settings = ["central"], days = 14 }]'
    (rewritten,) = diff_releases(ANHUI, ANHUI.replace(served, 'steps = [{ on = "elapsed", days = 3 }]', 1))
    assert [(field.label.zh, field.old.zh, field.new.zh) for field in rewritten.fields] == [("结束方式", "集中隔离满14天", "满3天")]


def test_a_diff_with_a_faulty_text_still_comes_out() -> None:
    (one,) = diff_releases(ANHUI, ANHUI.replace("days = 14", 'days = "x"', 1))
    assert (one.rule, one.how, one.fields[0].label.en) == ("red.case", "changed", "facts or endings")
    assert [one.how for one in diff_releases(ANHUI, "name =")][0] == "changed"


def test_findings_stand_at_their_rule_and_place() -> None:
    text, _ = apply_cells(ANHUI, {"r2.ends.0.steps.0.days": "0", "r4.text.en": ""})
    assert [(one.rule, one.place, one.said("zh")) for one in check_text(text, "34").faults] == [
        (2, "ends 1, steps 1, days", "不能小于 1"),
        (4, "text.en", "不能为空"),
    ]
    cell = next(cell for cell in cells_of(raw_of(text), 2) if cell.name == "r2.ends.0.steps.0.days")
    assert (cell.place, cell.value, cell.zh) == ("ends 1, steps 1, days", "0", "集中隔离天数")


def test_failing_examples_and_foreign_regions_are_findings() -> None:
    wrong = ANHUI.replace('colour = "green"\n', 'colour = "yellow"\n', 1)
    (fault,) = check_text(wrong, "34").faults
    assert (fault.rule, fault.place, "comes out" in fault.what) == (None, "", True)
    assert isinstance(fault.example, int)
    assert [one.place for one in check_text(ZHEJIANG, "34").faults] == ["region"]
    assert [one.place for one in check_text(ANHUI.replace('region = "34"', 'region = "341881"'), "34").faults] == ["region"]
    assert check_text(ANHUI, "34").sound


@pytest.mark.parametrize("given", ["规则".encode("gbk"), "规则".encode("utf-16"), "a\ufffdb", "a\0b", b"\xff\xfe"])
def test_another_encoding_is_refused(given: str | bytes) -> None:
    with pytest.raises(NotUtf8):
        read_text(given)


def test_a_mark_and_foreign_line_ends_are_taken_off() -> None:
    assert read_text(b"\xef\xbb\xbfa = 1\r\nb = 2\r") == "a = 1\nb = 2\n"


@pytest.mark.parametrize("given", ["x" * (LARGEST + 1), "规" * (LARGEST // 3 + 1), b"x" * 1_000_000])
def test_a_huge_text_is_refused(given: str | bytes) -> None:
    with pytest.raises(RuleTextTooLarge):
        read_text(given)


def test_what_comes_out_can_be_written_into_an_example() -> None:
    text, _ = apply_cells(ANHUI, {"r2.ends.0.steps.0.days": "10"})
    wrong = [fault.example for fault in check_text(text, "34").faults]
    assert len(wrong) == 2
    for number in wrong:
        text = accept_example(text, number or 0)
    assert check_text(text, "34").sound
    assert [line for line in changed(ANHUI, text) if "until" in line] == [
        "-until = 2022-01-18T08:00:00+08:00",
        "+until = 2022-01-14T08:00:00+08:00",
        "-until = 2022-01-25T08:00:00+08:00",
        "+until = 2022-01-21T08:00:00+08:00",
    ]
    with pytest.raises(NotFound):
        accept_example(text, 99)
    with pytest.raises(TableNotUsable):
        accept_example(text.replace("days = 10", "days = 0"), 0)
