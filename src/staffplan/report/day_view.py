"""The roster day by day: the data that the page's script draws, and the same as tables for reading without it.

Minutes are elapsed since local midnight, not read off the clock, so that a day of 23 or 25 hours keeps its lengths.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from staffplan.clock import midnight
from staffplan.errors import visible
from staffplan.report import rosters, summaries
from staffplan.report.blocks import Cell, Section, Sheet, Sheets, Table, Text
from staffplan.report.data import ReportData
from staffplan.report.formats import clock, count, day, exact_hours, plural, share, signed
from staffplan.report.handoff import Handoff
from staffplan.report.roster_plots import ACTIVITY_LOOK, group_letter
from staffplan.report.style import AREAS
from staffplan.tables.people import PartOff
from staffplan.tables.roster import SPLIT
from staffplan.tables.schema import names_in
from staffplan.tables.skills import without_level
from staffplan.words import tr

GRID_MINUTES = 15
MOST_GROUP_COLUMNS = 6
"""Groups with a column of their own in a day's table; more would not fit on paper. coverage.csv holds all."""
OFF = "off"
Payload = Mapping[str, Any]


def days_section(data: ReportData) -> Section:
    """Every day of the plan: needed, rostered, net and predicted service over the people and what they do."""
    view = DayView(data)
    if not view.days:
        return Section("days", tr("Day by day"), ())
    sheets = tuple(view.sheet(value) for value in view.days)
    text = Text(
        tr(
            "Pick a day to see who works when, under what is needed, rostered and expected for service. "
            "Net is rostered less needed, in agents on queue. Each day also stands below as tables."
        )
    )
    return Section("days", tr("Day by day"), (text, Sheets("day", sheets, view.payload())))


@dataclass(frozen=True)
class DayView:
    """The days of a plan; of some planning groups or people alone where these are given."""

    data: ReportData
    only_groups: tuple[str, ...] | None = None
    only_agents: frozenset[str] | None = None

    @cached_property
    def days(self) -> tuple[date, ...]:
        return summaries.planned_days(self.data)

    @cached_property
    def handoff(self) -> Handoff:
        return rosters.handoff_of(self.data)

    @cached_property
    def all_groups(self) -> list[str]:
        return sorted(summaries.groups_of(self.data))

    @cached_property
    def groups(self) -> list[str]:
        """Those that are shown."""
        return [name for name in self.all_groups if self.only_groups is None or name in self.only_groups]

    @cached_property
    def names(self) -> dict[str, str]:
        return rosters.people_names(self.handoff)

    @cached_property
    def people(self) -> list[str]:
        """Agents that may be shown, whole teams together."""
        known = [str(agent) for agent in self.handoff.people.index]
        kept = self.only_agents if self.only_agents is not None else self._of_groups()
        return known if kept is None else [agent for agent in known if agent in kept]

    def _of_groups(self) -> frozenset[str] | None:
        """Who works for the groups shown; None: everybody."""
        if self.only_groups is None:
            return None
        frame = self.data.roster.activities.frame
        return frozenset(frame.loc[frame["planning_group"].isin(self.only_groups), "agent_id"].map(str))

    @cached_property
    def cover(self) -> pd.DataFrame:
        """Coverage of the groups shown, one below the other, with contacts `judged` and `served`
        in time."""
        if not self.groups:
            return pd.DataFrame()
        parts = [summaries.coverage_of(self.data, group) for group in self.groups]
        rows = pd.concat([part for part in parts if len(part)], ignore_index=True)
        known = rows["service_level"].notna() & rows["offered"].notna()
        return rows.assign(
            judged=rows["offered"].where(known, 0.0),
            served=(rows["offered"] * rows["service_level"]).where(known, 0.0),
        )

    @cached_property
    def _spans_of(self) -> dict[date, pd.DataFrame]:
        """Activities by schedule day, of the people shown, without the free time of a split shift."""
        frame = self.data.roster.activities.frame
        rows = frame[(frame["activity"] != SPLIT) & frame["agent_id"].isin(self.people)]
        return {_as_date(at): part for at, part in rows.groupby("schedule_date", sort=True)}

    @cached_property
    def _cover_of(self) -> dict[date, pd.DataFrame]:
        rows = self.cover
        return {} if rows.empty else {_as_date(at): part for at, part in rows.groupby("day", sort=True)}

    def spans(self, when: date) -> pd.DataFrame:
        """agent_id, activity, planning_group, `from_minute`, `to_minute`, `start` and `end` of everybody's day, with
        the end of the night before. Who begins first stands first."""
        zero = midnight(when, self.data.site.calendar.timezone)
        known = (self._spans_of.get(when), self._spans_of.get(when - timedelta(days=1)))
        parts = [part[part["end"] > zero] for part in known if part is not None]
        if not parts:
            return pd.DataFrame(columns=["agent_id", "activity", "planning_group", "from_minute", "to_minute"])
        rows = pd.concat(parts)
        rows = rows.assign(
            from_minute=((rows["start"] - zero).dt.total_seconds() / 60).clip(lower=0),
            to_minute=(rows["end"] - zero).dt.total_seconds() / 60,
        )
        rows["begins"] = rows.groupby("agent_id")["from_minute"].transform("min")
        return rows.sort_values(["begins", "agent_id", "from_minute"], kind="stable").reset_index(drop=True)

    def off(self, when: date) -> list[tuple[str, str]]:
        """People who are off on that whole day, with the kind of it."""
        kinds = self.handoff.days_off
        return [(agent, tr(kinds[agent, when] or "time off")) for agent in self.people if (agent, when) in kinds]

    def parts_off(self, when: date) -> list[PartOff]:
        """Time off for parts of that day."""
        return self._parts_of.get(when, [])

    @cached_property
    def _parts_of(self) -> dict[date, list[PartOff]]:
        found: dict[date, list[PartOff]] = {}
        time_off = self.handoff.time_off
        for part in time_off.within(self.days[0], self.days[-1]).parts if time_off is not None and self.days else ():
            if part.agent_id in self.people:
                found.setdefault(part.day, []).append(part)
        return found

    @property
    def interval(self) -> int:
        return self.data.site.calendar.interval_minutes

    def sheet(self, when: date) -> Sheet:
        """The day as tables."""
        cover = self._cover_of.get(when)
        blocks = [] if cover is None else [self._cover_table(when, cover)]
        rows = self._people_rows(when)
        if rows:
            headers = tuple(Cell(text) for text in (tr("agent"), tr("team"), tr("activities (local time)")))
            blocks.append(Table(tr("Roster of {when}", when=day(when)), headers, tuple(rows)))
        return Sheet(f"day-{when}", f"{day(when)}: {self._day_words(when, cover)}", tuple(blocks))

    def cover_tables(self) -> Iterator[Table]:
        """Needed, rostered, net and service of every open day."""
        return (self._cover_table(when, self._cover_of[when]) for when in self.days if when in self._cover_of)

    def _day_words(self, when: date, cover: pd.DataFrame | None) -> str:
        there = self.spans(when)["agent_id"].nunique()
        away = len(self.off(when))
        words = [tr("{there} at work", there=plural(there, "person", "people"))]
        words += [tr("{away} off", away=away)] if away else []
        if cover is None:
            return ", ".join([tr("closed"), *words]) if there or away else tr("closed")
        need, rostered = (float(cover[name].sum()) * self.interval / 60 for name in ("required", "scheduled"))
        net = signed(rostered - need, digits=1)
        return tr(
            "{words}; needed {need} h, rostered {rostered} h, net {net} h",
            words=", ".join(words),
            need=exact_hours(need),
            rostered=exact_hours(rostered),
            net=net,
        )

    def _cover_table(self, when: date, cover: pd.DataFrame) -> Table:
        """A row for each interval; in each cell needed, rostered, net and predicted service."""
        shown = self.groups if len(self.groups) <= MOST_GROUP_COLUMNS else []
        parts = [(tr("all"), cover)] if len(self.groups) != 1 else []
        parts += [(group, cover[cover["planning_group"] == group]) for group in shown]
        starts = cover["interval_start"].drop_duplicates().sort_values()
        texts = [_interval_texts(part) for _, part in parts]
        local = starts.dt.tz_convert(self.data.site.calendar.timezone)
        rows = [
            (Cell(clock(at)), *(Cell(text.get(start, ""), is_number=True) for text in texts))
            for start, at in zip(starts, local, strict=True)
        ]
        headers = (Cell(tr("from")), *(Cell(name, is_number=True) for name, _ in parts))
        caption = tr("{when}: needed / rostered / net agents on queue, predicted service level", when=day(when))
        return Table(caption, headers, tuple(rows))

    def _people_rows(self, when: date) -> list[tuple[Cell, ...]]:
        zone = self.data.site.calendar.timezone
        told: dict[str, list[str]] = {}
        rows = self.spans(when)
        for row in rows.to_dict("records"):
            begin, end = (clock(row[name].tz_convert(zone)) for name in ("start", "end"))
            told.setdefault(str(row["agent_id"]), []).append(
                f"{begin}–{end} {row['planning_group'] or tr(row['activity'])}"
            )
        for part in self.parts_off(when):
            told.setdefault(part.agent_id, []).append(
                tr("{times} {kind} (off)", times=part.words.replace("-", "–"), kind=tr(part.kind or "time off"))
            )
        for agent, kind in self.off(when):
            told.setdefault(agent, []).append(tr("off: {kind}", kind=kind))
        teams = self.handoff.people["team"]
        return [
            (Cell(self.names.get(agent, agent)), Cell(str(teams.get(agent, ""))), Cell(", ".join(words)))
            for agent, words in told.items()
        ]

    def payload(self) -> Payload:
        """All days as plain lists for the script in the page; texts carry no hidden characters."""
        return {
            "days": [self._day_payload(value) for value in self.days],
            "agents": [self._agent_payload(agent) for agent in self.people],
            "looks": [*_group_looks(self.all_groups), *_activity_looks()],
            "groups": [visible(group) for group in self.groups],
            "goals": [_number(summaries.goal_of(self.data, group), 3) for group in self.groups],
            "interval": self.interval,
            "grid": GRID_MINUTES,
            "folder": "",
            "first": max(0, self._busiest()),
        }

    def _busiest(self) -> int:
        when = rosters.busiest_day(self.data)
        return self.days.index(when) if when in self.days else 0

    def _agent_payload(self, agent: str) -> list[object]:
        row = self.handoff.people.loc[agent]
        skills = [visible(without_level(name, self.all_groups)[0]) for name in names_in(str(row["skills"]))]
        name = visible(self.names.get(agent, agent))
        return [name, visible(agent), visible(str(row["team"])), skills]

    def _day_payload(self, when: date) -> dict[str, object]:
        spans = self.spans(when)
        number_of = {agent: number for number, agent in enumerate(self.people)}
        look_of = self._look_numbers
        people: dict[int, list[int]] = {}
        for agent, activity, group, begin, end in zip(
            *(spans[n] for n in ("agent_id", "activity", "planning_group", "from_minute", "to_minute")), strict=True
        ):
            look = look_of.get((activity, group), look_of.get((activity, ""), 0))
            people.setdefault(number_of[str(agent)], []).extend((look, round(begin), round(end)))
        parts = [
            [number_of[p.agent_id], p.begin, p.end, visible(tr(p.kind or "time off"))] for p in self.parts_off(when)
        ]
        away = [[number_of[agent], visible(kind)] for agent, kind in self.off(when)]
        cover = self._cover_payload(when)
        begins, ends = _edges(people, cover, self.interval)
        return {
            "date": str(when),
            "title": day(when),
            "from": begins,
            "to": ends,
            "ticks": self._ticks(when, begins, ends),
            "people": [[number, *spans] for number, spans in people.items()],
            "parts": parts,
            "off": away,
            "cover": cover,
        }

    @cached_property
    def _look_numbers(self) -> dict[tuple[str, str], int]:
        own = {("queue", group): number for number, group in enumerate(self.all_groups)}
        return own | {(name, ""): len(own) + number for number, name in enumerate((*ACTIVITY_LOOK, OFF))}

    def _ticks(self, when: date, begins: int, ends: int) -> list[list[object]]:
        """Minute and clock text of every whole hour."""
        zone = self.data.site.calendar.timezone
        zero = midnight(when, zone)
        return [[m, clock((zero + pd.Timedelta(minutes=m)).tz_convert(zone))] for m in range(begins, ends + 1, 60)]

    def _cover_payload(self, when: date) -> list[list[object]]:
        """For each group with rows: its number, then lists of minutes, needed, rostered, contacts, service level."""
        part = self._cover_of.get(when)
        if part is None:
            return []
        zero = midnight(when, self.data.site.calendar.timezone)
        minutes = ((part["interval_start"] - zero).dt.total_seconds() / 60).round().astype(int)
        out = []
        for group, rows in part.assign(minute=minutes).sort_values("minute").groupby("planning_group", sort=True):
            values = [[_number(v, digits) for v in rows[name]] for name, digits in _COVER_DIGITS]
            out.append([self.groups.index(str(group)), rows["minute"].tolist(), *values])
        return out


_COVER_DIGITS = (("required", 1), ("scheduled", 1), ("offered", 1), ("service_level", 3))


def _as_date(label: object) -> date:
    return pd.Timestamp(str(label)).date()


def _interval_texts(part: pd.DataFrame) -> dict[pd.Timestamp, str]:
    """ "5 / 6 / +1, 96 %" by start of the interval, of the groups together."""
    sums = part.groupby("interval_start")[["required", "scheduled", "served", "judged"]].sum()
    found = {}
    for start, need, there, served, judged in zip(pd.DatetimeIndex(sums.index), *sums.to_numpy().T, strict=True):
        net = signed(there - need, digits=0 if float(there - need).is_integer() else 1)
        words = f"{count(need)} / {count(there)} / {net}"
        found[start] = f"{words}, {share(served / judged, digits=0)}" if judged > 0 else words
    return found


def _number(value: float, digits: int) -> float | int | None:
    """A number as short as it may be; None where there is none."""
    if not math.isfinite(value):
        return None
    short = round(float(value), digits)
    return int(short) if short.is_integer() else short


def _edges(people: Mapping[int, Sequence[int]], cover: Sequence[Sequence[Any]], interval: int) -> tuple[int, int]:
    """Whole hours, in minutes, between which something happens on a day."""
    ends = [minute for spans in people.values() for minute in (*spans[1::3], *spans[2::3])]
    ends += [minute + more for part in cover for minute in (part[1][0], part[1][-1]) for more in (0, interval)]
    if not ends:
        return 8 * 60, 18 * 60
    return int(np.floor(min(ends) / 60) * 60), int(np.ceil(max(ends) / 60) * 60)


def _group_looks(groups: Sequence[str]) -> list[list[str]]:
    """Letter, name, colour, hatch of each group, as in the picture of a day."""
    return [[group_letter(n), visible(name), *AREAS[n % len(AREAS)]] for n, name in enumerate(groups)]


def _activity_looks() -> list[list[str]]:
    return [[letter, tr(name), colour, hatch] for name, (letter, colour, hatch) in ACTIVITY_LOOK.items()] + [
        ["o", tr("time off"), "#ffffff", "\\\\"]
    ]
