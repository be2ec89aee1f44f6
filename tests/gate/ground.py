"""A PostgreSQL of our own with the real tables, and gates on it: what the gate's tests stand on.

It is apart from the other tests' database because these tests kill it.
"""

import asyncio
import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import psycopg

from ankang.config import postgres
from ankang.config.keys import RootKey
from ankang.config.settings import Settings
from ankang.core import chain
from ankang.core.codes import encode_header, gate_key, show, sign_pass
from ankang.core.colours import Colour
from ankang.core.credentials import CredentialKeys
from ankang.core.epochs import epoch_of, epoch_start, step_of
from ankang.gate.app import Gate, Response
from ankang.gate.keys import Keys
from ankang.gate.shared_memory import memory_path
from ankang.gate.tables import REVISIONS, load_tables
from tests.template import settle

SEED = bytes(range(16))
_LINKS = [SEED]
for _ in range(chain.LENGTH):
    _LINKS.append(chain.walk(_LINKS[-1], 1))


class Ground:
    """The database, its keys, and builders that name only what matters."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data=folder, database_url=None, gate_device_rate=1e6, gate_resident_rate=1e6)
        settle(folder)
        self.server = postgres.start(self.settings)
        self.settings.database_url = self.server.url
        self.sql("update trust_key set not_before = not_before - interval '30 days'")  # codes of past days have keys
        self.keys: Keys = asyncio.run(self._open_keys())
        self._persons = 0
        self.organisation = self._organisation("宁国市", None)

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a gate process."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ANKANG_")}
        return clean | {
            "ANKANG_DATA": str(self.settings.data),
            "ANKANG_DATABASE_URL": self.server.url,
            "ANKANG_GATE_DEVICE_RATE": "1000000",
            "ANKANG_GATE_RESIDENT_RATE": "1000000",
            **more,
        }

    async def _open_keys(self) -> Keys:
        connection = await asyncpg.connect(self.server.url)
        tables = await load_tables(connection)
        await connection.close()
        return Keys(tables, RootKey.from_file(self.settings.keys_folder / "root.key"))

    def sql(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Run one statement and commit."""
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            cursor = connection.execute(query, values)
            return cursor.fetchall() if cursor.description else []

    def bump(self, name: str) -> None:
        """Tell the gates that a small table changed."""
        self.sql(
            "insert into base_revision values (%s, 1) on conflict (name) do update set revision = base_revision.revision + 1",
            name,
        )

    def _organisation(self, name: str, parent: int | None) -> int:
        self.sql(
            "insert into base_region (code, name, name_en, level) values ('341881', '宁国市', 'Ningguo', 'county') "
            "on conflict do nothing"
        )
        number = int(
            self.sql(
                "insert into places_organisation (name, name_en, kind, region_id, parent_id, path) "
                "values (%s, '', 'unit', '341881', %s, '') returning id",
                name,
                parent,
            )[0][0]
        )
        above = self.sql("select path from places_organisation where id = %s", parent)[0][0] if parent else "/"
        self.sql("update places_organisation set path = %s where id = %s", f"{above}{number}/", number)
        return number

    def an_organisation(self, parent: int | None = None) -> int:
        """Another organisation."""
        return self._organisation(f"单位 {uuid4().hex[:8]}", parent)

    def a_checkpoint(self, type: int = 1, state: str = "in_use", **more: object) -> int:
        """A door; a passage unless told otherwise."""
        values = {
            "organisation_id": self.organisation,
            "name": f"检查点 {uuid4().hex[:8]}",
            "name_en": "",
            "type": type,
            "state": state,
            "generation": 1,
            **more,
        }
        return self._insert("places_checkpoint", values, "places")

    def a_device(self, checkpoint: int | None = None, revoked: bool = False, **more: object) -> "Device":
        """A paired scanner with its token."""
        values = {
            "organisation_id": self.organisation,
            "checkpoint_id": checkpoint,
            "name": f"扫码器 {uuid4().hex[:8]}",
            "kind": "scanner",
            "label": "",
            "generation": 1,
            "created_at": "now",
            "enrolled_at": "now",
            "revoked_at": "now" if revoked else None,
            **more,
        }
        return Device(self._insert("places_device", values, "places"), checkpoint or 0, self)

    def _insert(self, table: str, values: dict[str, object], revision: str) -> int:
        columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        number = self.sql(f"insert into {table} ({columns}) values ({marks}) returning id", *values.values())[0][0]
        self.bump(revision)
        return int(number)

    def a_person(self, colour: Colour = Colour.GREEN, name: str = "王*明") -> "Person":
        """A person with a colour, made known through the feed."""
        self._persons += 1
        person = Person(self._persons, name, self)
        self.colour(person.number, colour)
        return person

    def colour(self, person: int, colour: Colour) -> None:
        """Give a colour as the health room does: state, head and change in one transaction."""
        with psycopg.connect(self.server.url) as connection:
            old = connection.execute("select colour from health_colour where person = %s", [person]).fetchone()
            if old is not None and old[0] == colour:
                return
            seq = connection.execute(
                "insert into health_feedhead values (1, 1) "
                "on conflict (id) do update set seq = health_feedhead.seq + 1 returning seq"
            ).fetchone()
            reasons = "[]" if colour <= Colour.GREEN else '[{"rule": "test"}]'
            connection.execute(
                "insert into health_colour (person, colour, since, reasons, rule_set, evaluated_at) "
                "values (%s, %s, now(), %s, 'test', now()) "
                "on conflict (person) do update set colour = excluded.colour, since = excluded.since, "
                "reasons = excluded.reasons",
                [person, colour, reasons],
            )
            connection.execute(
                "insert into health_colourchange (seq, person, old, new, since, at) values (%s, %s, %s, %s, now(), now())",
                [seq[0] if seq else 0, person, old[0] if old else None, colour],
            )

    def token(
        self, kind: Any, subject: int, serial: int, name: str = "", lasts: float = 86_400, age: float = 3600
    ) -> str:
        """A bearer token, issued ``age`` seconds ago."""
        sealed, kid = self.sql("select secret, kid from trust_key where purpose = 'credential'")[0]
        root = RootKey.from_file(self.settings.keys_folder / "root.key")
        keys = CredentialKeys(root.unseal(bytes(sealed), f"credential:{kid}"), kid)
        return keys.issue(kind, subject, serial, int(time.time() - age), int(time.time() + lasts), name)

    def visits(self, *ids: str) -> list[tuple[Any, ...]]:
        """(visit, verdict, reason, colour, kind, known person?) of visits, as stored."""
        query = (
            "select visit::text, verdict, reason, colour, kind, trace <> '00000000-0000-0000-0000-000000000000' "
            "from passage_visit where visit = any(%s::uuid[])"
        )
        return self.sql(query, list(ids))

    def kill_database(self) -> None:
        """SIGKILL to the server and to all its children, as a power cut would do."""
        pid = self.server.pid
        assert pid is not None
        children = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False).stdout.split()
        for one in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        wait_until(lambda: self.server.pid is None)

    def close(self) -> None:
        """Stop the server, and remove what killed gates left in memory."""
        self.server.leave()
        memory_path(self.settings.gate_folder / "window.bin").unlink(missing_ok=True)


class Device:
    """A scanner."""

    def __init__(self, number: int, checkpoint: int, ground: Ground, serial: int = 1) -> None:
        self.number, self.checkpoint = number, checkpoint
        self.token = ground.token("device", number, serial)


class Person:
    """A resident with a phone."""

    def __init__(self, number: int, name: str, ground: Ground) -> None:
        self.number, self.name, self._keys = number, name, ground.keys
        self.token = ground.token("resident", number, number, name)

    def code(self, at: float, issued_at: float | None = None) -> str:
        """What the phone shows at ``at``."""
        issued = int(max(at - 60, epoch_start(epoch_of(at))) if issued_at is None else issued_at)
        pass_, key = self._pass(issued)
        step = step_of(at) if epoch_of(at) == epoch_of(issued) else 1439
        return show(pass_, key, step, _LINKS[chain.LENGTH - step])

    @lru_cache(maxsize=4)  # noqa: B019 - persons of a test are few
    def _pass(self, issued: int) -> tuple[bytes, bytes]:
        keys, signing = self._keys.epoch(epoch_of(issued)), self._keys.signer(time.time())
        assert keys is not None
        assert signing is not None
        index = keys.permutation.index(self.number)
        header = encode_header(signing[0], index, issued, Colour.GREEN, 0, _LINKS[-1], self.name)
        return sign_pass(header, signing[1]), gate_key(keys.day_mac, header)


class Answer:
    """Status and JSON of a response."""

    def __init__(self, response: Response) -> None:
        self.status, self.headers = response.status, dict(response.headers)
        self.json: Any = json.loads(response.body) if "json" in self.headers["content-type"] else response.body


class InProcess:
    """A gate in a thread of the test, with a clock that the test may move."""

    def __init__(self, settings: Settings) -> None:
        self.skew = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.gate = self._run(self._start(settings))
        wait_until(lambda: self.gate.state.keys is not None and not self.gate.state.is_stale(self.now()))

    async def _start(self, settings: Settings) -> Gate:
        gate = Gate(settings, self.now)
        await gate.start()
        return gate

    def now(self) -> float:
        """The gate's clock."""
        return time.time() + self.skew

    def call(self, method: str, path: str, token: str = "", body: object = None, **headers: str) -> Answer:
        """One request."""
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        head = {"authorization": f"Bearer {token}"} if token else {}
        head |= {"content-type": "application/json"} if method == "POST" else {}
        head |= {name.replace("_", "-"): value for name, value in headers.items()}
        route, _, query = path.partition("?")
        return Answer(self._run(self.gate.handle(method, route, query, head, data)))

    def catch_up(self) -> None:
        """Wait until the gate has seen every change of the database."""
        self._run(self._caught_up())

    async def _caught_up(self) -> None:
        connection = await asyncpg.connect(self.gate._settings.database_url)
        head = await connection.fetchval("select max(seq) from health_feedhead") or 0
        revisions = dict(await connection.fetch(REVISIONS))
        await connection.close()
        while self.gate.state.colours.seq < head or self.gate.state.tables.revisions != revisions:
            await self.gate.watch.look()
            await asyncio.sleep(0.02)

    def stop(self) -> None:
        """Stop the gate."""
        self._run(self.gate.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(60)


class Served:
    """``python -m ankang.gate`` on a free port."""

    def __init__(self, ground: Ground, workers: int = 1, **environment: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._ground, self._workers, self._environment = ground, workers, environment
        self.start()

    def start(self) -> None:
        """Start and wait until it answers."""
        command = [sys.executable, "-m", "ankang.gate", "--workers", str(self._workers), "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=self._ground.environment(**self._environment), start_new_session=True
        )
        wait_until(lambda: self.health() == 200, 30)

    def health(self) -> int:
        """The status of the health route; 0 when nobody listens."""
        try:
            return self.call("GET", "/g/v1/health").status
        except OSError:
            return 0

    def call(self, method: str, path: str, token: str = "", body: object = None) -> Answer:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            head = {"authorization": f"Bearer {token}", "content-type": "application/json"}
            data = body if isinstance(body, bytes) else None if body is None else json.dumps(body)
            connection.request(method, path, data, head)
            response = connection.getresponse()
            return Answer(Response(response.status, list(response.getheaders()), response.read()))
        finally:
            connection.close()

    def workers(self) -> list[int]:
        """Process ids of the workers."""
        found = subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    def kill(self) -> None:
        """SIGKILL to the whole process group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> int:
        """Ctrl-C; the exit status."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@contextlib.contextmanager
def serving(ground: Ground, workers: int = 1, **environment: str) -> Iterator[Served]:
    """A gate process inside the block."""
    served = Served(ground, workers, **environment)
    try:
        yield served
    finally:
        served.kill()


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something holds; fail when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)
