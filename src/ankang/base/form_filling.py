"""A form of ours, filled again with what was typed into it: for a page that is shown once more because it was refused. Pure.

Works on the HTML that our own templates made, so every form has it without a line of its own, and without scripts. Secrets
(passwords, one-time codes) and files are not filled in; hidden fields keep what the fresh page says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

SECRET_TYPES = ("password", "file", "hidden", "submit", "button", "image", "reset")
FAULTY = ("fault-box", "error-summary", "errorlist", "rules-faults", "rules-note--fault", "send__fault", "field-box__fault", "field__error")
Typed = Mapping[str, Sequence[str]]


@dataclass
class _Form:
    """A form of the page: where it begins, its fields (name → value of hidden ones), the ``<details>`` it lies in."""

    start: int
    action: str
    identity: str = ""
    names: set[str] = field(default_factory=set)
    hidden: dict[str, str] = field(default_factory=dict)
    inside: list[int] = field(default_factory=list)


@dataclass
class _Control:
    """An input, select (with options) or textarea; offsets into the page. ``end``: behind the whole element."""

    form: _Form | None
    tag: str
    attrs: dict[str, str | None]
    start: int
    stop: int
    end: int = 0
    options: list[tuple[int, int, dict[str, str | None]]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Finds forms and their controls, with offsets."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.lines = [0]
        for line in page.split("\n"):
            self.lines.append(self.lines[-1] + len(line) + 1)
        self.forms: list[_Form] = []
        self.controls: list[_Control] = []
        self.focused: list[tuple[int, int, str, dict[str, str | None]]] = []
        self.faults: list[tuple[int, int, str, dict[str, str | None]]] = []
        self._form: _Form | None = None
        self._open: _Control | None = None
        self._details: list[int] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A start tag: a form, a control, or something that is focused or tells a fault."""
        given, start = dict(attrs), self._offset()
        stop = start + len(self.get_starttag_text() or "")
        if "autofocus" in given:
            self.focused.append((start, stop, tag, given))
        if given.get("aria-invalid") == "true" or given.get("role") == "alert" or set((given.get("class") or "").split()) & set(FAULTY):
            self.faults.append((start, stop, tag, given))
        if tag == "details":
            self._details.append(start)
        elif tag == "form":
            self._form = _Form(start, given.get("action") or "", given.get("id") or "", inside=list(self._details))
            if (given.get("method") or "").lower() == "post":
                self.forms.append(self._form)
        elif tag in ("input", "select", "textarea", "button"):
            self._control(_Control(self._form, tag, given, start, stop, stop))
        elif tag == "option" and self._open is not None:
            self._open.options.append((start, stop, given))

    def handle_endtag(self, tag: str) -> None:
        """An end tag closes what it opened."""
        if tag == "form":
            self._form = None
        elif tag == "details" and self._details:
            self._details.pop()
        elif self._open is not None and tag == self._open.tag:
            self._open.end = self._offset() + len(f"</{tag}>")
            self._open = None

    def _control(self, found: _Control) -> None:
        name = found.attrs.get("name") or ""
        owner = found.attrs.get("form")
        if owner:
            found.form = next((one for one in self.forms if one.identity == owner), None)
        if found.form is None or not name:
            return
        found.form.names.add(name)
        if found.attrs.get("type") == "hidden":
            found.form.hidden[name] = found.attrs.get("value") or ""
        if found.tag != "button":
            self.controls.append(found)
        if found.tag in ("select", "textarea"):
            self._open = found

    def _offset(self) -> int:
        line, column = self.getpos()
        return self.lines[line - 1] + column


def filled(page: str, address: str, at: str, typed: Typed, faults: Mapping[str, str], notice: str) -> str | None:
    """``page`` (shown at path ``at``) with its form to ``address`` filled; None when no such form is on it.

    ``faults``: field → sentence, put beside it; ``notice``: HTML put before the form. The first faulty field, or else the
    notice, gets the focus.
    """
    read = _Reader(page)
    form = _fitting(read.forms, address, at, typed)
    if form is None:
        return None
    own = [one for one in read.controls if one.form is form]
    first = next((one for one in own if _fault_of(one, faults)), None)
    moved = read.focused if first or notice else []
    edits = [(start, stop, _tag(tag, attrs, autofocus=False)) for start, stop, tag, attrs in moved]
    edits += [(start, start + len("<details"), "<details open") for start in form.inside]
    edits.append((form.start, form.start, notice.replace(" autofocus", "", 1) if first else notice))
    told: set[str] = set()
    for one in own:
        edits += _edits(one, page, typed, _fault_of(one, faults), one is first, told, bool(moved))
    return _apply(page, edits)


def focused_on_fault(page: str) -> str:
    """``page`` with the focus on its first fault and nowhere else; as it is when it tells none."""
    read = _Reader(page)
    told = [one for one in read.faults if one in read.focused]
    if not read.faults or (told and len(read.focused) == 1):
        return page
    start, stop, tag, attrs = (told or read.faults)[0]
    made = _tag(tag, attrs if tag in ("input", "select", "textarea") else {"tabindex": "-1", **attrs}, autofocus=True)
    edits = [(begin, end, _tag(name, given, autofocus=False)) for begin, end, name, given in read.focused]
    return _apply(page, [*edits, (start, stop, made)])


def _fitting(forms: Sequence[_Form], address: str, at: str, typed: Typed) -> _Form | None:
    """The form that sends to ``address``; of several, the one whose fields, then hidden values, are most like what came."""
    path = urlsplit(address).path
    fitting = [one for one in forms if (urlsplit(one.action).path or at) == path]

    def likeness(one: _Form) -> tuple[int, int]:
        names = len(one.names & set(typed)) - len(set(typed) - one.names)
        return names, sum(value in typed.get(name, ()) for name, value in one.hidden.items())

    best = max(fitting, key=likeness, default=None)
    return best if best is None or not typed or best.names & set(typed) else None


def _fault_of(one: _Control, faults: Mapping[str, str]) -> str:
    return "" if one.attrs.get("type") == "hidden" else faults.get(one.attrs.get("name") or "", "")


def _edits(
    one: _Control, page: str, typed: Typed, fault: str, first: bool, told: set[str], moved: bool
) -> list[tuple[int, int, str]]:
    name, attrs = one.attrs.get("name") or "", dict(one.attrs)
    kind = (attrs.get("type") or "text").lower() if one.tag == "input" else one.tag
    edits: list[tuple[int, int, str]] = []
    values = list(typed.get(name, ()))
    if kind in ("checkbox", "radio"):
        attrs.pop("checked", None)
        if (attrs.get("value") or "on") in values:
            attrs["checked"] = None
    elif one.tag == "select" and values:
        edits += [(start, stop, _option(given, values)) for start, stop, given in one.options]
    elif one.tag == "textarea" and values:
        edits.append((one.stop, one.end - len("</textarea>"), "\n" + escape(values[0])))
    elif one.tag == "input" and kind not in SECRET_TYPES and attrs.get("autocomplete") != "one-time-code" and values:
        attrs["value"] = values[0]
    if fault:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"refused-{name}"}
        if name not in told and kind not in ("checkbox", "radio"):
            told.add(name)
            edits.append((one.end, one.end, f'<span class="refused-field" id="refused-{escape(name)}">{escape(fault)}</span>'))
    tag = _tag(one.tag, attrs, autofocus=first or "autofocus" in one.attrs and not moved)
    if tag != page[one.start : one.stop]:
        edits.append((one.start, one.stop, tag))
    return edits


def _option(attrs: Mapping[str, str | None], values: Sequence[str]) -> str:
    kept: dict[str, str | None] = {name: value for name, value in attrs.items() if name != "selected"}
    if kept.get("value") in values:
        kept["selected"] = None
    return _tag("option", kept, autofocus=False)


def _tag(tag: str, attrs: Mapping[str, str | None], autofocus: bool) -> str:
    """The start tag anew."""
    kept: dict[str, str | None] = {name: value for name, value in attrs.items() if name != "autofocus"}
    if autofocus:
        kept["autofocus"] = None
    return f"<{tag}" + "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in kept.items()) + ">"


def _apply(page: str, edits: Sequence[tuple[int, int, str]]) -> str:
    """The page with pieces replaced; of two edits of the same tag the later stands, insertions come first."""
    chosen: dict[tuple[int, int], str] = {}
    for start, stop, text in edits:
        chosen[start, stop] = text
    made, at = [], 0
    for (start, stop), text in sorted(chosen.items()):
        if start < at:
            continue
        made += [page[at:start], text]
        at = stop
    return "".join([*made, page[at:]])
