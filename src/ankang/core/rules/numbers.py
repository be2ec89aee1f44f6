"""The numbers of a rule, each with its place and its name in words: what an epidemiologist changes in a table."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ankang.core.rules.language import Elapsed, Ending, Match, OnEvidence, Rule, Served, Step
from ankang.core.rules.sentences import words_of_match
from ankang.core.rules.vocabulary import attribute_word, value_word

Path = tuple[str | int, ...]


class Number(NamedTuple):
    """One number of a rule. ``path`` leads to it in the file: ``("ends", 0, "steps", 0, "days")``."""

    path: Path
    zh: str
    en: str
    value: float | int

    def word(self, lang: str) -> str:
        """Its name; ``lang`` is ``zh`` or ``en``."""
        return self.zh if lang.startswith("zh") else self.en


def numbers_of(rule: Rule) -> list[Number]:
    """Every number that is written in the rule, but ``within_days``, in the order of the file."""
    found = [number for index, match in enumerate(rule.when) for number in _of_match(match, ("when", index))]
    found.extend(_named(number, "起始", "beginning") for number in _of_steps(rule.begins, ("begins",)))
    for index, ending in enumerate(rule.ends):
        numbers = _of_ending(ending, ("ends", index))
        several = len(rule.ends) > 1
        found.extend(_named(one, f"结束{index + 1}", f"ending {index + 1}") if several else one for one in numbers)
    return found


def place_of(path: Path) -> str:
    """The path as findings write it: ``ends 1, steps 1, days``."""
    words = ""
    for part in path:
        words += f" {part + 1}" if isinstance(part, int) else f"{', ' if words else ''}{part}"
    return words


def _named(number: Number, zh: str, en: str) -> Number:
    """The number with the part of the rule that it belongs to."""
    return number._replace(zh=f"{zh}：{number.zh}", en=f"{en}: {number.en}")


def _of_ending(ending: Ending, path: Path) -> Iterator[Number]:
    yield from _of_steps(ending.steps, (*path, "steps"))
    if ending.without:
        days = ending.without.within_days
        yield Number((*path, "without", "within_days"), "排除情形回溯天数", "days looked back for what bars it", days)


def _of_steps(steps: Sequence[Step], path: Path) -> Iterator[Number]:
    for index, step in enumerate(steps):
        here = (*path, index)
        if isinstance(step, Served):
            zh, en = ([value_word(setting, lang) for setting in step.settings] for lang in ("zh", "en"))
            yield Number((*here, "days"), f"{'或'.join(zh)}天数", f"days of {' or '.join(en)}", step.days)
        elif isinstance(step, Elapsed):
            yield Number((*here, "days"), "须满天数", "days to pass", step.days)
        elif isinstance(step, OnEvidence):
            yield from _of_evidence(step, here)


def _of_evidence(step: OnEvidence, path: Path) -> Iterator[Number]:
    zh, en = words_of_match(step, "zh"), words_of_match(step, "en")
    if step.times != 1:
        yield Number((*path, "times"), f"{zh}次数", f"times: {en}", step.times)
    if step.apart_hours:
        yield Number((*path, "apart_hours"), f"{zh}间隔小时数", f"hours apart: {en}", step.apart_hours)
    if step.after_hours:
        yield Number((*path, "after_hours"), f"{zh}采样须晚小时数", f"hours later sampled: {en}", step.after_hours)
    yield from _of_match(step, path)


def _of_match(match: Match, path: Path) -> Iterator[Number]:
    for name, condition in match.where.items():
        for bound, zh, en in (("at_least", "不低于", "at least"), ("at_most", "不高于", "at most")):
            value = getattr(condition, bound)
            if value is not None:
                said = attribute_word(name, "zh") + zh, f"{attribute_word(name, 'en')}: {en}"
                yield Number((*path, "where", name, bound), *said, value)
