"""The matrix of roles and permissions is the code's own."""

from pathlib import Path
from typing import Any

import pytest

from ankang.base.permissions import PERMISSIONS, ROLES
from ankang.staff.matrix import permissions_document
from ankang.staff.words import PERMISSION_WORDS, ROLE_WORDS, matrix

from .builders import a_member

DOCUMENT = Path(__file__).parents[2] / "docs" / "permissions.md"


def test_the_document_is_current() -> None:
    """When it is not: ``ankang staff permissions > docs/permissions.md``."""
    assert DOCUMENT.read_text(encoding="utf-8") == permissions_document()


def test_every_role_and_permission_has_words() -> None:
    assert (set(ROLE_WORDS), set(PERMISSION_WORDS)) == (set(ROLES), set(PERMISSIONS))


def test_the_matrix_says_what_the_code_enforces() -> None:
    roles = sorted(ROLES)
    held = {(role, row["name"]) for row in matrix() for role, has in zip(roles, row["held"], strict=True) if has}
    assert held == {(role, permission) for role, permissions in ROLES.items() for permission in permissions}


@pytest.mark.django_db
def test_anybody_reads_the_matrix_in_chinese_and_english(client: Any) -> None:
    zh, en = (client.get(f"/permissions?lang={lang}").content.decode() for lang in ("zh", "en"))
    assert ("溯源员" in zh, "security administrator" in en) == (True, True)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["security_administrator", "auditor"])
def test_every_page_of_staff_opens_empty_for_who_may_look(client: Any, role: str) -> None:
    client.force_login(a_member(role))
    pages = ["staff/", "staff/?q=x&role=tracer&region=341881&state=left&page=9", "staff/trail?q=x", "staff/invitations"]
    pages += ["staff/providers", "staff/providers?change=9", "account/", "account/code/add", "account/passkeys/add"]
    pages += ["account/password", "account/recovery-codes/new", "confirm/password"]
    assert {page: client.get(f"/console/{page}").status_code for page in pages} == dict.fromkeys(pages, 200)
