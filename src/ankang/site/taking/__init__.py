"""Which lists of the console can be taken away as a file, and what stands in a row of it."""

from ankang.base.exports import register

from . import house, people, places


def plug_in() -> None:
    """Give ``base.exports`` every list that can be taken away."""
    register(*people.SUBJECTS, *places.SUBJECTS, *house.SUBJECTS)
