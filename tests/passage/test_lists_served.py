"""The lists of a whole house, fetched as a scanner fetches them: over HTTP from the one port."""

import http.client
import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ankang.core import lists
from ankang.core.epochs import epoch_of
from tests.house import House
from tests.passage.scanner import Scanner


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    with (
        tempfile.TemporaryDirectory(prefix="ankang-lists-", ignore_cleanup_errors=True) as folder,
        House(Path(folder)) as house,
    ):
        house.ankang("list", "publish")
        yield house


def get(house: House, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("localhost", house.port, timeout=20)
    try:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def told(house: House) -> dict[str, object]:
    """The running epoch's list of dynamic codes, once the gate has seen it."""
    for _ in range(100):
        for row in json.loads(get(house, "/g/v1/lists")[2])["lists"]:
            if (row["epoch"], row["kind"]) == (epoch_of(time.time()), 1):
                return dict(row)
        time.sleep(0.1)
    raise AssertionError("the gate tells of no list")


def test_a_scanner_needs_nothing_but_http(house: House) -> None:
    row = told(house)
    keys = {one["kid"]: bytes.fromhex(one["public"]) for one in json.loads(get(house, "/g/v1/keys")[2])["keys"]}
    terms = lists.Terms(int(row["issuer"]), int(row["epoch"]), keys)
    scanner = Scanner(terms, lambda name: get(house, f"{row['path']}{name}")[2]).update()
    scanner.held.require_fresh(time.time())
    assert scanner.sequence >= row["sequence"]


def test_files_are_kept_for_ever_and_the_newest_is_asked_again(house: House) -> None:
    row = told(house)
    file = f"{row['path']}{row['list']['file']}"  # type: ignore[index]
    status, headers, body = get(house, file, accept_encoding="gzip, br")
    assert (status, len(body)) == (200, row["list"]["bytes"])  # type: ignore[index]
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "content-encoding" not in headers
    assert get(house, file, if_none_match=headers["etag"])[0] == 304
    status, headers, _ = get(house, f"{row['path']}latest.json")
    assert (status, headers["cache-control"]) == (200, "no-cache")
    assert get(house, file, "HEAD")[::2] == (200, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/lists/",
        "/lists/../keys/root.key",
        "/lists/340000/20000/1/../../../../keys/root.key",
        "/lists/%2e%2e/keys/root.key",
        "/lists/..%2fkeys%2froot.key",
        "/lists//etc/passwd",
        "/lists/340000/20000/1/.1.akl.new",
        "/lists/340000/20000/1/1.akl%00",
        "/lists/340000/20000/1/1.akl\\..",
        "/lists/340000/1/1/1.akl",
    ],
)
def test_nothing_else_is_served_from_there(house: House, path: str) -> None:
    status, headers, body = get(house, path)
    assert (status, headers["content-type"], b"root" in body) == (404, "application/json", b"root" in path.encode())


def test_an_operator_publishes_and_checks_by_hand(house: House, tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text(house.ankang("list", "keys"))
    line = next(line for line in house.ankang("list", "publish").splitlines() if line.split(":")[0].endswith("/1"))
    folder = Path(line.split(":")[0])
    newest = json.loads((folder / "latest.json").read_bytes())
    deltas = [
        f"--delta={folder / one['file']}" for one in newest["deltas"] if one["from"] >= newest["list"]["sequence"]
    ]
    full = str(folder / newest["list"]["file"])
    assert house.ankang("list", "verify", full, "--keys", str(tmp_path / "keys.json"), *deltas).startswith("good: ")
