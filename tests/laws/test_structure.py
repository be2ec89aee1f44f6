"""Laws of the tree: imports one way, small files, no hosts of registries or third parties, no path of a machine."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "ankang"


def _tracked(*patterns: str) -> list[Path]:
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def test_no_room_imports_upward() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_no_file_grows_into_two_rooms() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _tracked("*.py", "*.ts")
        if "migrations" not in path.parts and "vectors" not in path.parts
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_no_room_has_a_drawer_for_leftovers() -> None:
    drawers = [path.name for path in SOURCE.rglob("*.py") if path.stem in {"utils", "util", "helpers", "misc", "manager"}]
    assert drawers == []


def test_every_room_says_what_it_promises() -> None:
    rooms = [path.parent for path in [*SOURCE.glob("*/models.py"), *SOURCE.glob("scenes/*/models.py")]] + [SOURCE / "gate", SOURCE / "demo"]
    assert [room.name for room in rooms if not (room / "README.md").exists()] == []


def test_no_lock_file_or_setting_names_a_host() -> None:
    files = _tracked("*.lock", "*lock.json", "*.npmrc", "*requirements*.txt")
    assert len(files) >= 3
    assert [path.name for path in files if "://" in path.read_text()] == []


def test_no_page_names_a_third_party_host() -> None:
    pages = [*SOURCE.rglob("*.html"), *(ROOT / "web" / "src").rglob("*.*"), *(SOURCE / "site" / "phone").glob("*")]
    allowed = re.compile(r"https?://(www\.w3\.org/|localhost|127\.0\.0\.1|json-schema\.org)")
    found = {}
    for path in pages:
        if not path.is_file() or path.suffix in {".br", ".gz", ".wasm", ".png"}:
            continue
        links = re.findall(r"https?://[\w.-]+[^\s\"'`)]*", path.read_text(errors="ignore"))
        if foreign := [link for link in links if not allowed.match(link)]:
            found[str(path.relative_to(ROOT))] = foreign
    assert found == {}


def test_no_code_imports_the_forbidden_sm2_package() -> None:
    guilty = [p.name for p in _tracked("*.py") if re.search(r"^\s*(import|from) gmssl\b", p.read_text(), re.MULTILINE)]
    assert guilty == []


def test_no_test_replaces_our_own_code() -> None:
    pattern = re.compile(r"unittest\.mock|MagicMock|mocker\.")
    guilty = [p.name for p in _tracked("tests/*.py") if p != Path(__file__) and pattern.search(p.read_text())]
    assert guilty == []
