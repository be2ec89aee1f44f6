"""Puts people together as the control plane does: rows and revision in one transaction."""

from uuid import uuid4

import psycopg

from ankang.config.keys import RootKey
from ankang.core.epochs import minute_of
from ankang.core.gate_names import gate_names_key, seal_name
from ankang.core.group_codes import group_code
from tests.gate.ground import Ground, InProcess, Person


class Together:
    """Pairs and groups in the gate's database."""

    def __init__(self, ground: Ground, gate: InProcess) -> None:
        self._ground, self._gate = ground, gate
        root = RootKey.from_file(ground.settings.keys_folder / "root.key")
        sealed = ground.sql("select secret from trust_key where purpose = 'card' and kid = 1")[0][0]
        self._key = gate_names_key(root.unseal(bytes(sealed), "card:1"))

    def walk(self, holder: Person, *companions: Person, until: str = "now() + interval '1 hour'") -> None:
        """These walk with the holder, and nobody else does."""
        statements: list[tuple[str, tuple[object, ...]]] = [
            (
                "update people_companion set along_until = null, ended_at = now(), ended_why = 'holder', revision = {revision} "
                "where holder_id = %s and ended_at is null",
                (holder.number,),
            )
        ]
        for slot, one in enumerate(companions, 1):
            self._on_file(one)
            insert = (
                "insert into people_companion (holder_id, companion_id, slot, how, agreed_at, along_until, ended_why, "
                f"name_sealed, revision) values (%s, %s, %s, 'consent', now(), {until}, '', %s, {{revision}})"
            )
            statements.append((insert, (holder.number, one.number, slot, self._named(one))))
        self._on_file(holder)
        self._change("companions", *statements)

    def group(self, *members: Person, organisation: int | None = None, minutes: int = 60) -> int:
        """An open group; its number."""
        number = self._ground.sql(
            "insert into passage_group (organisation_id, name, purpose, join_code, created_at, revision) "
            "values (%s, %s, '', %s, now(), 0) returning id",
            organisation or self._ground.organisation,
            f"二班 {uuid4().hex[:6]}",
            uuid4().hex,
        )[0][0]
        for one in members:
            self._ground.sql(
                "insert into passage_groupmember (group_id, person, how, joined_at, left_why, name_sealed) "
                "values (%s, %s, 'document', now(), '', %s)",
                number,
                one.number,
                self._named(one),
            )
        opened = f"update passage_group set open_until = now() + interval '{minutes} minutes', revision = {{revision}} where id = %s"
        self._change("groups", (opened, (number,)))
        return int(number)

    def leave(self, group: int, person: Person) -> None:
        """A member leaves."""
        self._change(
            "groups",
            (
                "update passage_groupmember set left_at = now(), left_why = 'member' where group_id = %s and person = %s",
                (group, person.number),
            ),
            ("update passage_group set revision = {revision} where id = %s", (group,)),
        )

    def leads(self, group: int, person: Person) -> None:
        """A member is chosen to lead."""
        chosen = "update passage_group set leader = %s, revision = {revision} where id = %s"
        self._change("groups", (chosen, (person.number, group)))

    def code(self, group: int, age: int = 0, leader: Person | None = None) -> str:
        """What the leader's phone shows, ``age`` minutes ago."""
        key = next(iter(self._ground.keys.places.values()))
        return group_code(key, group, leader.number if leader else 0, minute_of(self._gate.now()) - age)

    def _named(self, person: Person) -> bytes:
        return seal_name(self._key, person.number, person.name)

    def _on_file(self, person: Person) -> None:
        self._ground.sql(
            "insert into people_person (id, document_kind, document_enc, document_blind, name_enc, phone_enc, phone_blind, "
            "phone_slot, town_id, created_at, applied_via) values (%s, 'resident_id', '', %s, '', '', %s, 1, '341881', "
            "now(), 'test') on conflict do nothing",
            person.number,
            uuid4().bytes,
            uuid4().bytes,
        )

    def _change(self, name: str, *statements: tuple[str, tuple[object, ...]]) -> None:
        with psycopg.connect(self._ground.server.url) as connection:
            connection.execute(
                "insert into base_revision values (%s, 1) "
                "on conflict (name) do update set revision = base_revision.revision + 1",
                [name],
            )
            now = f"(select revision from base_revision where name = '{name}')"
            for statement, values in statements:
                connection.execute(statement.format(revision=now), values)
        self._gate.catch_up()
