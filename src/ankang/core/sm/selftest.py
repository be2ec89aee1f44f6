"""The start-up self-test: the published examples of SM2, SM3 and SM4, on this very machine."""

from ankang.core.sm.hashing import sm3
from ankang.core.sm.sm2 import Sm2Signer, sm2_verify
from ankang.core.sm.sm4 import Sm4Block

# GB/T 32905-2016, annex A.
_SM3_EXAMPLES = (
    (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
    (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
)
# GB/T 32907-2016, annex A, example 1: the key and the plaintext are the same 16 bytes.
_SM4_KEY = bytes.fromhex("0123456789abcdeffedcba9876543210")
_SM4_CIPHER = bytes.fromhex("681edf34d206965e86b3e94f536e4246")
# GB/T 32918.5-2017, annex A.2: signature on the recommended curve, default user id.
_SM2_PRIVATE = bytes.fromhex("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")
_SM2_PUBLIC = bytes.fromhex(
    "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"
    "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
)
_SM2_MESSAGE = b"message digest"
_SM2_SIGNATURE = bytes.fromhex(
    "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
    "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
)


class SelfTestFailed(Exception):
    """This machine's SM2, SM3 or SM4 does not give the published results; nothing may be signed or sealed."""


def self_test() -> None:
    """Return when every published example comes out.

    Else :class:`SelfTestFailed` names the algorithm (2 ms).
    """
    for name, holds in (("SM3", _sm3_holds()), ("SM4", _sm4_holds()), ("SM2", _sm2_holds())):
        if not holds:
            raise SelfTestFailed(f"{name} does not give the published results on this machine")


def _sm3_holds() -> bool:
    return all(sm3(message).hex() == digest for message, digest in _SM3_EXAMPLES)


def _sm4_holds() -> bool:
    block = Sm4Block(_SM4_KEY)
    return block.encrypt(_SM4_KEY) == _SM4_CIPHER and block.decrypt(_SM4_CIPHER) == _SM4_KEY


def _sm2_holds() -> bool:
    own = Sm2Signer(_SM2_PRIVATE, _SM2_PUBLIC).sign(_SM2_MESSAGE)
    return (
        sm2_verify(_SM2_PUBLIC, _SM2_MESSAGE, _SM2_SIGNATURE)
        and sm2_verify(_SM2_PUBLIC, _SM2_MESSAGE, own)
        and not sm2_verify(_SM2_PUBLIC, b"another message", _SM2_SIGNATURE)
    )
