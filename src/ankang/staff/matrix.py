"""docs/permissions.md, written from the code (`ankang staff permissions > docs/permissions.md`)."""

from django.utils import translation

from ankang.base.permissions import PERMISSIONS, ROLES

from .words import permission_words, role_words

HEAD = """# Roles and permissions

Written by `ankang staff permissions > docs/permissions.md` from `base/permissions.py`; a test compares. The same table is
the public page `/permissions`. A permission holds within a duty's region and organisation only; nobody may set a colour.
System administrator, security administrator and auditor are three people: the database refuses to give one person two.

"""


def permissions_document() -> str:
    """The document, Markdown, the same wherever it is made."""
    lines = [HEAD, "| role | 中文 | permissions |\n| --- | --- | --- |\n"]
    lines += [f"| {role} | {_zh(role_words(role))} | {', '.join(sorted(ROLES[role]))} |\n" for role in sorted(ROLES)]
    lines.append("\n| permission | what it lets one do | 中文 | roles |\n| --- | --- | --- | --- |\n")
    for permission in PERMISSIONS:
        words = permission_words(permission)
        held = ", ".join(role for role in sorted(ROLES) if permission in ROLES[role])
        lines.append(f"| {permission} | {_in(words, 'en')} | {_zh(words)} | {held} |\n")
    return "".join(lines)


def _zh(words: object) -> str:
    return _in(words, "zh-hans")


def _in(words: object, language: str) -> str:
    with translation.override(language):
        return str(words)
