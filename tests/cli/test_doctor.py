"""The doctor says what is wrong in plain words, with a remedy, and changes nothing."""

import json
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ankang.config.keys import RootKey

from .conftest import Run, run


@pytest.fixture
def root_key(prepared_folder: Path, tmp_path: Path) -> Iterator[Path]:
    """The root key's file; whatever the test does to it is undone."""
    path, safe = prepared_folder / "keys" / "root.key", tmp_path / "safe"
    shutil.copy2(path, safe)
    yield path
    shutil.copy2(safe, path)


def wrong(folder: Path, **settings: str) -> dict[str, dict[str, str]]:
    """What the doctor finds wrong in ``folder``, by code."""
    done = run(folder, "doctor", "--json", **settings)
    report: dict[str, Any] = json.loads(done.stdout)
    found = {each["code"]: each for each in report["findings"] if each["state"] == "wrong"}
    assert done.returncode == (1 if found else 0)
    assert report["healthy"] is not bool(found)
    return found


def test_nothing_is_wrong_before_the_first_start(ankang: Run) -> None:
    done = ankang("doctor")
    assert done.stdout.splitlines()[-1] == "Nothing is wrong."
    assert "! There is no database yet; the first start makes one." in done.stdout


@pytest.mark.parametrize("folder", ["/proc/nope", "/dev/null/nope", "/proc/nope/deeper"])
def test_a_data_folder_that_cannot_be_made(folder: str) -> None:
    found = wrong(Path(folder))
    assert found["data"]["says"] == f"The data folder {folder} cannot be made."


def test_nothing_is_wrong_after_migrating(prepared_folder: Path) -> None:
    assert wrong(prepared_folder) == {}


def test_a_taken_port_names_who_has_it(prepared_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        found = wrong(prepared_folder, ANKANG_PORT=str(port))
    assert list(found) == ["port"]
    assert found["port"]["says"].startswith(f"Port {port} is taken by ")
    assert "(process " in found["port"]["says"]
    assert found["port"]["remedy"] == "Stop it, or choose another with ANKANG_PORT=8001."


def test_an_unreachable_database_is_named_without_its_password(prepared_folder: Path) -> None:
    found = wrong(prepared_folder, ANKANG_DATABASE_URL="postgresql://city:secret@127.0.0.1:1/ankang")
    assert list(found) == ["database"]
    assert found["database"]["says"].startswith("The database postgresql://city@127.0.0.1:1/ankang does not answer:")
    assert found["database"]["says"].endswith("Connection refused.")
    assert "secret" not in json.dumps(found)


def test_an_address_that_is_no_database(prepared_folder: Path) -> None:
    found = wrong(prepared_folder, ANKANG_DATABASE_URL="mysql://city@db/ankang")
    assert found["database"]["says"] == "ANKANG_DATABASE_URL must begin with postgresql://"


def test_a_missing_root_key(prepared_folder: Path, root_key: Path) -> None:
    root_key.unlink()
    found = wrong(prepared_folder)
    assert list(found) == ["root_key_missing"]
    assert found["root_key_missing"] == {
        "code": "root_key_missing",
        "state": "wrong",
        "says": f"The root key {root_key} is missing.",
        "remedy": "Bring the file back from your backup. A new one would open nothing that is stored.",
    }


def test_a_root_key_that_others_may_read(prepared_folder: Path, root_key: Path) -> None:
    root_key.chmod(0o644)
    found = wrong(prepared_folder)
    assert {code: each["remedy"] for code, each in found.items()} == {"root_key_exposed": f"chmod 600 {root_key}"}


def test_a_root_key_of_another_installation(prepared_folder: Path, root_key: Path, tmp_path: Path) -> None:
    RootKey.create(tmp_path / "other.key")
    shutil.copy2(tmp_path / "other.key", root_key)
    found = wrong(prepared_folder)
    assert list(found) == ["wrong_root_key"]
    assert found["wrong_root_key"]["says"].startswith("The root key does not open the stored keys: blind 1, ")


def test_up_refuses_to_replace_a_lost_root_key(prepared_folder: Path, root_key: Path) -> None:
    root_key.unlink()
    done = run(prepared_folder, "up")
    assert done.returncode == 1
    assert f"Error: The root key {root_key} is missing, but the database holds keys" in done.stderr
    assert not root_key.exists()


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    found = wrong(tmp_path / "data")
    assert "data" in found
