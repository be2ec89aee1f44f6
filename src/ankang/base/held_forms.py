"""A form that was sent too late for a sensitive act: kept in the session, sealed, and offered again after the proof."""

import base64
import json
from typing import Any

from ankang.trust.keyring import keyring

_HELD, _LABEL = "ankang_held", "base.held_form"
_MOST = 64 * 1024


def hold_form(request: Any) -> bool:
    """Keep the form that was sent, sealed, to offer it again. False when it has files or is too large."""
    fields = [(name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"]
    plain = json.dumps({"path": request.get_full_path(), "fields": fields}).encode()
    if request.FILES or len(plain) > _MOST:
        return False
    request.session[_HELD] = base64.b64encode(keyring().seal("base", plain, _LABEL)).decode()
    return True


def held_form(request: Any) -> dict[str, Any] | None:
    """Take the kept form out: its ``path`` and ``fields``; None when there is none."""
    sealed = request.session.pop(_HELD, None)
    if sealed is None:
        return None
    kept: dict[str, Any] = json.loads(keyring().unseal("base", base64.b64decode(sealed), _LABEL))
    return kept
