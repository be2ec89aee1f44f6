"""Types of values that many operations take: sizes are limits of the interface, checked before anything else."""

from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

Number = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""The number of a row."""
Short = Annotated[str, Field(max_length=100)]
Line = Annotated[str, Field(max_length=200)]
Reason = Annotated[str, Field(max_length=500)]
Digits = Annotated[str, Field(max_length=40, examples=["426180"])]
"""The six digits of a one-time code; services say what is wrong with others."""
Hex = Annotated[str, Field(max_length=128, pattern="^([0-9a-f]{2})*$")]


class Given(Schema):
    """What a caller gives. A field that nobody knows is refused: what decides something must not be dropped without a word."""

    model_config = ConfigDict(extra="forbid")


class Words(Schema):
    """A text in Chinese and English."""

    zh: str
    en: str


class ReasonIn(Given):
    """Why; kept on record."""

    reason: Reason = Field("", examples=["搬迁"])
