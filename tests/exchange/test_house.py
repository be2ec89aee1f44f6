"""The whole product: a hospital's machine sends a file to a running house with the command, and fetches what was refused."""

import subprocess
from pathlib import Path

import pytest

from tests.house import ANKANG, House

from .builders import a_test, residents, table

pytestmark = pytest.mark.timeout(600)


def test_a_machine_sends_a_file_and_mends_what_was_refused(tmp_path: Path):
    with House(tmp_path) as house:
        token = house.ankang("feed", "token", "检验系统", "nucleic-tests", "--by", "hospital").strip()
        environment = house.environment | {"ANKANG_FEED_TOKEN": token, "ANKANG_FEED_ADDRESS": house.address}

        def ankang(*arguments: str) -> str:
            done = subprocess.run([ANKANG, "feed", *arguments], env=environment, capture_output=True, text=True, timeout=400)
            return done.stdout + (done.stderr if done.returncode else "")

        strangers = residents(10_200)  # more than one part, and more than one chunk
        rows = [a_test(who, f"N{n}") | {"检测机构": "宁国市人民医院医学检验科第一实验室" * 2} for n, who in enumerate(strangers)]
        rows[7]["检测结果"] = "??"
        file = tmp_path / "results.csv"
        file.write_bytes(table(rows, "gbk"))
        assert file.stat().st_size > 1024 * 1024
        said = ankang("send", "nucleic-tests", str(file))
        assert "finished, 10,200 rows: 10,199 waiting for their person, 1 refused" in said
        assert "row 9: bad_choice 检测结果" in said
        number = said.split()[1].rstrip(":")
        assert ankang("send", "nucleic-tests", str(file)) == (
            f"This file was sent before, as batch {number}; nothing changed.\n"
        )
        refused = tmp_path / "refused.csv"
        ankang("rejects", number, str(refused))
        refused.write_text(refused.read_text("utf-8-sig").replace("??", "阴性"), "utf-8")
        assert "finished, 1 rows: 1 waiting for their person" in ankang("send", "nucleic-tests", str(refused))
        assert "Your duties do not include this." in ankang("send", "stays", str(file))
