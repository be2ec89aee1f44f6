"""Law: Chinese first, English complete: every text of the code and the pages has its Chinese words."""

import re
from io import BytesIO
from pathlib import Path

from babel.messages.extract import extract
from babel.messages.pofile import read_po

SOURCE = Path(__file__).parents[2] / "src" / "ankang"
KEYWORDS = {"_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
_TRANSLATE = re.compile(r"""\{%\s*(?:translate|trans)\s+(?:"([^"]+)"|'([^']+)')""")
_BLOCK = re.compile(r"\{%\s*blocktrans(?:late)?\b([^%]*)%\}(.*?)\{%\s*endblocktrans", re.DOTALL)


def _catalog() -> dict[str, str]:
    words: dict[str, str] = {}
    for path in SOURCE.rglob("locale/zh_Hans/LC_MESSAGES/django.po"):
        for message in read_po(BytesIO(path.read_bytes())):
            if message.id:
                singular = message.id if isinstance(message.id, str) else message.id[0]
                text = message.string if isinstance(message.string, str) else message.string[0]
                words[singular] = "" if message.fuzzy else text
    return words


def _texts_of_code() -> set[str]:
    found = set()
    for path in SOURCE.rglob("*.py"):
        with path.open("rb") as file:
            for _line, message, _comments, _context in extract("python", file, keywords=KEYWORDS):
                first = message[0] if isinstance(message, tuple) else message
                found.add(first)
    return found


def _texts_of_pages() -> set[str]:
    found = set()
    for path in SOURCE.rglob("templates/**/*.html"):
        page = path.read_text()
        found |= {one or other for one, other in _TRANSLATE.findall(page)}
        for options, text in _BLOCK.findall(page):
            text = text.split("{% plural")[0]
            text = re.sub(r"\s*\n\s*", " ", text).strip() if "trimmed" in options else text
            found.add(re.sub(r"\{\{\s*([\w.]+)\s*\}\}", r"%(\1)s", text.replace("%", "%%")))
    return found


# Said in two ways, each right wherever it is read (the room that is installed first is heard). The list only gets shorter.
SAID_TWO_WAYS = {
    ", ",
    "A new token",
    "Call 12345",
    "Check a signed reason",
    "Compare",
    "Continue",
    "Document",
    "Ends",
    "English name",
    "For how long?",
    "From",
    "Handed in",
    "Look at it",
    "Nothing on file restricts this person.",
    "Please check:",
    "Record and show",
    "Revoke",
    "Search",
    "Show",
    "Since",
    "This read is on record; the person sees it on their own page.",
    "Undo",
    "Undone.",
    "Until",
    "What is wrong",
    "Who looked at me",
    "Your decision is on record.",
    "begun",
    "case or order number",
    "feed",
    "number",
    "organisation",
    "people",
    "pseudonym of the day",
    "purpose",
    "region",
    "revoked at",
    "running",
    "saw",
    "taken",
    "target",
    "town",
    "withdrawn",
}


def _said() -> dict[tuple[str | None, str], set[str]]:
    """(context, English) → its Chinese words in all rooms: Django merges the catalogues, so one room's words win in all."""
    said: dict[tuple[str | None, str], set[str]] = {}
    for path in SOURCE.rglob("locale/zh_Hans/LC_MESSAGES/django.po"):
        for message in read_po(BytesIO(path.read_bytes())):
            if message.id:
                english = message.id if isinstance(message.id, str) else message.id[0]
                chinese = message.string if isinstance(message.string, str) else message.string[0]
                said.setdefault((message.context, english), set()).add(chinese)
    return said


def test_one_english_text_has_one_chinese_across_rooms_unless_a_context_tells_them_apart() -> None:
    two_ways = {english for (_context, english), chinese in _said().items() if len(chinese) > 1}
    assert sorted(two_ways - SAID_TWO_WAYS) == []
    assert sorted(SAID_TWO_WAYS - two_ways) == []


def test_every_text_has_chinese_words() -> None:
    catalog = _catalog()
    texts = _texts_of_code() | _texts_of_pages()
    django_has = {"Log out", "Home", "Delete", "Save", "Yes", "No"}
    assert len(texts) > 200
    assert sorted(text for text in texts - django_has if not catalog.get(text)) == []


def test_chinese_words_are_chinese() -> None:
    latin_is_right = re.compile(r"^[\W\d_A-Za-z%()]*$")
    untranslated = [text for text, chinese in _catalog().items() if chinese and latin_is_right.match(chinese)]
    assert [text for text in untranslated if re.search(r"[A-Za-z]{4,} [a-z]", text)] == []
