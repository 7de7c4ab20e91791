"""Pay hours: the table that all payroll files are made of, and what they have in common."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import nan
from typing import Any

import pandas as pd

from staffplan.cost.pay import OVERTIME, REGULAR, Minutes
from staffplan.errors import ConfigError, Problem
from staffplan.export.source import Exported, Ids, Source, note
from staffplan.export.text import hours_text, rows_of
from staffplan.planned import DAYS_OF_A_WEEK, PlannedDays
from staffplan.settings.export import PayrollSettings
from staffplan.settings.toml_words import quoted_name
from staffplan.tables.exchange import PLANNED, PayHours

WEEKS = {"week": 1, "two weeks": 2}
SAID = "planned hours, from the roster: not hours worked"
NO_ROOM = "the file has no room for the amounts"
WHERE_AMOUNTS_ARE = "they are in the text beside it, and in --to pay-hours"


@dataclass(frozen=True)
class PayRecord:
    """One person's minutes of one pay period, by kind."""

    agent_id: str
    payroll_id: str
    name: str
    first: date
    last: date
    minutes: Mapping[str, int]


def pay_hours(
    minutes: Minutes,
    names: Mapping[str, str],
    ids: Ids,
    payroll: PayrollSettings,
    planned: PlannedDays,
    cents: Mapping[tuple[str, date, str], int] | None = None,
) -> PayHours:
    """The table of pay hours: a row for each agent, day and kind, with its pay period and code. cents: amounts of
    those of the rows that have one."""
    rows, amounts = [], cents or {}
    for (agent, day, kind), worked in minutes.items():
        first, last = _period(day, payroll, planned)
        dates = (pd.Timestamp(first), pd.Timestamp(last), pd.Timestamp(day))
        who = (agent, ids.get("agent", agent, agent), names.get(agent, ""))
        amount = amounts[agent, day, kind] / 100 if (agent, day, kind) in amounts else nan
        rows.append((*who, *dates, kind, payroll.codes.get(kind, ""), worked / 60, PLANNED, amount))
    columns = [column.name for column in PayHours.columns]
    return PayHours.of(pd.DataFrame(rows, columns=columns)) if rows else PayHours.empty()


def _period(day: date, payroll: PayrollSettings, planned: PlannedDays) -> tuple[date, date]:
    """First and last day of the pay period of a day."""
    if payroll.period == "month":
        return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])
    if payroll.period == "plan":
        return planned.first, planned.last
    length = WEEKS[payroll.period] * DAYS_OF_A_WEEK
    first = day - timedelta(days=(day - planned.first).days % length)
    return first, first + timedelta(days=length - 1)


def records(source: Source) -> list[PayRecord]:
    """What everybody is paid for in each period, by period and payroll id; kinds with the code "" left out.

    Every kind has a code, but for regular and overtime hours, which come first; others in the order of their codes.
    """
    found: dict[tuple[date, date, str, str, str], Counter[str]] = {}
    for row in hour_rows(source):
        if source.payroll.codes.get(str(row.kind)) != "":
            person = (str(row.payroll_id), str(row.agent_id), str(row.name))
            key = (row.period_start.date(), row.period_end.date(), *person)
            found.setdefault(key, Counter())[str(row.kind)] += minutes_of_row(row.hours)
    order = [REGULAR, OVERTIME, *source.payroll.codes]
    return [
        PayRecord(agent, payroll_id, name, first, last, {k: minutes[k] for k in sorted(minutes, key=order.index)})
        for (first, last, payroll_id, agent, name), minutes in sorted(found.items(), key=lambda item: item[0])
    ]


def hour_rows(source: Source) -> Iterator[Any]:
    """The rows with hours; a call-out that the roster pays has an amount alone."""
    yield from rows_of(source.pay.frame[source.pay.frame["hours"] > 0])


def minutes_of_row(hours: float) -> int:
    """Whole minutes of the hours in a row of the table."""
    return round(float(hours) * 60)


def periods(found: Iterable[PayRecord]) -> list[tuple[date, date]]:
    """First and last day of every pay period that has hours."""
    return sorted({(record.first, record.last) for record in found})


def require_codes(source: Source, preset: str, known: Iterable[str] = ()) -> None:
    """Raise ConfigError with every kind of hours that has no pay code, but for the `known` ones that need none."""
    kinds = sorted(set(source.pay.frame["kind"]) - set(source.payroll.codes) - set(known))
    problems = [
        Problem(
            f"payroll.codes.{quoted_name(kind)}",
            f"no pay code for {_hours_of(source, kind)} hours of kind {kind!r}",
            f'write {quoted_name(kind)} = "CODE" under [payroll.codes], or "" to leave these hours out of {preset}',
        )
        for kind in kinds
    ]
    if problems:
        raise ConfigError(problems)


def require_settings(source: Source, names: Iterable[str], preset: str) -> None:
    """Raise ConfigError with every setting of [payroll] that the preset needs and that is not given."""
    missing = [name for name in names if not getattr(source.payroll, name)]
    if missing:
        raise ConfigError(
            Problem(f"payroll.{name}", f"the setting is missing; {preset} needs it", "write it under [payroll]")
            for name in missing
        )


def _hours_of(source: Source, kind: str) -> str:
    frame = source.pay.frame
    return hours_text(sum(map(minutes_of_row, frame.loc[frame["kind"] == kind, "hours"])))


def exported(source: Source, files: Mapping[str, bytes], preset: str) -> Exported:
    """The files of a payroll preset, with what must be known of them."""
    notes = [note(preset, SAID, "warning")]
    left = sorted(kind for kind in set(source.pay.frame["kind"]) if source.payroll.codes.get(kind) == "")
    if left:
        notes.append(note(preset, f"no hours of these kinds, as their code is empty: {', '.join(left)}", "left out"))
    paid = _amounts(source)
    if len(paid):
        said = f"hours alone: {NO_ROOM} for {', '.join(sorted(set(paid['kind'])))}; {WHERE_AMOUNTS_ARE}"
        notes.append(note(preset, said, "warning"))
    return Exported(files, tuple(notes), _about(source))


def _about(source: Source) -> str:
    """The text beside a payroll file: where its hours are from, and their totals to compare with."""
    found = records(source)
    totals: Counter[str] = Counter()
    for record in found:
        totals.update(record.minutes)
    spans = ", ".join(f"{first} to {last}" for first, last in periods(found))
    lines = [
        f"These are {SAID}.",
        f"Plan: {source.title}. Pay periods: {spans}. Agents: {len({r.agent_id for r in found})}.",
        "Correct them with the hours worked before anybody is paid.",
        "",
        "Totals, to compare with what the payroll system loads:",
        *(f"  {kind}: {hours_text(minutes)} hours" for kind, minutes in sorted(totals.items())),
        *_about_amounts(source),
    ]
    return "\n".join(lines) + "\n"


def _amounts(source: Source) -> pd.DataFrame:
    """The rows that have an amount, blank codes among them."""
    return source.pay.frame[source.pay.frame["amount"] > 0]


def _about_amounts(source: Source) -> list[str]:
    """Lines on what standby and call-outs pay, all together and to each person of each pay period."""
    paid = _amounts(source)
    if not len(paid):
        return []
    of_kinds: Counter[str] = Counter()
    of_people: Counter[tuple[str, str]] = Counter()
    for row in rows_of(paid.sort_values(["kind", "period_start", "payroll_id"])):
        who = f"{row.payroll_id} {row.name}".strip()
        cents = round(row.amount * 100)
        of_kinds[row.kind] += cents
        of_people[row.kind, f"{who}, period from {row.period_start:%Y-%m-%d}"] += cents
    lines = ["", f"Amounts of standby and call-outs; {NO_ROOM}:"]
    for kind, total in of_kinds.items():
        own = [f"    {who}: {_money(cents)}" for (of_kind, who), cents in of_people.items() if of_kind == kind]
        lines += [f"  {kind}: {_money(total)}", *own]
    return lines


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"
