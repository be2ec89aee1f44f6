"""A torn or stained sheet: read up to the limit of its error correction, and beyond it never as somebody else's."""

import numpy as np
import pytest
import segno
import zxingcpp

from ankang.core import codes
from tests.core.vectors import vectors

TEXT = str(vectors("code-p")["dated"]["text"])
NOW = 1595275200
SCALE, BORDER = 6, 4


def printed(level: str = "q") -> np.ndarray:
    """A sheet's code as we print it, one byte a pixel."""
    code = segno.make(TEXT, error=level, micro=False, boost_error=False)
    rows = [[0 if dark else 255 for dark in row] for row in code.matrix_iter(scale=1, border=BORDER)]
    return np.kron(np.array(rows, np.uint8), np.ones((SCALE, SCALE), np.uint8))


def torn(picture: np.ndarray, share: float) -> np.ndarray:
    """The lower right corner gone: ``share`` of the area, where no finder pattern is."""
    side = int(round((share**0.5) * (len(picture) - 2 * BORDER * SCALE)))
    end = len(picture) - BORDER * SCALE
    left = picture.copy()
    left[end - side : end, end - side : end] = 255
    return left


def read(picture: np.ndarray) -> str | None:
    found = zxingcpp.read_barcode(picture, formats=zxingcpp.BarcodeFormat.QRCode)
    return found.text if found is not None and found.valid else None


def test_a_corner_of_a_seventh_may_be_torn_off_and_a_third_may_not() -> None:
    shares = [share / 100 for share in range(0, 40, 2)]
    readings = [read(torn(printed(), share)) for share in shares]
    limit = next(share for share, reading in zip(shares, readings, strict=True) if reading is None)
    assert 0.14 <= limit <= 0.32
    assert set(readings) == {TEXT, None}
    assert all(reading is None for share, reading in zip(shares, readings, strict=True) if share > limit)


@pytest.mark.parametrize("seed", range(3))
def test_stains_up_to_the_limit_are_read_and_beyond_it_nothing_is_made_up(seed: int) -> None:
    """Single modules are turned around, ever more of them, all over the code."""
    rng, clean = np.random.default_rng(seed), printed()
    modules = len(clean) // SCALE - 2 * BORDER
    places = rng.permutation([(row, column) for row in range(modules) for column in range(modules) if _is_data(row, column, modules)])
    found = {}
    for stains in (0, 20, 60, 300, 700):
        picture = clean.copy()
        for row, column in places[:stains]:
            down, across = (row + BORDER) * SCALE, (column + BORDER) * SCALE
            picture[down : down + SCALE, across : across + SCALE] = 255 - picture[down : down + SCALE, across : across + SCALE]
        found[stains] = read(picture)
    assert (found[0], found[20], found[700]) == (TEXT, TEXT, None)
    assert set(found.values()) <= {TEXT, None}


def test_what_was_read_is_still_checked_by_its_signature() -> None:
    keys = {int(kid): bytes.fromhex(public) for kid, public in vectors("code-p")["public_keys"].items()}
    found = read(torn(printed(), 0.1))
    assert found is not None
    codes.check_paper(codes.parse_paper(found), keys, NOW)


def _is_data(row: int, column: int, modules: int) -> bool:
    """Outside the three corners with finder and format bits, and the timing lines."""
    corner = (row < 9 and column < 9) or (row < 9 and column >= modules - 8) or (row >= modules - 8 and column < 9)
    return not corner and row != 6 and column != 6
