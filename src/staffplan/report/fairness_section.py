"""The section on fairness and wishes: how what is shared fell to whom, and what goes on into the next period."""

from __future__ import annotations

import functools
import math

import pandas as pd

from staffplan.report import fairness_plots
from staffplan.report.blocks import Block, Column, Figure, Heading, Section, Table, Text, table_of
from staffplan.report.data import ReportData
from staffplan.report.fairness import Kind, furthest, kinds, shares, totals
from staffplan.report.formats import count, listed, plural, signed

NOT_GRANTED = "wish not granted"
"""The kind of the notes on wishes; they are told here and not among what one should know."""
MOST_FURTHEST, MOST_WISHES = 15, 100
NAMES_INCHES = 1.1


def fairness_section(data: ReportData) -> Section:
    return Section("fairness", "Fairness and wishes", tuple(_blocks(data)))


def _blocks(data: ReportData) -> list[Block]:
    if data.fairness is None:
        return [
            Text("fairness.csv is missing, because an earlier version made this plan. Run the plan again to add it.")
        ]
    told, table = kinds(data), shares(data.fairness)
    blocks: list[Block] = [
        Text(
            "Unpopular shifts should be distributed fairly, and wishes should be granted to all agents equally. The "
            "fair share of an agent depends on contract hours, skills and the days on which the agent can work. The "
            "counts are those of the current roster, with edits by hand."
        )
    ]
    absent = [kind.name.lower() for what, kind in told.items() if what not in set(table["what"])]
    if absent:
        blocks.append(Text(f"Not shown, because there were none: {listed(absent)}."))
    if len(table):
        blocks += [_totals_table(table, told), Text(_onwards(table))]
        blocks += [share_figure(part, told[str(what)]) for what, part in table.groupby("what", sort=False)]
        blocks += _furthest_blocks(table, told)
    return blocks + _wish_blocks(data)


def _totals_table(table: pd.DataFrame, told: dict[str, Kind]) -> Table:
    rows = totals(table)
    rows = rows.assign(
        name=[told[what].name for what in rows["what"]],
        counts=[told[what].counts for what in rows["what"]],
        priced=["yes" if told[what].priced else "no" for what in rows["what"]],
    )
    columns: list[Column] = [
        ("name", "what", None),
        ("counts", "what is counted", None),
        ("priced", "balanced by a rule", None),
        ("count", "total", count),
        ("of", "wished for", _or_blank),
        ("agents", "agents", count),
        ("far", "agents who differ by more than 1", count),
        ("above", "furthest above", None),
        ("below", "furthest below", None),
        ("carried", "carried forward", _one),
    ]
    caption = "Distribution, whole plan. Carried forward: sum of the counts above the fair shares"
    return table_of(rows, columns, caption)


def _onwards(table: pd.DataFrame) -> str:
    before = bool((table["carried_in"] != 0).any())
    past = (
        "differences of the previous period are included here"
        if before
        else "no differences of a previous period are included here"
    )
    return (
        "fairness.csv lists the numbers of all agents. Set it as past_fairness under [input] of the next plan, and "
        f"the next plan will compensate the differences; {past}."
    )


def share_figure(part: pd.DataFrame, kind: Kind) -> Figure:
    """Each agent's count of one kind beside the fair share."""
    far = furthest(part, len(part))
    named = listed([f"{label} {count(n)}" for label, n in zip(far["label"], far["count"], strict=True)], most=4)
    off = (
        f"{plural(len(far), 'agent')} {'differs' if len(far) == 1 else 'differ'} by more than 1: {named}"
        if named
        else "nobody differs by more than 1"
    )
    past = (
        ""
        if (part["carried_in"] == 0).all()
        else " The line is the fair share less the surplus of the previous period."
    )
    few = len(part) <= fairness_plots.MOST_NAMED
    return Figure(
        name=f"fair_{kind.what}",
        title=f"{kind.name}: count and fair share of each agent",
        alt=f"Chart of {plural(len(part), 'agent')}: {kind.unit} and the fair share; {off}.",
        draw=functools.partial(fairness_plots.plot_shares, part, unit=kind.unit),
        height_inches=2.3 + (NAMES_INCHES if few else 0.3),
        table=_share_table(part, kind),
        caption=f"Counted: {kind.counts}. {off[0].upper()}{off[1:]}.{past}",
    )


def _share_table(part: pd.DataFrame, kind: Kind) -> Table:
    columns: list[Column] = [("label", "agent", None), ("count", kind.unit, count)]
    columns += [("of", "wished for", count)] if part["of"].notna().any() else []
    columns += [("fair_share", "fair share", _one), ("carried_in", "from previous period", _signed)]
    columns += [("carried_out", "carried forward", _signed)]
    caption = f"{kind.name} by agent; carried forward = from previous period + count - fair share"
    return table_of(part, columns, caption, strong=part["far"])


def _furthest_blocks(table: pd.DataFrame, told: dict[str, Kind]) -> list[Block]:
    rows = furthest(table, MOST_FURTHEST)
    if rows.empty:
        return [Text("No agent differs from the fair share by more than 1.")]
    rows = rows.assign(kind=[told[what].name.lower() for what in rows["what"]])
    columns: list[Column] = [
        ("label", "agent", None),
        ("kind", "what", None),
        ("count", "count", count),
        ("fair_share", "fair share", _one),
        ("carried_in", "from previous period", _signed),
        ("carried_out", "carried forward", _signed),
    ]
    rest = int(table["far"].sum()) - len(rows)
    more = f"; {rest} more are in the tables below the pictures" if rest > 0 else ""
    caption = f"More than 1 above (+) or below (-) the fair share{more}"
    return [Heading("Largest differences from the fair share"), table_of(rows, columns, caption)]


def _wish_blocks(data: ReportData) -> list[Block]:
    notes = [note for note in data.notes if note.kind == NOT_GRANTED]
    if not notes:
        return []
    rows = pd.DataFrame([{"place": n.place, "message": n.message} for n in notes[:MOST_WISHES]])
    columns: list[Column] = [("place", "agent and day", None), ("message", "reason", None)]
    more = f"; {len(notes) - MOST_WISHES} more are in the workbook" if len(notes) > MOST_WISHES else ""
    return [Heading("Wishes not granted"), table_of(rows, columns, f"{plural(len(notes), 'day')}{more}")]


def _one(value: float) -> str:
    return f"{value:.1f}"


def _or_blank(value: float) -> str:
    return "" if math.isnan(value) else count(value)


def _signed(value: float) -> str:
    return "" if abs(value) < 0.05 else signed(value, digits=1)
