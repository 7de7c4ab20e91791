"""What a trace reads: the plan's tables and settings, and where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from staffplan.cost.exchange import HOME, Exchange
from staffplan.cost.people import paid_time_off
from staffplan.cost.premiums import instants_of
from staffplan.cost.steps import Books
from staffplan.forecast import Explanation
from staffplan.settings.config import Config
from staffplan.settings.toml_places import Path, line_of
from staffplan.site import Site
from staffplan.tables.cost import CostReport
from staffplan.tables.forecast import OverrideLog, VolumeForecast
from staffplan.tables.history import ContactHistory
from staffplan.tables.people import TimeOff, Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.trace.amount import NOWHERE, Place, rows_of
from staffplan.trace.ask import TIME_OFF

OFF_ROW = -1
"""Stands for the row of the roster's activities where time off is paid."""


@dataclass(frozen=True)
class Sources:
    """All that an amount may come from. `history` is that of before the plan; `time_off`, `overrides` as their files
    are; `explained` takes a queue's day apart, and gives a sentence where nobody can."""

    forecast: VolumeForecast
    requirement: StaffingRequirement
    roster: Roster
    workforce: Workforce
    time_off: Sequence[TimeOff]
    report: CostReport
    history: ContactHistory
    overrides: OverrideLog | None
    books: Books
    config: Config
    site: Site
    settings_file: str
    setting_lines: Mapping[Path, int]
    explained: Callable[[str, date], Explanation | str]

    @property
    def zone(self) -> str:
        """The site's time zone."""
        return self.site.calendar.timezone

    @property
    def currency(self) -> str:
        """The currency of the settings."""
        return self.config.plan.currency

    @property
    def exchange(self) -> Exchange:
        """The rates of the settings."""
        return Exchange.of(self.config.cost)

    def name_of(self, currency: str) -> str:
        """A currency's code, of HOME that of the plan."""
        return currency if currency != HOME else self.currency

    def setting(self, *path: str | int) -> Place:
        """The line of a setting, or of what it stands in."""
        line = line_of(self.setting_lines, path)
        return NOWHERE if line is None else Place(self.settings_file, (line,))

    @cached_property
    def paid(self) -> pd.DataFrame:
        """A row for each paid activity, cut at the ends of months, and for each day of paid time off.

        Columns: agent, month, day, kind, group ("" off the queue), minutes, `row` (its position in the activities),
        `start` and `end` (instants; NaT for time off) and `premium_N`, the minutes with each premium.
        """
        spans, frame = self.books.paid.spans, self.books.frame
        names = pd.Series([*frame.groups, ""], dtype=object)
        rows = pd.DataFrame(
            {
                "agent": pd.Series(frame.agents, dtype=object).to_numpy()[spans.agent],
                "month": pd.Series(frame.periods, dtype=object).to_numpy()[spans.period],
                "day": spans.day,
                "kind": spans.kind,
                "group": names.to_numpy()[spans.group],
                "minutes": spans.minutes,
                "row": spans.row,
                "start": instants_of(spans.start),
                "end": instants_of(spans.end),
            }
        )
        for number, minutes in enumerate(self.books.paid.premium_by_span):
            rows[f"premium_{number}"] = minutes
        return pd.concat([rows, self._paid_off(rows.columns)], ignore_index=True)

    def _paid_off(self, columns: pd.Index) -> pd.DataFrame:
        found = [
            {"agent": agent, "month": f"{day:%Y-%m}", "day": day, "kind": TIME_OFF, "group": "", "minutes": minutes}
            for agent, day, minutes, _ in paid_time_off(
                self.workforce, self.books.days, self.config.work_plans, self.zone
            )
        ]
        rows = pd.DataFrame(found, columns=columns)
        zone = {"start": "datetime64[ns, UTC]", "end": "datetime64[ns, UTC]"}
        zeros = {name: 0 for name in columns if str(name).startswith("premium_")}
        return rows.assign(row=OFF_ROW, **zeros).astype({"minutes": "int64", "row": "int64", **zone})

    def place_off(self, agent: str, day: date) -> Place:
        """Where a person's paid time off of a day stands."""
        at = pd.Timestamp(day)
        for table in self.time_off:
            rows = table.frame
            own = (rows["agent_id"] == agent) & (rows["first_day"] <= at) & (rows["last_day"] >= at)
            own &= rows["paid"] != "no"
            whole = own & (rows["start"] + rows["end"] == "")
            found = whole if whole.any() else own
            if found.any():
                return rows_of(table, found.to_numpy().nonzero()[0])
        return NOWHERE

    def clock(self, at: pd.Timestamp) -> str:
        """An instant on the site's clock, "10:00"."""
        return f"{at.tz_convert(self.zone):%H:%M}"

    def moment(self, at: pd.Timestamp) -> str:
        """An instant as a question has it: "2026-03-02T10:00"."""
        return f"{at.tz_convert(self.zone):%Y-%m-%dT%H:%M}"
