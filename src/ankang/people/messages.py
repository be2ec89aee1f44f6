"""Messages as the demonstration's on-screen phone shows them."""

import re
from dataclasses import dataclass
from datetime import datetime

from ankang.base.models import Message
from ankang.trust.keyring import keyring


@dataclass(frozen=True)
class ShownMessage:
    """A message, cut around the six digits a reader looks for."""

    at: datetime
    before: str
    code: str
    after: str


def latest_messages(phone: str, most: int) -> list[ShownMessage]:
    """The newest messages to ``phone`` (E.164), newest first."""
    rows = Message.objects.filter(to_blind=keyring().blind("phone", phone)).order_by("-created_at", "-pk")[:most]
    return [_cut(row.created_at, row.body) for row in rows]


def _cut(at: datetime, body: str) -> ShownMessage:
    before, code, after = (re.split(r"(?<![0-9])([0-9]{6})(?![0-9])", body, maxsplit=1) + ["", ""])[:3]
    return ShownMessage(at, before, code, after)
