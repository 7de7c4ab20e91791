"""Paid hours by what they were for: lines of the hours ledger, down to people, days and rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from staffplan.cost.lines import HOUR_SOURCES
from staffplan.trace.amount import MINUTES, Amount
from staffplan.trace.ask import BESIDE, HOURS, TOTAL, Question, short, words
from staffplan.trace.paid import minutes, narrowed
from staffplan.trace.sources import Sources


def hours_of(sources: Sources, question: Question) -> Amount:
    """Paid minutes: all of them or a line of the ledger, of a planning group or of all."""
    if question.agent or question.day is not None:
        rows = narrowed(sources.paid, question)
        if question.line != TOTAL:
            rows = rows[rows["kind"].isin(BESIDE[question.line])]
        if question.group:
            rows = rows[rows["group"] == question.group]
        what = "paid minutes" if question.line == TOTAL else question.line
        what = f"{what} on queue, {question.group}" if question.group else what
        return minutes(sources, what, rows, replace(question, line=short(question.line)))
    if question.line != TOTAL:
        return _line(sources, question)
    lines = [_line(sources, replace(question, line=line)) for line in sources.books.hours.lines]
    lines = [line for line in lines if line.value]
    value = sum((line.value or Fraction(0) for line in lines), start=Fraction(0))
    beside = [] if question.group else [minutes(sources, "by person", narrowed(sources.paid, question), question)]
    title = ", ".join(part for part in ("paid minutes", question.group, question.month) if part)
    return Amount(title, value, MINUTES, ask=_ask(question), parts=lambda: lines, sources=lambda: beside)


def paid_of(sources: Sources, question: Question) -> Amount:
    """All paid minutes of a month, by person; those of a planning group by what they were for."""
    asked = replace(question, kind=HOURS, line=TOTAL)
    whole = hours_of(sources, asked)
    if question.group:
        return whole
    return replace(minutes(sources, whole.what, narrowed(sources.paid, asked), asked), ask=whole.ask)


def _ask(question: Question) -> str:
    return words(f"{HOURS}.{short(question.line)}", question.group, question.month)


def _line(sources: Sources, question: Question) -> Amount:
    """A line of the ledger: by month, then by planning group, then the rows behind it."""
    frame, cells = sources.books.frame, sources.books.hours.lines[question.line]
    months = [question.month] if question.month else list(frame.periods)
    groups = [question.group] if question.group else list(frame.groups)
    places = np.ix_([frame.periods.index(name) for name in months], [frame.groups.index(name) for name in groups])
    value = Fraction(int(cells[places].sum()))
    narrow = ", ".join(part for part in (question.line, question.group, question.month) if part)
    amount = Amount(narrow, value, MINUTES, ask=_ask(question))
    if len(months) > 1:
        below = [(month, replace(question, month=month)) for month in months]
    elif question.line in BESIDE and not question.group:
        rows = narrowed(sources.paid, replace(question, month=months[0]))
        rows = rows[rows["kind"].isin(BESIDE[question.line])]
        people = minutes(sources, "", rows, replace(question, line=short(question.line), month=months[0]))
        return replace(amount, parts=people.parts)
    elif not question.group:
        below = [(group, replace(question, month=months[0], group=group)) for group in groups]
    else:
        return _cell(sources, replace(question, month=months[0]), amount)
    return replace(amount, parts=lambda: _named(sources, below))


def _named(sources: Sources, below: Sequence[tuple[str, Question]]) -> Sequence[Amount]:
    found = [replace(_line(sources, own), what=name) for name, own in below]
    return [one for one in found if one.value]


def _cell(sources: Sources, question: Question, amount: Amount) -> Amount:
    """A line of one month and planning group: what it is split from."""
    if question.line in BESIDE:
        whole = replace(_line(sources, replace(question, group="")), what=f"{question.line}, all planning groups")
        how = "each person's minutes are shared by the person's minutes on queue"
        return replace(amount, how=how, sources=lambda: [whole])
    rows, all_lines = narrowed(sources.paid, question), replace(question, line=TOTAL)
    on_queue = minutes(sources, "paid minutes on queue", rows[rows["group"] == question.group], all_lines)
    source = HOUR_SOURCES.get(question.line, "the share that the settings give")
    how = f"a part of {int(on_queue.value or 0):,} minutes on queue: {source}; in whole minutes"
    return replace(amount, how=how, sources=lambda: [replace(on_queue, ask="")])
