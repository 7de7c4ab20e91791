"""What is wrong with a table of standby, whoever made it: read as instants against settings, people and roster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any

import pandas as pd

from staffplan.clock import parse_weekdays, wall_instant
from staffplan.roster.check.presence import DaysOff, can_work, days_off, hours_by_agent
from staffplan.roster.check.report import Breach
from staffplan.settings.standby import StandbySettings
from staffplan.site import Site
from staffplan.tables.people import Workforce
from staffplan.tables.roster import Roster, on_site
from staffplan.tables.schema import names_in
from staffplan.tables.standby import Standby

RULE = "standby"


@dataclass(frozen=True)
class _Row:
    """A row of the table with its settings."""

    kind: StandbySettings
    agent_id: str
    day: date
    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True)
class StandbyCase:
    """What it is checked against. `default`: the contract of people who name none; `week_first`: first day of the
    week in which the period begins."""

    kinds: Sequence[StandbySettings]
    roster: Roster
    workforce: Workforce
    site: Site
    first: date
    days: int
    week_first: date
    default: str


def standby_breaches(table: Standby, case: StandbyCase) -> list[Breach]:
    """Everything that is wrong, by agent and day; without an agent: too few or too many people."""
    kinds = {kind.name: kind for kind in case.kinds}
    known, found, rows = set(case.workforce.agents.frame["agent_id"]), list[Breach](), list[_Row]()
    for row in _rows(table.frame):
        day = row.schedule_date.date()
        if row.standby not in kinds or row.agent_id not in known:
            said = (
                f"no standby {row.standby!r} is defined" if row.standby not in kinds else "is not in the agents table"
            )
            found.append(Breach(row.agent_id, day, RULE, said))
        else:
            rows.append(_Row(kinds[row.standby], row.agent_id, day, row.start, row.end))
    found += [
        *_number_words(rows, case),
        *_person_words(rows, case),
        *_pair_words(rows),
        *_week_words(rows, case),
    ]
    return sorted(set(found))


def _due(case: StandbyCase) -> Iterator[tuple[StandbySettings, date]]:
    calendar = case.site.calendar
    for kind in case.kinds:
        for day in (case.first + timedelta(days=n) for n in range(case.days)):
            special = calendar.special_days.get(day)
            kept = special is None or special.kind == "event" or (special.kind == "holiday" and kind.holidays)
            if day.weekday() in parse_weekdays(kind.weekdays) and kept:
                yield kind, day


def _number_words(rows: Sequence[_Row], case: StandbyCase) -> Iterator[Breach]:
    """Too few people, too many, or people on a day on which it is not due."""
    due = list(_due(case))
    for kind, day in due:
        there = sum(row.kind.name == kind.name and row.day == day for row in rows)
        if there != kind.people:
            yield Breach("", day, RULE, f"{kind.name}: {there} people, {kind.people} are due")
    wanted = {(kind.name, day) for kind, day in due}
    for row in rows:
        if (row.kind.name, row.day) not in wanted:
            yield Breach(row.agent_id, row.day, RULE, f"{row.kind.name} is not due on this day")


def _person_words(rows: Sequence[_Row], case: StandbyCase) -> Iterator[Breach]:
    """What speaks against one person on one day."""
    zone, off = case.site.calendar.timezone, days_off(case.workforce.time_off)
    hours = hours_by_agent(case.workforce.availability)
    present = on_site(case.roster.shifts.frame, case.roster.activities.frame)
    worked = {(row.agent_id, row.schedule_date.date()) for row in _rows(case.roster.shifts.frame)}
    agents = {row.agent_id: row for row in _rows(case.workforce.agents.frame)}
    for row in rows:
        begin, end = (wall_instant(row.day, minute, zone) for minute in row.kind.span)
        if (row.start, row.end) != (begin, end):
            yield Breach(row.agent_id, row.day, RULE, f"{row.kind.name} has other times than {row.kind.hours}")
        local = [at.tz_convert(zone).tz_localize(None) for at in (row.start, row.end)]
        if row.agent_id in hours and not can_work(hours[row.agent_id], *local):
            yield Breach(row.agent_id, row.day, RULE, f"{row.kind.name}: not available then")
        if _away(off.get(row.agent_id, DaysOff()), row, zone):
            yield Breach(row.agent_id, row.day, RULE, f"{row.kind.name}: time off")
        rest, own = pd.Timedelta(hours=row.kind.rest_hours), present[present["agent_id"] == row.agent_id]
        near = own[(own["start"] < row.end + rest) & (own["end"] > row.start - rest)]
        if len(near):
            yield Breach(row.agent_id, row.day, RULE, f"{row.kind.name}: a shift then, or nearer than rest_hours")
        if row.kind.on != "any" and ((row.agent_id, row.day) in worked) != (row.kind.on == "workdays"):
            yield Breach(row.agent_id, row.day, RULE, f"{row.kind.name} is for {row.kind.on.replace('_', ' ')} alone")
        yield from _who_words(row, agents[row.agent_id], case)


def _away(off: DaysOff, row: _Row, zone: str) -> bool:
    touched = pd.date_range(
        row.start.tz_convert(zone).normalize(), row.end.tz_convert(zone), inclusive="left", freq="D"
    )
    if any(day.date() in off.days for day in touched):
        return True
    return any(begin < row.end and row.start < end for begin, end in (part.span(zone) for part in off.parts))


def _who_words(row: _Row, agent: Any, case: StandbyCase) -> Iterator[Breach]:
    """Whether the person is among those who take it at all."""
    kind = row.kind
    levels = case.workforce.skills.frame
    mine = levels[(levels["agent_id"] == row.agent_id) & (levels["skill"] == kind.skill)]
    day = pd.Timestamp(row.day)
    begun, over = mine["valid_from"].isna() | (mine["valid_from"] <= day), mine["valid_until"] < day
    held = bool((begun & ~over & (mine["level"].fillna(1) >= kind.level)).any()) if len(mine) else kind.level <= 1
    wrong: Mapping[str, bool] = {
        "not among the agents named": bool(kind.agents) and row.agent_id not in kind.agents,
        "another team": bool(kind.staffing_group) and agent.staffing_group != kind.staffing_group,
        "another contract": bool(kind.contracts) and (agent.work_plan or case.default) not in kind.contracts,
        f"without the skill {kind.skill}": bool(kind.skill) and not (kind.skill in names_in(agent.skills) and held),
    }
    for said, is_so in wrong.items():
        if is_so:
            yield Breach(row.agent_id, row.day, RULE, f"{kind.name}: {said}")


def _pair_words(rows: Sequence[_Row]) -> Iterator[Breach]:
    """Two duties of one person at the same time."""
    mine: dict[str, list[_Row]] = {}
    for row in rows:
        mine.setdefault(row.agent_id, []).append(row)
    for own in mine.values():
        for one, other in combinations(sorted(own, key=lambda row: row.start), 2):
            if other.start < one.end:
                said = f"{other.kind.name} begins while {one.kind.name} lasts"
                yield Breach(other.agent_id, other.day, RULE, said)


def _week_words(rows: Sequence[_Row], case: StandbyCase) -> Iterator[Breach]:
    """Turns too soon after one another, too many in a week, or of a week not taken whole."""
    due = list(_due(case))
    for kind in case.kinds:
        whole = _by_week([day for one, day in due if one is kind], case)
        for agent_id in dict.fromkeys(row.agent_id for row in rows if row.kind is kind):
            own = _by_week(sorted(row.day for row in rows if row.kind is kind and row.agent_id == agent_id), case)
            yield from _turn_words(agent_id, kind, own, whole)


def _by_week(days: Sequence[date], case: StandbyCase) -> dict[int, list[date]]:
    weeks: dict[int, list[date]] = {}
    for day in days:
        weeks.setdefault((day - case.week_first).days // 7, []).append(day)
    return weeks


def _turn_words(
    agent_id: str, kind: StandbySettings, own: Mapping[int, list[date]], whole: Mapping[int, list[date]]
) -> Iterator[Breach]:
    days = [day for week in own.values() for day in week]
    turns = [week[0] for week in own.values()] if kind.turn == "week" else days
    for before, after in pairwise(turns):
        if (after - before).days < kind.days_apart:
            said = f"{kind.name} again after {(after - before).days} days, {kind.days_apart} are due"
            yield Breach(agent_id, after, RULE, said)
    for number, week in own.items():
        due = whole.get(number, [])
        if kind.turn == "week" and week != due:
            yield Breach(agent_id, week[0], RULE, f"{kind.name}: {len(week)} of the {len(due)} days of the week")
        if kind.turn == "day" and kind.per_week_max is not None and len(week) > kind.per_week_max:
            said = f"{kind.name} {len(week)} times in the week, {kind.per_week_max} are allowed"
            yield Breach(agent_id, week[-1], RULE, said)


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    yield from frame.itertuples()
