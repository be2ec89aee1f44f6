"""National cryptography in one place: SM2, SM3, SM4 behind plain names (architecture.md "Dependencies")."""

from ankang.core.sm.hashing import HmacSm3, hmac_sm3, kdf, sm3
from ankang.core.sm.points import compressed, uncompressed
from ankang.core.sm.selftest import SelfTestFailed, self_test
from ankang.core.sm.sm2 import Sm2Signer, sm2_generate, sm2_verify
from ankang.core.sm.sm4 import SealBroken, Sm4Block, seal, sm4_ctr_keystream, unseal

__all__ = [
    "HmacSm3",
    "SealBroken",
    "SelfTestFailed",
    "Sm2Signer",
    "Sm4Block",
    "compressed",
    "hmac_sm3",
    "kdf",
    "seal",
    "self_test",
    "sm2_generate",
    "sm2_verify",
    "sm3",
    "sm4_ctr_keystream",
    "uncompressed",
    "unseal",
]
