"""Where to go in a running house, and who may sign in to its demonstration."""

import json
from typing import Any

from ankang.config.settings import Settings


def addresses(settings: Settings) -> list[tuple[str, str]]:
    """What is where: words and path."""
    demo = [("phone (messages arrive here)", "/demo/phone")] if settings.demo else []
    return [
        ("home", "/"),
        ("apply for a code", "/apply"),
        ("my code", "/code"),
        ("scanner at a door", "/scanner"),
        *demo,
        ("console", "/console/"),
        ("progress board", "/console/board/"),
    ]


def demo_accounts(settings: Settings) -> list[tuple[str, str]]:
    """Who may sign in to the demonstration's console, from the file that seeding left; empty without one."""
    try:
        found = json.loads((settings.keys_folder / "demo-accounts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    accounts: list[dict[str, Any]] = found["accounts"]
    names = ", ".join(account["username"] for account in accounts)
    return [("sign in to the console as", names), ("with the password", found["password"])]
