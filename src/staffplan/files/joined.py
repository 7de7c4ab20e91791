"""A date and a time in two columns, as one text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from staffplan.files.stamps import stripped

LAST_HOUR = 23
_SPAN_OF_TIMES = r"^(\d{1,2}[:.]\d{2}(?::\d{2})?(?: ?[AaPp]\.?[Mm]\.?)?)\s*[-–—]+\s*\d.*$"


def plain_texts(values: pd.Series) -> pd.Series:
    """Trimmed text of each cell; of a categorical column each distinct one is trimmed once."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        distinct = pd.Series(values.cat.categories).astype(str).str.strip()
        return distinct.take(values.cat.codes.to_numpy()).set_axis(values.index)
    return stripped(values)


def joined_texts(parts: Sequence[pd.Series]) -> pd.Series:
    """The texts of each row with one blank between; a date's midnight is left out before a time.

    Where the second is a date and time by itself, it alone.
    """
    if len(parts) == 1:
        return parts[0]
    first = parts[0].str.replace(r"[T ]00:00(:00)?$", "", regex=True)
    times = [clock_times(part) for part in parts[1:]]
    joined = first.str.cat(pd.concat(times, axis=1), sep=" ").str.strip()
    return joined.where(~times[0].str.contains(r"\d[./-]\d"), times[0])


def clock_times(texts: pd.Series) -> pd.Series:
    """Times of day as 8:30: also "800" and "8" of a column of numbers, and the start of "08:00-08:30"."""
    starts = texts.str.replace(_SPAN_OF_TIMES, r"\1", regex=True)
    starts = starts.str.replace(r"^(\d{1,2})\.(\d{2})$", r"\1:\2", regex=True)
    numbers = pd.to_numeric(starts.where(starts.str.fullmatch(r"\d{1,4}"), np.nan), errors="coerce")
    if not numbers.notna().any():
        return starts
    minutes = numbers if numbers.max() > LAST_HOUR else numbers * 100
    whole = minutes.fillna(0).astype(int)
    written = (whole // 100).astype(str) + ":" + (whole % 100).astype(str).str.zfill(2)
    return starts.where(numbers.isna(), written)
