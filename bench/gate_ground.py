"""A house for the gate's benchmarks: its own PostgreSQL with the real tables, doors with devices, persons with codes."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg

from ankang.config import postgres
from ankang.config.keys import RootKey
from ankang.config.postgres.address import cluster_folder
from ankang.config.settings import Settings
from ankang.core import chain
from ankang.core.codes import encode_header, gate_key, show, sign_pass
from ankang.core.colours import Colour
from ankang.core.credentials import CredentialKeys
from ankang.core.epochs import epoch_of, epoch_start, minute_of, step_of
from ankang.core.permutation import space_for
from ankang.core.place_codes import rotating
from ankang.gate.keys import Keys
from ankang.gate.tables import load_tables

DOORS = 400
PERSONS = 4_000
_MIGRATE = (
    "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'ankang.site.settings'\n"
    "import django; django.setup()\nfrom ankang.site.prepare import migrate; migrate()"
)
_SEED = f"""
    insert into base_region (code, name, name_en, level) values ('341881', '宁国市', 'Ningguo', 'county');
    insert into places_organisation (id, name, name_en, kind, region_id, path)
        overriding system value values (1, '宁国市', '', 'city', '341881', '/1/');
    insert into places_checkpoint (id, organisation_id, name, name_en, type, state, generation)
        overriding system value select i, 1, 'door ' || i, '', 1, 'in_use', 1 from generate_series(1, {DOORS}) i;
    insert into places_device (id, organisation_id, checkpoint_id, name, kind, label, generation, created_at, enrolled_at)
        overriding system value
        select i, 1, i, 'scanner ' || i, 'scanner', '', 1, now(), now() from generate_series(1, {DOORS}) i;
    insert into health_colour (person, colour, since, reasons, rule_set, evaluated_at)
        select i, 1, now(), '[]', 'bench', now() from unnest(NUMBERS) i;
    insert into health_feedhead values (1, 0);
    insert into base_revision values ('places', 1) on conflict do nothing;
"""


class Ground:
    """The house; ``folder`` is thrown away afterwards. Tables are made unless the folder has a cluster with them."""

    def __init__(self, folder: Path, numbers: Sequence[int] = range(1, PERSONS + 1)) -> None:
        self.folder, self.numbers = folder, numbers
        self.settings = Settings(data=folder, database_url=None)
        ready = cluster_folder(folder).exists()
        self.server = postgres.start(self.settings)
        if not ready:
            subprocess.run([sys.executable, "-c", _MIGRATE], env=self.environment(), check=True)
        asyncio.run(self._seed())
        self.doors, self.persons, self.residents = folder / "doors", folder / "persons", folder / "residents"
        self.places = folder / "places"
        self._write_tokens()
        self._passes = self._sign_passes()

    def environment(self, **more: str) -> dict[str, str]:
        """The environment of a process of the house; rates are lifted, for one generator stands for many doors."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ANKANG_")}
        return clean | {
            "ANKANG_DATA": str(self.folder),
            "ANKANG_DATABASE_URL": self.server.url,
            "ANKANG_GATE_DEVICE_RATE": "1e9",
            "ANKANG_GATE_RESIDENT_RATE": "1e9",
            **more,
        }

    async def _seed(self) -> None:
        connection = await asyncpg.connect(self.server.url)
        if max(self.numbers) > PERSONS:
            await connection.execute("update trust_index_space set size = $1", space_for(max(self.numbers) + 1))
        await connection.execute(_SEED.replace("NUMBERS", f"'{{{','.join(map(str, self.numbers))}}}'::bigint[]"))
        tables = await load_tables(connection)
        self._root = RootKey.from_file(self.settings.keys_folder / "root.key")
        self.keys = Keys(tables, self._root)
        self._credential = next(row for row in tables.keys if row.purpose == "credential")
        await connection.close()

    def fetch(self, query: str) -> list[Any]:
        """Rows of one statement."""

        async def run() -> list[Any]:
            connection = await asyncpg.connect(self.server.url)
            try:
                return list(await connection.fetch(query))
            finally:
                await connection.close()

        return asyncio.run(run())

    def _write_tokens(self) -> None:
        row, now = self._credential, int(time.time())
        issuing = CredentialKeys(self._root.unseal(row.secret, f"credential:{row.kid}"), row.kid)
        doors = [f"{issuing.issue('device', door, 1, now, now + 86_400)} {door}" for door in range(1, DOORS + 1)]
        residents = [
            issuing.issue("resident", person, person, now, now + 86_400, "王*明") for person in self.numbers
        ]
        self.doors.write_text("\n".join(doors) + "\n")
        self.residents.write_text("\n".join(residents) + "\n")

    def _sign_passes(self) -> list[tuple[bytes, bytes]]:
        now = time.time()
        self._epoch = epoch_of(now)
        keys, signing = self.keys.epoch(self._epoch), self.keys.signer(now)
        assert keys is not None
        assert signing is not None
        self._links = [bytes(range(16))]
        for _ in range(chain.LENGTH):
            self._links.append(chain.walk(self._links[-1], 1))
        issued = max(int(now) - 3600, epoch_start(self._epoch))
        made = []
        for person in self.numbers:
            index = keys.permutation.index(person)
            header = encode_header(signing[0], index, issued, Colour.GREEN, 0, self._links[-1], "王*明")
            made.append((sign_pass(header, signing[1]), gate_key(keys.day_mac, header)))
        return made

    def show_codes(self) -> None:
        """Every person shows the code of this minute; it is good until the end of the next."""
        now = time.time()
        if epoch_of(now) != self._epoch:
            self._passes = self._sign_passes()
        step = step_of(now)
        link = self._links[chain.LENGTH - step]
        self.persons.write_text("".join(show(*one, step, link) + "\n" for one in self._passes))
        self._show_places(now)

    def _show_places(self, now: float) -> None:
        """What the screens at the doors show in this minute and the next two."""
        placing = self.keys.place(now)
        assert placing is not None
        kid, key = placing
        minutes = range(minute_of(now), minute_of(now) + 3)
        lines = (
            f"{minute} {rotating(door, 1, kid, 1, minute, key)} {door}\n"
            for minute in minutes
            for door in range(1, DOORS + 1)
        )
        self.places.write_text("".join(lines))

    def link(self, step: int) -> bytes:
        """The link of the phones' chain that is shown at ``step``; the anchor is link 0."""
        return self._links[chain.LENGTH - step]

    def code_of(self, position: int, now: float) -> str:
        """What the phone of the person at this position of ``numbers`` shows."""
        step = step_of(now)
        return show(*self._passes[position], step, self._links[chain.LENGTH - step])

    def close(self) -> None:
        """Stop the server."""
        self.server.leave()


@contextmanager
def process(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A server process inside the block, ended by a signal and waited for."""
    running = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[1], start_new_session=True)
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
