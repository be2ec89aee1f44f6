"""Where the bytes of a ride code are (docs/ride-format.md §3 and §4); integers are big-endian."""

VERSION = 0x80
CERTIFICATE_AT = 3
CERTIFICATE = 117
ACCOUNT_AT = 120
ACCOUNT = 16
CARD_AT = 136
CARD = 10
ISSUER_AT = 146
PLATFORM_AT = 150
TYPE_AT = 154
LIMIT_AT = 155
KEY_AT = 158
POINT = 33
EXPIRES_AT = 191
VALID_AT = 195
CUSTOM_LENGTH_AT = 197
CUSTOM_AT = 198
CUSTOM_MOST = 32
SIGNATURE = 65
ALGORITHM = 0x15
"""First byte of a signature of 65 bytes: SM2 with SM3. The rest is r ‖ s."""
GENERATION = 4
LEAST = CUSTOM_AT + SIGNATURE + GENERATION + SIGNATURE
MOST = LEAST + CUSTOM_MOST
AUTHORISATION_LEAST = CUSTOM_AT + SIGNATURE

TOLERANCE = 30
"""Seconds by which a phone's clock may be before or behind a gate's."""
VALID_MOST = 300
"""A generation that wants to be good for longer than this is not: a code is shown now or not at all."""
