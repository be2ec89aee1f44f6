"""The published vectors of docs/code-format.md, as other teams read them."""

import json
from pathlib import Path
from typing import Any

from ankang.core.codes import CodeFault

_FOLDER = Path(__file__).parent.parent / "vectors"


def vectors(name: str) -> Any:
    """The contents of ``tests/vectors/{name}.json``."""
    return json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def fault_of(check: Any, *arguments: Any) -> dict[str, str] | None:
    """What ``check`` refuses its arguments with, as the vectors write it; None when it accepts."""
    try:
        check(*arguments)
    except CodeFault as fault:
        return {"reason": fault.reason.slug, "detail": fault.detail}
    return None
