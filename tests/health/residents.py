"""Residents who applied as people do, for tests of what a citizen sees."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.test import Client

from ankang.people.credentials import Resident as Holder
from ankang.people.credentials import _read
from tests.people.conftest import NOW, a_document, applied, in_english, ningguo

__all__ = ["Resident", "a_resident", "applied", "in_english", "ningguo"]


class Resident(NamedTuple):
    """A person number and the bearer of their phone."""

    person: int
    token: str

    def browser(self, lang: str = "en") -> Client:
        """Their phone's browser, signed in."""
        client = Client()
        client.cookies["ankang_lang"] = lang
        client.cookies["ankang_resident"] = self.token
        return client


def a_resident(applied: Callable[..., Any], number: int = 1, name: str = "王小明") -> Resident:
    """Another person of 港口镇 for each ``number``."""
    done = applied(name=name, document=a_document(number), phone=f"+861380000{number:04}")
    holder = _read(done.credential.token, NOW)
    assert isinstance(holder, Holder)
    return Resident(holder.person, done.credential.token)
