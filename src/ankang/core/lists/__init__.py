"""The signed list of everybody who is not green, for scanners without a network, and its deltas.

Format: docs/list-format.md; why it is as it is: docs/decisions/0011-offline-list.md. Nothing here reads a file or a
clock. This package needs numpy; the gate does not import it.
"""

from ankang.core.lists.body import digest_of
from ankang.core.lists.decoys import FREE_LEAST, Padded, pad, pad_next, resume
from ankang.core.lists.entries import LISTED, NOT_WITHDRAWN, TOUCHED, Entries, entries
from ankang.core.lists.faults import FAULTS, ListFault
from ankang.core.lists.header import BYTES_MOST, SIZE_MOST, Header, Indices, unpack
from ankang.core.lists.held import Held, Mark, Terms, take_delta, take_list
from ankang.core.lists.sealed import Sealed, seal_delta, seal_list, unseal_file
from ankang.core.lists.space import SpacePermutation, decoy_numbers, entries_from_colours, space_for

__all__ = [
    "BYTES_MOST",
    "FAULTS",
    "FREE_LEAST",
    "LISTED",
    "NOT_WITHDRAWN",
    "SIZE_MOST",
    "TOUCHED",
    "Entries",
    "Header",
    "Held",
    "Indices",
    "ListFault",
    "Mark",
    "Padded",
    "Sealed",
    "SpacePermutation",
    "Terms",
    "decoy_numbers",
    "digest_of",
    "entries",
    "entries_from_colours",
    "pad",
    "pad_next",
    "resume",
    "seal_delta",
    "seal_list",
    "space_for",
    "take_delta",
    "take_list",
    "unpack",
    "unseal_file",
]
