"""When did the person at the keyboard last prove who they are? Sensitive acts ask again after five minutes (G3).

The moment is in the session: set by every sign-in, and by every password, code or passkey given again.
"""

import time
from typing import Any

MINUTES = 5
_STAMP = "ankang_confirmed_at"


def confirmed_lately(request: Any) -> bool:
    """Whether this session proved within the last five minutes who is at the keyboard. A token of the API never did."""
    if getattr(request, "staff_token", None) is not None:
        return False
    stamp = request.session.get(_STAMP)
    return isinstance(stamp, int | float) and 0 <= time.time() - stamp < MINUTES * 60


def confirm(request: Any) -> None:
    """Note that the person has just proved who they are."""
    request.session[_STAMP] = time.time()
