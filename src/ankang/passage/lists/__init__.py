"""Publishing the lists for scanners without a network (docs/list-format.md §10).

The room is passage: it knows doors, and may ask health for the colours. Everything here needs numpy; import it late.
"""

from .publishing import Published, publish_lists

__all__ = ["Published", "publish_lists"]
