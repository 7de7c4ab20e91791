"""Tables on a terminal, for people; their CSV files stay for programs."""

from __future__ import annotations

import os
import sys

import pandas as pd

from staffplan.cli.output.say import show, show_text
from staffplan.plan.text import text_table

BAD = "\x1b[1;31m{}\x1b[0m"


def on_terminal() -> bool:
    """Whether the result is read by a person: as a table, not as CSV."""
    return sys.stdout.isatty()


def show_frame(frame: pd.DataFrame, timezone: str) -> None:
    """A table with its own columns; those without a value are left out."""
    kept = [name for name in frame.columns if not (frame[name].isna() | (frame[name] == "")).all()]
    cells = {name: _cells(frame[name], timezone) for name in kept}
    right = [place for place, name in enumerate(kept) if pd.api.types.is_numeric_dtype(frame[name])]
    show_text(text_table(list(zip(*cells.values(), strict=True)), kept, right=right))


def _cells(values: pd.Series, timezone: str) -> list[str]:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return ["" if pd.isna(at) else f"{at:%Y-%m-%d %H:%M}" for at in values.dt.tz_convert(timezone)]
    if pd.api.types.is_datetime64_dtype(values.dtype):
        return ["" if pd.isna(day) else f"{day:%a %Y-%m-%d}" for day in values]
    if pd.api.types.is_numeric_dtype(values.dtype):
        return ["" if pd.isna(value) else f"{round(value, 3):,.10g}" for value in values]
    return [str(value) for value in values]


def show_marked(text: str, bad: str) -> None:
    """Lines of a result; on a terminal the lines with the word `bad` are red too, unless NO_COLOR is set."""
    if not on_terminal() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        show_text(text)
        return
    from staffplan.errors import visible

    lines = [visible(line) for line in text.split("\n")]
    show("\n".join(BAD.format(line) if bad in line else line for line in lines))
