"""Unit costs: the money and the quantity that a price is a ratio of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pandas as pd

from staffplan.cost.ledger import QueueWork
from staffplan.cost.lines import unit_rows
from staffplan.errors import Problem, UsageError
from staffplan.trace.amount import Amount
from staffplan.trace.ask import COST, FORECAST, HOURS, TOTAL, UNIT, Question, short, words
from staffplan.trace.bridge import Costs, contacts
from staffplan.trace.contacts import contacts_of
from staffplan.trace.hours import hours_of, paid_of
from staffplan.trace.sources import Sources

QUEUE, CHANNEL, ANSWERED = "per contact: queue ", "per contact: channel ", "per contact answered"
HANDLED, PAID = "per handled hour", "per paid hour"


def unit_names(sources: Sources) -> list[str]:
    """The names of the unit costs."""
    return list(dict.fromkeys(str(row["line"]) for row in _rows(sources)))


def unit_of(sources: Sources, question: Question, costs: Costs) -> Amount:
    """A price of a month and planning group, or of all: loaded cost over contacts or hours."""
    queues = _queues(sources, question)
    if queues and question.group:
        message = f"{question.line} has no planning group"
        hint = f"leave it out: {words(f'{UNIT}.{short(question.line)}', question.month)}"
        raise UsageError(Problem("explain", message, hint))
    row = _row(sources, question, queues)
    amount = None if pd.isna(row["amount"]) else Fraction(round(row["amount"] * 100), 100)
    narrow = ", ".join(part for part in (question.line, question.group, question.month) if part)
    return Amount(
        narrow,
        amount,
        sources.currency,
        _how(question, row, queues),
        ask=words(f"{UNIT}.{short(question.line)}", question.group, question.month),
        sources=lambda: _sources(sources, question, queues, costs),
    )


def _rows(sources: Sources) -> list[dict[str, Any]]:
    books = sources.books
    return list(unit_rows(books.queues, books.hours, books.money, books.frame))


def _queues(sources: Sources, question: Question) -> list[QueueWork]:
    """The queues that the price is of; none where it is that of a planning group or of all."""
    every, line = sources.books.queues, question.line
    return [queue for queue in every if line in (f"{QUEUE}{queue.name}", f"{CHANNEL}{queue.channel}")]


def _row(sources: Sources, question: Question, queues: Sequence[QueueWork]) -> dict[str, Any]:
    period, line = question.month or TOTAL, question.line
    rows = [row for row in _rows(sources) if (row["period"], row["line"]) == (period, line)]
    return next(row for row in rows if queues or row["planning_group"] == question.group)


def _how(question: Question, row: dict[str, Any], queues: Sequence[QueueWork]) -> str:
    divided = f"/ {row['quantity']:,.6g} {row['unit']}s, rounded to the cent"
    if question.line == ANSWERED:
        return f"the loaded cost {divided}; contacts less those that coverage.csv:abandon_rate loses"
    if queues:
        several = "what the contacts cost by themselves, and of the rest of the group's cost a share by their work"
        return f"{several}, {divided}"
    return f"the loaded cost {divided}"


def _sources(sources: Sources, question: Question, queues: Sequence[QueueWork], costs: Costs) -> Sequence[Amount]:
    total = replace(question, kind=COST, line=TOTAL)
    if queues:
        groups = dict.fromkeys(sources.books.frame.groups[queue.group] for queue in queues)
        asked = [Question(FORECAST, month=question.month, queue=queue.name) for queue in queues]
        return [
            *(costs(replace(total, group=name)) for name in groups),
            *(contacts_of(sources, one) for one in asked),
        ]
    if question.line == PAID:
        return [costs(total), paid_of(sources, question)]
    if question.line == HANDLED:
        return [costs(total), hours_of(sources, replace(question, kind=HOURS, line="handling contacts"))]
    return [costs(total), contacts(sources, question)]
