"""Tells PostgreSQL what each member of staff may reach, and gives the role of the desk its rights (G3)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from ankang.base.models import Region
from ankang.base.permissions import permissions_of
from ankang.base.reach import EVERYWHERE, ROLE, within_reach
from ankang.base.services import region_codes_below

TABLES = (
    "access_alert",
    "access_lookup",
    "access_question",
    "base_accessrecord",
    "health_colour",
    "health_colourchange",
    "health_evidence",
    "health_negativetest",
    "health_statement",
    "people_carrier",
    "people_change",
    "people_companion",
    "people_consent",
    "people_credential",
    "people_entry",
    "people_formerdocument",
    "people_guardianship",
    "people_leaving",
    "people_legacycode",
    "people_legacyimport",
    "people_merge",
    "people_person",
    "people_request",
    "people_standing",
)
"""Tables with a policy (migrations 0003, 0005): persons, and rows about one."""
LEFT_OUT = {
    "archive_correction": "an office reads the corrections of what it sent, wherever the person lives",
    "archive_fedsection": "which regions feed a section; nobody's data",
    "archive_item": "an office reads what it sent, wherever the person lives",
    "base_approval": "whoever asked sees the own request, decided at the level above too",
    "base_duty": "staff, not residents",
    "exchange_agent": "programs that send feeds, not residents",
    "exchange_batch": "a batch belongs to its sender, and names nobody",
    "health_retraction": "names a record of evidence, and is read with it",
    "passage_groupmember": "a group belongs to an organisation; its members live anywhere",
    "people_voiding": "numbers and moments for the gates; no page reads it",
    "places_organisation": "places, not persons",
    "rides_authorisation": "no page of staff reads it",
    "staff_event": "staff, not residents",
    "staff_invitation": "staff, not residents",
    "staff_member": "staff, not residents",
    "staff_oidcprovider": "staff, not residents",
}
"""Tables with the number of a person or a region that have none, and why."""
Next = Callable[[HttpRequest], HttpResponse]


def second_wall(get_response: Next) -> Next:
    """Middleware: while a member of staff is served, the database shows persons of their regions only."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not settings.ANKANG_ROW_SECURITY or not permissions_of(request.user):
            return get_response(request)
        codes = reach_of(request.user)
        with within_reach(codes):
            response = get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _chunks(response.streaming_content, codes)  # type: ignore[arg-type]
        return response

    return middleware


def reach_of(user: Any) -> list[str]:
    """The regions of all duties that are not narrowed to an organisation, with those below; ``*`` for the whole province."""
    tops = {duty.region_id for duty in user.duties.all() if duty.organisation is None}
    if Region.objects.filter(code__in=tops, parent=None).exists():
        return [EVERYWHERE]
    return region_codes_below(sorted(tops))


def turn(on: bool) -> None:
    """Give the role of the desk what pages need. Idempotent, and needed after each migration. Raises RoleMissing."""
    if not on:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MAKE)
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = %s AND pg_has_role(rolname, 'MEMBER')", [ROLE])
        if cursor.fetchone() != (1,):
            raise RoleMissing(BY_HAND)
        cursor.execute(_GIVE)


class RoleMissing(Exception):
    """PostgreSQL does not let us make the role; a superuser runs the two statements once."""


BY_HAND = f"run once as a superuser of PostgreSQL: CREATE ROLE {ROLE} NOLOGIN; GRANT {ROLE} TO (our login);"
_MAKE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{ROLE}') THEN
        CREATE ROLE {ROLE} NOLOGIN;
        EXECUTE format('GRANT {ROLE} TO %I', current_user);
    END IF;
EXCEPTION WHEN insufficient_privilege THEN NULL;
END $$
"""
_GIVE = f"""
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {ROLE};
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE};
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO {ROLE};
"""


def _chunks(chunks: Iterable[bytes], codes: list[str]) -> Iterator[bytes]:
    """The parts of a file that is written while it is sent, each made behind the wall."""
    parts = iter(chunks)
    while True:
        with within_reach(codes):
            part = next(parts, None)
        if part is None:
            return
        yield part
