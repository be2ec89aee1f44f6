"""Reading a rule set: the text becomes rules known to be sound, or a fault that names each rule and place."""

import tomllib
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

import msgspec

from ankang.core.names import has_control
from ankang.core.rules.checking import faults, warnings
from ankang.core.rules.language import Example, Header, Rule, RuleFile
from ankang.core.rules.plan import Plan, a_plan
from ankang.core.rules.wording import in_plain_words, place_in_words

DEFAULT = "zhejiang-2020-07"


class RuleSetFault(ValueError):
    """A rule set that cannot be used; each of ``findings`` names a rule and says what is wrong with it."""

    def __init__(self, findings: Sequence[str]) -> None:
        super().__init__("\n".join(findings))
        self.findings = tuple(findings)


class RuleSet(msgspec.Struct, frozen=True):
    """A checked rule set. ``kinds`` are the evidence kinds that can turn anybody: all else can be passed
    over at once. ``warnings`` is what may be a mistake.
    """

    file: RuleFile
    kinds: frozenset[str]
    plan: Plan
    warnings: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name that is kept with every colour computed by it: ``zhejiang-2020-07/1``."""
        return f"{self.file.name}/{self.file.version}"

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules in the order of the file."""
        return self.file.rules

    def rule(self, identity: str) -> Rule | None:
        """The rule with this id, if the set has it."""
        return next((rule for rule in self.rules if rule.id == identity), None)


def load(text: str, region: str = "") -> RuleSet:
    """The rule set written in ``text`` (TOML). Raises :class:`RuleSetFault` with everything that is wrong.

    ``region``: the GB/T 2260 code of where it is to be used; a set for another province is refused.
    """
    try:
        raw = tomllib.loads(text)
    except RecursionError:
        raise RuleSetFault(["the file cannot be read as TOML: it is nested too deeply"]) from None
    except ValueError as fault:  # no TOML, or a number of thousands of digits
        raise RuleSetFault([f"the file cannot be read as TOML: {fault}"]) from None
    findings, rules, examples, unread = list(_header_faults(raw)), [], [], set[str]()
    findings.extend(_control_faults(raw))
    for label, part in _parts(raw, "rules", findings):
        read = _converted(part, Rule, label, findings)
        rules.extend(read)
        if not read:
            unread.add(label.removeprefix("rule "))
    for label, part in _parts(raw, "examples", findings):
        examples.extend(_converted(part, Example, label, findings))
    findings.extend(f"rule {rule}: {what}" for rule, what in faults(rules, unread))
    findings.extend(_region_faults(raw.get("region"), region))
    if findings:
        raise RuleSetFault(findings)
    file = msgspec.convert(raw, RuleFile)
    plan = a_plan(file.rules)
    return RuleSet(file, frozenset(plan), plan, tuple(warnings(file.rules)))


def shipped() -> list[str]:
    """The names of the rule sets that ship with the platform."""
    folder = resources.files("ankang.core.rules").joinpath("data")
    return sorted(file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml"))


def load_shipped(name: str = DEFAULT, region: str = "") -> RuleSet:
    """A rule set that ships with the platform. Raises :class:`RuleSetFault` for a name that does not."""
    if name not in shipped():
        raise RuleSetFault([f"no rule set is called {name!r}; there are: {', '.join(shipped())}"])
    path = resources.files("ankang.core.rules").joinpath(f"data/{name}.toml")
    return load(path.read_text(encoding="utf-8"), region)


def _control_faults(raw: dict[str, Any]) -> Iterator[str]:
    """Characters that nobody sees and no database keeps, wherever they stand."""
    header = {name: value for name, value in raw.items() if name not in ("rules", "examples")}
    parts = [("", header), *_parts(raw, "rules", []), *_parts(raw, "examples", [])]
    for label, part in parts:
        for path, text in _texts(part, ""):
            if has_control(text):
                yield ": ".join(one for one in (label, place_in_words(path), "there is a control character in it") if one)


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text in a part of the file, its keys too, with its place."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield path, name
            yield from _texts(inner, f"{path}.{name}".lstrip("."))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{number}]")


def _header_faults(raw: dict[str, Any]) -> Iterator[str]:
    header = {name: value for name, value in raw.items() if name not in ("rules", "examples")}
    for field in header.keys() - set(Header.__struct_fields__):
        yield f"there is no field called `{field}`"
    for field in Header.__struct_fields__:
        only = {**_BLANK, **({field: header[field]} if field in header else {})}
        if field not in header and field != "region":
            only.pop(field)
        try:
            msgspec.convert(only, Header)
        except msgspec.ValidationError as fault:
            yield _said("", str(fault))


_BLANK: dict[str, Any] = msgspec.to_builtins(
    {
        "name": "x",
        "version": 1,
        "effective_from": "2020-01-01",
        "title": {"zh": "-", "en": "-"},
        "source": "-",
    }
)


def _parts(raw: dict[str, Any], name: str, findings: list[str]) -> Iterator[tuple[str, Any]]:
    """Each rule or example with the label it is called by."""
    parts = raw.get(name, [])
    if not isinstance(parts, list) or (name == "rules" and not parts):
        findings.append(f"`{name}`: the file needs one [[{name}]] or more")
        return
    for number, part in enumerate(parts, 1):
        identity = part.get("id") if isinstance(part, dict) else None
        label = f"{name[:-1]} {identity if isinstance(identity, str) and identity else number}"
        yield label, part


def _converted(part: Any, type_: Any, label: str, findings: list[str]) -> list[Any]:
    try:
        return [msgspec.convert(part, type_)]
    except msgspec.ValidationError as fault:
        findings.append(_said(label, str(fault)))
        return []


def _said(label: str, complaint: str) -> str:
    place, what = in_plain_words(complaint)
    return ": ".join(part for part in (label, place, what) if part)


def _region_faults(own: object, wanted: str) -> Iterator[str]:
    from ankang.core.regions import ever_existed

    if not isinstance(own, str) or not own:
        return
    if own.isdigit() and not ever_existed(own.ljust(6, "0")):
        yield f"region: no region of GB/T 2260 has the code {own}"
    elif wanted and not (wanted.startswith(own) or own.startswith(wanted)):
        yield f"region: this rule set is for {_named(own)}, not for {_named(wanted)}"


def _named(code: str) -> str:
    from ankang.core.regions import region_at

    region = region_at(code.ljust(6, "0"))
    return f"{region.full_name} ({code})" if region else code
