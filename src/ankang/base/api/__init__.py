"""What every operation of the API shares: the door, paging, keys, errors, shapes; and the operations of approvals."""
