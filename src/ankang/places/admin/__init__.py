"""Back-office screens of organisations, checkpoints and devices. Every change goes through a service."""

from .checkpoints import CheckpointAdmin
from .devices import DeviceAdmin
from .organisations import OrganisationAdmin

__all__ = ["CheckpointAdmin", "DeviceAdmin", "OrganisationAdmin"]
