"""Settings of leave: how many people may be off on one day."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from staffplan.settings.base import Section

PeopleOff = Annotated[int, Field(ge=0, le=100000)]


class LeaveSettings(Section):
    """What staffplan leave grants."""

    people_off_max: PeopleOff | None = None
    """People who may be off on a day, whatever the kind (default: as many as the cover allows)."""
    group_off_max: dict[str, PeopleOff] = Field(default_factory=dict)
    """The same for a staffing group of the agents file, by its name."""
