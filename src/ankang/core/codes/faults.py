"""Why a code was refused."""

from ankang.core.verdicts import Reason


class CodeFault(Exception):
    """A code that cannot be accepted: the reason stored with the visit, and the exact detail for logs."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
