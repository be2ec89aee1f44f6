"""Codes that people show. D: a signed day pass and, each minute, a proof that the phone still holds its chain;
P: what is printed on a sheet (paper.py).

Format: docs/code-format.md, architecture.md "Codes" (requirement A3). Nothing here reads a clock.
"""

from ankang.core.codes.check import DayKeyOf, check_as_gate, check_as_stranger
from ankang.core.codes.faults import CodeFault
from ankang.core.codes.make import day_mac_key, encode_header, gate_key, show, sign_pass
from ankang.core.codes.paper import PaperCode, check_paper, encode_paper, parse_paper, parse_shown, sign_paper
from ankang.core.codes.read import DayPass, DynamicCode, parse, split_pass

__all__ = [
    "CodeFault",
    "DayKeyOf",
    "DayPass",
    "DynamicCode",
    "PaperCode",
    "check_as_gate",
    "check_as_stranger",
    "check_paper",
    "day_mac_key",
    "encode_header",
    "encode_paper",
    "gate_key",
    "parse",
    "parse_paper",
    "parse_shown",
    "show",
    "sign_paper",
    "sign_pass",
    "split_pass",
]
