"""Why a list or a delta was refused, or cannot answer."""

FAULTS = {
    "not_a_list": "does not begin like a list",
    "bad_version": "is of a version or kind that this reader does not know",
    "oversized": "is larger than any list may be, or has bytes after its end",
    "truncated": "ends too early",
    "unknown_key": "is signed with a key that is not known here",
    "bad_signature": "was changed, or was not signed by the issuer",
    "bad_header": "has a header that contradicts itself",
    "bad_content": "has entries that contradict each other or its header",
    "wrong_digest": "does not come out as its issuer says",
    "other_issuer": "belongs to another province",
    "other_indices": "lists another kind of indices",
    "other_epoch": "belongs to another epoch",
    "other_space": "counts in another index space",
    "rollback": "is older than what is already held",
    "forked": "differs from the list of the same number that is already held",
    "backdated": "has a later number and an earlier date than what is already held",
    "wrong_base": "applies to another list than the one that is held",
    "not_yet_valid": "is not valid yet",
    "too_old": "should have been replaced by now",
    "newer": "was made before this code, which says another colour",
    "outside": "is not an index of this list's space",
}
"""Every stable code, and how it continues a sentence that begins with the file's name."""


class ListFault(Exception):
    """A list that may not be used; ``detail`` is one of :data:`FAULTS`."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"{detail}: {FAULTS[detail]}")
        self.detail = detail
