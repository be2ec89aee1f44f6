"""The schema's complaints in plain words, with the place as a reader counts it: `when 1, areas 2`."""

import re

_PLACE = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?\$(?P<path>[^`]*)`)?$", re.DOTALL)
_INDEX = re.compile(r"\[(\d+)\]")
_TYPES = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table of fields",
    "date": "a date (like 2022-01-31, without quotes)",
    "datetime": "a date with its time (like 2022-01-31T08:00:00+08:00, without quotes)",
    "null": "nothing",
}
_CHOICES = {
    "areas": "low, medium, high, severe, prevention, control, sealed",
    "level": "low, medium, high, severe, prevention, control, sealed",
    "settings": "central, home",
    "colour": "red, yellow (in an example also green)",
    "counted_from": "step, beginning",
    "on": "evidence, served, isolation_over, order_over, area_lifted, elapsed, rule_over",
}
_PATTERNS = {
    "id": "a colour, a dot and small letters: red.close_contact",
    "name": "small letters, digits and hyphens: anhui-2022-01",
    "region": "2, 4 or 6 digits of GB/T 2260",
    "code": "2 to 12 digits",
}


def in_plain_words(complaint: str) -> tuple[str, str]:
    """Where and what, from one of msgspec's messages; the place is empty for the whole."""
    match = _PLACE.match(complaint)
    assert match is not None
    path = (match["path"] or "").lstrip(".").replace("[...]", "")
    return place_in_words(path), _what(match["what"], _INDEX.sub("", path).split(".")[-1])


def place_in_words(path: str) -> str:
    """``when[0].areas[1]`` → ``when 1, areas 2``."""
    numbered = _INDEX.sub(lambda index: f" {int(index[1]) + 1}\0", path)
    return numbered.replace("\0.", ", ").replace("\0", "").strip()


def _what(complaint: str, field: str) -> str:
    if match := re.match(r"Object missing required field `(\w+)`", complaint):
        return f"`{match[1]}` is missing"
    if match := re.match(r"Object contains unknown field `(.+)`", complaint):
        return f"there is no field called `{match[1]}`"
    if match := re.match(r"Invalid (?:enum )?value (.+)", complaint):
        return _not_a_choice(match[1], field)
    if match := re.match(r"Expected `(\w+)(?: \| null)?` matching regex", complaint):
        return f"is not written as it must be: {_PATTERNS.get(field, 'see docs/rules.md')}"
    if match := re.match(r"Expected `(\w+)` (?:of length )?(>=|<=) (\S+)", complaint):
        return _bound(*match.groups())
    if match := re.match(r"Expected `([^`]+)`, got `([^`]+)`", complaint):
        return f"{_types(match[1])} is expected, not {_types(match[2])}"
    if complaint.startswith("Invalid RFC3339"):
        return "is no date as it must be written: 2022-01-31, or 2022-01-31T08:00:00+08:00"
    return complaint


def _not_a_choice(value: str, field: str) -> str:
    choices = _CHOICES.get(field)
    return f"{value} is not known" + (f"; it can be: {choices}" if choices else "")


def _bound(type_: str, sign: str, limit: str) -> str:
    if type_ in ("array", "str") and sign == ">=":
        return "must not be empty"
    if type_ == "str":
        return f"must not be longer than {limit} characters"
    return f"must be {limit} or {'more' if sign == '>=' else 'less'}"


def _types(names: str) -> str:
    return " or ".join(_TYPES.get(name, name) for name in names.split(" | "))
