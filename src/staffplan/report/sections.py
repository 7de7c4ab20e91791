"""The sections behind the first page: forecast, people, waits, roster, money, and what one should know."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping

import pandas as pd

from staffplan.errors import LEFT_EMPTY
from staffplan.report import gallery, promises, rosters, summaries
from staffplan.report.blocks import (
    Alert,
    Block,
    Bullets,
    Column,
    Figure,
    Format,
    Heading,
    Section,
    Table,
    Text,
    table_of,
)
from staffplan.report.data import ReportData
from staffplan.report.fairness_section import NOT_GRANTED
from staffplan.report.formats import (
    DEFINITION_WORDS,
    count,
    day,
    exact_hours,
    exact_money,
    hours,
    method,
    plural,
    promise,
    share,
    signed,
)
from staffplan.report.headline import broken_table, hand_alerts
from staffplan.report.ledgers import BRIDGE_SUMS, TOTAL_LINE, ledger, waterfall, whole_plan

NOTE_TITLES = {
    "broken promise": "Promises that are not kept",
    LEFT_EMPTY: "Days left empty while people have hours to spare",
    "question": "Questions to the planner",
    "ended": "Queues that have ended",
    "warning": "Warnings",
    "changed by hand": "Changed by hand",
    "assumption": "Assumptions",
    "left out": "What is left out",
}
LEDGER_TITLES = {
    "bridge": ("From contacts to money", "Each line adds to those above it up to the next sum, whole plan"),
    "hours": ("Hours ledger", "The lines add up to the paid hours, whole plan"),
    "cost": ("Cost ledger", "The lines add up to the loaded cost, whole plan"),
    "unit": ("Unit costs", "Loaded cost for each unit, whole plan"),
}
MOST_NOTES = 60
"""Notes of one kind printed in full; the rest are in notes.csv and in the workbook."""


def forecast_section(data: ReportData) -> Section:
    queues = summaries.queues_by_size(data)
    blocks: list[Block] = [
        Text(
            "How many contacts we expect, when, and how sure we are. Each method had to forecast past weeks that it "
            "had not seen; they are combined by how they did, unless one alone did clearly better."
        )
    ]
    verdicts = summaries.forecast_verdicts(data)
    if len(verdicts):
        blocks += [Bullets(tuple(_verdict_words(row) for row in verdicts.to_dict("records")))]
    if len(data.backtest):
        blocks += [backtest_table(data)]
    if not queues:
        blocks.append(Text("No queue takes contacts in this period."))
    for number, queue in enumerate(queues[: gallery.MOST_PICTURED], start=1):
        blocks += [
            Heading(queue),
            gallery.heat_figure(data, queue, number),
            gallery.daily_figure(data, queue, number),
            gallery.week_figure(data, queue, number),
        ]
    return Section("forecast", "Workload forecast", (*blocks, *_rest_words(queues, "queues", "forecast.csv")))


def _rest_words(names: list[str], what: str, file: str) -> list[Block]:
    rest = len(names) - gallery.MOST_PICTURED
    text = Text(f"{rest} more {what} have no pictures here; {file} and the workbook hold them all.")
    return [text] if rest > 0 else []


def _verdict_words(row: Mapping[Hashable, object]) -> str:
    rival = f"{method(str(row['simple_method']))}, {share(float(str(row['simple_wape'])))}"
    start = f"{row['queue']}: {method(str(row['method']))}, error {share(float(str(row['wape'])))} by interval"
    match row["verdict"]:
        case "beats the simple averages":
            return f"{start}; it beats the best simple average ({rival})."
        case "does not beat the simple averages":
            return f"{start}; it does NOT beat the best simple average ({rival})."
        case "is a simple average":
            return f"{start}; a simple average is used because nothing beat it."
        case _:
            return f"{start}; there was no comparison with simple averages."


def backtest_table(data: ReportData) -> Table:
    frame = data.backtest.frame
    columns: list[Column] = [
        ("queue", "queue", None),
        ("name", "method", None),
        ("used", "used", None),
        ("origins", "trials", count),
        ("wape", "error by interval", share),
        ("wape_day", "error by day", share),
        ("bias", "bias", lambda value: f"{signed(100 * value, digits=1)} %" if math.isfinite(value) else "–"),
        ("coverage_80", "inside 80 % band", share),
        ("coverage_95", "inside 95 % band", share),
        ("coverage_day_80", "days inside 80 % band", share),
        ("coverage_day_95", "days inside 95 % band", share),
        ("workload_wape", "error of workload", share),
    ]
    table = frame.assign(
        name=[method(str(name)) for name in frame["method"]],
        used=["used" if c == "yes" else "" for c in frame["chosen"]],
    )
    caption = "How each method did on weeks it had not seen. Error: sum of absolute errors / sum of contacts."
    return table_of(table, columns, caption, strong=frame["chosen"] == "yes")


def people_section(data: ReportData) -> Section:
    groups = summaries.groups_of(data)
    columns: list[Column] = [
        ("planning_group", "planning group", None),
        ("work_hours", "handling, h", hours),
        ("line_hours", "on the line, h", hours),
        ("required_hours", "needed on queue, h", hours),
        ("scheduled_hours", "rostered on queue, h", hours),
        ("short_hours", "too few, h", hours),
        ("over_hours", "too many, h", hours),
        ("duty_hours", "needed on duty, h", hours),
        ("peak_required", "most at once", count),
    ]
    blocks: list[Block] = [
        Text(
            "Handling is the work itself. On the line adds the idle time that a short wait costs. Needed on queue "
            "adds cover for absence that a roster cannot place (sickness, lateness); needed on duty adds every other "
            "absence as well. Too few and too many are counted interval by interval and never cancel."
        )
    ]
    if groups:
        blocks.append(table_of(summaries.group_table(data), columns, "Hours needed and rostered, whole plan"))
    else:
        blocks.append(Text("Nobody is needed in this period."))
    pictured = groups[: gallery.MOST_PICTURED]
    blocks += [gallery.staffing_figure(data, group, number) for number, group in enumerate(pictured, start=1)]
    return Section("people", "People needed", (*blocks, *_rest_words(groups, "planning groups", "coverage.csv")))


def waits_section(data: ReportData) -> Section:
    groups = summaries.groups_of(data)
    blocks: list[Block] = [
        Text(
            "Waits are simulated from the roster that exists, with breaks and shift ends; they are never typed in. A "
            "day's share is weighted by its contacts. Share served in time is counted like this:"
        ),
        Bullets(tuple(_definitions(data)) or ("no queue is open",)),
    ]
    broken = promises.broken_promises(data)
    if len(broken):
        blocks += [
            Heading("Broken promises by date and hour"),
            broken_table(data, broken, "Every day below its promise"),
        ]
    elif len(data.waits):
        blocks.append(Text("No day falls short of its promise."))
    else:
        blocks.append(Text("Nothing was simulated."))
    empty = promises.unstaffed(data)
    if len(empty):
        blocks += [Heading("Open with nobody rostered"), _unstaffed_table(empty)]
    for number, group in enumerate(groups[: gallery.MOST_PICTURED], start=1):
        blocks += [Heading(group), gallery.service_days_figure(data, group, number)]
        blocks += [gallery.service_week_figure(data, group, number)]
    return Section("waits", "Waits", (*blocks, *_rest_words(groups, "planning groups", "waits.csv")))


def _definitions(data: ReportData) -> list[str]:
    planned = set(data.forecast.frame["queue"])
    return [
        f"{queue.name}: promised {promise(queue.goal, queue.channel)}; {DEFINITION_WORDS[queue.goal.definition]}."
        for queue in data.site.queues.values()
        if queue.name in planned
    ]


def _unstaffed_table(empty: pd.DataFrame) -> Table:
    columns: list[Column] = [
        ("day", "day", None),
        ("planning_group", "planning group", None),
        ("hours", "times", None),
    ]
    return table_of(empty.assign(day=[day(value) for value in empty["day"]]), columns, "Needed, and nobody is there")


def roster_section(data: ReportData) -> Section:
    blocks: list[Block] = [Alert(text) for text in hand_alerts(data)]
    blocks.append(Text(proof_words(data)))
    facts = _facts_table(data, "roster")
    if facts is not None:
        blocks.append(facts)
    when = rosters.busiest_day(data)
    if when is None:
        blocks.append(Text("Nobody is rostered."))
    else:
        blocks += [gallery.roster_grid_figure(data), gallery.roster_day_figure(data, when)]
    return Section("roster", "Roster", tuple(blocks))


def proof_words(data: ReportData) -> str:
    """How good the roster is, and how that is known."""
    facts = data.facts.get("roster", {})
    if "objective" not in facts or "bound" not in facts:
        return "No proof of quality came with this roster; it was checked against every rule."
    objective, bound = float(facts["objective"]), float(facts["bound"])
    if objective <= bound + 1e-6 * max(1.0, abs(bound)):
        return f"The search proved that no roster can score better than this one ({objective:,.1f}; lower is better)."
    return (
        f"The roster scores {objective:,.1f} (missing and surplus hours with their weights; lower is better). It is "
        f"proven that no roster scores below {bound:,.1f}: at most {objective - bound:,.1f} is left to gain."
    )


def _facts_table(data: ReportData, step: str) -> Table | None:
    facts = data.facts.get(step, {})
    if not facts:
        return None
    rows = [{"name": name.replace("_", " "), "value": _fact(name, value)} for name, value in sorted(facts.items())]
    columns: list[Column] = [("name", f"{step}: measured", None), ("value", "value", str)]
    return table_of(pd.DataFrame(rows), columns, f"What the {step} step reports about itself")


def _fact(name: str, value: float | str) -> str:
    """A number as its name suggests: a share where it is called a gap or a share."""
    if isinstance(value, str):
        return value
    if name.endswith(("gap", "share")):
        return share(value, digits=2)
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}" if abs(value) < 100 else f"{value:,.1f}"


def money_section(data: ReportData) -> Section:
    blocks: list[Block] = [
        Text(
            "The budget is the continuation of the plan: every amount names the table and column it comes from. The "
            "hours ledger adds up to the paid hours, the cost ledger to the loaded cost."
        )
    ]
    if len(data.cost) == 0:
        return Section("money", "Money", (*blocks, Text("There is no cost report.")))
    blocks += _waterfalls(data)
    for name, (title, caption) in LEDGER_TITLES.items():
        lines = whole_plan(data.cost, "unit") if name == "unit" else ledger(data.cost, name)
        if len(lines):
            blocks += [Heading(title), _ledger_table(data, name, caption, lines)]
    return Section("money", "Money", tuple(blocks))


def _waterfalls(data: ReportData) -> list[Figure]:
    return [
        gallery.waterfall_figure(data, name)
        for name in ("bridge", "hours", "cost")
        if len(waterfall(data.cost, name))
    ]


def _ledger_table(data: ReportData, name: str, caption: str, lines: pd.DataFrame) -> Table:
    columns: list[Column] = [("line", "line", None)]
    if name == "unit":
        columns.append(("planning_group", "planning group", None))
    blank: dict[str, Format] = {
        "hours": _or_blank(exact_hours),
        "amount": _or_blank(exact_money),
        "quantity": _or_blank(count),
    }
    headers = {"hours": "hours", "amount": data.currency, "quantity": "quantity"}
    filled = [column for column in blank if lines[column].notna().any()]
    columns += [(column, headers[column], blank[column]) for column in filled]
    if (lines["unit"].fillna("") != "").any():
        columns.append(("unit", "unit", None))
    columns.append(("source", "from", None))
    sums = (*BRIDGE_SUMS, TOTAL_LINE["cost"]) if name == "bridge" else (TOTAL_LINE.get(name),)
    return table_of(lines.fillna({"unit": ""}), columns, caption, strong=lines["line"].isin(sums))


def _or_blank(form: Format) -> Format:
    """A ledger line has hours, an amount or a quantity; what it has not is left empty."""
    return lambda value: "" if math.isnan(value) else form(value)


def candour_section(data: ReportData) -> Section:
    blocks: list[Block] = [
        Text("What a careful reader should know before acting on this plan. The settings used are in plan.toml.")
    ]
    kinds = [*NOTE_TITLES, *sorted({note.kind for note in data.notes} - {*NOTE_TITLES, NOT_GRANTED})]
    for kind in kinds:
        blocks += _note_blocks(data, kind)
    if all(note.kind == NOT_GRANTED for note in data.notes):
        blocks.append(Text("No step reported an assumption, a warning or anything left out."))
    measured = [table for step in data.facts if step != "roster" and (table := _facts_table(data, step)) is not None]
    blocks += [Heading("What the steps measured"), *measured] if measured else []
    if data.provenance:
        rows = pd.DataFrame(data.provenance, columns=["file", "sha256"])
        columns: list[Column] = [("file", "file", None), ("sha256", "sha256, shortened", None)]
        blocks += [Heading("Where the figures come from"), table_of(rows, columns, "Files this report was made from")]
    return Section("candour", "What you should know", tuple(blocks))


def _note_blocks(data: ReportData, kind: str) -> list[Block]:
    notes = [note for note in data.notes if note.kind == kind]
    if not notes:
        return []
    rows = pd.DataFrame([{"step": n.step, "place": n.place, "message": n.message} for n in notes[:MOST_NOTES]])
    columns: list[Column] = [("step", "step", None), ("place", "about", None), ("message", "note", None)]
    title = NOTE_TITLES.get(kind, kind)
    blocks: list[Block] = [Heading(title), table_of(rows, columns, f"{title}: {plural(len(notes), 'note')}")]
    if len(notes) > MOST_NOTES:
        blocks.append(Text(f"{len(notes) - MOST_NOTES} more are in notes.csv and in the workbook."))
    return blocks
