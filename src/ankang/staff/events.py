"""The port for rooms above: what else must end when somebody leaves."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

leaving: list[Callable[[Any, datetime], None]] = []
"""Called with the user and the moment, in the transaction in which the person loses access."""
