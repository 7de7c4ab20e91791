"""A roster to hand off: the tables, and what people ask of them: who, when, how many hours, which code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import pandas as pd

from staffplan.clock import local_dates, wall_instant
from staffplan.report.formats import span
from staffplan.report.shift_codes import day_off_codes, family_of, shift_codes
from staffplan.tables.people import Agents, TimeOff
from staffplan.tables.roster import BREAKS, SPLIT, Roster, on_site
from staffplan.tables.roster_book import RosterState
from staffplan.tables.standby import Standby
from staffplan.tables.waits import Coverage
from staffplan.words import SOURCE, tr

SATURDAY = 5
NIGHT_MINUTES = (23 * 60, 30 * 60)
"""From 23:00 to 06:00. Source: Working Time Regulations 1998 (UK), regulations 2 and 6, where no agreement says
otherwise; Directive 2003/88/EC, article 2(3), asks for seven hours that include midnight to 05:00."""
NIGHT_HOURS = 3.0
"""Hours of the night that make a shift night work. Source: Directive 2003/88/EC, article 2(4)(a)."""


@dataclass(frozen=True)
class OnCall:
    """A day of somebody's standby. `times`: "18:00–22:00"."""

    standby: str
    agent_id: str
    day: date
    start: pd.Timestamp
    end: pd.Timestamp
    times: str


@dataclass(frozen=True)
class PaidCall:
    """A call-out of somebody. `paid_hours`: those that no shift pays; `amount`: beside what shifts pay."""

    standby: str
    agent_id: str
    start: pd.Timestamp
    end: pd.Timestamp
    paid_hours: float
    amount: float


@dataclass(frozen=True)
class Handoff:
    """What a roster's readers get to see. What is not known (agents, time off, coverage) is simply not shown.

    `first_day` and `last_day` stretch the period over days on which nobody works. `state`: of a plan's roster, with
    which the workbook can come back.
    """

    roster: Roster
    timezone: str
    title: str = ""
    coverage: Coverage | None = None
    agents: Agents | None = None
    time_off: TimeOff | None = None
    first_day: date | None = None
    last_day: date | None = None
    state: RosterState | None = None
    standby: Standby | None = None
    language: str = SOURCE
    """Of the workbook and the calendars."""
    call_outs: Sequence[PaidCall] = ()

    @cached_property
    def days(self) -> list[date]:
        """Every day of the period, those without work too; not the morning on which a last night ends."""
        known = {value.date() for value in self.roster.shifts.frame["schedule_date"].drop_duplicates()}
        if self.coverage is not None:
            needed = self.coverage.frame[self.coverage.frame["required"] > 0]
            known |= set(local_dates(pd.DatetimeIndex(needed["interval_start"]), self.timezone))
        known |= {day for day in (self.first_day, self.last_day) if day is not None}
        length = (max(known) - min(known)).days + 1 if known else 0
        return [min(known) + timedelta(days=step) for step in range(length)]

    @cached_property
    def closed_days(self) -> frozenset[date]:
        """Days on which nobody is needed and nobody works; none where the coverage is not known."""
        if self.coverage is None:
            return frozenset()
        needed = self.coverage.frame[self.coverage.frame["required"] > 0]
        busy = set(local_dates(pd.DatetimeIndex(needed["interval_start"]), self.timezone))
        return frozenset(set(self.days) - busy - set(self.roster.shifts.frame["schedule_date"].dt.date))

    @cached_property
    def people(self) -> pd.DataFrame:
        """By agent_id: name, team, contract, skills; whole teams together, then by identifier."""
        shifts = self.roster.shifts.frame.groupby("agent_id", sort=True)["name"].first()
        found = {str(agent): (str(name), "", "", "") for agent, name in shifts.items()}
        for row in rows_of(self.agents.frame) if self.agents is not None else ():
            known = found.get(row.agent_id, ("",))[0]
            found[row.agent_id] = (row.name or known, row.staffing_group, row.work_plan, row.skills)
        if self.agents is None and self.standby is not None:
            for row in rows_of(self.standby.frame):
                found.setdefault(row.agent_id, (row.name, "", "", ""))
        index = pd.Index(list(found), name="agent_id", dtype=object)
        columns = ["name", "team", "contract", "skills"]
        people = pd.DataFrame(list(found.values()), index=index, columns=columns, dtype=object)
        return people.sort_index().sort_values("team", kind="stable")

    @cached_property
    def worked(self) -> pd.DataFrame:
        """The shifts with `day`, `family`, wall-clock `start_local` and `end_local`, `times` in words, `code`,
        `night` and `weekend`.

        `weekend` is its Saturday for a shift that begins on a Saturday or Sunday, else None, as the rules on
        weekends worked count them.
        """
        frame = self.roster.shifts.frame
        local = {f"{name}_local": wall_clock(frame[name], self.timezone) for name in ("start", "end")}
        days = [value.date() for value in frame["schedule_date"]]
        shifts = frame.assign(day=pd.Series(days, index=frame.index, dtype=object), **local)
        nights = [is_night(self.parts[key], self.timezone) for key in _keys(frame)]
        weekends = [_saturday(day) for day in days]
        return shifts.assign(
            family=frame["shift"].map(family_of).astype(object),
            times=pd.Series([self._times(key) for key in _keys(frame)], index=frame.index, dtype=object),
            code=shift_codes(shifts),
            night=pd.Series(nights, index=frame.index, dtype=bool),
            weekend=pd.Series(weekends, index=frame.index, dtype=object),
        )

    @cached_property
    def parts(self) -> dict[tuple[str, pd.Timestamp], list[tuple[pd.Timestamp, pd.Timestamp]]]:
        """Start and end of each part of a shift, by agent_id and schedule_date; one where it is not split."""
        found: dict[tuple[str, pd.Timestamp], list[tuple[pd.Timestamp, pd.Timestamp]]] = {}
        rows = on_site(self.roster.shifts.frame, self.roster.activities.frame, away=(SPLIT,)).sort_values("start")
        for key, start, end in zip(_keys(rows), rows["start"], rows["end"], strict=True):
            found.setdefault(key, []).append((start, end))
        return found

    def _times(self, key: tuple[str, pd.Timestamp]) -> str:
        """A line "09:00–13:00" for each part."""
        local = [[at.tz_convert(self.timezone) for at in part] for part in self.parts[key]]
        return "\n".join(span(start, end) for start, end in local)

    @cached_property
    def codes(self) -> dict[str, str]:
        """The code of each shift name; of several the first."""
        return {str(name): str(code) for name, code in self.worked.groupby("shift")["code"].min().items()}

    @cached_property
    def days_off(self) -> dict[tuple[str, date], str]:
        """The kind of time off of an agent on a whole day of the period."""
        if self.time_off is None or not self.days:
            return {}
        known = set(self.people.index)
        return {
            (row.agent_id, day): row.kind
            for row in rows_of(self.time_off.whole.within(self.days[0], self.days[-1]).frame)
            if row.agent_id in known
            for day in days_between(row.first_day.date(), row.last_day.date())
        }

    @cached_property
    def parts_off(self) -> dict[tuple[str, date], str]:
        """Time off of an agent for parts of a day of the period, in words: "vacation 08:00-11:00"."""
        if self.time_off is None or not self.days:
            return {}
        found: dict[tuple[str, date], str] = {}
        for part in self.time_off.within(self.days[0], self.days[-1]).parts:
            said = f"{tr(part.kind or 'off')} {part.words}"
            if part.agent_id in self.people.index:
                key = (part.agent_id, part.day)
                found[key] = f"{found[key]}, {said}" if key in found else said
        return found

    @cached_property
    def on_call(self) -> list[OnCall]:
        """Everybody's standby of the period, by day and start."""
        if self.standby is None or not self.days:
            return []
        known, zone = set(self.people.index), self.timezone
        return [
            OnCall(row.standby, row.agent_id, row.schedule_date.date(), row.start, row.end, _in_words(row, zone))
            for row in rows_of(self.standby.frame.sort_values(["start", "standby", "agent_id"]))
            if row.agent_id in known and self.days[0] <= row.schedule_date.date() <= self.days[-1]
        ]

    @cached_property
    def day_off_codes(self) -> dict[str, str]:
        """The code of every kind of time off."""
        return day_off_codes(list(self.days_off.values()))


def _in_words(row: Any, zone: str) -> str:
    return span(row.start.tz_convert(zone), row.end.tz_convert(zone))


def wall_clock(instants: pd.Series, timezone: str) -> pd.Series:
    """What the clock on the wall shows, without a zone: all that a spreadsheet knows of time."""
    return pd.Series(instants.dt.tz_convert(timezone).dt.tz_localize(None))


def days_between(first: date, last: date) -> list[date]:
    """Both included."""
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def _keys(frame: pd.DataFrame) -> list[tuple[str, pd.Timestamp]]:
    return list(zip(frame["agent_id"], frame["schedule_date"], strict=True))


def is_night(parts: Sequence[tuple[pd.Timestamp, pd.Timestamp]], timezone: str) -> bool:
    """Whether at least NIGHT_HOURS of a shift, given by its parts, lie in one night."""
    first, last = (at.tz_convert(timezone).date() for at in (parts[0][0], parts[-1][1]))
    evenings = days_between(first - timedelta(days=1), last)
    by_part = [[max(hours, 0.0) for hours in _night_hours(*part, evenings, timezone)] for part in parts]
    return any(sum(hours) >= NIGHT_HOURS for hours in zip(*by_part, strict=True))


def _night_hours(start: pd.Timestamp, end: pd.Timestamp, evenings: Sequence[date], timezone: str) -> Iterator[float]:
    for evening in evenings:
        dusk, dawn = (wall_instant(evening, minute, timezone) for minute in NIGHT_MINUTES)
        yield (min(end, dawn) - max(start, dusk)) / pd.Timedelta(hours=1)


def _saturday(day: date) -> date | None:
    return day - timedelta(days=day.weekday() - SATURDAY) if day.weekday() >= SATURDAY else None


def agent_totals(worked: pd.DataFrame, agents: Sequence[str]) -> pd.DataFrame:
    """Days, paid hours, nights and weekends worked of each agent, those who do not work too."""
    grouped = worked.groupby("agent_id")
    totals = pd.DataFrame(
        {
            "days": grouped.size(),
            "paid_hours": grouped["paid_hours"].sum(),
            "nights": grouped["night"].sum(),
            "weekends": grouped["weekend"].nunique(),
        }
    )
    return (
        totals.reindex(list(agents))
        .fillna(0)
        .astype({"days": int, "paid_hours": float, "nights": int, "weekends": int})
    )


def day_totals(worked: pd.DataFrame, days: Sequence[date]) -> pd.DataFrame:
    """People at work and paid hours on each day, by the day on which the shift begins."""
    grouped = worked.groupby("day")["paid_hours"]
    totals = pd.DataFrame({"people": grouped.size(), "paid_hours": grouped.sum()})
    return totals.reindex(list(days)).fillna(0).astype({"people": int, "paid_hours": float})


def pauses_in_words(handoff: Handoff) -> pd.Series:
    """Breaks and meals of each shift, by agent_id and schedule_date: "15 min break, 30 min meal unpaid"; the free
    time of a split shift too."""
    frame = handoff.roster.activities.frame
    frame = frame[frame["activity"].isin((*BREAKS, SPLIT))]
    minutes = (frame["end"] - frame["start"]).dt.total_seconds() / 60
    words = [
        tr(
            "{length} min {activity}{unpaid}",
            length=f"{length:g}",
            activity=tr("off between two parts") if activity == SPLIT else tr(activity),
            unpaid="" if paid == "yes" or activity == SPLIT else tr(" unpaid"),
        )
        for length, activity, paid in zip(minutes, frame["activity"], frame["paid"], strict=True)
    ]
    texts = frame.assign(words=pd.Series(words, index=frame.index, dtype=object))
    return texts.groupby(["agent_id", "schedule_date"])["words"].agg(", ".join)


def legend(handoff: Handoff) -> pd.DataFrame:
    """What each code means, by code: shift, start and end, breaks (all sorts there are), paid hours, how often."""
    worked = handoff.worked
    pauses = pauses_in_words(handoff).reindex(worked.set_index(["agent_id", "schedule_date"]).index).fillna("")
    rows = worked.assign(breaks=pauses.to_numpy(dtype=object))
    rows["start_time"], rows["end_time"] = rows["start_local"].dt.time, rows["end_local"].dt.time
    rows["days_later"] = (rows["end_local"].dt.normalize() - rows["schedule_date"]).dt.days
    grouped = rows.groupby("code", sort=True)
    first = grouped[["shift", "start_time", "end_time", "days_later", "paid_hours"]].first()
    return first.assign(breaks=grouped["breaks"].agg(_sorts), times=grouped.size()).reset_index()


def _sorts(texts: pd.Series) -> str:
    return " or ".join(sorted({text for text in texts if text}))


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()
