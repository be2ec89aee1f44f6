"""The one port: the gate answers ``/g/`` in this process, the phone pages come from memory, the
offline lists from their folder, the rest is passed on.

So codes turn, doors answer and the phone pages open while the control plane is down or being replaced.
"""

import asyncio
from typing import Any

from ankang.config.settings import Settings, load_settings
from ankang.config.sockets import control_socket
from ankang.gate.rsgi import GateRsgi

from .list_files import PREFIX, ListFiles
from .phone_pages import PhonePages
from .proxy import ControlPlane


class Front:
    """RSGI application: one instance a worker process."""

    def __init__(self, settings: Settings) -> None:
        self._gate = GateRsgi(settings)
        self._pages = PhonePages.load()
        self._lists = ListFiles(settings.lists_folder)
        self._control = ControlPlane(control_socket(settings.data))

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._gate.__rsgi_init__(loop)

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(self._control.close())
        self._gate.__rsgi_del__(loop)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        if scope.path.startswith("/g/"):
            await self._gate.__rsgi__(scope, protocol)
            return
        if scope.path.startswith(PREFIX):
            self._lists.answer(scope, protocol)
            return
        page = self._pages.find(scope.path) if scope.method in ("GET", "HEAD") else None
        if page is None:
            await self._control.answer(scope, protocol)
        else:
            page.answer(scope, protocol)


app = Front(load_settings())
