"""A question to a plan, answered: an amount that knows what it is made of."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd

from staffplan.clock import day_minute, wall_instant
from staffplan.errors import Note, Problem, UsageError
from staffplan.tables.cost import CostReport
from staffplan.trace.amount import CONTACTS, MINUTES, Amount, Place, money
from staffplan.trace.ask import COST, HOURS, LINES, TOTAL, Known, Question, short, short_names, words
from staffplan.trace.bridge import bridge_names, bridge_of
from staffplan.trace.contacts import contacts_of
from staffplan.trace.hours import hours_of
from staffplan.trace.need import need_of
from staffplan.trace.others import beside_pay
from staffplan.trace.pay import day_of, pay, pay_lines, pay_of
from staffplan.trace.sources import Sources
from staffplan.trace.unit import QUEUE, unit_names, unit_of

__all__ = ["Sources", "known_of", "trace"]


def known_of(sources: Sources) -> Known:
    """What may be asked of the plan."""
    books, agents = sources.books, sources.workforce.agents.frame
    names = dict.fromkeys(books.frame.agents, "") | dict(zip(agents["agent_id"], agents["name"], strict=True))
    queues = {*sources.forecast.frame["queue"], *sources.history.frame["queue"]}
    return Known(
        short_names(list(books.money.lines)),
        short_names(list(books.hours.lines)),
        books.frame.periods,
        books.days,
        books.frame.groups,
        sorted(queues),
        names,
        {short(name): name for name in bridge_names(sources)},
        {short(name): name for name in unit_names(sources)},
    )


def trace(sources: Sources, question: Question) -> tuple[Amount, tuple[Note, ...]]:
    """The amount asked about, and whether the cost report still says the same. Raises UsageError where the plan has
    nothing to answer with."""
    match question.kind:
        case "cost" | "hours" if question.day is not None and question.agent:
            amount = day_of(sources, question) if question.kind == COST else hours_of(sources, question)
        case "cost":
            amount = _cost(sources, question)
        case "hours":
            amount = hours_of(sources, question)
        case "agent":
            amount = (pay_of if question.day is None else day_of)(sources, question)
        case "bridge":
            amount = bridge_of(sources, question, partial(_cost, sources))
        case "unit":
            amount = unit_of(sources, question, partial(_cost, sources))
        case "forecast" | "history":
            amount = contacts_of(sources, question)
        case _:
            amount = need_of(sources, question, _instant(sources, question))
    return _in_report(sources, question, amount)


def _instant(sources: Sources, question: Question) -> pd.Timestamp:
    assert question.day is not None
    try:
        return wall_instant(question.day, day_minute(question.time), sources.zone)
    except ValueError as error:
        raise UsageError(Problem("explain", str(error), "write a time as 10:00")) from None


def _cost(sources: Sources, question: Question) -> Amount:
    """A line of the cost, or all of it."""
    return (_total if question.line == TOTAL else _line)(sources, question)


def _line(sources: Sources, question: Question) -> Amount:
    is_pay = question.line in pay_lines(sources)
    if question.agent and not is_pay:
        message = f"{question.line} has no person"
        raise UsageError(Problem("explain", message, f"the pay of a person: {words(question.agent)}"))
    return (pay if is_pay else beside_pay)(sources, question)


def _total(sources: Sources, question: Question) -> Amount:
    """The loaded cost as the sum of its lines."""
    lines = [_line(sources, replace(question, line=line)) for line in sources.books.money.lines]
    value = sum((line.value or Fraction(0) for line in lines), start=Fraction(0))
    narrow = ", ".join(part for part in ("loaded cost", question.group, question.month) if part)
    ask = words("cost.total", question.group, question.month)
    return Amount(narrow, value, sources.currency, "the sum of its lines", ask=ask, parts=lambda: lines)


def _in_report(sources: Sources, question: Question, amount: Amount) -> tuple[Amount, tuple[Note, ...]]:
    """The amount with its row in the cost report, and a note where the report has another one."""
    if question.kind not in LINES or question.agent or question.day is not None:
        return amount, ()
    frame = sources.report.frame
    sums = {COST: "loaded cost", HOURS: "paid hours"}
    line = sums[question.kind] if question.line == TOTAL else question.line
    own = (frame["ledger"] == question.kind) & (frame["line"] == line)
    own &= frame["period"] == (question.month or "total")
    own &= (frame["planning_group"] == question.group) | frame["line"].str.startswith(QUEUE)
    rows = np.flatnonzero(own.to_numpy()).tolist()
    if not rows:
        return amount, ()
    table = sources.report
    place = Place(table.source, (int(table.rows[rows[0]]),))
    found = replace(amount, place=place)
    if amount.unit == CONTACTS or amount.value is None:
        return found, ()
    column, unit = ("hours", 60) if amount.unit == MINUTES else ("amount", 100)
    said = round(float(frame[column].iloc[rows[0]]) * unit)
    have = amount.value if amount.unit == MINUTES else amount.value * 100
    if said == have:
        return found, ()
    theirs = Fraction(said) if amount.unit == MINUTES else money(said)
    message = (
        f"it has {float(theirs):,.2f} {amount.unit}, the plan's files as they are now give "
        f"{float(amount.value or 0):,.2f}: run staffplan cost again"
    )
    return found, (Note("explain", "warning", f"{CostReport.file_name}:{place.words}", message),)
