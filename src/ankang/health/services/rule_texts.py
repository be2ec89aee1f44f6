"""The text of a rule set as it comes in, and everything that is wrong with it, by rule and place."""

import tomllib
from functools import lru_cache
from typing import Any, NamedTuple

from ankang.base.models import Region
from ankang.core.rules import RuleSet, RuleSetFault, failed_examples, load
from ankang.core.rules.findings import Finding, taken_apart

from ..errors import NotUtf8, RuleTextTooLarge

LARGEST = 256 * 1024
"""Bytes of a rule set."""


class Findings(NamedTuple):
    """What is wrong with a text. ``rule_set`` is None while it has faults of its own (failing examples aside).

    ``warnings`` may be meant. ``examples``: for each worked example of a sound set whether it comes out as written.
    """

    rule_set: RuleSet | None
    faults: tuple[Finding, ...]
    warnings: tuple[str, ...]
    examples: tuple[bool, ...]

    @property
    def sound(self) -> bool:
        """Whether it may be submitted."""
        return not self.faults


def read_text(given: str | bytes) -> str:
    """The text with plain line ends. Raises NotUtf8 (also a text with what a wrong encoding leaves) and RuleTextTooLarge."""
    if len(given) > LARGEST:
        raise RuleTextTooLarge()
    try:
        text = given if isinstance(given, str) else given.decode("utf-8-sig")
        size = len(text.encode())
    except UnicodeError:
        raise NotUtf8() from None
    if "\ufffd" in text or "\0" in text:
        raise NotUtf8()
    if size > LARGEST:
        raise RuleTextTooLarge()
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


def province() -> str:
    """The code of the province this installation is for: the root of its regions."""
    root = Region.objects.filter(parent=None, level="province").order_by("code")
    return root.values_list("code", flat=True).first() or ""


@lru_cache(maxsize=64)
def check_text(text: str, region: str) -> Findings:
    """Check the schema, the sense, the region and the worked examples of a rule set for ``region``."""
    raw = raw_of(text)
    labels, examples = labels_of(raw), len(parts_of(raw, "examples"))
    try:
        rule_set = load(text, region)
    except RuleSetFault as fault:
        return Findings(None, tuple(taken_apart(one, labels, examples) for one in fault.findings), (), ())
    own = rule_set.file.region
    faults = [taken_apart(one, labels, examples) for one in failed_examples(rule_set)]
    failed = {fault.example for fault in faults}
    outcomes = tuple(number not in failed for number in range(examples))
    if region and len(own) > len(region):
        faults.insert(0, Finding(None, None, "", "region", f"only a set for the whole province ({region}) can be published"))
    return Findings(rule_set, tuple(faults), rule_set.warnings, outcomes)


def raw_of(text: str) -> dict[str, Any]:
    """The file as plain values; empty when it is no TOML."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def parts_of(raw: dict[str, Any], name: str) -> list[Any]:
    """The file's rules or examples; empty when there are none."""
    parts = raw.get(name)
    return parts if isinstance(parts, list) else []


def labels_of(raw: dict[str, Any]) -> list[str]:
    """What findings call each rule: its id, or its number from 1."""
    labels = []
    for number, part in enumerate(parts_of(raw, "rules"), 1):
        identity = part.get("id") if isinstance(part, dict) else None
        labels.append(identity if isinstance(identity, str) and identity else str(number))
    return labels
