"""Files out of lists (G2, G3): masked ones for everybody who sees the list; others with a purpose and another person's yes.

An unmasked file is bound to the very rows that were asked for, carries who, when, why and its number on every page and in
every row, lies sealed until it is fetched, is fetched once within a day, and each person in it is read on record.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ankang.core.sm.hashing import sm3
from ankang.trust.keyring import keyring

from .approvals import Subject, approvals_for, ask_approval
from .errors import BadInput, NotAllowed, NotFound, Problem
from .export_files import FORMS, Told, make_file
from .models import Approval, Export
from .permissions import may, regions_where
from .saved_filters import clean_query
from .services import record_read

MOST_MASKED, MOST_CLEAR = 20_000, 2_000
KEPT = timedelta(hours=24)
PURPOSE_LENGTH = 200
SUBJECT = "export"
_LABEL = "export.file"


class ExportGone(Problem):
    status = 410
    zh, en = "文件已被取走或已过期（24 小时），请重新申请。", "The file was fetched already, or its 24 hours are over. Ask for it again."


class ExportTooLarge(Problem):
    status = 413
    zh, en = "行数太多，请缩小筛选范围后再导出。", "There are too many rows. Narrow the filters and try again."


@dataclass(frozen=True)
class ExportSubject:
    """A list that can be taken away. ``rows(user, query)``: a queryset in the reader's reach, with the list's filters.

    ``masked(row, lang)`` and ``clear(row, lang)`` answer one row's cells for ``columns``; without ``clear`` nothing here is
    masked. ``prepare(rows)`` completes them at once before. ``person(row)``: whose data a row is. ``clear_permission`` asks
    for the file, ``approve_permission`` decides.
    """

    key: str
    title: Any
    page: str
    permission: str
    columns: Sequence[Any]
    rows: Callable[[Any, str], QuerySet[Any]]
    masked: Callable[[Any, str], Sequence[str]]
    clear: Callable[[Any, str], Sequence[str]] | None = None
    person: Callable[[Any], int] | None = None
    fields: Sequence[str] = ()
    clear_rows: Callable[[Any, str], QuerySet[Any]] | None = None
    clear_permission: str = ""
    approve_permission: str = ""
    prepare: Callable[[Sequence[Any]], None] | None = None


SUBJECTS: dict[str, ExportSubject] = {}


def register(*subjects: ExportSubject) -> None:
    """Called in ``AppConfig.ready``."""
    SUBJECTS.update({subject.key: subject for subject in subjects})


def subject_for(user: Any, key: str) -> ExportSubject:
    """The list, if ``user`` may look at it. Raises NotFound, NotAllowed."""
    found = SUBJECTS.get(key)
    if found is None:
        raise NotFound()
    if not may(user, found.permission):
        raise NotAllowed(details={"permission": found.permission})
    return found


def exports_at(user: Any, path: str) -> ExportSubject | None:
    """What can be taken away from the list at ``path``."""
    for subject in SUBJECTS.values():
        try:
            if reverse(subject.page) == path and may(user, subject.permission):
                return subject
        except NoReverseMatch:
            continue
    return None


def may_ask_in_clear(user: Any, subject: ExportSubject) -> bool:
    return subject.clear is not None and may(user, subject.clear_permission)


def masked_file(
    user: Any, subject: ExportSubject, query: str, form: str, lang: str, now: datetime, part: int | None = None
) -> tuple[Export, bytes]:
    """The file as the list shows it, made at once; that it was taken is kept. Raises BadInput, ExportTooLarge.

    A long list is taken whole in parts of MOST_MASKED rows, by number, each a file of its own (``part`` from 1).
    """
    _check_form(form)
    query = clean_query(query)
    found = subject.rows(user, query)
    if part is None and found[MOST_MASKED : MOST_MASKED + 1].exists():
        raise ExportTooLarge(details={"most": MOST_MASKED, "fields": {"part": "required"}})
    first = (part - 1) * MOST_MASKED if part else 0
    rows = list((found.order_by("pk") if part else found)[first : first + MOST_MASKED])
    if part and not rows:
        raise BadInput(details={"fields": {"part": "unknown"}})
    kept = f"{query}&part={part}".lstrip("&") if part else query
    made = _row(user, subject, kept, form, lang, now, masked=True, rows=len(rows), state="fetched", fetched_at=now)
    body = make_file(_told(made, subject, user), _cells(subject, rows, subject.masked, lang))
    return made, body


def ask_export(
    user: Any, subject: ExportSubject, query: str, form: str, purpose: str, lang: str, now: datetime
) -> Export:
    """Ask for the file without masks. Raises NotAllowed, BadInput (``fields``), ExportTooLarge."""
    if not may_ask_in_clear(user, subject):
        raise NotAllowed(details={"permission": subject.clear_permission})
    _check_form(form)
    purpose, query = purpose.strip()[:PURPOSE_LENGTH], clean_query(query)
    if not purpose:
        raise BadInput(details={"fields": {"purpose": "required"}})
    wanted = _clear_rows(subject)(user, query).values_list("pk", flat=True)[: MOST_CLEAR + 1]
    ids = [one if isinstance(one, int) else str(one) for one in wanted]
    if len(ids) > MOST_CLEAR:
        raise ExportTooLarge(details={"most": MOST_CLEAR})
    made = _row(user, subject, query, form, lang, now, masked=False, rows=len(ids), state="asked", purpose=purpose, ids=ids)
    made.digest = digest_of(made)
    tops = regions_where(user, subject.clear_permission)
    if not ids or not tops:
        raise BadInput(details={"fields": {"list": "empty"}})
    summary = {
        "zh": f"导出“{_title(subject, 'zh-hans')}”{len(ids)} 行（不脱敏）：{purpose}",
        "en": f"Unmasked export of {_title(subject, 'en')}, {len(ids)} rows: {purpose}",
    }
    asked = ask_approval(
        SUBJECT, str(made.pk), made.digest, user, region=tops[0], permission=subject.approve_permission, summary=summary, now=now
    )
    made.approval = asked.pk
    made.save(update_fields=["approval", "digest"])
    return made


def fetch_export(user: Any, number: int, now: datetime) -> tuple[Export, bytes]:
    """The sealed file, once; each person in it is read on record. Raises NotFound, ExportGone."""
    found = Export.objects.select_for_update().filter(pk=number, by=user.pk, masked=False).first()
    if found is None:
        raise NotFound()
    subject = subject_for(user, found.subject)
    if found.state != "ready" or found.sealed is None or found.expires_at is None or found.expires_at <= now:
        raise ExportGone()
    if not may_ask_in_clear(user, subject):
        raise NotAllowed(details={"permission": subject.clear_permission})
    body = keyring().unseal("base", bytes(found.sealed), f"{_LABEL}.{found.pk}")
    for person in found.people:
        record_read(user, person, subject.clear_permission, f"export {found.pk}: {found.purpose}", subject.fields, now)
    found.state, found.sealed, found.fetched_at = "fetched", None, now
    found.save(update_fields=["state", "sealed", "fetched_at"])
    return found, body


def expire_exports(now: datetime) -> int:
    """Destroy what nobody fetched in time; returns how many."""
    late = Export.objects.filter(state="ready", expires_at__lte=now)
    return late.update(state="expired", sealed=None)


def exports_of(user: Any) -> QuerySet[Export]:
    """One's own exports, newest first; auditors see everybody's."""
    rows = Export.objects.defer("sealed").order_by("-at", "-pk")
    return rows if may(user, "reads.view") else rows.filter(by=user.pk)


def export_in_sight(user: Any, number: int) -> Export:
    """One's own export, one to decide, or any for an auditor. Raises NotFound."""
    deciding = approvals_for(user).filter(subject=SUBJECT).values_list("reference", flat=True)
    own = Q(by=user.pk) | Q(pk__in=[int(reference) for reference in deciding])
    rows = Export.objects.defer("sealed").filter(pk=number)
    found = rows.first() if may(user, "reads.view") else rows.filter(own).first()
    if found is None:
        raise NotFound()
    return found


def mark_of(number: int, line: int) -> str:
    """The mark of a row: export, line, and a proof that it is ours."""
    return f"E{number}-{line}-{keyring().blind(_LABEL, f'{number}:{line}').hex()[:8]}"


def export_with_mark(mark: str) -> Export | None:
    """Out of which export a row with this mark came; None when the mark is not ours."""
    parts = mark.strip().removeprefix("E").removeprefix("e").split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts[:2]):
        return None
    number, line = int(parts[0]), int(parts[1])
    if not compare_digest(mark_of(number, line).lower().encode(), mark.strip().lower().encode()):
        return None
    return Export.objects.defer("sealed").filter(pk=number).first()


def digest_of(row: Export) -> bytes:
    """SM3 of what an approval is bound to: the rows themselves, by number."""
    ids = ",".join(str(one) for one in row.ids)
    return sm3(f"{row.pk}|{row.subject}|{row.query}|{row.form}|{row.purpose}|{ids}".encode())


def _closed(asked: Approval, now: datetime) -> None:
    """The yes makes the file, out of the rows that were asked for and are still in the asker's reach."""
    row = Export.objects.select_for_update().filter(pk=int(asked.reference), state="asked").first()
    if row is None:
        return
    user, subject = User.objects.filter(pk=row.by, is_active=True).first(), SUBJECTS.get(row.subject)
    if asked.state != "approved" or user is None or subject is None or not may_ask_in_clear(user, subject):
        row.state = "withdrawn" if asked.state == "withdrawn" else "rejected"
        row.save(update_fields=["state"])
        return
    assert subject.clear is not None
    found = list(_clear_rows(subject)(user, "").filter(pk__in=row.ids))
    decided = asked.decisions.order_by("-at").first()
    row.approved_by_name = decided.by_name if decided else ""
    row.people = [subject.person(one) for one in found] if subject.person else []
    body = make_file(_told(row, subject, user), _cells(subject, found, subject.clear, row.lang))
    row.sealed = keyring().seal("base", body, f"{_LABEL}.{row.pk}")
    row.state, row.rows, row.expires_at = "ready", len(found), now + KEPT
    row.save()


APPROVAL = Subject(SUBJECT, _("Export"), lambda number: reverse("export", args=[int(number)]), _closed)


def _row(user: Any, subject: ExportSubject, query: str, form: str, lang: str, now: datetime, **values: Any) -> Export:
    return Export.objects.create(
        subject=subject.key,
        query=query,
        form=form,
        lang=lang,
        by=user.pk,
        by_name=user.get_full_name() or user.username,
        at=now,
        **values,
    )


def _told(row: Export, subject: ExportSubject, user: Any) -> Told:
    columns = [_word(column, row.lang) for column in subject.columns]
    return Told(
        number=row.pk,
        form=row.form,
        lang=row.lang,
        title=_title(subject, "en" if row.lang == "en" else "zh-hans"),
        who=f"{row.by_name} ({user.username})",
        at=row.at,
        purpose=row.purpose,
        approved_by=row.approved_by_name,
        masked=row.masked,
        columns=columns,
        mark=lambda line: mark_of(row.pk, line),
    )


def _cells(
    subject: ExportSubject, rows: Sequence[Any], cells: Callable[[Any, str], Sequence[str]], lang: str
) -> list[Sequence[str]]:
    if subject.prepare is not None:
        subject.prepare(rows)
    with override(lang if lang == "en" else "zh-hans"):
        return [cells(row, lang) for row in rows]


def _clear_rows(subject: ExportSubject) -> Callable[[Any, str], QuerySet[Any]]:
    return subject.clear_rows or subject.rows


def _title(subject: ExportSubject, lang: str) -> str:
    return _word(subject.title, lang)


def _word(text: Any, lang: str) -> str:
    with override("en" if lang.startswith("en") else "zh-hans"):
        return str(text)


def _check_form(form: str) -> None:
    if form not in FORMS:
        raise BadInput(details={"fields": {"form": "unknown"}})
