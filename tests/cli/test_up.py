"""`ankang up`: starts everything, keeps it standing, leaves nothing behind."""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.house import House

from .conftest import processes_of, run, until


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for all sentences below; each but the last leaves it standing."""
    with House(tmp_path_factory.mktemp("up"), residents=40, fresh=True) as standing:
        yield standing


def data(house: House) -> Path:
    return house.folder / "data"


def children(house: House, word: str) -> list[int]:
    """The living children of the supervisor whose command has ``word``."""
    found = []
    for each in psutil.Process(house.process.pid).children():
        with contextlib.suppress(psutil.Error):
            if any(word in part for part in each.cmdline()):
                found.append(each.pid)
    return found


def test_the_screen_tells_where_to_go(house: House) -> None:
    assert until(lambda: "Ctrl-C stops everything" in house.log.read_text())
    shown = house.log.read_text()
    for path in ("/apply", "/code", "/scanner", "/demo/phone", "/console/", "/console/board/"):
        assert f" http://localhost:{house.port}{path}\n" in shown
    assert house.accounts()["password"] in shown


def test_a_second_one_on_the_same_folder_is_refused(house: House) -> None:
    done = run(data(house), "up")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"Error: Ankang code is running on this data folder already: {house.address}, process "
        f"{house.process.pid}. Stop it with Ctrl-C in its window, or set ANKANG_DATA to another folder.\n"
    )


def test_the_doctor_sees_that_it_runs(house: House) -> None:
    done = run(data(house), "doctor", ANKANG_PORT=str(house.port))
    assert done.stdout.splitlines()[-1] == "Nothing is wrong.", done.stdout
    assert f"✓ Ankang code runs: {house.address} (process {house.process.pid}).\n" in done.stdout


def test_its_secrets_and_doors_inside_are_its_owners_only(house: House) -> None:
    secrets = {path.name for path in (data(house) / "keys").iterdir()}
    assert secrets == {"demo-accounts.json", "postgres.password", "root.key"}
    inside = [*(data(house) / "keys").iterdir(), data(house) / "run" / "control.sock"]
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in inside} == {path.name: "0o600" for path in inside}


@pytest.mark.parametrize(("word", "path"), [("wsgi", "/"), ("rsgi", "/g/v1/health")])
def test_a_killed_child_comes_back(house: House, word: str, path: str) -> None:
    (killed,) = children(house, word)
    os.kill(killed, signal.SIGKILL)
    came_back = until(lambda: children(house, word) not in ([], [killed]), 60)
    assert came_back, house.log.read_text()[-3000:]
    house.wait_for(path, 40)


def test_a_killed_database_comes_back(house: House) -> None:
    pid = int((data(house) / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    assert until(lambda: house.log.read_text().count("PostgreSQL started") == 1)
    house.wait_for("/", 30)


def test_ctrl_c_leaves_no_process_and_the_next_start_finds_its_data(house: House) -> None:
    before = house.accounts()
    house.stop()
    assert house.process.returncode == 0
    assert until(lambda: processes_of(data(house)) == [], 30)
    house.log.write_text("")
    house.start()
    assert house.accounts() == before
    assert "preparing" not in house.log.read_text()


def test_a_killed_supervisor_leaves_no_process(house: House) -> None:
    house.process.kill()
    house.process.wait()
    assert until(lambda: processes_of(data(house)) == [])
