"""An invitation that waits, sealed in the browser's session, while its owner proves who they are at the agency."""

import base64
import json
from typing import Any

from ankang.trust.keyring import keyring

_KEY, _LABEL = "staff_pending", "staff.pending"


def keep_pending(request: Any, token: str, username: str) -> None:
    """Keep the link's token and the chosen user name until the provider has answered."""
    plain = json.dumps({"token": token, "username": username}).encode()
    request.session[_KEY] = base64.b64encode(keyring().seal("base", plain, _LABEL)).decode()


def take_pending(request: Any) -> dict[str, str] | None:
    """What was kept, once; None when there is nothing."""
    sealed = request.session.pop(_KEY, None)
    if sealed is None:
        return None
    kept: dict[str, str] = json.loads(keyring().unseal("base", base64.b64decode(sealed), _LABEL))
    return kept
