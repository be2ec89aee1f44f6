"""Where the bytes of the dynamic code are (architecture.md "Codes"); integers are big-endian."""

import re

KIND_DYNAMIC = 0x11  # kind 1, version 1
KIND_PAPER = 0x31  # kind 3, version 1: no moment of issue
KIND_PAPER_DATED = 0x32  # kind 3, version 2
PREFIX = "AK1:"

HEADER_FIXED = 28  # kind 1, key id 1, index 4, issued at 4, colour and flags 1, anchor 16, name length 1
NAME_LENGTH_AT = 27
NAME_MOST = 9
SIGNATURE_BYTES = 64
PROOF_BYTES = 26  # step 2, preimage 16, MAC 8
MAC_BYTES = 8

PAPER_FIXED = 11  # kind 1, key id 1, permanent index 4, generation 1, expiry 3, name length 1
PAPER_DATED = 4  # issued at, before the name length, in version 2
PAPER_TEXT_MOST = 136  # four characters of prefix and the base45 of 88 bytes

INDEX_SIZE = 1 << 30
COLOUR_BITS = 0x03
RESERVED_BITS = 0xFC

PASS_LEAST = HEADER_FIXED + SIGNATURE_BYTES
TEXT_MOST = 195  # four characters of prefix and the base45 of 127 bytes

# Characters that do not show, or that turn the text around them. A fixed list: what counts as "printable"
# grows with each edition of Unicode, and a resident with a newly coded rare character needs a code today.
UNSEEN = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
