"""What the database itself keeps: the trails nobody may change, three administrators apart, and the second wall."""

from collections.abc import Iterator
from typing import Any

import psycopg

from ankang.config.settings import Settings
from ankang.site.doctor.findings import Finding, note, well, wrong

TRAILS = ("access_alertnote", "access_lookup", "base_accessrecord", "base_decision", "staff_event")
_KEPT = "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O' AND tgtype & 26 = 26"
"""Tables with an enabled trigger before each row's update and delete (bits 2, 8, 16 of tgtype)."""
_TOGETHER = (
    "SELECT count(*) FROM (SELECT user_id FROM base_duty WHERE role IN ('auditor', 'security_administrator', "
    "'system_administrator') GROUP BY user_id HAVING count(*) > 1) apart"
)
_WALL = "SELECT count(*) FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE polname = 'ankang_reach' AND relrowsecurity"
_DESK = "SELECT rolsuper OR rolbypassrls OR rolcanlogin FROM pg_roles WHERE rolname = 'ankang_desk'"


def protection(settings: Settings, connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """The self-check of docs/protection-level-3.md, as far as a database can tell."""
    kept = {name for (name,) in connection.execute(_KEPT).fetchall()}
    if open_trails := sorted(set(TRAILS) - kept):
        yield wrong("trails", f"Somebody could change what is on record: {', '.join(open_trails)}.", "Run `ankang migrate`.")
    else:
        yield well("trails", "What is on record about reads, decisions and staff can be added to only.")
    if _one(connection, _TOGETHER):
        yield wrong("administrators", "Somebody is two of the three administrators.", "Take one of the duties away.")
    else:
        yield well("administrators", "Nobody is two of the three administrators.")
    yield _wall(settings, connection)


def _wall(settings: Settings, connection: psycopg.Connection[Any]) -> Finding:
    if not settings.row_security:
        return note("row_security", "Row-level security is off; services narrow by region alone.", "ANKANG_ROW_SECURITY=1")
    loose = _one(connection, _DESK)
    if loose is None:
        return wrong("row_security", "The role ankang_desk is not there, so staff cannot be served.", "See docs/decisions/0020.")
    if loose:
        return wrong("row_security", "The role ankang_desk may do too much.", "NOLOGIN NOSUPERUSER NOBYPASSRLS")
    return well("row_security", f"PostgreSQL itself hides other regions from staff: {_one(connection, _WALL)} tables.")


def _one(connection: psycopg.Connection[Any], query: str) -> Any:
    row = connection.execute(query).fetchone()  # type: ignore[call-overload]
    return row[0] if row else None
