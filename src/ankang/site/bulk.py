"""Actions on many rows: checkpoints, devices, persons, invitations, one's own requests. Each row goes through its room's service."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_safe

from ankang.base.approvals import approvals_for, withdraw_approval
from ankang.base.bulk_actions import BulkAction, Input, Preview, register, run_of
from ankang.base.errors import NotFound
from ankang.base.models import Approval, BulkRun
from ankang.base.permissions import regions_where, requires
from ankang.base.services import region_codes_below
from ankang.people.carriers import live_sheet, sheet_to_print
from ankang.people.carriers_print import SHEETS_PER_FILE, sheets_pdf
from ankang.people.models import Person
from ankang.people.services import masked
from ankang.places.errors import CheckpointMoveRefused
from ankang.places.models import Checkpoint, Device
from ankang.places.rules import may_move, type_choices, type_word
from ankang.places.services import (
    checkpoints_of,
    devices_of,
    edit_checkpoint,
    fetch_checkpoint,
    move_checkpoint,
    revoke_device,
)
from ankang.staff.models import Invitation
from ankang.staff.services.invitations import invitations_for, revoke_invitation

DOORS, DEVICES = "admin:places_checkpoint_changelist", "admin:places_device_changelist"
PEOPLE = "admin:people_person_changelist"
SHEETS = "carriers.issue"


def _doors(user: Any, ids: Sequence[int]) -> Sequence[Checkpoint]:
    return list(checkpoints_of(user, "checkpoints.edit").filter(pk__in=ids).order_by("site_no", "pk"))


def _moving(wanted: str, title: Any, explanation: Any) -> BulkAction:
    words = dict(Checkpoint.STATES)

    def shown(row: Checkpoint) -> Preview:
        able = may_move(row.state, wanted)
        why = "" if able else _("this step is not possible from here")
        return Preview(row.pk, _door_name(row), str(row.get_state_display()), str(words[wanted]) if able else "", why)

    def act(pk: int, user: Any, inputs: Mapping[str, str], now: datetime) -> str:
        before = fetch_checkpoint(pk, user, "checkpoints.edit").state
        move_checkpoint(pk, wanted, user)
        return before

    def undo(pk: int, before: str, user: Any, now: datetime) -> None:
        """Back to where it was; what was never open goes back to closed, the nearest that refuses everybody."""
        state = fetch_checkpoint(pk, user, "checkpoints.edit").state
        if state != wanted:
            raise CheckpointMoveRefused(details={"state": state})
        move_checkpoint(pk, before if may_move(state, before) else "closed", user)

    return BulkAction(
        f"checkpoints-{wanted.replace('_', '-')}", "checkpoints.edit", title, explanation, _doors, shown, act, DOORS,
        undo=None if wanted == "built" else undo,
    )  # fmt: skip


def _typed(row: Checkpoint) -> Preview:
    return Preview(row.pk, _door_name(row), type_word(row.type, _lang()), _("the type you choose; a new poster is needed"))


def _set_type(pk: int, user: Any, inputs: Mapping[str, str], now: datetime) -> int:
    return _retype(pk, user, int(inputs["type"]))


def _retype(pk: int, user: Any, type: int) -> int:
    row = fetch_checkpoint(pk, user, "checkpoints.edit")
    edit_checkpoint(pk, user, type=type, name=row.name)
    return row.type


def _devices(user: Any, ids: Sequence[int]) -> Sequence[Device]:
    return list(devices_of(user, "devices.enrol").filter(pk__in=ids).order_by("name", "pk"))


def _device(row: Device) -> Preview:
    now = _("revoked") if row.revoked_at else _("paired") if row.enrolled_at else _("waiting to be paired")
    then = "" if row.revoked_at else _("revoked: it can no longer verify")
    return Preview(row.pk, row.name, now, then, _("it was revoked before") if row.revoked_at else "")


def _revoke_device(pk: int, user: Any, inputs: Mapping[str, str], now: datetime) -> None:
    revoke_device(pk, user, now)


def _people(user: Any, ids: Sequence[int]) -> Sequence[Person]:
    reach = region_codes_below(regions_where(user, SHEETS))
    rows = Person.objects.filter(town__in=reach, pk__in=ids[:SHEETS_PER_FILE]).select_related("town")
    return list(rows.order_by("town", "pk"))


def _sheet(row: Person) -> Preview:
    live, seen = live_sheet(row.pk, timezone.now()), masked(row)
    name = f"{seen.name} · {seen.town}"
    if row.state != "active":
        return Preview(row.pk, name, "–", "", _("this record does not count any more"))
    if live:
        return Preview(row.pk, name, _("has a sheet"), _("its sheet is printed again"))
    return Preview(row.pk, name, _("has no sheet"), _("a sheet is made"))


def _print_sheet(pk: int, user: Any, inputs: Mapping[str, str], now: datetime) -> None:
    sheet_to_print(pk, user, now, inputs["purpose"])


def _file_of(run: BulkRun) -> tuple[str, str]:
    return _("The sheets as one PDF"), reverse("bulk_sheets", args=[run.pk])


@requires(SHEETS)
@require_safe
def bulk_sheets(request: HttpRequest, number: int) -> HttpResponse:
    """The sheets of a run of the reader's own as one file; each is on record again, and the reach is asked again."""
    run = run_of(request.user, number)
    if run.action != "people-sheets":
        raise NotFound()
    wanted = [row["id"] for row in run.rows if row["outcome"] == "done"]
    purpose, now = str(run.inputs.get("purpose", "")), timezone.now()
    sheets = [sheet_to_print(row.pk, request.user, now, purpose) for row in _people(request.user, wanted)]
    if not sheets:
        raise NotFound()
    answer = HttpResponse(sheets_pdf(sheets, _lang()), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="ankang-sheets-{run.pk}.pdf"'
    return answer


def _invitations(user: Any, ids: Sequence[int]) -> Sequence[Invitation]:
    return list(invitations_for(user, "staff.edit").filter(pk__in=ids))


def _invitation(row: Invitation) -> Preview:
    gone = _("used") if row.used_at else _("withdrawn") if row.revoked_at else ""
    return Preview(row.pk, str(row.name), gone or _("open"), "" if gone else _("the link stops working"), gone)


def _withdraw_invitation(pk: int, user: Any, inputs: Mapping[str, str], now: datetime) -> None:
    revoke_invitation(pk, user, now)


def _own_requests(user: Any, ids: Sequence[int]) -> Sequence[Approval]:
    return list(approvals_for(user).filter(asked_by=user.pk, pk__in=ids))


def _request(row: Approval) -> Preview:
    waiting = row.state == "pending"
    return Preview(row.pk, row.summary[_lang()], str(row.get_state_display()), _("withdrawn") if waiting else "")


def _withdraw(pk: int, user: Any, inputs: Mapping[str, str], now: datetime) -> None:
    withdraw_approval(pk, user, now)


def _door_name(row: Checkpoint) -> str:
    return f"{row.name_en or row.name if _lang() == 'en' else row.name} #{row.pk}"


def _lang() -> str:
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def plug_in() -> None:
    """Give the port in ``base.bulk_actions`` every action."""
    register(
        _moving("built", lazy("Mark as built"), lazy("These checkpoints become built; doors do not admit people yet.")),
        _moving("in_use", lazy("Open"), lazy("These doors admit people from now on.")),
        _moving("closed", lazy("Close"), lazy("These doors refuse everybody from now on. Nothing is lost; open them again at any time.")),
        BulkAction(
            "checkpoints-type", "checkpoints.edit", lazy("Change the place type"),
            lazy("The type decides which policy counts at the door. It is part of the printed code: new posters must be hung."),
            _doors, _typed, _set_type, DOORS, undo=_retyped,
            inputs=(Input("type", lazy("Place type"), lambda: type_choices(_lang())),),
        ),
        BulkAction(
            "devices-revoke", "devices.enrol", lazy("Revoke"),
            lazy("These devices can no longer verify, from this moment. What they hold unsent is still taken."),
            _devices, _device, _revoke_device, DEVICES, sensitive=True,
        ),
        BulkAction(
            "people-sheets", SHEETS, lazy("Print sheets"),
            lazy("Each person gets a code on paper. Every sheet is on record with your purpose; the person sees it."),
            _people, _sheet, _print_sheet, PEOPLE, after=_file_of,
            inputs=(Input("purpose", lazy("Purpose"), hint=lazy("For example: home for the elderly, list of June")),),
        ),
        BulkAction(
            "invitations-withdraw", "staff.edit", lazy("Withdraw invitations"),
            lazy("The links stop working at once. Accounts that were made stay."),
            _invitations, _invitation, _withdraw_invitation, "staff_invitations",
        ),
        BulkAction(
            "requests-withdraw", "", lazy("Withdraw requests"),
            lazy("You take back what you asked for; nobody decides it any more."),
            _own_requests, _request, _withdraw, "approvals",
        ),
    )  # fmt: skip


def _retyped(pk: int, before: int, user: Any, now: datetime) -> None:
    _retype(pk, user, int(before))
