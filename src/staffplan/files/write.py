"""Tables and other files written: whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.errors import Problem, UsageError, place_of
from staffplan.files.disk import sha256
from staffplan.files.read import CELL_START, FORMULA, one_line_break
from staffplan.files.together import withdraw, write_together
from staffplan.tables.schema import Table


def table_bytes(frame: pd.DataFrame, timezone: str = "UTC") -> bytes:
    """CSV text (UTF-8) of a table: instants with the zone's offset, at most six decimals, formulas guarded.

    An apostrophe goes before what a spreadsheet would run, whatever it takes for a separator; read_table takes it off
    again.
    """
    shown = pd.DataFrame({name: _shown(frame[name], timezone) for name in frame.columns})
    return shown.to_csv(index=False, lineterminator="\n").encode()


def _shown(values: pd.Series, timezone: str) -> pd.Series:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        codes, distinct = pd.factorize(values)
        local = pd.DatetimeIndex(distinct).tz_convert(timezone)
        texts = [instant.isoformat(timespec="seconds") for instant in local] + [""]
        return pd.Series(np.array(texts, dtype=object)[codes], index=values.index)
    if np.issubdtype(values.to_numpy().dtype, np.datetime64):
        days: pd.Series = values.dt.strftime("%Y-%m-%d")
        return days.fillna("")
    if np.issubdtype(values.to_numpy().dtype, np.floating):
        return _numbers((values.round(6) + 0.0).to_numpy(), values.index)
    if isinstance(values.dtype, pd.StringDtype):
        codes, distinct = pd.factorize(values)
        return _guarded(pd.Series(distinct)).reindex(codes).set_axis(values.index)
    return _guarded(values.astype(str))


def _guarded(texts: pd.Series) -> pd.Series:
    return one_line_break(texts).str.replace(CELL_START + FORMULA, r"\1'", regex=True)


def _numbers(values: NDArray[np.float64], index: pd.Index) -> pd.Series:
    """Numbers as text, at most fifteen digits; NaN is blank. Each distinct number is written once, as many repeat."""
    codes, distinct = pd.factorize(values)
    texts = np.array([f"{number:.15g}" for number in distinct.tolist()] + [""], dtype=object)
    return pd.Series(texts[codes], index=index)


def refuse_existing(paths: Iterable[Path], *, force: bool) -> dict[Path, str | None]:
    """Raise UsageError, naming every file that is already there, unless `force`.

    Gives the hash of each (None: it is not there), to look again before it is written.
    """
    wanted = list(paths)
    for folder in {folder for path in wanted for folder in path.parents[:2]}:
        withdraw(folder, wanted)
    there = [path for path in wanted if path.exists()]
    if there and not force:
        raise UsageError(
            Problem(place_of(path), "already exists", "choose another name, or use --force") for path in there
        )
    return {path: sha256(path) if path.is_file() else None for path in wanted}


def write_atomic(path: Path, data: bytes) -> None:
    """Write a whole file or nothing. Raises UsageError where the place cannot be written to."""
    write_together(path.parent, {path.name: data})


def write_table(table: Table, path: Path, timezone: str = "UTC") -> None:
    """Write one table as CSV."""
    write_atomic(path, table_bytes(table.frame, timezone))
