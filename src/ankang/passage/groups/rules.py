"""Pure decisions about groups."""

from collections.abc import Sequence

from ankang.base.reading.columns import Column

MEMBER_HOW = ("code", "document", "file")
LEFT_WHY = ("member", "organiser", "group_ended")
MEMBERS_PER_GROUP = 200
LIST_BYTES = 512 * 1024
CODE_LETTERS = "ACDEFGHJKLMNPQRTUVWXY34679"
CODE_LENGTH = 8

COLUMNS = (
    Column("name", "姓名", "name", "name", ("full name",), required=True, example="王小明"),
    Column("document_kind", "证件类型", "document type", "document_kind", ("document kind",)),
    Column("document", "证件号码", "document number", "document", ("document", "id", "身份证号", "身份证号码"), required=True),
)
"""The columns of a list of members."""
LIST_FAULTS = {
    "not_on_file": (
        "没有以此姓名和证件领过码的人，请核对，或请本人先申领",
        "Nobody has a code under this name and document. Check them, or let the person apply first",
    ),
    "group_full": ("团体已满 200 人", "The group has 200 members already"),
}


def tidy_code(text: str) -> str:
    """A join code as it is stored: typed small, with spaces or hyphens, it is the same."""
    return "".join(letter for letter in text.upper()[:40] if letter.isalnum())


def pasted(text: str) -> bytes:
    """Pasted lines as a table of our format: cells by comma, tab or (two of them) a space; a heading when there is none."""
    lines = []
    for line in text.replace("，", ",").replace("\t", ",").splitlines():
        lines.append(line if "," in line else ",".join(line.rsplit(None, 1)))
    if lines and any(sign.isdigit() for sign in lines[0]):
        lines.insert(0, "姓名,证件号码")
    return "\n".join(lines).encode()


def left_to_mend(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Refused rows below their heading, as ``pasted`` reads them again; a comma inside a cell becomes a space."""
    if not rows:
        return ""
    return "\n".join(",".join(cell.replace(",", " ") for cell in row) for row in (header, *rows))
