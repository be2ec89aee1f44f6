"""A rule read aloud, in Chinese or English: 密切接触 → 集中隔离满14天. Made from the rule itself, so it cannot drift from it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ankang.core.evidence_kinds import EvidenceKind
from ankang.core.rules.language import (
    AreaLifted,
    Condition,
    Elapsed,
    Ending,
    IsolationOver,
    Match,
    OnEvidence,
    OrderOver,
    Rule,
    RuleOver,
    Served,
    Step,
)
from ankang.core.rules.vocabulary import attribute_word, level_word, value_word

_TESTS = ("nucleic_test", "antigen_test", "antibody_test")
_KINDS = frozenset(kind.value for kind in EvidenceKind)


class Sentences(NamedTuple):
    """One sentence for each `when`, each step of `begins` and each ending; ``within`` is empty without a limit."""

    when: tuple[str, ...]
    begins: str
    ends: tuple[str, ...]
    within: str


def read_aloud(rule: Rule, lang: str) -> Sentences:
    """What the rule says; ``lang`` is ``zh`` or ``en``."""
    zh = lang.startswith("zh")
    within = ""
    if rule.within_days is not None:
        within = f"最长{rule.within_days}天" if zh else f"{_days(rule.within_days)} at most"
    return Sentences(
        tuple(words_of_match(match, lang) for match in rule.when),
        words_of_steps(rule.begins, lang),
        tuple(words_of_ending(ending, lang) for ending in rule.ends),
        within,
    )


def in_one_line(rule: Rule, lang: str) -> str:
    """The whole rule in one line: its facts, an arrow, and what ends it."""
    zh = lang.startswith("zh")
    said = read_aloud(rule, lang)
    ends = [*said.ends, *([said.within] if said.within else [])]
    delay = (f"（{said.begins}后起）" if zh else f" (once {said.begins})") if said.begins else ""
    mark = "；或" if zh else "; or "
    return f"{mark.join(said.when)}{delay} → {mark.join(ends)}"


def words_of_match(match: Match, lang: str) -> str:
    """A kind of evidence with its conditions: 核酸检测阴性, negative nucleic acid test."""
    zh = lang.startswith("zh")
    where = dict(match.where)
    head = _head(match.kind, where, zh, lang)
    if match.areas:
        levels = _or([level_word(level, lang) for level in match.areas], zh)
        head = f"到过{levels}" if zh else f"stay in {_an(levels)} area"
    if match.kind == "temperature" and set(where) == {"celsius"}:
        return words_of_condition("celsius", where["celsius"], lang)
    rest = [words_of_condition(name, condition, lang) for name, condition in where.items()]
    if not rest:
        return head
    return f"{head}（{'，'.join(rest)}）" if zh else f"{head} ({', '.join(rest)})"


def words_of_condition(name: str, condition: Condition, lang: str) -> str:
    """One condition: 体温（℃）不低于37.3, temperature in °C at least 37.3."""
    zh = lang.startswith("zh")
    parts = []
    for values, word in (
        (condition.one_of, ("为", "")),
        (condition.none_of, ("不为", "not ")),
        (condition.starts_with, ("以此开头：", "beginning with ")),
    ):
        if values:
            parts.append(word[0 if zh else 1] + _values(values, lang))
    if condition.at_least is not None:
        parts.append(f"{'不低于' if zh else 'at least '}{value_word(condition.at_least, lang)}")
    if condition.at_most is not None:
        parts.append(f"{'不高于' if zh else 'at most '}{value_word(condition.at_most, lang)}")
    label = attribute_word(name, lang)
    return label + "、".join(parts) if zh else f"{label} {' and '.join(parts)}"


def words_of_ending(ending: Ending, lang: str) -> str:
    """The steps one after the other, for whom, and with what history not."""
    zh = lang.startswith("zh")
    said = words_of_steps(ending.steps, lang)
    if ending.only:
        only = [words_of_condition(name, condition, lang) for name, condition in ending.only.items()]
        said = f"{'，'.join(only)}的：{said}" if zh else f"{said}, only with {', '.join(only)}"
    if ending.without:
        history = [words_of_match(match, lang) for match in ending.without.matches]
        days = ending.without.within_days
        said += (
            f"（此前{days}天内及其间无{'、'.join(history)}）"
            if zh
            else f" (without, in the {days} days before or since: {', '.join(history)})"
        )
    return said


def words_of_steps(steps: Iterable[Step], lang: str) -> str:
    """Steps joined in their order; empty for none."""
    zh = lang.startswith("zh")
    return ("，再" if zh else ", then ").join(words_of_step(step, lang) for step in steps)


def words_of_step(step: Step, lang: str) -> str:
    """One step: 集中隔离满14天, 14 days of central isolation."""
    zh = lang.startswith("zh")
    match step:
        case OnEvidence():
            said = _evidence(step, lang, zh)
        case Served(settings, days):
            said = f"{_settings(settings, lang)}满{days}天" if zh else f"{_days(days)} of {_settings(settings, lang)}"
        case IsolationOver(settings):
            said = f"{_settings(settings, lang)}结束" if zh else f"{_settings(settings, lang)} over"
        case OrderOver():
            said = "该隔离令期满" if zh else "the order over"
        case AreaLifted():
            said = "对该地区的认定解除" if zh else "the area's assessment lifted"
        case Elapsed(days):
            said = f"满{days}天" if zh else f"{_days(days)} passed"
        case RuleOver(rule):
            said = f"{rule} 结束" if zh else f"{rule} over"
    if getattr(step, "counted_from", "step") == "beginning":
        said += "（从起点算）" if zh else " (counted from the beginning)"
    return said


def _evidence(step: OnEvidence, lang: str, zh: bool) -> str:
    said = words_of_match(step, lang)
    if step.times > 1:
        said = f"{step.times}次{said}" if zh else f"{step.times} times: {said}"
    if step.apart_hours:
        said += f"，间隔{step.apart_hours}小时以上" if zh else f", {step.apart_hours} hours or more apart"
    if step.after_hours > 0:
        said += f"，{step.after_hours}小时后采样" if zh else f", sampled {step.after_hours} hours later or after"
    elif step.after_hours < 0:
        said += f"，采样可早{-step.after_hours}小时" if zh else f", sampled up to {-step.after_hours} hours earlier"
    return said


def _head(kind: str, where: dict[str, Condition], zh: bool, lang: str) -> str:
    """The kind with the condition that names it best; that one is taken out of ``where``."""
    word = EvidenceKind(kind).word(lang) if kind in _KINDS else kind
    word = word if zh else word[:1].lower() + word[1:]
    if kind == "contact" and (values := _taken(where, "relation")):
        return _values(values, lang)
    if kind == "isolation" and (values := _taken(where, "setting")):
        return _values(values, lang)
    if kind in _TESTS and (values := _taken(where, "result")):
        return f"{word}{_values(values, lang)}" if zh else f"{_values(values, lang)} {word}"
    if kind == "diagnosis" and (values := _taken(where, "status")):
        return f"诊断为{_values(values, lang)}" if zh else f"diagnosis {_values(values, lang)}"
    if kind == "symptom" and (values := _taken(where, "code")):
        gone = where.get("present", Condition()).one_of == (False,)
        _taken(where, "present")
        said = _values(values, lang)
        return (f"{said}消除" if gone else said) if zh else f"{said}{' gone' if gone else ''}"
    if kind == "stay" and where.get("country") == Condition(none_of=("CN",)):
        del where["country"]
        return "境外旅居" if zh else "stay abroad"
    return word


def _taken(where: dict[str, Condition], name: str) -> tuple[object, ...]:
    """The values of a pure ``one_of``, taken out; empty when it says more than that."""
    condition = where.get(name)
    if condition is None or not condition.one_of or condition != Condition(one_of=condition.one_of):
        return ()
    del where[name]
    return condition.one_of


def _values(values: Iterable[object], lang: str) -> str:
    return _or(list(dict.fromkeys(value_word(value, lang) for value in values)), lang.startswith("zh"))


def _settings(settings: Iterable[str], lang: str) -> str:
    return _values(settings, lang)


def _or(parts: Sequence[str], zh: bool) -> str:
    """确诊、疑似或复阳; confirmed, suspected or positive again."""
    first, last = (("、" if zh else ", ").join(parts[:-1]), parts[-1])
    return f"{first}{'或' if zh else ' or '}{last}" if first else last


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _an(words: str) -> str:
    return f"{'an' if words[:1] in 'aeiou' else 'a'} {words}"
