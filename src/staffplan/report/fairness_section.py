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
from staffplan.words import mark, tr

NOT_GRANTED = "wish not granted"
"""The kind of the notes on wishes; they are told here and not among what one should know."""
MOST_FURTHEST, MOST_WISHES = 15, 100
NAMES_INCHES = 1.1


def fairness_section(data: ReportData) -> Section:
    return Section("fairness", tr("Fairness and wishes"), tuple(_blocks(data)))


def _blocks(data: ReportData) -> list[Block]:
    if data.fairness is None:
        return [
            Text(
                tr(
                    "fairness.csv is missing, because an earlier version made this plan. Run the plan "
                    "again to add it."
                )
            )
        ]
    told, table = kinds(data), shares(data.fairness)
    blocks: list[Block] = [
        Text(
            tr(
                "Unpopular shifts should be distributed fairly, and wishes should be granted to all "
                "agents equally. The fair share of an agent depends on contract hours, skills and the "
                "days on which the agent can work. The counts are those of the current roster, with "
                "edits by hand."
            )
        )
    ]
    absent = [kind.name.lower() for what, kind in told.items() if what not in set(table["what"])]
    if absent:
        blocks.append(Text(tr("Not shown, because there were none: {absent}.", absent=listed(absent))))
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
        priced=[tr("yes") if told[what].priced else tr("no") for what in rows["what"]],
    )
    columns: list[Column] = [
        ("name", mark("what"), None),
        ("counts", mark("what is counted"), None),
        ("priced", mark("balanced by a rule"), None),
        ("count", mark("total"), count),
        ("of", mark("wished for"), _or_blank),
        ("agents", mark("agents"), count),
        ("far", mark("agents who differ by more than 1"), count),
        ("above", mark("furthest above"), None),
        ("below", mark("furthest below"), None),
        ("carried", mark("carried forward"), _one),
    ]
    caption = tr("Distribution, whole plan. Carried forward: sum of the counts above the fair shares")
    return table_of(rows, columns, caption)


def _onwards(table: pd.DataFrame) -> str:
    before = bool((table["carried_in"] != 0).any())
    past = (
        tr("differences of the previous period are included here")
        if before
        else tr("no differences of a previous period are included here")
    )
    return tr(
        "fairness.csv lists the numbers of all agents. Set it as past_fairness under [input] of the "
        "next plan, and the next plan will compensate the differences; {past}.",
        past=past,
    )


def share_figure(part: pd.DataFrame, kind: Kind) -> Figure:
    """Each agent's count of one kind beside the fair share."""
    far = furthest(part, len(part))
    named = listed([f"{label} {count(n)}" for label, n in zip(far["label"], far["count"], strict=True)], most=4)
    off = (
        tr(
            "{far} by more than 1: {named}",
            far=plural(len(far), "agent differs", "agents differ"),
            named=named,
        )
        if named
        else tr("nobody differs by more than 1")
    )
    past = (
        ""
        if (part["carried_in"] == 0).all()
        else tr(" The line is the fair share less the surplus of the previous period.")
    )
    few = len(part) <= fairness_plots.MOST_NAMED
    return Figure(
        name=f"fair_{kind.what}",
        title=tr("{name}: count and fair share of each agent", name=kind.name),
        alt=tr(
            "Chart of {part}: {unit} and the fair share; {off}.",
            part=plural(len(part), "agent", "agents"),
            unit=kind.unit,
            off=off,
        ),
        draw=functools.partial(fairness_plots.plot_shares, part, unit=kind.unit),
        height_inches=2.3 + (NAMES_INCHES if few else 0.3),
        table=_share_table(part, kind),
        caption=tr(
            "Counted: {counts}. {upper}{off}.{past}", counts=kind.counts, upper=off[0].upper(), off=off[1:], past=past
        ),
    )


def _share_table(part: pd.DataFrame, kind: Kind) -> Table:
    columns: list[Column] = [("label", mark("agent"), None), ("count", kind.unit, count)]
    columns += [("of", mark("wished for"), count)] if part["of"].notna().any() else []
    columns += [("fair_share", mark("fair share"), _one), ("carried_in", mark("from previous period"), _signed)]
    columns += [("carried_out", mark("carried forward"), _signed)]
    caption = tr("{name} by agent; carried forward = from previous period + count - fair share", name=kind.name)
    return table_of(part, columns, caption, strong=part["far"])


def _furthest_blocks(table: pd.DataFrame, told: dict[str, Kind]) -> list[Block]:
    rows = furthest(table, MOST_FURTHEST)
    if rows.empty:
        return [Text(tr("No agent differs from the fair share by more than 1."))]
    rows = rows.assign(kind=[told[what].name.lower() for what in rows["what"]])
    columns: list[Column] = [
        ("label", mark("agent"), None),
        ("kind", mark("what"), None),
        ("count", mark("count"), count),
        ("fair_share", mark("fair share"), _one),
        ("carried_in", mark("from previous period"), _signed),
        ("carried_out", mark("carried forward"), _signed),
    ]
    rest = int(table["far"].sum()) - len(rows)
    more = tr("; {rest} more are in the tables below the pictures", rest=rest) if rest > 0 else ""
    caption = tr("More than 1 above (+) or below (-) the fair share{more}", more=more)
    return [Heading(tr("Largest differences from the fair share")), table_of(rows, columns, caption)]


def _wish_blocks(data: ReportData) -> list[Block]:
    notes = [note for note in data.notes if note.kind == NOT_GRANTED]
    if not notes:
        return []
    rows = pd.DataFrame([{"place": n.place, "message": n.message} for n in notes[:MOST_WISHES]])
    columns: list[Column] = [("place", mark("agent and day"), None), ("message", mark("reason"), None)]
    more = (
        tr("; {notes} more are in the workbook", notes=len(notes) - MOST_WISHES) if len(notes) > MOST_WISHES else ""
    )
    return [Heading(tr("Wishes not granted")), table_of(rows, columns, plural(len(notes), "day", "days") + more)]


def _one(value: float) -> str:
    return f"{value:.1f}"


def _or_blank(value: float) -> str:
    return "" if math.isnan(value) else count(value)


def _signed(value: float) -> str:
    return "" if abs(value) < 0.05 else signed(value, digits=1)
