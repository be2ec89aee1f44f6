"""The alarm: a candidate that turns unusually many people needs a second confirmation (I2)."""

from collections.abc import Mapping
from datetime import datetime
from math import floor
from typing import Any

from ankang.config.settings import load_settings

from ...models import Colour

FEWEST = 10
"""So few people never raise an alarm by their share alone."""


def alarm_of(result: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """What raised the alarm, if more people would turn to a worse colour than the settings allow; None: nothing did.

    ``people`` and their ``share`` (0 … 1) of the people on file; ``limit_people`` is the number that was passed (of
    the two limits the lower one), ``limit_share`` the setting. The limit itself raises nothing, one more does.
    """
    settings, worse = load_settings(), int(result.get("worse", 0))
    on_file = int(result["on_file"]) if "on_file" in result else Colour.objects.count()
    limit = min(settings.alarm_people, max(FEWEST, floor(settings.alarm_share * on_file)))
    if worse <= limit:
        return None
    return {
        "people": worse,
        "share": round(worse / on_file, 6) if on_file else 1.0,
        "limit_people": limit,
        "limit_share": settings.alarm_share,
    }
