"""Tables as plain values for JSON: what their CSV files show, numbers as numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd


def records(frame: pd.DataFrame, timezone: str) -> list[dict[str, object]]:
    """Rows by column name: instants as local ISO 8601 with their offset, days as such, numbers to six decimals."""
    shown = pd.DataFrame({name: _plain(frame[name], timezone) for name in frame.columns}, dtype=object)
    return [{str(name): value for name, value in row.items()} for row in shown.to_dict("records")]


def _plain(values: pd.Series, timezone: str) -> pd.Series:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        local = values.dt.tz_convert(timezone)
        texts = [None if pd.isna(at) else at.isoformat(timespec="seconds") for at in local]
        return pd.Series(texts, index=values.index, dtype=object)
    if pd.api.types.is_datetime64_dtype(values.dtype):
        days = [None if pd.isna(day) else f"{day:%Y-%m-%d}" for day in values]
        return pd.Series(days, index=values.index, dtype=object)
    if pd.api.types.is_float_dtype(values.dtype):
        numbers = values.to_numpy(dtype=float).round(6).tolist()
        return pd.Series([number if np.isfinite(number) else None for number in numbers], dtype=object)
    return values.astype(object)
