"""Use cases of the personal archive, the only door for other rooms (requirement B1). No service commits."""

from .consent import is_withdrawn, withdrawn_among
from .items import NewItem, items_of, record_items
from .parts import Part, kept_parts

__all__ = ["NewItem", "Part", "is_withdrawn", "items_of", "kept_parts", "record_items", "withdrawn_among"]
