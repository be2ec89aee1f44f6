"""Lists about the staff: who works here, who read whom, and who looked whom up; names of staff masked, in full after another's yes.

Nobody has both the logs (``reads.view``) and the staff (``staff.edit``): a security administrator agrees to an auditor's file.
"""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from ankang.access.forms import SearchForm
from ankang.access.models import LookUp
from ankang.access.services.reads import reach, search_reads
from ankang.access.words import OUTCOME_WORDS, SOUGHT_WORDS
from ankang.base.errors import BadInput
from ankang.base.exports import ExportSubject
from ankang.core.masking import mask_name
from ankang.people.words import read_purpose_words
from ankang.staff.services.reach import search_staff, staff_for
from ankang.staff.words import role_words

from .rows import moment_of, name_of


def _reads(user: Any, query: str) -> QuerySet[Any]:
    """Reads on record under the filters of the auditors' page."""
    form = SearchForm(QueryDict(query))
    if not form.is_valid():
        raise BadInput(details={"fields": {"query": "unknown_filter"}})
    return search_reads(user, form.wanted(), timezone.now())


def _read(row: Any, lang: str, reader: str) -> list[str]:
    with override("en" if lang == "en" else "zh-hans"):
        return [moment_of(row.at), reader, row.duty, str(read_purpose_words(row.purpose)), ", ".join(row.fields)]


def _look_ups(user: Any, query: str) -> QuerySet[LookUp]:
    """Look-ups under the filter of the auditors' page."""
    rows, outcome = LookUp.objects.filter(region__in=reach(user)).order_by("-at", "-pk"), QueryDict(query).get("outcome", "")
    if outcome and outcome not in OUTCOME_WORDS:
        raise BadInput(details={"fields": {"query": "unknown_filter"}})
    return rows.filter(outcome=outcome) if outcome else rows


def _look_up(row: LookUp, lang: str, reader: str) -> list[str]:
    with override("en" if lang == "en" else "zh-hans"):
        duty = f"{role_words(row.role)} · {row.office}" if row.office else str(role_words(row.role))
        words = (read_purpose_words(row.purpose), SOUGHT_WORDS[row.sought], OUTCOME_WORDS[row.outcome])
        return [moment_of(row.at), reader, duty, *map(str, words)]


def _staff(user: Any, query: str) -> QuerySet[User]:
    return search_staff(user, QueryDict(query).dict())


def _staff_to_give(user: Any, query: str) -> QuerySet[User]:
    return _staff(user, query).filter(pk__in=staff_for(user, "staff.edit").order_by().values("pk"))


def _member(row: User, lang: str, name: str) -> list[str]:
    with override("en" if lang == "en" else "zh-hans"):
        duties = "; ".join(f"{role_words(one.role)} · {name_of(one.region, lang)}" for one in row.duties.all())
        state = str(_("has access") if row.is_active else _("no access"))
    return [row.username, name, duties, state, moment_of(row.last_login)]


_LOGS: dict[str, Any] = {"clear_permission": "reads.view", "approve_permission": "staff.edit"}

SUBJECTS = (
    ExportSubject(
        "reads", _("Reads on record"), "access_reads", "reads.view",
        (_("at"), _("reader"), _("duty"), _("purpose"), _("fields")),
        _reads, lambda row, lang: _read(row, lang, mask_name(row.reader_name)), lambda row, lang: _read(row, lang, row.reader_name), **_LOGS,
    ),
    ExportSubject(
        "look_ups", _("Look-ups"), "access_look_ups", "reads.view",
        (_("at"), _("reader"), _("duty"), _("purpose"), _("Looked up by"), _("result")),
        _look_ups, lambda row, lang: _look_up(row, lang, mask_name(row.by_name)),
        lambda row, lang: _look_up(row, lang, row.by_name), **_LOGS,
    ),
    ExportSubject(
        "staff", _("Staff"), "staff", "staff.view",
        (_("User name"), _("Name"), _("Duties"), _("State"), _("Last sign-in")),
        _staff, lambda row, lang: _member(row, lang, mask_name(row.get_full_name()) if row.get_full_name() else ""),
        lambda row, lang: _member(row, lang, row.get_full_name()),
        clear_permission="staff.edit", approve_permission="staff.edit", clear_rows=_staff_to_give,
    ),
)  # fmt: skip
