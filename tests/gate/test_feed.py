"""The colour file follows the feed: nothing skipped, nothing claimed that is not there."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ankang.core.colours import Colour
from ankang.gate import colours as file
from ankang.gate.colours import Colours, ColourWriter
from ankang.gate.feed import Feed
from ankang.gate.link import Link
from tests.gate.ground import Ground


class Follower:
    """A feed that is stepped by hand, into a folder of its own."""

    def __init__(self, ground: Ground, folder: Path) -> None:
        self.ground, self.folder = ground, folder
        self.path = folder / "colours.bin"

    def step(self) -> Colours:
        """A leader starts, looks once, and dies."""

        async def run() -> None:
            link = Link(self.ground.server.url, "test")
            link.start()
            feed = Feed(link, self.folder)
            try:
                while await feed.catch_up(await link.wait()):
                    pass
            finally:
                feed.close()
                await link.stop()

        asyncio.run(run())
        return Colours(self.path)


@pytest.fixture
def follower(ground: Ground, tmp_path: Path) -> Iterator[Follower]:
    yield Follower(ground, tmp_path)
    ground.sql("update health_feedhead set seq = coalesce((select max(seq) from health_colourchange), 0)")


def head(ground: Ground) -> int:
    return int(ground.sql("select seq from health_feedhead")[0][0])


def test_the_first_leader_loads_all_colours(ground: Ground, follower: Follower) -> None:
    red, green = ground.a_person(Colour.RED), ground.a_person()
    seen = follower.step()
    assert (seen.colour(red.number), seen.colour(green.number), seen.colour(10**9)) == (3, 1, 0)
    assert (seen.seq, seen.count) == (head(ground), ground.sql("select count(*) from health_colour")[0][0])
    since = ground.sql("select extract(epoch from since)::bigint from health_colour where person = %s", red.number)
    assert seen.details(red.number) == (pytest.approx(int(since[0][0]), abs=1), 0)


def test_the_next_leader_goes_on_where_the_last_one_was(ground: Ground, follower: Follower) -> None:
    person = ground.a_person()
    first = follower.step().seq
    inode = os.stat(follower.path).st_ino
    for colour in (Colour.YELLOW, Colour.RED, Colour.YELLOW):
        ground.colour(person.number, colour)
    second = follower.step()
    assert (second.colour(person.number), second.seq) == (2, first + 3)
    assert os.stat(follower.path).st_ino == inode


def test_a_gap_is_waited_for(ground: Ground, follower: Follower) -> None:
    person = ground.a_person()
    seen = follower.step()
    before, fresh_at = seen.seq, seen.fresh_at
    ground.sql("update health_feedhead set seq = seq + 2")
    ground.sql(
        "insert into health_colourchange (seq, person, old, new, since, at) values (%s, %s, 1, 3, now(), now())",
        before + 2,
        person.number,
    )
    waiting = follower.step()
    assert (waiting.seq, waiting.colour(person.number)) == (before, 1)
    assert waiting.fresh_at == fresh_at
    ground.sql(
        "insert into health_colourchange (seq, person, old, new, since, at) values (%s, %s, 1, 2, now(), now())",
        before + 1,
        person.number,
    )
    ground.sql("update health_colour set colour = 3, reasons = '[1]' where person = %s", person.number)
    after = follower.step()
    assert (after.seq, after.colour(person.number)) == (before + 2, 3)
    assert after.fresh_at > fresh_at


def test_another_database_is_never_followed_into_the_same_file(ground: Ground, follower: Follower) -> None:
    person = ground.a_person(Colour.YELLOW)
    follower.step()
    view = follower.path.read_bytes()
    follower.path.write_bytes(view[:64] + bytes(16) + view[80:])  # as another database's file
    assert follower.step().colour(person.number) == 2


def test_a_database_restored_from_a_backup_is_loaded_again(ground: Ground, follower: Follower) -> None:
    person = ground.a_person(Colour.YELLOW)
    before = follower.step().seq
    writer = ColourWriter.resume(follower.path, follower.path.read_bytes()[64:80])
    assert writer is not None
    writer.put([(person.number, int(Colour.RED), 0, 0)])
    writer.advance(before + 1000)
    writer.close()
    seen = follower.step()
    assert (seen.seq, seen.colour(person.number)) == (head(ground), 2)


def test_after_a_power_cut_the_feed_is_replayed_from_what_was_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "colours.bin"
    writer = ColourWriter.create(path, b"d" * 16, 1)
    writer.put([(5, 1, 100, 200)])
    writer.advance(7, 1)
    writer.synced(writer.flush())
    writer.put([(5, 3, 300, 400)])
    writer.advance(8)
    writer.stamp(1000.0)
    writer.close()
    same_boot = ColourWriter.resume(path, b"d" * 16)
    assert same_boot is not None
    assert same_boot.seq == 8
    same_boot._map[48:64] = bytes(16)  # the machine was off in between
    same_boot.close()
    after = ColourWriter.resume(path, b"d" * 16)
    assert after is not None
    assert (after.seq, Colours(path).fresh_at) == (7, 0.0)
    after.close()


def test_the_file_grows_under_its_readers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "colours.bin"
    writer = ColourWriter.create(path, b"d" * 16, 1)
    reader = Colours(path)
    far = 3 * file.STEP + 5
    assert reader.colour(far) == 0
    writer.put([(far, 2, 10, 0)])
    reader.refresh()
    assert (reader.colour(far), reader.details(far)) == (2, (10, 0))
    writer.close()


def test_a_dense_stretch_is_filled_as_single_rows_would_be(tmp_path: Path) -> None:
    rows = [(person, person % 4, person, 0) for person in (1, 2, 3, 7, 8, 9, 10)]
    sparse = [(1, 2, 3, 4), (900_000, 1, 5, 6), (1_900_000, 3, 7, 8)]
    writer = ColourWriter.create(tmp_path / "colours.bin", b"d" * 16, 1)
    writer.fill(rows)
    reader = Colours(tmp_path / "colours.bin")
    assert [reader.colour(person) for person in range(12)] == [0, 1, 2, 3, 0, 0, 0, 3, 0, 1, 2, 0]
    assert [reader.details(person) for person in (6, 7)] == [(0, 0), (7, 0)]
    writer.fill(sparse)
    reader.refresh()
    assert [reader.colour(row[0]) for row in sparse] == [2, 1, 3]
    assert reader.details(1_900_000) == (7, 8)
    writer.close()


FULL = """
import errno, sys
from pathlib import Path
from ankang.gate.colours import STEP, Colours, ColourWriter
path = Path(sys.argv[1]) / "colours.new"
writer = ColourWriter.create(path, bytes(16), 7)
writer.put([(5, 3, 0, 0)])
try:
    writer.put((step * STEP + 1, 1, 0, 0) for step in range(99))
except OSError as fault:
    assert fault.errno == errno.ENOSPC
else:
    sys.exit("it grew beyond the disk")
writer.put([(6, 2, 0, 0)])
assert [Colours(path).colour(person) for person in (5, 6)] == [3, 2]
writer.abandon()
assert not list(path.parent.iterdir())
"""


def test_on_a_full_disk_the_file_refuses_to_grow_and_goes_on_as_it_was(tmp_path: Path) -> None:
    mount = 'mount -t tmpfs -o size=3m tmpfs "$1" || exit 77; exec "$2" -c "$3" "$1"'
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, "sh", str(tmp_path), sys.executable, FULL]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("no small file system can be mounted here")
    assert (done.returncode, done.stderr) == (0, "")


def test_every_mapped_block_is_reserved(tmp_path: Path) -> None:
    writer = ColourWriter.create(tmp_path / "colours.bin", bytes(16), 7)
    writer.put([(2 * file.STEP, 1, 0, 0)])
    status = os.stat(writer.path)
    writer.close()
    assert (status.st_size, status.st_blocks * 512 >= status.st_size) == (file.HEADER + 3 * file.STEP, True)
