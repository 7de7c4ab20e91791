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
from staffplan.report.ledgers import BRIDGE_SUMS, TOTAL_LINE, ledger, line_words, waterfall, whole_plan
from staffplan.words import figure, mark, tr

NOTE_TITLES = {
    "broken promise": mark("Missed service goals"),
    LEFT_EMPTY: mark("Days with nobody on duty, although agents have hours left"),
    "question": mark("Questions to the planner"),
    "ended": mark("Queues that have ended"),
    "warning": mark("Warnings"),
    "changed by hand": mark("Changed by hand"),
    "assumption": mark("Assumptions"),
    "left out": mark("Not included"),
}
LEDGER_TITLES = {
    "bridge": (
        mark("From contacts to cost"),
        mark("Each line is added to the lines above it, up to the next total; whole plan"),
    ),
    "hours": (mark("Hours ledger"), mark("The lines add up to the paid hours; whole plan")),
    "cost": (mark("Cost ledger"), mark("The lines add up to the loaded cost; whole plan")),
    "currency": (
        mark("Currencies"),
        mark("What is paid in another currency, and the rest; up to the loaded cost; whole plan"),
    ),
    "unit": (mark("Unit costs"), mark("Loaded cost per unit; whole plan")),
}
MOST_NOTES = 60
"""Notes of one kind printed in full; the rest are in notes.csv and in the workbook."""


def forecast_section(data: ReportData) -> Section:
    queues = summaries.queues_by_size(data)
    blocks: list[Block] = [
        Text(
            tr(
                "Expected contacts, by time, with their uncertainty. Each method was tested on past "
                "weeks that it did not know (backtest). The methods are combined by their accuracy, "
                "unless one alone is clearly better."
            )
        )
    ]
    verdicts = summaries.forecast_verdicts(data)
    if len(verdicts):
        blocks += [Bullets(tuple(_verdict_words(row) for row in verdicts.to_dict("records")))]
    if len(data.backtest):
        blocks += [backtest_table(data)]
    if not queues:
        blocks.append(Text(tr("No queue takes contacts in this period.")))
    for number, queue in enumerate(queues[: gallery.MOST_PICTURED], start=1):
        blocks += [
            Heading(queue),
            gallery.heat_figure(data, queue, number),
            gallery.daily_figure(data, queue, number),
            gallery.week_figure(data, queue, number),
        ]
    return Section("forecast", tr("Workload forecast"), (*blocks, *_rest_words(queues, tr("queues"), "forecast.csv")))


def _rest_words(names: list[str], what: str, file: str) -> list[Block]:
    rest = len(names) - gallery.MOST_PICTURED
    text = Text(
        tr(
            "{rest} more {what} have no pictures here. {file} and the workbook contain all of them.",
            rest=rest,
            what=what,
            file=file,
        )
    )
    return [text] if rest > 0 else []


def _verdict_words(row: Mapping[Hashable, object]) -> str:
    rival = f"{method(str(row['simple_method']))}, {share(float(str(row['simple_wape'])))}"
    start = tr(
        "{queue}: {method}, interval error {wape}",
        queue=row["queue"],
        method=method(str(row["method"])),
        wape=share(float(str(row["wape"]))),
    )
    match row["verdict"]:
        case "beats the simple averages":
            return tr("{start}. It is better than the best simple average ({rival}).", start=start, rival=rival)
        case "does not beat the simple averages":
            return tr("{start}. It is NOT better than the best simple average ({rival}).", start=start, rival=rival)
        case "is a simple average":
            return tr("{start}. A simple average is used, because no method was better.", start=start)
        case _:
            return tr("{start}. It was not compared with simple averages.", start=start)


def backtest_table(data: ReportData) -> Table:
    frame = data.backtest.frame
    columns: list[Column] = [
        ("queue", mark("queue"), None),
        ("name", mark("method"), None),
        ("used", mark("used"), None),
        ("origins", mark("backtests"), count),
        ("wape", mark("interval error"), share),
        ("wape_day", mark("day error"), share),
        ("bias", mark("bias"), lambda value: f"{signed(100 * value, digits=1)} %" if math.isfinite(value) else "–"),
        ("coverage_80", mark("inside 80 % band"), share),
        ("coverage_95", mark("inside 95 % band"), share),
        ("coverage_day_80", mark("days inside 80 % band"), share),
        ("coverage_day_95", mark("days inside 95 % band"), share),
        ("workload_wape", mark("workload error"), share),
    ]
    table = frame.assign(
        name=[method(str(name)) for name in frame["method"]],
        used=[tr("used") if c == "yes" else "" for c in frame["chosen"]],
    )
    caption = tr("Backtest: accuracy of each method on past weeks. Error: sum of absolute errors / sum of contacts.")
    return table_of(table, columns, caption, strong=frame["chosen"] == "yes")


def people_section(data: ReportData) -> Section:
    groups = summaries.groups_of(data)
    columns: list[Column] = [
        ("planning_group", mark("planning group"), None),
        ("work_hours", mark("workload, h"), hours),
        ("line_hours", mark("base staff, h"), hours),
        ("required_hours", mark("required on queue, h"), hours),
        ("scheduled_hours", mark("rostered on queue, h"), hours),
        ("short_hours", mark("understaffed, h"), hours),
        ("over_hours", mark("overstaffed, h"), hours),
        ("duty_hours", mark("required on duty, h"), hours),
        ("peak_required", mark("peak agents"), count),
    ]
    blocks: list[Block] = [
        Text(
            tr(
                "Workload is the handling time itself. Base staff adds planned availability, the time "
                "agents wait for contacts. Required on queue adds cover for absence that is not known in "
                "advance (sickness, lateness). Required on duty adds all other absence. Understaffed and "
                "overstaffed hours are counted in each interval and never offset each other."
            )
        )
    ]
    if groups:
        blocks.append(table_of(summaries.group_table(data), columns, tr("Hours required and rostered; whole plan")))
    else:
        blocks.append(Text(tr("No agents are required in this period.")))
    pictured = groups[: gallery.MOST_PICTURED]
    blocks += [gallery.staffing_figure(data, group, number) for number, group in enumerate(pictured, start=1)]
    return Section(
        "people", tr("Agents required"), (*blocks, *_rest_words(groups, tr("planning groups"), "coverage.csv"))
    )


def waits_section(data: ReportData) -> Section:
    groups = summaries.groups_of(data)
    blocks: list[Block] = [
        Text(
            tr(
                "Waits are simulated with the current roster, its breaks and shift ends. The service "
                "level of a day is weighted by contacts. It is defined like this:"
            )
        ),
        Bullets(tuple(_definitions(data)) or (tr("no queue is open"),)),
    ]
    broken = promises.broken_promises(data)
    if len(broken):
        blocks += [
            Heading(tr("Missed service goals by date and hour")),
            broken_table(data, broken, tr("Every day below its service goal")),
        ]
    elif len(data.waits):
        blocks.append(Text(tr("The service goal is met on every day.")))
    else:
        blocks.append(Text(tr("Nothing was simulated.")))
    empty = promises.unstaffed(data)
    if len(empty):
        blocks += [Heading(tr("Open, but nobody rostered")), _unstaffed_table(empty)]
    for number, group in enumerate(groups[: gallery.MOST_PICTURED], start=1):
        blocks += [Heading(group), gallery.service_days_figure(data, group, number)]
        blocks += [gallery.service_week_figure(data, group, number)]
    return Section("waits", tr("Waits"), (*blocks, *_rest_words(groups, tr("planning groups"), "waits.csv")))


def _definitions(data: ReportData) -> list[str]:
    planned = set(data.forecast.frame["queue"])
    return [
        tr(
            "{name}: goal {goal}; {definition}.",
            name=queue.name,
            goal=promise(queue.goal, queue.channel),
            definition=tr(DEFINITION_WORDS[queue.goal.definition]),
        )
        for queue in data.site.queues.values()
        if queue.name in planned
    ]


def _unstaffed_table(empty: pd.DataFrame) -> Table:
    columns: list[Column] = [
        ("day", mark("day"), None),
        ("planning_group", mark("planning group"), None),
        ("hours", mark("times"), None),
    ]
    return table_of(
        empty.assign(day=[day(value) for value in empty["day"]]),
        columns,
        tr("Agents are required, but nobody is rostered"),
    )


def roster_section(data: ReportData) -> Section:
    blocks: list[Block] = [Alert(text) for text in hand_alerts(data)]
    blocks.append(Text(proof_words(data)))
    when = rosters.busiest_day(data)
    if when is None:
        blocks.append(Text(tr("Nobody is rostered.")))
    else:
        blocks += [gallery.roster_grid_figure(data), gallery.roster_day_figure(data, when), *standby_table(data)]
    return Section("roster", tr("Roster"), tuple(blocks))


def standby_table(data: ReportData) -> list[Table]:
    """Who can be called in, day by day; nothing where the plan has no standby."""
    handoff = rosters.handoff_of(data)
    names = rosters.people_names(handoff)
    rows = pd.DataFrame(
        [
            {"day": one.day, "standby": one.standby, "times": one.times, "who": names[one.agent_id]}
            for one in handoff.on_call
        ]
    )
    columns: list[Column] = [
        ("day", mark("day"), day),
        ("standby", mark("standby"), None),
        ("times", mark("times"), None),
        ("who", mark("on call"), None),
    ]
    return [] if rows.empty else [table_of(rows, columns, tr("On call: who can be called in"))]


def proof_words(data: ReportData) -> str:
    """How good the roster is, and how that is known."""
    facts = data.facts.get("roster", {})
    if "objective" not in facts or "bound" not in facts:
        return tr("The quality of this roster was not measured. It was checked against every rule.")
    objective, bound = float(facts["objective"]), float(facts["bound"])
    if objective <= bound + 1e-6 * max(1.0, abs(bound)):
        return tr("This is the best possible roster under the rules.")
    near = (
        tr("within {gap} of the best possible", gap=share(float(facts["gap"])))
        if "gap" in facts
        else tr("close to the best")
    )
    return tr("This roster is {near}. The figures behind this stand under “Figures of the steps”.", near=near)


def _facts_table(data: ReportData, step: str) -> Table | None:
    facts = data.facts.get(step, {})
    if not facts:
        return None
    rows = [{"name": name.replace("_", " "), "value": _fact(name, value)} for name, value in sorted(facts.items())]
    columns: list[Column] = [("name", tr("step {step}", step=step), None), ("value", mark("value"), str)]
    return table_of(pd.DataFrame(rows), columns, tr("Figures of the step {step}", step=step))


def _fact(name: str, value: float | str) -> str:
    """A number as its name suggests: a share where it is called a gap or a share."""
    if isinstance(value, str):
        return value
    if name.endswith(("gap", "share")):
        return share(value, digits=2)
    return figure(value, ",.0f" if float(value).is_integer() else ",.4g" if abs(value) < 100 else ",.1f")


def money_section(data: ReportData) -> Section:
    blocks: list[Block] = [
        Text(
            tr(
                "The cost follows from the plan. Every amount names its source table and column. The "
                "hours ledger adds up to the paid hours, the cost ledger to the loaded cost."
            )
        )
    ]
    if len(data.cost) == 0:
        return Section("money", tr("Cost"), (*blocks, Text(tr("There is no cost report."))))
    blocks += _waterfalls(data)
    for name, (title, caption) in LEDGER_TITLES.items():
        lines = whole_plan(data.cost, "unit") if name == "unit" else ledger(data.cost, name)
        if len(lines):
            blocks += [Heading(tr(title)), _ledger_table(data, name, tr(caption), lines)]
    return Section("money", tr("Cost"), tuple(blocks))


def _waterfalls(data: ReportData) -> list[Figure]:
    return [
        gallery.waterfall_figure(data, name)
        for name in ("bridge", "hours", "cost")
        if len(waterfall(data.cost, name))
    ]


def _ledger_table(data: ReportData, name: str, caption: str, lines: pd.DataFrame) -> Table:
    columns: list[Column] = [("line", mark("line"), None)]
    if name == "unit":
        columns.append(("planning_group", mark("planning group"), None))
    blank: dict[str, Format] = {
        "hours": _or_blank(exact_hours),
        "amount": _or_blank(exact_money),
        "quantity": _or_blank(exact_money if name == "currency" else count),
    }
    own = mark("in its currency") if name == "currency" else mark("quantity")
    headers = {"hours": mark("hours"), "amount": data.currency, "quantity": own}
    filled = [column for column in blank if lines[column].notna().any()]
    columns += [(column, headers[column], blank[column]) for column in filled]
    if (lines["unit"].fillna("") != "").any():
        columns.append(("unit", mark("unit"), None))
    columns.append(("source", mark("source"), None))
    sums = (*BRIDGE_SUMS, TOTAL_LINE["cost"]) if name == "bridge" else (TOTAL_LINE.get(name, TOTAL_LINE["cost"]),)
    told = lines.fillna({"unit": ""})
    told = told.assign(line=[line_words(line) for line in told["line"]], unit=[tr(unit) for unit in told["unit"]])
    return table_of(told, columns, caption, strong=lines["line"].isin(sums))


def _or_blank(form: Format) -> Format:
    """A ledger line has hours, an amount or a quantity; what it has not is left empty."""
    return lambda value: "" if math.isnan(value) else form(value)


def candour_section(data: ReportData) -> Section:
    blocks: list[Block] = [Text(tr("Read this before you use the plan. The settings used are in plan.toml."))]
    kinds = [*NOTE_TITLES, *sorted({note.kind for note in data.notes} - {*NOTE_TITLES, NOT_GRANTED})]
    for kind in kinds:
        blocks += _note_blocks(data, kind)
    if all(note.kind == NOT_GRANTED for note in data.notes):
        blocks.append(Text(tr("No step reported an assumption or a warning.")))
    measured = [table for step in data.facts if (table := _facts_table(data, step)) is not None]
    blocks += [Heading(tr("Figures of the steps")), *measured] if measured else []
    if data.provenance:
        rows = pd.DataFrame(data.provenance, columns=["file", "sha256"])
        columns: list[Column] = [("file", mark("file"), None), ("sha256", mark("sha256, shortened"), None)]
        blocks += [Heading(tr("Source files")), table_of(rows, columns, tr("Files used for this report"))]
    return Section("candour", tr("What you should know"), tuple(blocks))


def _note_blocks(data: ReportData, kind: str) -> list[Block]:
    notes = [note for note in data.notes if note.kind == kind]
    if not notes:
        return []
    rows = pd.DataFrame([{"step": n.step, "place": n.place, "message": n.message} for n in notes[:MOST_NOTES]])
    columns: list[Column] = [
        ("step", mark("step"), None),
        ("place", mark("subject"), None),
        ("message", mark("note"), None),
    ]
    title = tr(NOTE_TITLES.get(kind, kind))
    blocks: list[Block] = [Heading(title), table_of(rows, columns, f"{title}: {plural(len(notes), 'note', 'notes')}")]
    if len(notes) > MOST_NOTES:
        blocks.append(Text(tr("{notes} more are in notes.csv and in the workbook.", notes=len(notes) - MOST_NOTES)))
    return blocks
