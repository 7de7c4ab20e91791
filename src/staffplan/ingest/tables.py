"""Rows of an export that are not used, and single contacts as the reader of contacts has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from staffplan.tables.schema import Column, Table, text


@dataclass(frozen=True)
class Rejects(Table):
    """Each row of the exports that is not used, with its reason and its cells."""

    columns: ClassVar[tuple[Column, ...]] = (
        text("file"),
        Column("row", "count", minimum=1),
        text("reason"),
        text("content", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("file", "row")
    file_name: ClassVar[str] = "rejects.csv"


def rejected(frame: pd.DataFrame, reasons: pd.Series, place: str) -> pd.DataFrame:
    """Rows of a file that have a reason, as Rejects has them. reasons: (rows,), "" for a row that is used."""
    out = reasons != ""
    cells = frame.loc[out].drop(columns="_row").astype(object)
    content = [" | ".join(str(cell) for cell in row if str(cell).strip()) for row in cells.itertuples(index=False)]
    found = {
        "file": place,
        "row": frame.loc[out, "_row"].to_numpy(dtype=float),
        "reason": reasons[out],
        "content": content,
    }
    return pd.DataFrame(found).drop_duplicates(["file", "row"], ignore_index=True)
