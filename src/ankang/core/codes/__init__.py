"""The dynamic code D: a signed day pass and, each minute, a proof that the phone still holds its chain.

Format: docs/code-format.md, architecture.md "Codes" (requirement A3). Nothing here reads a clock.
"""

from ankang.core.codes.check import DayKeyOf, check_as_gate, check_as_stranger
from ankang.core.codes.faults import CodeFault
from ankang.core.codes.make import day_mac_key, encode_header, gate_key, show, sign_pass
from ankang.core.codes.read import DayPass, DynamicCode, parse, split_pass

__all__ = [
    "CodeFault",
    "DayKeyOf",
    "DayPass",
    "DynamicCode",
    "check_as_gate",
    "check_as_stranger",
    "day_mac_key",
    "encode_header",
    "gate_key",
    "parse",
    "show",
    "sign_pass",
    "split_pass",
]
