"""What every operation of the API shares (paging, keys, errors), and the operations of the foundations."""

from ninja import Router

router = Router(tags=["approvals"])
