"""HTTP of reads on record: who looked at me and why, look-ups by document, and the auditor's work (G3, I8, A6)."""

from .audit_api import router as audit_router
from .reading_api import router

router.add_router("", audit_router)

__all__ = ["router"]
