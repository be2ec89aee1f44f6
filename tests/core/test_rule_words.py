"""Rules read aloud in Chinese and English, their numbers by name, and their faults in both languages."""

import re

import pytest

from ankang.core.rules import RuleSetFault, load, load_shipped, shipped
from ankang.core.rules.findings import in_chinese, taken_apart
from ankang.core.rules.numbers import numbers_of, place_of
from ankang.core.rules.sentences import in_one_line
from tests.core.test_rule_sense import HEAD, a_rule


def said(name: str, identity: str, lang: str) -> str:
    rule = load_shipped(name).rule(identity)
    assert rule is not None
    return in_one_line(rule, lang)


@pytest.mark.parametrize(
    ("name", "identity", "zh", "en"),
    [
        ("zhejiang-2020-07", "red.close_contact", "密切接触 → 集中隔离满14天", "close contact → 14 days of central isolation"),
        (
            "zhejiang-2020-07",
            "red.overseas",
            "境外旅居；或入境 → 集中隔离满14天，再居家医学观察满7天；或最长14天",
            "stay abroad; or border entry → 14 days of central isolation, then 7 days of home observation; or 14 days at most",
        ),
        (
            "zhejiang-2020-07",
            "yellow.risk_area",
            "到过中风险地区或高风险地区 → 核酸检测阴性，采样可早168小时",
            "stay in a medium-risk or high-risk area → negative nucleic acid test, sampled up to 168 hours earlier",
        ),
        (
            "anhui-2022-01",
            "yellow.companion",
            "时空伴随 → 2次核酸检测阴性，间隔24小时以上",
            "companion in time and space → 2 times: negative nucleic acid test, 24 hours or more apart",
        ),
        (
            "anhui-2022-01",
            "yellow.contact_monitoring",
            "密切接触（red.close_contact 结束后起） → 满7天",
            "close contact (once red.close_contact over) → 7 days passed",
        ),
        (
            "everyday",
            "yellow.fever",
            "发热；或体温（℃）不低于37.3 → 发热消除，再满1天；或最长3天",
            "fever; or temperature in °C at least 37.3 → fever gone, then 1 day passed; or 3 days at most",
        ),
    ],
)
def test_a_rule_is_read_aloud(name: str, identity: str, zh: str, en: str) -> None:
    assert (said(name, identity, "zh"), said(name, identity, "en")) == (zh, en)


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_rule_is_read_aloud_without_a_raw_word(name: str) -> None:
    for rule in load_shipped(name).rules:
        zh = re.sub(r"(red|yellow)\.\w+|[A-Z][\d.]+", "", in_one_line(rule, "zh"))
        assert re.findall(r"[a-z_]{3,}", zh) == [], rule.id
        assert "_" not in re.sub(r"(red|yellow)\.\w+", "", in_one_line(rule, "en")), rule.id


def test_the_numbers_of_a_rule_have_names_and_places() -> None:
    rule = load_shipped("anhui-2022-01").rule("yellow.general_contact")
    assert rule is not None
    assert [(place_of(number.path), number.word("zh"), number.word("en"), number.value) for number in numbers_of(rule)] == [
        ("ends 1, steps 1, times", "核酸检测阴性次数", "times: negative nucleic acid test", 3),
        ("ends 1, steps 1, apart_hours", "核酸检测阴性间隔小时数", "hours apart: negative nucleic acid test", 48),
        ("ends 1, steps 2, after_hours", "核酸检测阴性采样须晚小时数", "hours later sampled: negative nucleic acid test", 144),
    ]


def findings(text: str, region: str = "") -> list[str]:
    with pytest.raises(RuleSetFault) as caught:
        load(text, region)
    return list(caught.value.findings)


FAULTY = [
    a_rule(when='{ kind = "scan" }'),
    a_rule(when='{ kind = "contact", where = { relation = { one_of = ["cousin"] } } }'),
    a_rule(when='{ kind = "contact", where = { relation = { one_of = ["close"], none_of = ["close"] } } }'),
    a_rule(when='{ kind = "contact", where = { relation = {} } }'),
    a_rule(when='{ kind = "contact", where = { colour = { one_of = ["red"] } } }'),
    a_rule(when='{ kind = "contact", areas = ["high"] }'),
    a_rule(more=""),
    a_rule(more="within_days = 0"),
    a_rule(more='within_days = "7"'),
    a_rule(more="strength = 1"),
    a_rule(more='beside = ["red.x"]'),
    a_rule(more='ends = [{ steps = [{ on = "never" }] }]'),
    a_rule(more="ends = [{ steps = [] }]"),
    a_rule(more='ends = [{ steps = [{ on = "order_over" }] }]'),
    a_rule(more='ends = [{ steps = [{ on = "area_lifted" }] }]'),
    a_rule(more='ends = [{ steps = [{ on = "rule_over", rule = "red.x" }] }]'),
    a_rule(more='ends = [{ steps = [{ on = "rule_over", rule = "yellow.x" }] }]'),
    a_rule(more='ends = [{ steps = [{ on = "evidence", kind = "contact", apart_hours = 3 }] }]'),
    a_rule(more='ends = [{ steps = [{ on = "served", settings = ["hotel"], days = 3651 }] }]'),
    a_rule() + a_rule(),
    a_rule().replace('"中"', '""', 1),
    a_rule().replace("text =", "words ="),
    a_rule(identity="Red.X"),
    "rules = 5",
    "name =",
    "[" * 100_000,
]


@pytest.mark.parametrize("text", FAULTY, ids=range(len(FAULTY)))
def test_every_fault_is_said_in_chinese(text: str) -> None:
    for finding in findings(HEAD + text):
        found = taken_apart(finding, ["yellow.x", "Red.X"])
        assert re.search(r"[\u4e00-\u9fff]", found.said("zh")), found
        assert found.said("en") == found.what


def test_a_set_for_another_province_is_said_in_chinese() -> None:
    (finding,) = findings(HEAD + 'region = "33"\n' + a_rule(), "34")
    assert in_chinese(taken_apart(finding, []).what) == "这套规则属于浙江省 (33)，不属于安徽省 (34)"


def test_a_finding_knows_its_rule_and_its_place() -> None:
    (finding,) = findings(HEAD + a_rule(more='ends = [{ steps = [{ on = "elapsed", days = 0 }] }]'))
    assert taken_apart(finding, ["yellow.a", "yellow.x"]) == (1, None, "yellow.x", "ends 1, steps 1, days", "must be 1 or more")
    (twice,) = findings(HEAD + a_rule() + a_rule())
    assert taken_apart(twice, ["yellow.x", "yellow.x"])[:4] == (1, None, "yellow.x", "")
    assert taken_apart("example 2 (a: b): green is written, red comes out (red.x)", [], 2)[1:4] == (1, "2", "")


def test_a_faulty_rule_is_told_once_and_not_missed_elsewhere() -> None:
    (finding,) = findings(HEAD + a_rule("red.y", more="within_days = 0") + a_rule(more='within_days = 1\nbeside = ["red.y"]'))
    assert finding == "rule red.y: within_days: must be 1 or more"
