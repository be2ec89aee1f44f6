"""When did the person at the keyboard last prove who they are? Sensitive acts ask again after five minutes (G3).

The moment is in the session: set by every sign-in, and by every password, code or passkey given again. A form that
was sent too late is kept in the session, sealed, and offered again once the person has confirmed.
"""

import base64
import json
import time
from typing import Any

from ankang.trust.keyring import keyring

MINUTES = 5
_STAMP, _HELD, _LABEL = "ankang_confirmed_at", "ankang_held", "base.held_form"
_MOST = 64 * 1024


def confirmed_lately(request: Any) -> bool:
    """Whether this session proved within the last five minutes who is at the keyboard."""
    stamp = request.session.get(_STAMP)
    return isinstance(stamp, int | float) and 0 <= time.time() - stamp < MINUTES * 60


def confirm(request: Any, **_: Any) -> None:
    """Note that the person has just proved who they are. Also a receiver of the sign-in signals."""
    request.session[_STAMP] = time.time()


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
