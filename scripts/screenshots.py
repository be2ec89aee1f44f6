"""Copies the pictures that the browser tests took into docs/images, small, and composes the overview.

Called by `make screenshots` after the tests; needs Pillow (it is among the packages for tests).
"""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[1]
TAKEN, KEPT = ROOT / "tests" / "out" / "screens", ROOT / "docs" / "images"
NAMES = ("home-phone", "code-phone", "scanner-admit-phone", "place-pass-phone", "board-desk", "console-desk")
OVERVIEW = ("code-phone", "scanner-admit-phone", "board-desk")
HEIGHT, GAP, GROUND = 640, 32, "#eef1f5"
LARGEST = 300_000  # bytes


def main() -> None:
    """Write docs/images/*.png; says which picture is missing or too large."""
    missing = [name for name in NAMES if not (TAKEN / f"{name}.png").exists()]
    if missing:
        sys.exit(f"No picture of {', '.join(missing)} in {TAKEN}: did the browser tests pass?")
    KEPT.mkdir(parents=True, exist_ok=True)
    for name in NAMES:
        _keep(_taken(name), name)
    _keep(_side_by_side([_taken(name) for name in OVERVIEW]), "overview")


def _taken(name: str) -> Image.Image:
    return Image.open(TAKEN / f"{name}.png").convert("RGB")


def _side_by_side(pictures: list[Image.Image]) -> Image.Image:
    """The pictures in one row, all of one height, on a light ground."""
    scaled = [picture.resize((picture.width * HEIGHT // picture.height, HEIGHT)) for picture in pictures]
    width = sum(picture.width for picture in scaled) + GAP * (len(scaled) + 1)
    row, left = Image.new("RGB", (width, HEIGHT + 2 * GAP), GROUND), GAP
    for picture in scaled:
        row.paste(picture, (left, GAP))
        left += picture.width + GAP
    return row


def _keep(picture: Image.Image, name: str) -> None:
    """As PNG with a palette: the pages have few colours."""
    path = KEPT / f"{name}.png"
    picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    if size > LARGEST:
        sys.exit(f"{path} has {size} bytes, more than {LARGEST}.")


if __name__ == "__main__":
    main()
