"""Paid minutes: month, person, day, down to the rows of the roster and of time off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from staffplan.trace.amount import MINUTES, Amount, rows_of
from staffplan.trace.ask import HOURS, TOTAL, Question, words
from staffplan.trace.sources import OFF_ROW, Sources

LEVELS = ("month", "agent", "day")
"""By what minutes are told apart, before the rows themselves."""


def narrowed(rows: pd.DataFrame, question: Question) -> pd.DataFrame:
    """The rows of the month, person and day that is asked about."""
    kept = np.ones(len(rows), dtype=bool)
    for column, value in (("month", question.month), ("agent", question.agent), ("day", question.day)):
        if value:
            kept &= (rows[column] == value).to_numpy()
    return rows[kept]


def minutes(sources: Sources, what: str, rows: pd.DataFrame, question: Question, column: str = "minutes") -> Amount:
    """Rows of `sources.paid` as an amount: by month, person and day, as far as they differ, then each row.

    column: which of their minutes; those with a premium are "premium_N".
    """
    rows = rows[rows[column] != 0]
    value = Fraction(int(rows[column].sum()))
    ask = words(f"hours.{question.line or TOTAL}", question.group, question.agent, question.month, question.day)
    return Amount(
        what,
        value,
        MINUTES,
        ask=ask if question.kind == HOURS else "",
        parts=lambda: _below(sources, rows, question, column),
    )


def _below(sources: Sources, rows: pd.DataFrame, question: Question, column: str) -> Sequence[Amount]:
    for level in LEVELS:
        if not getattr(question, level) and (level != "month" or rows[level].nunique() > 1):
            parts = []
            for name, own in rows.groupby(level, sort=True):
                narrower: dict[str, Any] = {level: name}
                inner = replace(question, **narrower)
                parts.append(minutes(sources, _called(sources, level, name), own, inner, column))
            return parts
    return [_row(sources, row, column) for row in rows.to_dict("records")]


def _called(sources: Sources, level: str, name: object) -> str:
    return person(sources, str(name)) if level == "agent" else f"{name:%a} {name}" if level == "day" else str(name)


def person(sources: Sources, agent: str) -> str:
    """A person's id and name."""
    agents = sources.workforce.agents.frame
    return " ".join([agent, *agents.loc[agents["agent_id"] == agent, "name"]]).strip()


def _row(sources: Sources, row: dict[Any, Any], column: str) -> Amount:
    value = Fraction(int(row[column]))
    if row["row"] == OFF_ROW:
        how = "hours of the row, else a fifth of the contract's weekly_hours_min"
        return Amount("paid time off", value, MINUTES, how, sources.place_off(row["agent"], row["day"]))
    what = f"{row['kind']} {row['group']}".strip()
    return Amount(
        f"{what} {sources.clock(row['start'])}-{sources.clock(row['end'])}",
        value,
        MINUTES,
        "" if column == "minutes" else f"of {row['minutes']} minutes",
        rows_of(sources.roster.activities, [row["row"]]),
        words(sources.moment(row["start"]), row["group"]) if row["group"] else "",
    )
