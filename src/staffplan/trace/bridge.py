"""Lines of the bridge from contacts to money, and the rows of forecast, requirement and roster behind them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd

from staffplan.cost.exact import half_up
from staffplan.cost.lines import Line, bridge_lines
from staffplan.cost.money import BASE
from staffplan.cost.standby import CALL_OUT, STANDBY
from staffplan.trace.amount import CONTACTS, MINUTES, Amount, money, rows_of, summed
from staffplan.trace.ask import BRIDGE, COST, FORECAST, HOURS, Question, short, words
from staffplan.trace.contacts import contacts_of, queues_of
from staffplan.trace.hours import hours_of, paid_of
from staffplan.trace.others import ON_COST, OTHER
from staffplan.trace.paid import minutes, narrowed
from staffplan.trace.pay import PREMIUM
from staffplan.trace.sources import Sources

OFF_THE_QUEUE = {
    "breaks and meals": ("breaks", "meals"),
    "meetings and training": ("meetings", "training"),
    "paid time off": ("paid time off",),
}
"""Lines of the hours ledger behind a line of the bridge."""
PAY = {
    "premiums": (PREMIUM,),
    "standby": (STANDBY, CALL_OUT),
    "on-costs": (ON_COST,),
    "other costs": (OTHER,),
}
"""What the lines of the cost begin with that a line of the bridge adds up."""
Costs = Callable[[Question], Amount]
"""Explains a question on the cost."""


def bridge_names(sources: Sources) -> list[str]:
    """The names of the bridge's lines."""
    return [line.name for line in _lines(sources)]


def _lines(sources: Sources) -> list[Line]:
    books = sources.books
    return bridge_lines(books.demand, books.hours, books.money, books.frame)


def bridge_of(sources: Sources, question: Question, costs: Costs) -> Amount:
    """A line of the bridge, of a month and planning group or of all: what it adds up, or the two it lies between."""
    [line] = [one for one in _lines(sources) if one.name == question.line]
    numbers = line.cents if line.cents is not None else line.minutes
    narrow = ", ".join(part for part in (line.name, question.group, question.month) if part)
    ask = words(f"{BRIDGE}.{short(line.name)}", question.group, question.month)
    if numbers is None:
        return replace(contacts(sources, question), what=narrow, ask=ask)
    whole = int(_narrowed(sources, question, numbers).sum())
    value, unit = (money(whole), sources.currency) if line.cents is not None else (Fraction(whole), MINUTES)
    return _behind(sources, question, costs, Amount(narrow, value, unit, line.source, ask=ask))


def _narrowed(sources: Sources, question: Question, values: np.ndarray) -> np.ndarray:
    """The cells of the month and planning group asked about. values: (periods, groups)."""
    frame = sources.books.frame
    months = [frame.periods.index(question.month)] if question.month else list(range(len(frame.periods)))
    groups = [frame.groups.index(question.group)] if question.group else list(range(len(frame.groups)))
    return np.asarray(values[np.ix_(months, groups)])


def _behind(sources: Sources, question: Question, costs: Costs, amount: Amount) -> Amount:
    """The amount of a line with its parts, or with what its formula takes."""
    line = question.line
    if line in OFF_THE_QUEUE:
        parts = [hours_of(sources, _hours(question, name)) for name in OFF_THE_QUEUE[line]]
        return replace(amount, parts=lambda: [part for part in parts if part.value])
    if line in (BASE, "loaded cost", *PAY):
        return replace(amount, parts=lambda: _costs(sources, question, costs))
    if line == "paid hours":
        return replace(amount, parts=paid_of(sources, question).parts)
    if line in ("base staff", "cover for shrinkage, whole people"):
        columns = ("agents_required",) if line == "base staff" else ("agents_on_queue", "-agents_required")
        return replace(amount, parts=lambda: [required(sources, question, column) for column in columns])
    return replace(amount, sources=lambda: _sources(sources, question))


def _hours(question: Question, line: str) -> Question:
    return replace(question, kind=HOURS, line=line)


def _costs(sources: Sources, question: Question, costs: Costs) -> Sequence[Amount]:
    """The lines of the cost that a line of the bridge adds up."""
    lines = list(sources.books.money.lines)
    if question.line != "loaded cost":
        lines = [name for name in lines if name == question.line or name.startswith(PAY.get(question.line, ()))]
    found = [costs(replace(question, kind=COST, line=name)) for name in lines]
    return [one for one in found if one.value]


def _sources(sources: Sources, question: Question) -> Sequence[Amount]:
    """What lies behind the lines that are differences of contacts, of the requirement and of the roster."""
    worked = [contacts(sources, question)]
    if question.line in ("workload", "served several at once"):
        return worked
    if question.line == "queueing buffer and minimum staff":
        return [required(sources, question, "agents_required"), *worked]
    on_queue = on_queue_minutes(sources, question)
    return [on_queue] if question.line == "on queue" else [on_queue, required(sources, question, "agents_on_queue")]


def contacts(sources: Sources, question: Question) -> Amount:
    """The contacts of the queues of a planning group, or of all."""
    groups = [question.group] if question.group else list(sources.books.frame.groups)
    queues = [queue for group in groups for queue in queues_of(sources, group)]
    months = set(sources.forecast.frame["interval_start"].dt.tz_convert(sources.zone).dt.strftime("%Y-%m"))
    there = queues if not question.month or question.month in months else []
    found = [contacts_of(sources, Question(FORECAST, month=question.month, queue=queue)) for queue in there]
    return summed("contacts", found, CONTACTS)


def required(sources: Sources, question: Question, column: str) -> Amount:
    """People required in each interval x its length, in minutes, day by day; "-" before the column takes them off."""
    sign, name = (-1, column[1:]) if column.startswith("-") else (1, column)
    local = sources.requirement.frame["interval_start"].dt.tz_convert(sources.zone)
    frame = sources.requirement.frame.assign(position=np.arange(len(local)), day=local.dt.date)
    if question.group:
        frame = frame[frame["planning_group"] == question.group]
    if question.month:
        frame = frame[local.loc[frame.index].dt.strftime("%Y-%m") == question.month]
    days = [_day(sources, own, name, sign) for _, own in frame[frame[name] != 0].groupby("day")]
    return summed(f"{'less ' if sign < 0 else ''}{name} x length of the interval", days, MINUTES)


def _day(sources: Sources, rows: pd.DataFrame, column: str, sign: int) -> Amount:
    length = sources.site.calendar.interval_minutes
    found = [
        Amount(
            f"{row['planning_group']} {sources.clock(row['interval_start'])}",
            Fraction(sign * half_up(Fraction(float(row[column])) * length)),
            MINUTES,
            f"{'less ' if sign < 0 else ''}{column} {row[column]:g} x {length} minutes",
            rows_of(sources.requirement, [row["position"]]),
            words(sources.moment(row["interval_start"]), row["planning_group"]),
        )
        for row in rows.to_dict("records")
    ]
    day = rows["day"].iloc[0]
    return summed(f"{day:%a} {day}", found, MINUTES)


def on_queue_minutes(sources: Sources, question: Question) -> Amount:
    """Paid minutes on queue, of each planning group."""
    groups = [question.group] if question.group else list(sources.books.frame.groups)
    rows = sources.paid[sources.paid["kind"] == "queue"]
    found = []
    for group in groups:
        own = narrowed(rows[rows["group"] == group], question)
        found.append(minutes(sources, f"paid minutes on queue, {group}", own, replace(question, kind="")))
    return summed("paid minutes on queue", [one for one in found if one.value], MINUTES)
