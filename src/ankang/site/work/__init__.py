"""The work lists of the first page, room by room. Each maker narrows by the room's own services."""

from ankang.base.work import register

from . import archive, exchange, health, house, people, places


def plug_in() -> None:
    """Give the port in ``base.work`` every list, in the order in which they are shown."""
    for room in (house, exchange, archive, health, people, places):
        register(room.MAKERS)
