"""Rule sets as data, and the one function that turns evidence into a colour."""

from ankang.core.rules.areas import AreaIndex
from ankang.core.rules.evaluation import (
    UNTOUCHED,
    ActiveReason,
    Assessment,
    evaluate,
    read,
    spells,
)
from ankang.core.rules.examples import failed_examples
from ankang.core.rules.language import Area, Text
from ankang.core.rules.loading import DEFAULT, RuleSet, RuleSetFault, load, load_shipped, shipped
from ankang.core.rules.plan import Spell

__all__ = [
    "DEFAULT",
    "UNTOUCHED",
    "ActiveReason",
    "Area",
    "AreaIndex",
    "Assessment",
    "RuleSet",
    "RuleSetFault",
    "Spell",
    "Text",
    "evaluate",
    "failed_examples",
    "load",
    "load_shipped",
    "read",
    "shipped",
    "spells",
]
