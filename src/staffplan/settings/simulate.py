"""Settings of the simulation."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from staffplan.settings.base import Positive, Section


class SimulateSettings(Section):
    """How the roster's waits are simulated."""

    replications: int = Field(default=20, ge=1, le=10_000)
    """Independent repetitions of the whole period."""
    service_time: Literal["exponential", "lognormal"] = "lognormal"
    """Distribution of handling time."""
    service_time_cv: Positive = 1.0
    """Standard deviation of handling time as a share of its mean (lognormal)."""
    volume_uncertainty: bool = True
    """Draw each day's volume from the forecast's bands; otherwise the forecast is taken as the true mean."""
    absence_minutes: int = Field(default=15, ge=1, le=240)
    """Length of a short absence at work (in-office shrinkage that the roster does not place)."""
