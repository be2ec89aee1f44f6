"""What kind of file this is, told from its bytes; the name may not say otherwise."""

import codecs

from .faults import FileFault

MAX_BYTES = 300 * 1024 * 1024
MAX_ROWS = 1_000_000
_BY_NAME = {"csv": "csv", "txt": "csv", "tsv": "csv", "xlsx": "xlsx", "ndjson": "ndjson", "jsonl": "ndjson"}
_ZIP = b"PK\x03\x04"
_OTHERS = (
    b"\xd0\xcf\x11\xe0",
    b"%PDF",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"MZ",
    b"\x7fELF",
)
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def check_name(filename: str) -> str:
    """The format that the file's name says. Raises FileFault unknown_type."""
    extension = filename.rpartition(".")[2].lower()
    if extension not in _BY_NAME:
        raise FileFault("unknown_type")
    return _BY_NAME[extension]


class Recogniser:
    """Is shown a file piece by piece and says at the end what it is: ``csv:utf-8``, ``csv:gb18030``, ``ndjson``, ``xlsx``."""

    def __init__(self, filename: str) -> None:
        """Raises FileFault for a name whose extension is none of ours."""
        self._named = check_name(filename)
        self._encodings = {
            name: codecs.getincrementaldecoder(name)() for name in ("utf-8", "gb18030") if self._named != "xlsx"
        }
        self._first = True
        self._blank = True

    def show(self, piece: bytes) -> None:
        """The next piece. Raises FileFault."""
        if self._first and piece:
            self._first = False
            self._check_head(piece[:4096])
        if self._named == "xlsx":
            self._blank = False
            return
        self._blank = self._blank and not piece.strip()
        self._decode(piece)

    def _decode(self, piece: bytes, final: bool = False) -> None:
        """Read on in the first encoding that still holds; what UTF-8 had not yet finished goes on in GB18030."""
        while self._encodings:
            name, decoder = next(iter(self._encodings.items()))
            begun = decoder.getstate()[0]
            try:
                decoder.decode(piece, final)
            except UnicodeDecodeError:
                del self._encodings[name]
                piece = begun + piece
            else:
                return
        raise FileFault("bad_encoding")

    def result(self) -> str:
        """The format. Raises FileFault empty_file."""
        if self._blank:
            raise FileFault("empty_file")
        if self._named != "xlsx":
            self._decode(b"", final=True)
        if self._named == "csv":
            return f"csv:{next(iter(self._encodings))}"
        if self._named == "ndjson" and "utf-8" not in self._encodings:
            raise FileFault("bad_encoding")
        return self._named

    def _check_head(self, head: bytes) -> None:
        if head.startswith(_WIDE):
            raise FileFault("bad_encoding")
        if (self._named == "xlsx") != head.startswith(_ZIP) or head.startswith(_OTHERS):
            raise FileFault("wrong_type")
        if self._named != "xlsx" and head.count(0) > len(head) // 10:
            raise FileFault("wrong_type")
        json_like = head.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"{"
        if self._named == "ndjson" and not json_like and head.strip():
            raise FileFault("wrong_type")
        if self._named == "csv" and json_like:
            raise FileFault("wrong_type")
