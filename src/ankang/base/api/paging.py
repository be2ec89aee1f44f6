"""Pages of a list: an opaque signed cursor, at most 200 rows, ``next`` until the end (E11).

A cursor says after which row to go on, by the values that order the list: rows that come or go meanwhile neither repeat
nor hide another one, and the tenth page costs as much as the first.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar

from django.core.signing import BadSignature, dumps, loads
from django.db.models import Model, Q, QuerySet
from ninja import Schema
from pydantic import Field

from ..errors import BadCursor

MOST = 200
Item = TypeVar("Item")
Row = TypeVar("Row", bound=Model)


class PageIn(Schema):
    """``limit``: rows of a page; ``cursor``: the ``next`` of the page before."""

    limit: Annotated[int, Field(ge=1, le=MOST, description="rows of a page")] = 50
    cursor: Annotated[str, Field(max_length=600, description="the `next` of the page before")] = ""


class Page(Schema, Generic[Item]):
    """Some rows of a list; ``next`` is the cursor of the following page, or null at the end."""

    items: list[Item]
    next: str | None = None


def page_of(
    rows: "QuerySet[Row]", order: Sequence[str], wanted: PageIn, shown: Callable[[Row], Any], name: str
) -> dict[str, Any]:
    """One page of ``rows`` in ``order`` (fields of the row; the last one is unique), each as ``shown`` tells it.

    ``name`` binds a cursor to its list. Raises BadCursor.
    """
    found = list(_after(rows, order, wanted.cursor, name).order_by(*order)[: wanted.limit + 1])
    page, more = found[: wanted.limit], len(found) > wanted.limit
    last = [_plain(getattr(page[-1], field.lstrip("-"))) for field in order] if more else None
    return {"items": [shown(row) for row in page], "next": _cursor(last, name) if last else None}


def page_of_sequence(rows: Sequence[Any], wanted: PageIn, shown: Callable[[Any], Any], name: str) -> dict[str, Any]:
    """The same for a list that is in memory and short. Raises BadCursor."""
    said = _read(wanted.cursor, name) if wanted.cursor else [0]
    start = said[0] if len(said) == 1 and isinstance(said[0], int) else 0
    end = start + wanted.limit
    return {"items": [shown(row) for row in rows[start:end]], "next": _cursor([end], name) if end < len(rows) else None}


def _after(rows: "QuerySet[Row]", order: Sequence[str], cursor: str, name: str) -> "QuerySet[Row]":
    if not cursor:
        return rows
    values = _read(cursor, name)
    if len(values) != len(order):
        raise BadCursor()
    behind, same = Q(), Q()
    for field, value in zip(order, values, strict=True):
        column, compare = field.lstrip("-"), "lt" if field.startswith("-") else "gt"
        behind |= same & Q(**{f"{column}__{compare}": value})
        same &= Q(**{column: value})
    return rows.filter(behind)


def _cursor(values: Sequence[Any], name: str) -> str:
    return dumps(list(values), salt=f"ankang.cursor.{name}", compress=False)


def _read(cursor: str, name: str) -> list[Any]:
    try:
        return list(loads(cursor, salt=f"ankang.cursor.{name}"))
    except (BadSignature, ValueError, TypeError, UnicodeError):
        raise BadCursor() from None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, int | str) else str(value)
