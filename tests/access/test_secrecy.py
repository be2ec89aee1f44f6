"""A dump of the whole demonstration, its sessions, jobs, messages and files holds nobody's name, document, phone or address (G2)."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from ankang.access import services
from ankang.access.services.naming import look_up_by_name
from ankang.base.models import AccessRecord
from ankang.base.services import send_message
from ankang.config.settings import Settings, load_settings
from ankang.core.identifiers import birth_of
from ankang.demo import seed
from ankang.people.credentials import issue_credential
from ankang.people.models import Person, Request
from ankang.staff.models import Invitation
from ankang.staff.services import invite
from tests.laws.access_ground import Side, staff_of

pytestmark = pytest.mark.django_db
TYPED = "欧阳秘密"


@pytest.fixture
def house(tmp_path: Path) -> Settings:
    """A small demonstration, its files in a folder of its own."""
    (tmp_path / "keys").mkdir(mode=0o700)
    (tmp_path / "keys" / "root.key").symlink_to(load_settings().keys_folder / "root.key")
    settings = load_settings().model_copy(update={"demo": True, "demo_residents": 40, "data": tmp_path})
    seed.ensure(settings)
    return settings


def dump() -> str:
    """Every row of every table as ``COPY`` writes it; binary columns also as the characters they would be."""
    parts = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind = 'r' AND n.nspname = 'public' ORDER BY 1"
        )
        for (table,) in cursor.fetchall():
            with cursor.copy(f'COPY "{table}" TO STDOUT') as copy:
                text = b"".join(bytes(block) for block in copy).decode()
            parts.append(text)
            parts += [bytes.fromhex(found).decode("utf-8", "replace") for found in re.findall(r"\\\\x([0-9a-f]+)", text)]
    return "\n".join(parts)


def acts(person: Person, side: Side) -> None:
    """What leaves traces: forms in sessions, messages, invitations, requests, questions, look-ups, wrong numbers."""
    now, agent = timezone.now(), staff_of(side, "agent", "hotline_agent")
    services.look_up(agent, person.document, "hotline: 1", now)
    services.look_up(agent, "341881199003079999", "hotline: 1", now)
    services.look_up(agent, TYPED, "hotline: 1", now)
    look_up_by_name(agent, TYPED, "1990-03-07", "hotline: 1", now)
    look_up_by_name(agent, person.name, birth_of(person.document_kind, person.document).isoformat(), "hotline: 1", now)
    services.ask_question(person.pk, AccessRecord.objects.filter(person=person.pk).latest("at").id, TYPED, now)
    send_message(person.phone, f"{person.name} {TYPED}", "test", now)
    duty = {"role": "grid_worker", "region": side.county}
    invite(TYPED, [duty], None, now, phone="+8613911112222", public_url="http://x")
    Request.objects.create(kind="name", town=person.town, person=person, content=f'{{"name": "{TYPED}"}}', asked_at=now)
    phone = Client()
    phone.post("/apply", {"name": TYPED, "document_kind": "resident_id", "document": person.document})
    phone.post("/sign-in", {"name": TYPED, "document_kind": "resident_id", "document": person.document})
    phone.cookies["ankang_resident"] = issue_credential(person.pk, person.name, "android", now).token
    phone.post("/me/change/name", {"name": TYPED})
    clerk = Client()
    clerk.force_login(agent)
    clerk.post("/console/look-up/", {"purpose": "hotline", "note": "1"})
    clerk.get(f"/console/people/person/?q={person.document}")


def test_a_dump_of_the_demonstration_tells_nothing(house: Settings, caplog: Any, capsys: Any) -> None:
    people = list(Person.objects.order_by("pk"))
    acts(people[0], Side("341881"))
    said = capsys.readouterr()
    files = b"".join(path.read_bytes() for path in house.data.rglob("*") if path.is_file() and path.name != "root.key")
    text = "\n".join([dump(), caplog.text, said.out, said.err, files.decode("utf-8", "replace")])
    assert "港口镇" in text, "the dump must see the tables"
    assert Invitation.objects.get().name == TYPED
    secrets = {TYPED, "13911112222", "341881199003079999"}
    for person in people:
        secrets |= {person.name, person.document, (person.phone or "").removeprefix("+86"), person.address or ""}
    found = sorted(secret for secret in secrets - {""} if secret in text)
    assert found == []
