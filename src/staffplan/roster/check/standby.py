"""What is wrong with a table of standby, whoever made it: read as instants against settings, people and roster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations, pairwise
from typing import Any

import pandas as pd

from staffplan.clock import parse_weekdays, wall_instant
from staffplan.roster.check.call_outs import call_out_breaches
from staffplan.roster.check.presence import DaysOff, can_work, days_off, hours_by_agent
from staffplan.roster.check.report import Breach
from staffplan.settings.standby import StandbySettings
from staffplan.site import Site
from staffplan.tables.people import Workforce
from staffplan.tables.roster import Roster, on_site
from staffplan.tables.schema import names_in
from staffplan.tables.standby import CallOuts, Standby

RULE = "standby"
HOUR, CENT, SLACK = pd.Timedelta(hours=1), Decimal("0.01"), 0.005


@dataclass(frozen=True)
class _Row:
    """A row of the table with its settings."""

    kind: StandbySettings
    agent_id: str
    day: date
    start: pd.Timestamp
    end: pd.Timestamp
    hours: float
    amount: float


@dataclass(frozen=True)
class StandbyCase:
    """What it is checked against. `default`: the contract of people who name none; `week_first`: first day of the
    week in which the period begins; `past`: standby before the period, as far as it is known. A shift at the time of
    one of the `calls` is the work of a call-out, and speaks against no standby."""

    kinds: Sequence[StandbySettings]
    roster: Roster
    workforce: Workforce
    site: Site
    first: date
    days: int
    week_first: date
    default: str
    past: Standby | None = None
    calls: CallOuts = field(default_factory=CallOuts.empty)

    @property
    def present(self) -> pd.DataFrame:
        """agent_id, start and end of everybody's time at work, that before the period too."""
        columns = ["agent_id", "start", "end"]
        before = self.workforce.past_roster.frame
        before = before.loc[before["schedule_date"] < pd.Timestamp(self.first), columns]
        return pd.concat([before, on_site(self.roster.shifts.frame, self.roster.activities.frame)[columns]])


def standby_breaches(table: Standby, case: StandbyCase) -> list[Breach]:
    """Everything that is wrong, by agent and day; without an agent: too few or too many people."""
    found, rows = [*_stranger_words(table, case)], _read(table, case)
    before = [row for row in _read(case.past or Standby.empty(), case) if row.day < case.first]
    found += [
        *_number_words(rows, case),
        *_person_words(rows, case),
        *_pair_words([*before, *rows], case),
        *_week_words([*before, *rows], case),
    ]
    zone, duties = case.site.calendar.timezone, Standby.of(pd.concat([*_frames(case.past), table.frame]))
    found += call_out_breaches(case.calls, duties, case.present, case.kinds, zone, case.first)
    return sorted(set(found))


def _frames(table: Standby | None) -> list[pd.DataFrame]:
    return [table.frame] if table is not None and len(table) else []


def _read(table: Standby, case: StandbyCase) -> list[_Row]:
    """The rows of known kinds and people."""
    kinds, known = {kind.name: kind for kind in case.kinds}, set(case.workforce.agents.frame["agent_id"])
    return [
        _Row(
            kinds[row.standby],
            row.agent_id,
            row.schedule_date.date(),
            row.start,
            row.end,
            row.hours,
            row.amount,
        )
        for row in _rows(table.frame)
        if row.standby in kinds and row.agent_id in known
    ]


def _stranger_words(table: Standby, case: StandbyCase) -> Iterator[Breach]:
    kinds, known = {kind.name for kind in case.kinds}, set(case.workforce.agents.frame["agent_id"])
    for row in _rows(table.frame):
        day = row.schedule_date.date()
        if row.agent_id not in known:
            yield Breach(row.agent_id, day, RULE, "is not in the agents table")
        if row.standby not in kinds:
            yield Breach(row.agent_id, day, RULE, f"no standby {row.standby!r} is defined")


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
            said = f"{_people(there)} stand{'s' * (there < 2)} by, {_people(kind.people)} due"
            yield Breach("", day, RULE, f"{kind.name}: {said}")
    wanted = {(kind.name, day) for kind, day in due}
    for row in rows:
        if (row.kind.name, row.day) not in wanted:
            yield Breach(row.agent_id, row.day, RULE, f"{row.kind.name} is not due on this day")


def _people(number: int) -> str:
    return "nobody" if not number else f"{number} {'person' if number == 1 else 'people'}"


def _person_words(rows: Sequence[_Row], case: StandbyCase) -> Iterator[Breach]:
    """What speaks against one person on one day."""
    zone, off = case.site.calendar.timezone, days_off(case.workforce.time_off)
    hours = hours_by_agent(case.workforce.availability)
    present = case.present
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
        if not all(_is_called(row.agent_id, *span, case) for span in zip(near["start"], near["end"], strict=True)):
            yield Breach(row.agent_id, row.day, RULE, f"{row.kind.name}: a shift then, or nearer than rest_hours")
        if row.kind.on != "any" and ((row.agent_id, row.day) in worked) != (row.kind.on == "workdays"):
            yield Breach(row.agent_id, row.day, RULE, f"{row.kind.name} is for {row.kind.on.replace('_', ' ')} alone")
        yield from _who_words(row, agents[row.agent_id], case)
        yield from _pay_words(row)


def _is_called(agent_id: str, start: pd.Timestamp, end: pd.Timestamp, case: StandbyCase) -> bool:
    """Whether a shift is the work of a call-out."""
    calls = case.calls.frame
    return bool(((calls["agent_id"] == agent_id) & (calls["start"] < end) & (calls["end"] > start)).any())


def _pay_words(row: _Row) -> Iterator[Breach]:
    """Hours and amount, where they are given."""
    hours = (row.end - row.start) / HOUR
    due = Decimal(str(row.kind.per_duty)) + Decimal(str(row.kind.per_hour)) * Decimal(str(hours))
    due = due.quantize(CENT, ROUND_HALF_UP)
    if not pd.isna(row.hours) and abs(row.hours - hours) > SLACK:
        yield Breach(row.agent_id, row.day, RULE, f"{row.kind.name}: {row.hours:g} hours, it lasts {hours:g}")
    if not pd.isna(row.amount) and Decimal(str(row.amount)).quantize(CENT, ROUND_HALF_UP) != due:
        yield Breach(row.agent_id, row.day, RULE, f"{row.kind.name}: amount {row.amount:,.2f}, {due:,} are due")


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


def _pair_words(rows: Sequence[_Row], case: StandbyCase) -> Iterator[Breach]:
    """Two duties of one person at the same time."""
    mine: dict[str, list[_Row]] = {}
    for row in rows:
        mine.setdefault(row.agent_id, []).append(row)
    for own in mine.values():
        for one, other in combinations(sorted(own, key=lambda row: row.start), 2):
            if other.start < one.end and other.day >= case.first:
                said = f"{other.kind.name} begins while {one.kind.name} lasts"
                yield Breach(other.agent_id, other.day, RULE, said)


def _week_words(rows: Sequence[_Row], case: StandbyCase) -> Iterator[Breach]:
    """Turns too soon after one another, too many in a week, or of a week not taken whole."""
    due = list(_due(case))
    for kind in case.kinds:
        whole = _by_week([day for one, day in due if one is kind], case)
        for agent_id in dict.fromkeys(row.agent_id for row in rows if row.kind is kind):
            own = _by_week(sorted(row.day for row in rows if row.kind is kind and row.agent_id == agent_id), case)
            found = _whole_weeks(kind, own, whole, case) if kind.turn == "week" else _single_days(kind, own)
            yield from (Breach(agent_id, day, RULE, f"{kind.name}{said}") for day, said in found if day >= case.first)


def _by_week(days: Sequence[date], case: StandbyCase) -> dict[int, list[date]]:
    weeks: dict[int, list[date]] = {}
    for day in days:
        weeks.setdefault((day - case.week_first).days // 7, []).append(day)
    return weeks


def _single_days(kind: StandbySettings, own: Mapping[int, list[date]]) -> Iterator[tuple[date, str]]:
    for before, after in pairwise(day for week in own.values() for day in week):
        if (after - before).days < kind.days_apart:
            yield after, f" again after {(after - before).days} days, {kind.days_apart} are due"
    for week in own.values():
        if kind.per_week_max is not None and len(week) > kind.per_week_max:
            yield week[-1], f" {len(week)} times in the week, {kind.per_week_max} are allowed"


def _whole_weeks(
    kind: StandbySettings, own: Mapping[int, list[date]], whole: Mapping[int, list[date]], case: StandbyCase
) -> Iterator[tuple[date, str]]:
    """Distances are those of the weeks' first weekdays: the days of a week that a period cuts off count too."""
    for before, after in pairwise(own):
        if 7 * (after - before) < kind.days_apart:
            yield own[after][0], f" again after {7 * (after - before)} days, {kind.days_apart} are due"
    for number, week in own.items():
        here, due = [day for day in week if day >= case.first], whole.get(number, [])
        if here and here != due:
            yield here[0], f": {len(here)} of the {len(due)} days of the week"


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    yield from frame.itertuples()
