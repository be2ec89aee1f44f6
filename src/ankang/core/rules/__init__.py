"""Rule sets as data, and the one function that turns evidence into a colour."""

from ankang.core.rules.evaluation import (
    UNTOUCHED,
    ActiveReason,
    Assessment,
    Spell,
    evaluate,
    read,
    spells,
)
from ankang.core.rules.language import Area, Text
from ankang.core.rules.loading import DEFAULT, RuleSet, RuleSetFault, load, load_shipped

__all__ = [
    "DEFAULT",
    "UNTOUCHED",
    "ActiveReason",
    "Area",
    "Assessment",
    "RuleSet",
    "RuleSetFault",
    "Spell",
    "Text",
    "evaluate",
    "load",
    "load_shipped",
    "read",
    "spells",
]
