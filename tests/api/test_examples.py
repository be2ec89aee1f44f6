"""The guide's examples answer what the guide says (docs/api.md), over the wire."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ankang.people.credentials import issue_credential
from ankang.site.api_reference import errors_document
from ankang.staff.services import grantable, issue_token

from ..people.conftest import applied, ningguo  # noqa: F401
from ..places.builders import a_checkpoint
from .ground import an_officer

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = re.findall(r"```sh\n# (\d+)\n(.*?)\n```", (DOCS / "api.md").read_text(), re.DOTALL)


@pytest.mark.django_db(transaction=True)
def test_the_examples_of_the_guide_answer_as_it_says(live_server: Any, applied: Any) -> None:  # noqa: F811
    now, person, door, officer = datetime.now(UTC), applied().person, a_checkpoint(), an_officer()
    duty = officer.duties.get(role="checkpoint_manager")
    values = {
        "HOUSE": live_server.url,
        "RESIDENT": issue_credential(person.pk, person.name, "api", now).token,
        "STAFF": issue_token("examples", duty.pk, grantable(duty), officer, now).token,
        "ORGANISATION": str(door.organisation_id),
        "PATH": str(Path(shutil.which("curl") or "/usr/bin/curl").parent) + ":/usr/bin:/bin",
    }
    said = [(status, line, _status(line, values)) for status, line in EXAMPLES]
    assert len(said) >= 10
    assert [one for one in said if one[0] != one[2]] == []


def test_every_error_is_in_its_document() -> None:
    assert (DOCS / "errors.md").read_text() == errors_document()


def _status(line: str, values: dict[str, str]) -> str:
    line = line.replace("curl ", 'curl -s -o /dev/null -w "%{http_code}" ', 1)
    return subprocess.run(["sh", "-c", line], env=values, capture_output=True, text=True, timeout=60, check=True).stdout
