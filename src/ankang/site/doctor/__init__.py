"""`ankang doctor`: looks at everything, changes nothing, and says in plain words what is wrong."""

from datetime import UTC, datetime

from ankang.config.settings import Settings
from ankang.site.doctor.database import examine_database
from ankang.site.doctor.findings import Finding
from ankang.site.doctor.keys import cryptography, key_files
from ankang.site.doctor.machine import examine_machine
from ankang.site.doctor.parts import phone_pages, spool
from ankang.site.doctor.staff import staff_sign_in


def examine(settings: Settings) -> list[Finding]:
    """Every finding, the machine first."""
    inside = list(examine_database(settings, datetime.now(UTC)))
    empty = any(finding.code in ("no_database", "not_migrated") for finding in inside)
    return [
        *examine_machine(settings),
        cryptography(),
        *key_files(settings, empty),
        *inside,
        staff_sign_in(settings),
        phone_pages(),
        spool(settings),
    ]
