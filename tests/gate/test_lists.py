"""Index spaces and offline lists over real processes: what gates, the publisher and a scanner make of the same person."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ankang.core import lists
from ankang.core.codes import check_as_stranger, parse
from ankang.core.colours import Colour
from ankang.core.epochs import epoch_of
from ankang.core.permutation import DECOYS
from tests.gate.ground import Answer, Ground, InProcess, Person, wait_until
from tests.passage.scanner import Scanner

_PUBLISH = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "ankang.site.settings"
django.setup()
from datetime import UTC, datetime
from ankang.passage.lists import publish_lists
for _ in range(int(sys.argv[1])):
    for one in publish_lists(datetime.now(UTC), everything=True):
        print(one.chain.folder, one.sequence, flush=True)
"""


def publisher(ground: Ground, times: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", _PUBLISH, str(times)]
    return subprocess.Popen(command, env=ground.environment(), stdout=subprocess.PIPE, text=True)


def publish(ground: Ground) -> None:
    process = publisher(ground, 1)
    assert process.communicate(timeout=120)
    assert process.returncode == 0


def chain_folder(ground: Ground, kind: int = 1) -> Path:
    return ground.settings.lists_folder / f"341881/{epoch_of(time.time())}/{kind}"


def scanner(ground: Ground, gate: InProcess) -> Scanner:
    """Knows what is public only."""
    published = gate.call("GET", "/g/v1/keys").json["keys"]
    keys = {row["kid"]: bytes.fromhex(row["public"]) for row in published}
    folder = chain_folder(ground)
    terms = lists.Terms(341_881, epoch_of(time.time()), keys)
    return Scanner(terms, lambda name: (folder / name).read_bytes())


def shown_index(one: Scanner, text: str, now: float) -> int:
    """The index in a code that a stranger found good."""
    code = parse(text)
    check_as_stranger(code, one.terms.keys, now)
    return code.index


def verify(ground: Ground, gate: InProcess, person: Person) -> Answer:
    checkpoint = ground.a_checkpoint()
    device = ground.a_device(checkpoint)
    gate.catch_up()
    nonce = f"00000000-0000-4000-8000-{random.getrandbits(48):012x}"
    body = {
        "code": person.code(gate.now()),
        "checkpoint": checkpoint,
        "direction": "entry",
        "temperature": None,
        "nonce": nonce,
    }
    return gate.call("POST", "/g/v1/verify", device.token, body)


@pytest.fixture
def size(ground: Ground) -> int:
    return ground.sql("select size from trust_index_space where epoch = %s", epoch_of(time.time()))[0][0]


def test_a_shown_code_is_looked_up_in_the_list_that_the_worker_published(ground: Ground, gate: InProcess) -> None:
    green, red = ground.a_person(), ground.a_person(Colour.RED)
    publish(ground)
    one, now = scanner(ground, gate).update(), time.time()
    seen = [one.colour(shown_index(one, person.code(now), now), now) for person in (green, red)]
    assert seen == [Colour.GREEN, Colour.RED]
    ground.colour(green.number, Colour.RED)
    publish(ground)
    assert one.update().colour(shown_index(one, green.code(now), now), time.time()) is Colour.RED


def test_the_gate_tells_what_lists_there_are(ground: Ground, gate: InProcess) -> None:
    publish(ground)
    latest = json.loads((chain_folder(ground) / "latest.json").read_bytes())
    path = f"/lists/341881/{epoch_of(time.time())}/1/"
    wait_until(lambda: {"path": path, **latest} in gate.call("GET", "/g/v1/lists").json["lists"])
    told = [(row["epoch"], row["kind"]) for row in gate.call("GET", "/g/v1/lists").json["lists"]]
    assert {(epoch_of(time.time()), 1), (epoch_of(time.time()), 2)} <= set(told)
    file = chain_folder(ground) / latest["list"]["file"]
    assert file.stat().st_size == latest["list"]["bytes"]
    publish(ground)
    today, before = epoch_of(time.time()), latest["sequence"]

    def led_on(after: str) -> list[bool]:
        rows = gate.call("GET", f"/g/v1/lists?after={after}").json["lists"]
        return [delta["from"] >= before for row in rows if row["path"] == path for delta in row["deltas"]]

    wait_until(lambda: led_on(f"{today}:{before}") == [True])
    assert [len(led_on(after)) for after in (f"{today}:{before + 9}", "x", f"{today + 5}:1")] == [
        0,
        *[len(led_on(""))] * 2,
    ]


def test_an_index_is_below_the_size_of_its_epoch(ground: Ground, size: int) -> None:
    permutation = ground.keys.epoch(epoch_of(time.time())).permutation
    assert all(permutation.index(person) < size for person in range(2_000))


def test_a_code_whose_index_is_nobodys_is_invalid_and_not_grey(ground: Ground, gate: InProcess, size: int) -> None:
    nobody = ground.keys.epoch(epoch_of(time.time())).permutation.person(next(iter(_decoys(ground, gate))))
    answer = verify(ground, gate, Person(nobody, "王*明", ground))
    assert (answer.json["verdict"], answer.json["reason"]) == ("deny", "invalid")
    grey = verify(ground, gate, ground.a_person(Colour.GREY))
    assert (grey.json["reason"], grey.json["colour"]) == ("colour", "grey")


def _decoys(ground: Ground, gate: InProcess) -> list[int]:
    """Entries of the list whose index is no living person's."""
    publish(ground)
    permutation = ground.keys.epoch(epoch_of(time.time())).permutation
    content = scanner(ground, gate).update().held.content
    return [index for index in content.positions.tolist() if permutation.person(index) >= (1 << 30) - DECOYS]


def test_a_newcomer_above_the_reserve_passes_at_gates_and_cannot_be_verified_off_line(
    ground: Ground, gate: InProcess, size: int
) -> None:
    newcomer = Person(size - DECOYS + 5, "王*明", ground)
    ground.colour(newcomer.number, Colour.GREEN)
    assert verify(ground, gate, newcomer).json["verdict"] == "admit"
    publish(ground)
    one, now = scanner(ground, gate).update(), time.time()
    with pytest.raises(lists.ListFault, match="outside"):
        one.colour(shown_index(one, newcomer.code(now), now), now)


def test_an_epoch_whose_size_has_not_been_heard_of_is_not_served(ground: Ground) -> None:
    today = epoch_of(time.time())
    assert ground.keys.epoch(today + 2) is not None
    assert ground.keys.epoch(today + 3) is None


def test_epochs_before_the_first_size_keep_their_indices_of_30_bits(ground: Ground) -> None:
    permutation = ground.keys.epoch(epoch_of(time.time()) - 1).permutation
    assert type(permutation).__name__ == "IndexPermutation"


def test_a_publisher_that_is_killed_at_any_moment_leaves_a_sound_folder(ground: Ground, gate: InProcess) -> None:
    publish(ground)
    one = scanner(ground, gate).update()
    dice = random.Random(5)
    for _ in range(4):
        before = one.sequence
        process = publisher(ground, 10_000)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(dice.random() * 0.5)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        for path in chain_folder(ground).glob("*.ak[ld]"):
            lists.unseal_file(path.read_bytes(), one.terms.keys)
        assert one.update().sequence > before  # what is named is there, and leads on from what was held
        publish(ground)
        one.update()


def test_two_publishers_never_give_two_lists_one_number(ground: Ground, gate: InProcess) -> None:
    both = [publisher(ground, 15) for _ in range(2)]
    lines = "".join(process.communicate(timeout=120)[0] for process in both).split("\n")
    written = [line for line in lines if line]
    assert len(written) == len(set(written)) > 0
    digests: dict[int, set[bytes]] = {}
    for path in chain_folder(ground).glob("*.ak[ld]"):
        header = lists.unpack(path.read_bytes())
        digests.setdefault(header.sequence, set()).add(header.digest)
    assert {len(found) for found in digests.values()} == {1}
    scanner(ground, gate).update()
