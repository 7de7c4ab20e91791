"""Units of durations in files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

DurationUnit = Literal["seconds", "minutes", "hours", "milliseconds", "m:ss", "h:mm"]
"""What numbers mean, or cells like 3:40 ("m:ss", "h:mm")."""
SECONDS_PER: Mapping[str, float] = {"seconds": 1.0, "minutes": 60.0, "hours": 3600.0, "milliseconds": 0.001}
