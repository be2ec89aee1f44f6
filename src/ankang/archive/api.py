"""HTTP of the personal archive: my sections, corrections and the whole file; the office's look and its queue (I8)."""

from .mine_api import router as mine_router
from .office_api import router

router.add_router("", mine_router)

__all__ = ["router"]
