"""Settings of the simulation."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from staffplan.settings.base import NotNegative, Section


class OverflowSettings(Section):
    """People of other planning groups help out: contacts of a group that have waited for some seconds are taken by
    agents of other groups who have the skill for the group, no contact in hand and nobody waiting of their own."""

    group: str
    """Planning group whose contacts are helped out; not of deferred work."""
    to: Annotated[tuple[str, ...], Field(min_length=1)]
    """Planning groups that help out, the first one first."""
    after_seconds: NotNegative = 0.0
    """Seconds that a contact waits before."""


class SimulateSettings(Section):
    """Settings of the simulation of waiting times."""

    replications: int = Field(default=20, ge=1, le=10_000)
    """Number of independent repetitions of the whole period."""
    service_time: Literal["exponential", "lognormal"] = "lognormal"
    """Distribution of handling time."""
    service_time_cv: Annotated[float, Field(gt=0, le=10)] = 1.0
    """Standard deviation of handling time as a share of its mean, for lognormal."""
    volume_uncertainty: bool = True
    """Uncertain volume. true: the volume of each day is drawn from the forecast's bands. false: the forecast is used
    as the true mean."""
    absence_minutes: int = Field(default=15, ge=1, le=240)
    """Length of a short absence at work, minutes (shrinkage at work that the roster does not contain)."""
    overflow: tuple[OverflowSettings, ...] = ()
    """Groups that help each other out, the most important first: `[[simulate.overflow]]`."""
