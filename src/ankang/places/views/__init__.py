"""Pages of places: checkpoints, policies, the archive, lists handed in, coverage."""

from . import checkpoints, policies
from .checkpoints import show_pairing

__all__ = ["checkpoints", "policies", "show_pairing"]
