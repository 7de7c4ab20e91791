"""Which rows of an export are data: totals, footers and rows of another kind are put aside, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import pandas as pd

from staffplan.errors import Problem
from staffplan.files.cells import Wrong
from staffplan.ingest.columns import Header, Source, is_blank, texts_of

TOTAL = re.compile(
    r"(grand |sub)?totals?\b.*|sub-totals?|summary|sum|average|avg\.?|mean|итого.*|всего.*|сумма|среднее|summen?"
    r"|gesamt.*|insgesamt|mittelwert|durchschnitt|total(es| general)?|suma|promedio|somme|moyenne|ensemble",
    re.IGNORECASE,
)
FEW_CELLS = 2
"""A row with no more filled cells than this, and none of the numbers, is a remark."""
ROWS_NAMED = 3


def reasons_by_value(
    frame: pd.DataFrame, header: Header, keep: Mapping[str, Sequence[str]], drop: Mapping[str, Sequence[str]]
) -> pd.Series:
    """For each row "", or why it is not used: a column has a value that is to be dropped, or not one to keep."""
    reasons = pd.Series("", index=frame.index, dtype=object)
    for rules, wanted in ((drop, False), (keep, True)):
        for name, values in rules.items():
            column = header.find(name)
            if column is None:
                continue
            texts = texts_of(frame, Source((column,)))
            listed = texts.str.casefold().isin([value.casefold() for value in values])
            out = (~listed & ~is_blank(texts)) if wanted else listed
            reasons = reasons.mask(out & (reasons == ""), f"{column} is " + texts.map(repr))
    return reasons


def reasons_of_totals(frame: pd.DataFrame, key: Mapping[str, pd.Series], offered: pd.Series) -> pd.Series:
    """For each row "", or that it is a total or a remark. key: (rows,) texts of the start and, if any, the queue."""
    reasons = pd.Series("", index=frame.index, dtype=object)
    has_number = offered.str.contains(r"\d")
    cells = frame.drop(columns="_row")
    first_two = [texts_of(frame, Source((str(name),))) for name in cells.columns[:2]]
    for texts in (*key.values(), *first_two):
        reasons = reasons.mask(texts.str.fullmatch(TOTAL), "a total")
    start = key["interval_start"]
    reasons = reasons.mask((reasons == "") & is_blank(start) & has_number, "a total: its time is empty")
    odd = (reasons == "") & ~has_number & ~start.str.match(r"\D*\d+[-./: T]\D*\d")
    if odd.any():
        filled = cells[odd].astype(object).map(lambda cell: bool(str(cell).strip())).sum(axis=1)
        reasons = reasons.mask(
            odd & (filled <= FEW_CELLS).reindex(frame.index, fill_value=False), "a remark, no data"
        )
    return reasons


def grouped(wrong: Wrong, rows: pd.Series, column: str, place: str) -> list[Problem]:
    """One problem a kind, at its first row, with the number of rows like it. rows: (rows,) numbers in the file."""
    kinds: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for position, (message, hint) in sorted(wrong.items()):
        kind = re.sub(r"'.*'|\d+", "", message), hint
        kinds.setdefault(kind, []).append((int(rows.iloc[position]), message))
    problems = []
    for (_, hint), found in kinds.items():
        row, message = found[0]
        others = ", ".join(str(other) for other, _ in found[1 : 1 + ROWS_NAMED])
        dots = ", ..." if len(found) > 1 + ROWS_NAMED else ""
        more = f" (and {len(found) - 1} more rows like it: {others}{dots})" if len(found) > 1 else ""
        problems.append(Problem(f"{place}:{row}:{column}", message + more, hint))
    return problems
