"""What is wrong with a rule set, taken apart by rule and place, and said in Chinese as well.

:class:`~ankang.core.rules.RuleSetFault` says everything in English in one line each: ``rule red.x: ends 1, steps 1, days: …``.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

_PLACE = re.compile(
    r"(?P<place>(?:[a-z_]+(?: \d+)?)(?:\.[a-z_]+)*(?:, [a-z_]+(?: \d+)?(?:\.[a-z_]+)*)*): (?P<what>.+)", re.DOTALL
)


class Finding(NamedTuple):
    """One fault. ``rule`` and ``example`` are positions from 0, or None; ``label`` is how the file calls that part."""

    rule: int | None
    example: int | None
    label: str
    place: str
    what: str

    def said(self, lang: str) -> str:
        """The fault without its place, in the reader's language."""
        return in_chinese(self.what) if lang.startswith("zh") else self.what


def taken_apart(finding: str, rules: Sequence[str], examples: int = 0) -> Finding:
    """The finding by place; ``rules`` are the labels of the file's rules: their ids, or their numbers from 1.

    Where an id is used twice, the finding is of the last rule that has it.
    """
    rule, example, label, rest = None, None, "", finding
    if finding.startswith("rule "):
        fitting = [name for name in set(rules) if finding.startswith(f"rule {name}: ")]
        if fitting:
            label = max(fitting, key=len)
            rule, rest = len(rules) - 1 - rules[::-1].index(label), finding[len(f"rule {label}: ") :]
    elif (match := re.match(r"example (\d+)(?: \(.*?\))?: ", finding, re.DOTALL)) and int(match[1]) <= examples:
        label, example, rest = match[1], int(match[1]) - 1, finding[match.end() :]
    found = _PLACE.fullmatch(rest)
    return Finding(rule, example, label, found["place"] if found else "", found["what"] if found else rest)


def in_chinese(what: str) -> str:
    """The Chinese sentence for a fault without its place; one that is not known stays as it is."""
    for pattern, sentence in _SENTENCES:
        if match := pattern.fullmatch(what):
            return sentence.format(*(part or "" for part in match.groups())).replace("（可以是：）", "")
    return what


_NEVER = {
    "the rule can never fire": "这条规则永远不会触发",
    "this can never happen": "这一步永远不会发生",
    "this ending can never apply": "这个结束方式永远用不上",
    "this can never be found": "这种情形永远不会出现",
}


_TABLE = {
    r"the file cannot be read as TOML: (.+)": "文件不是有效的 TOML：{0}",
    r"there is no field called `(.+)`": "没有名为 {0} 的字段",
    r"`(\w+)` is missing": "缺少 {0}",
    r"(?:`\w+`: )?the file needs one \[\[(\w+)\]\] or more": "至少要有一个 [[{0}]]",
    r"the id is used twice": "编号重复",
    r"the id says another colour than '(\w+)'": "编号的颜色与 {0} 不一致",
    r"the rule has no end: give it `ends`, or `within_days`": "这条规则没有结束：请写 ends 或 within_days",
    r"no evidence kind is called (.+?); it can be: (.+)": "没有名为 {0} 的证据类别；可以是：{1}",
    r"only a stay has areas, not (.+)": "只有旅居（stay）才有风险地区，{0} 没有",
    r"`apart_hours` needs `times` of 2 or more": "写了 apart_hours，times 就要不少于2",
    r"'order_over' fits isolation only": "order_over 只用于隔离（isolation）",
    r"'area_lifted' needs areas in every `when`": "area_lifted 要求每个 when 都写 areas",
    r"no `when` of the rule fits it, so this ending can never apply": "与这条规则的任何 when 都不相符，这个结束方式永远用不上",
    r"no rule is called (.+)": "没有名为 {0} 的规则",
    r"'rule_over': no rule is called (.+)": "rule_over：没有名为 {0} 的规则",
    r"'rule_over': (.+) is turned by other facts, so it is never over for these": "rule_over：{0} 由别的事实触发，对这些事实不会结束",
    r"circular endings: (.+)": "结束方式互相等待，形成循环：{0}",
    r"'(\w+)' has no attribute '(\w+)'; it has: (.+)": "{0} 没有属性 {1}；可用的有：{2}",
    r"the condition on '(\w+)' is empty": "{0} 的条件是空的",
    r"'(\w+)' cannot be (.+?)(?:; it can be: (.+))?": "{0} 不能是 {1}（可以是：{2}）",
    r"'(\w+)' is no number: `at_least` and `at_most` do not fit": "{0} 不是数字，不能用 at_least 和 at_most",
    r"'(\w+)' is no text: `starts_with` does not fit": "{0} 不是文字，不能用 starts_with",
    r"is not written as it must be: (.+)": "格式不对，应为：{0}",
    r"must not be empty": "不能为空",
    r"must be (\S+) or more": "不能小于 {0}",
    r"must be (\S+) or less": "不能大于 {0}",
    r"is no date as it must be written: (.+)": "日期格式不对，应为：{0}",
    r"(.+) is not known(?:; it can be: (.+))?": "{0} 不是已知的值（可以是：{1}）",
    r"(.+) is expected, not (.+)": "类型不对：应为 {0}，不是 {1}",
    r"no region of GB/T 2260 has the code (\d+)": "GB/T 2260 中没有代码 {0}",
    r"this rule set is for (.+), not for (.+)": "这套规则属于{0}，不属于{1}",
    r"only a set for the whole province \((\d+)\) can be published": "只能发布全省的规则（{0}）",
    r"evidence cannot be taken: (.+)": "示例中的证据有误：{0}",
    r"(\w+) is written, (\w+) comes out \((.*)\)": "示例写的是 {0}，算出来是 {1}（{2}）",
    r"rules (.+) are written, (.+) come out": "示例写的规则是 {0}，算出来是 {1}",
    r"until (.+) is written, (.+) comes out": "示例写的截止时间是 {0}，算出来是 {1}",
    r"rules (\S+) and (\S+): the same facts turn .+": "规则 {0} 与 {1}：同样的事实既转红又转黄，黄被红遮住；"
    "如确需如此，请在其中一条写 beside",
}
_SENTENCES = [
    *(
        (re.compile(rf"nothing can meet the condition on '(\w+)': {english}"), f"没有值能满足 {{0}} 的条件：{chinese}")
        for english, chinese in _NEVER.items()
    ),
    (re.compile("there is a control character in it"), "含有看不见的控制字符"),
    (re.compile(r"must not be longer than (\d+) characters"), "不能超过 {0} 个字符"),
    *((re.compile(pattern, re.DOTALL), sentence) for pattern, sentence in _TABLE.items()),
]
