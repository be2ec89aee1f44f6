"""The matrix of roles and permissions is the code's own."""

from pathlib import Path
from typing import Any

import pytest

from ankang.base.permissions import PERMISSIONS, ROLES
from ankang.staff.matrix import permissions_document
from ankang.staff.words import PERMISSION_WORDS, ROLE_WORDS, matrix

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
