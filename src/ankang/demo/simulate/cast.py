"""Who plays in the simulated day: residents with a credential and doors with a scanner.

They come from the local database: the simulator is an operator's tool on the product's own machine, and the
HTTP interface has no back door for it.
"""

from datetime import datetime
from random import Random

from django.db import transaction

from ankang.core.colours import Colour
from ankang.demo.credentials import NoDemonstration, device_bearer, place_text, resident_bearers
from ankang.demo.phone import Phone
from ankang.health.models import Colour as ColourRow
from ankang.people.models import Person
from ankang.places.models import Checkpoint

from .doors import Actor, Cast, Door

LABEL = "simulator"
SCANNER = "模拟扫码枪"
MOST_ACTORS = 10_000
COLOURED_SHARE = 0.1


@transaction.atomic
def gather(base: str, random: Random, now: datetime, most: int = MOST_ACTORS) -> Cast:
    """At most ``most`` residents, some of them not green, and every door. Raises NoDemonstration."""
    people = _people(random, most)
    doors = Checkpoint.objects.order_by("pk")
    if not people or not any(door.state == "in_use" for door in doors):
        raise NoDemonstration("Nobody to play: run `ankang demo seed` first.")
    bearers = resident_bearers(people, LABEL, now)
    actors = [Actor(person, Phone(base, bearer)) for person, bearer in bearers.items()]
    return Cast(actors, [_door(door, now) for door in doors])


def _people(random: Random, most: int) -> list[int]:
    """A sample of all, with enough of those who are not green to be met."""
    everybody = list(Person.objects.order_by("pk").values_list("pk", flat=True))
    coloured = ColourRow.objects.exclude(colour=Colour.GREEN).order_by("pk").values_list("pk", flat=True)
    chosen = set(random.sample(everybody, min(most, len(everybody))))
    return sorted(chosen | set(coloured[: int(most * COLOURED_SHARE)]))[:most]


def _door(door: Checkpoint, now: datetime) -> Door:
    return Door(
        checkpoint=door.pk,
        name=door.name,
        type=door.type,
        in_use=door.state == "in_use",
        bearer=device_bearer(door, SCANNER, now),
        poster=place_text(door),
        latitude=door.latitude,
        longitude=door.longitude,
    )
