"""Pure decisions about groups."""

import csv
import io

MEMBER_HOW = ("code", "document", "file")
LEFT_WHY = ("member", "organiser", "group_ended")
MEMBERS_PER_GROUP = 200
ROWS_PER_PASTE = 200
CODE_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
CODE_LENGTH = 8


def tidy_code(text: str) -> str:
    """A join code as it is stored: typed small, with spaces or hyphens, it is the same."""
    return "".join(letter for letter in text.upper()[:40] if letter.isalnum())


def rows_of(text: str) -> list[tuple[str, str]]:
    """Name and document number of each line that is not empty: separated by comma, tab, or spaces.

    A first line without any digit is a heading.
    """
    found = []
    for line in text.replace("，", ",").splitlines():
        cells = [cell.strip() for cell in next(csv.reader(io.StringIO(line.replace("\t", ","))), []) if cell.strip()]
        if len(cells) == 1:
            cells = cells[0].rsplit(None, 1)
        if cells:
            found.append((cells[0], cells[1] if len(cells) > 1 else ""))
    if found and not any(letter.isdigit() for letter in found[0][1]):
        found = found[1:]
    return found
