"""How many people are off on a day, and how many may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from staffplan.roster.repair.absences import each
from staffplan.tables.people import Workforce


def people_off(workforce: Workforce, days: Sequence[date]) -> dict[date, set[str]]:
    """Who has the whole of a day off, whatever the kind."""
    found: dict[date, set[str]] = {day: set() for day in days}
    for row in each(workforce.time_off.whole.within(days[0], days[-1]).frame):
        for day in pd.date_range(row.first_day, row.last_day):
            if day.date() in found:
                found[day.date()].add(row.agent_id)
    return found


def over_the_limit(
    workforce: Workforce, agent_id: str, days: Sequence[date], most: int | None, by_group: Mapping[str, int]
) -> Iterator[str]:
    """In words, each of these days on which more people are off than may be, with this person among them."""
    frame = workforce.agents.frame
    groups = dict(zip(frame["agent_id"], frame["staffing_group"], strict=True))
    own = groups.get(agent_id, "")
    for day, off in people_off(workforce, days).items():
        limits = [(most, off, "", "people_off_max")]
        if own in by_group:
            mine = {one for one in off if groups.get(one) == own}
            limits.append((by_group[own], mine, f" of {own}", f"group_off_max.{own}"))
        for limit, people, whose, setting in limits:
            if limit is not None and len(people) > limit:
                yield f"{day:%a %d %b}: {len(people)} people{whose} would be off, {limit} may be (leave.{setting})"
