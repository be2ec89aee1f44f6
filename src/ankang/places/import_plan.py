"""What a plan of a list of places is made of: what is there, the organisations it speaks of, and its rows. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ankang.core.names import has_control

LONGEST_NAME, LONGEST_ENGLISH = 80, 160
_LOOKS = str.maketrans("囗АВЕКМНОРСТУХаеорсухіΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "口ABEKMHOPCTYXaeopcyxiABEZHIKMNOPTYXo")
_PLAIN = re.compile(r"[\u4e00-\u9fff0-9A-Za-z()（）·\- ]*")
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK")
OF_A_CHECKPOINT = ("checkpoint_en", "type", "site_no", "latitude", "longitude", "hours")


class Known(NamedTuple):
    """An organisation that is there."""

    id: int
    parent: int | None
    name: str
    name_en: str
    region: str
    kind: str


class Door(NamedTuple):
    """A checkpoint that is there."""

    id: int
    organisation: int
    name: str
    name_en: str
    type: int
    state: str
    site_no: int | None
    latitude: float | None
    longitude: float | None
    hours: str


@dataclass
class Ground:
    """What is there, in the reach of who hands the list in. ``regions``: code or name → code."""

    organisations: dict[int, Known]
    doors: dict[tuple[int, str], Door]
    regions: Mapping[str, str]
    default_region: str = ""
    root: int | None = None


@dataclass(eq=False)
class Unit:
    """An organisation of the plan: one that is there (``id``), or a new one. ``parent``: another unit, None at the top."""

    name: str
    id: int | None = None
    parent: "Unit | None" = None
    region: str = ""
    name_en: str = ""
    kind: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    first_line: int = 0
    asked: bool = False


@dataclass(eq=False)
class Planned:
    """One row of the plan."""

    line: int
    cells: list[str]
    outcome: str = "same"
    faults: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unit: Unit | None = None
    door: dict[str, Any] | None = None
    door_id: int | None = None
    door_was: dict[str, Any] = field(default_factory=dict)
    makes_unit: bool = False


def skeleton(name: str) -> str:
    """A name as the eye takes it: width, case, brackets and look-alike letters made one."""
    plain = unicodedata.normalize("NFKC", name.translate(_LOOKS)).casefold()
    return "".join(sign for sign in plain if sign.isalnum()).replace("0", "o").replace("1", "l").replace("i", "l")


def letters_fault(name: str) -> str:
    """Whether a name mixes alphabets that look alike, or holds characters nobody sees; empty when it is sound."""
    if _PLAIN.fullmatch(name):
        return ""
    hidden = any(unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp") for sign in name)
    if hidden or has_control(name):
        return "bad_characters"
    used = {
        alphabet for sign in name if sign.isalpha() for alphabet in _ALPHABETS if unicodedata.name(sign, "").startswith(alphabet)
    }
    return "mixed_letters" if len(used) > 1 else ""


def number_of(text: str) -> int:
    """The number in ``#12`` or ``12``; 0 for anything else."""
    digits = str(text).strip().lstrip("#")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 18 else 0
