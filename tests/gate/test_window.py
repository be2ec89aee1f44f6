"""The window: a code once, a nonce always the same, shared between processes that die at any moment."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator
from multiprocessing import Queue
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ankang.gate import shared_memory
from ankang.gate.shared_memory import memory_path
from ankang.gate.visits import Visit, pack_record, unpack_record
from ankang.gate.window import LIVES, REPLAY_BUCKETS, REPLAY_SLOTS, Window, WindowFull

small = st.integers(0, 255)
visits = st.builds(
    Visit,
    visit=st.binary(min_size=16, max_size=16),
    trace=st.binary(min_size=16, max_size=16),
    at=st.integers(0, 2**52),
    received_at=st.integers(0, 2**52),
    checkpoint=st.integers(0, 2**32 - 1),
    device=st.integers(0, 2**62),
    direction=small,
    temperature=st.integers(0, 450),
    verdict=small,
    reason=small,
    colour=small,
    kind=small,
    name=st.binary(max_size=9),
)


@given(visits)
def test_a_record_says_all_of_a_visit(visit: Visit) -> None:
    assert unpack_record(pack_record(visit)) == visit


Windows = Callable[[], Window]


@pytest.fixture
def windows(tmp_path: Path) -> Iterator[Windows]:
    """Opens the same window again and again, as the gates of one machine do."""
    opened: list[Window] = []

    def window() -> Window:
        opened.append(Window(tmp_path / "w"))
        return opened[-1]

    yield window
    for one in opened:
        one.close()


def use(
    window: Window, checkpoint: int, index: int, minute: int, direction: int, visit: bytes, now_minute: int
) -> bool:
    """One use of one showing of a code."""
    at = Visit(visit, b"t" * 16, 1, 2, checkpoint, 4, direction, 0, 1, 1, 1, 1, b"", index, minute)
    return window.first_use(at, now_minute)


def a_visit(name: bytes) -> Visit:
    return Visit(name * 16, b"t" * 16, 1, 2, 3, 4, 1, 365, 1, 1, 1, 1, "王*明".encode())


def test_a_code_is_used_once_by_place_minute_and_direction(windows: Windows) -> None:
    window, other = windows(), windows()
    assert use(window, 1, 5, 1000, 1, b"a" * 16, 1000)
    assert use(window, 1, 5, 1000, 1, b"a" * 16, 1000)
    assert not use(other, 1, 5, 1000, 1, b"b" * 16, 1000)
    assert use(other, 1, 5, 1000, 2, b"b" * 16, 1000)
    assert use(other, 2, 5, 1000, 1, b"b" * 16, 1000)
    assert use(other, 1, 5, 1001, 1, b"b" * 16, 1001)
    assert use(other, 1, 6, 1000, 1, b"b" * 16, 1000)


def test_a_living_entry_is_never_pushed_out(windows: Windows) -> None:
    window = windows()
    crowd = []
    number = 0
    while len(crowd) <= REPLAY_SLOTS:
        number += 1
        if (hash((1, number, 1000 << 2 | 1)) & (REPLAY_BUCKETS - 1)) == 77:
            crowd.append(number)
    for one in crowd[:-1]:
        assert use(window, 1, one, 1000, 1, b"a" * 16, 1000)
    with pytest.raises(WindowFull):
        use(window, 1, crowd[-1], 1000, 1, b"a" * 16, 1000 + LIVES - 1)
    assert not use(window, 1, crowd[0], 1000, 1, b"b" * 16, 1000 + LIVES - 1)
    assert use(window, 1, crowd[-1], 1000, 1, b"a" * 16, 1000 + LIVES)


def test_a_decision_is_remembered_for_every_process(windows: Windows) -> None:
    window, other = windows(), windows()
    visit = a_visit(b"v")
    assert other.recall(visit.visit) is None
    window.remember(visit)
    assert other.recall(visit.visit) == visit


def test_when_no_gate_runs_the_window_is_kept_on_disk(tmp_path: Path) -> None:
    window, other, visit = Window(tmp_path / "w"), Window(tmp_path / "w"), a_visit(b"v")
    memory = memory_path(tmp_path / "w")
    window.remember(visit)
    window.close()
    assert memory.exists()
    other.close()
    assert not memory.exists()
    again = Window(tmp_path / "w")
    assert again.recall(visit.visit) == visit
    again.close()


def test_a_window_that_somebody_tidied_away_still_closes(tmp_path: Path) -> None:
    window = Window(tmp_path / "w")
    memory_path(tmp_path / "w").unlink()
    window.remember(a_visit(b"v"))
    window.close()


def test_a_machine_without_shared_memory_uses_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_memory, "MEMORY", tmp_path / "nowhere")
    window, other, visit = Window(tmp_path / "w"), Window(tmp_path / "w"), a_visit(b"v")
    window.remember(visit)
    assert other.recall(visit.visit) == visit
    window.close()
    other.close()


def test_an_entry_that_is_being_written_counts_as_absent(windows: Windows) -> None:
    window, visit = windows(), a_visit(b"v")
    window.remember(visit)
    at = window._map.find(pack_record(visit))
    window._map[at : at + 16] = b"n" * 16
    assert window.recall(visit.visit) is None


def test_a_batch_is_settled_at_once(windows: Windows) -> None:
    window, other = windows(), windows()

    def used(name: bytes, index: int) -> Visit:
        visit = a_visit(name)
        visit.index, visit.minute = index, 1000
        return visit

    first, copy, refused = used(b"1", 5), used(b"2", 5), a_visit(b"3")
    assert window.settle([first, copy, refused], 1000) == ({}, set())
    assert [(v.verdict, v.reason) for v in (first, copy, refused)] == [(1, 1), (2, 6), (1, 1)]
    again = used(b"1", 5)
    hot, cool = used(b"4", 6), used(b"5", 6)
    hot.verdict, hot.reason = 3, 12
    assert other.settle([hot, cool], 1000) == ({}, set())
    assert [(v.verdict, v.reason) for v in (hot, cool)] == [(3, 12), (1, 1)]
    known, crowded = other.settle([again], 1000)
    assert (known[first.visit].visit, crowded) == (first.visit, set())


def test_the_lock_is_one_processes_at_a_time(windows: Windows) -> None:
    window, other = windows(), windows()
    assert window.try_lock()
    assert not other.try_lock()
    window.unlock()
    assert other.try_lock()


def test_the_oldest_nonces_go_first(windows: Windows) -> None:
    window = windows()
    crowd = [bytes([number]) * 12 + b"same" for number in range(1, 18)]
    for one in crowd:
        window.remember(Visit(one, *pack(one)))
    assert [window.recall(one) is not None for one in crowd] == [False] + [True] * 16


def pack(one: bytes) -> tuple[object, ...]:
    return (b"t" * 16, 1, 2, 3, 4, 1, 0, 1, 1, 1, 1, b"")


def test_a_file_of_another_layout_is_replaced(tmp_path: Path, windows: Windows) -> None:
    (tmp_path / "w").write_bytes(b"old")
    window = windows()
    assert use(window, 1, 1, 1, 1, b"a" * 16, 10)


def _use_all(path: Path, mark: bytes, won: "Queue[list[int]]", count: int) -> None:
    window, wins = Window(path), []
    for index in range(count):
        while not window.try_lock():
            pass
        if use(window, 1, index, 1000, 1, mark * 16, 1000):
            wins.append(index)
        window.unlock()
    won.put(wins)


def test_of_racing_processes_exactly_one_wins_each_code(tmp_path: Path, windows: Windows) -> None:
    windows()
    context, count = multiprocessing.get_context("spawn"), 5_000
    won: Queue[list[int]] = context.Queue()
    racers = [context.Process(target=_use_all, args=(tmp_path / "w", mark, won, count)) for mark in (b"a", b"b", b"c")]
    for racer in racers:
        racer.start()
    wins = [won.get(timeout=60) for _ in racers]
    for racer in racers:
        racer.join()
    assert sorted(sum(wins, [])) == list(range(count))


def _hold(path: Path, held: "Queue[bool]") -> None:
    window = Window(path)
    held.put(window.try_lock())
    time.sleep(60)


def test_a_killed_process_leaves_no_lock(tmp_path: Path, windows: Windows) -> None:
    context = multiprocessing.get_context("spawn")
    held: Queue[bool] = context.Queue()
    holder = context.Process(target=_hold, args=(tmp_path / "w", held))
    holder.start()
    assert held.get(timeout=60)
    window = windows()
    assert not window.try_lock()
    assert holder.pid is not None
    os.kill(holder.pid, signal.SIGKILL)
    holder.join()
    assert window.try_lock()
