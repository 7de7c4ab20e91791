"""A sheet for each agent: shifts, hours, premiums, time off, and how unpopular work and wishes fell."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from staffplan.report import rosters
from staffplan.report.blocks import Bullets, Cell, Section, Sheet, Sheets, Table, Text
from staffplan.report.data import ReportData
from staffplan.report.fairness import kinds
from staffplan.report.formats import count, day, exact_hours, plural
from staffplan.report.handoff import Handoff, agent_totals
from staffplan.words import figure, tr


def agents_section(data: ReportData) -> Section:
    """Everybody of the agents file and the roster, whole teams together."""
    sheets = agent_sheets(data)
    if not sheets:
        return Section("agents", tr("Agents"), ())
    text = Text(tr("Each agent with shifts, hours, wishes and hours with a premium. Choose a name to open it."))
    return Section("agents", tr("Agents"), (text, Sheets("agent", sheets)))


def agent_sheets(data: ReportData) -> tuple[Sheet, ...]:
    handoff = rosters.handoff_of(data)
    names = rosters.people_names(handoff)
    totals = agent_totals(handoff.worked, list(handoff.people.index)).to_dict("index")
    shifts = {str(agent): part for agent, part in handoff.worked.groupby("agent_id", sort=True)}
    fair, wishes, off, on_call = _fair_words(data), _wish_words(data), _off_days(handoff), _on_call(handoff)
    sheets = []
    for agent, person in handoff.people.iterrows():
        own = shifts.get(str(agent), handoff.worked.iloc[:0])
        total = totals[agent]
        told = tr(
            "{days}, {paid_hours} paid hours",
            days=plural(int(total["days"]), "shift", "shifts"),
            paid_hours=exact_hours(float(total["paid_hours"])),
        )
        bullets = [
            *_person_words(person),
            *_hours_words(total, own),
            *fair.get(str(agent), []),
            *wishes.get(str(agent), []),
        ]
        table = _shift_table(names[str(agent)], own, off.get(str(agent), {}), on_call.get(str(agent), {}))
        sheets.append(Sheet(f"agent-{agent}", f"{names[str(agent)]}: {told}", (Bullets(tuple(bullets)), table)))
    return tuple(sheets)


def _person_words(person: pd.Series) -> list[str]:
    known = (
        (tr("Team"), person["team"]),
        (tr("Contract"), person["contract"]),
        (tr("Skills"), str(person["skills"]).replace(";", ", ")),
    )
    words = [f"{what}: {value}" for what, value in known if value]
    return [tr("Identifier: {name}", name=person.name), *words]


def _hours_words(total: Mapping[Hashable, Any], shifts: pd.DataFrame) -> list[str]:
    words = [
        tr(
            "Whole plan: {days}, {paid_hours} paid hours, {nights}, {weekends}",
            days=plural(int(total["days"]), "shift", "shifts"),
            paid_hours=exact_hours(float(total["paid_hours"])),
            nights=plural(int(total["nights"]), "night", "nights"),
            weekends=plural(int(total["weekends"]), "weekend", "weekends"),
        )
    ]
    premiums = premium_totals(shifts["premium_hours"])
    if premiums:
        words.append(tr("Hours with a premium: ") + ", ".join(f"{k} {exact_hours(v)}" for k, v in premiums.items()))
    return words


def premium_totals(cells: pd.Series) -> dict[str, float]:
    """Hours by kind of premium, of cells like "night:2.5;sunday:8"."""
    found: dict[str, float] = {}
    for part in (part for cell in cells for part in str(cell).split(";") if ":" in part):
        kind, hours = part.rsplit(":", 1)
        found[kind] = found.get(kind, 0.0) + float(hours)
    return dict(sorted(found.items()))


def _fair_words(data: ReportData) -> Mapping[str, list[str]]:
    """By agent, what of the unpopular work and of the wishes fell to whom."""
    if data.fairness is None:
        return {}
    told, found = kinds(data), dict[str, list[str]]()
    for row in data.fairness.frame.to_dict("records"):
        if row["what"] not in told:
            continue
        kind = told[str(row["what"])]
        of = tr(" of {of}", of=count(row["of"])) if row["of"] == row["of"] else ""
        words = tr(
            "{name}: {count}{of} ({unit}); fair share {fair_share}",
            name=kind.name,
            count=count(row["count"]),
            of=of,
            unit=kind.unit,
            fair_share=figure(row["fair_share"], ".1f"),
        )
        found.setdefault(str(row["agent_id"]), []).append(words)
    return found


def _wish_words(data: ReportData) -> Mapping[str, list[str]]:
    """By agent, what was wished for."""
    if data.workforce is None:
        return {}
    found: dict[str, list[str]] = {}
    for row in data.workforce.wishes.frame.to_dict("records"):
        first, last = day(row["first_day"]), day(row["last_day"])
        what = {"off": tr("a day off"), "shift": tr("to work"), "not": tr("not")}[str(row["wish"])]
        shift = f" {row['shift']}" if row["shift"] else ""
        when = first if first == last else tr("{first} to {last}", first=first, last=last)
        found.setdefault(str(row["agent_id"]), []).append(
            tr("Wish: {what}{shift}, {when}", what=what, shift=shift, when=when)
        )
    return found


def _off_days(handoff: Handoff) -> Mapping[str, dict[date, str]]:
    found: dict[str, dict[date, str]] = {}
    for (agent, when), kind in handoff.days_off.items():
        found.setdefault(agent, {})[when] = tr(kind or "time off")
    for (agent, when), words in handoff.parts_off.items():
        own = found.setdefault(agent, {})
        own[when] = f"{own[when]}, {words}" if when in own else words
    return found


def _on_call(handoff: Handoff) -> Mapping[str, dict[date, str]]:
    """By agent and day what they stand by for, in words."""
    found: dict[str, dict[date, str]] = {}
    for one in handoff.on_call:
        own, said = found.setdefault(one.agent_id, {}), f"{one.standby} {one.times}"
        own[one.day] = f"{own[one.day]}, {said}" if one.day in own else said
    return found


def _shift_table(name: str, shifts: pd.DataFrame, off: Mapping[date, str], on_call: Mapping[date, str]) -> Table:
    """A row for each day with a shift, time off or standby; a column of standby where there is any."""
    rows: dict[date, list[str]] = {when: ["", "", "", "", off.get(when, "")] for when in [*off, *on_call]}
    columns = ("day", "shift", "times", "paid_hours", "premium_hours")
    for when, shift, times, paid, premium in zip(*(shifts[name] for name in columns), strict=True):
        said = str(premium or "").replace(";", ", ").replace(":", " ")
        rows[when] = [shift, str(times).replace("\n", ", "), exact_hours(paid), said, off.get(when, "")]
    headers = [tr("day"), tr("shift"), tr("times"), tr("paid hours"), tr("premium hours"), tr("time off")]
    headers += [tr("on call")] * bool(on_call)
    for when in rows if on_call else ():
        rows[when].append(on_call.get(when, ""))
    cells = tuple(
        (Cell(day(when)), *(Cell(text, is_number=number == 2) for number, text in enumerate(row)))
        for when, row in sorted(rows.items())
    )
    return Table(
        tr("{name}: shifts and time off", name=name),
        tuple(Cell(h, is_number=n == 3) for n, h in enumerate(headers)),
        cells,
    )
