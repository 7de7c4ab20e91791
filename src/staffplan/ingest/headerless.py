"""Files without a header whose columns a preset knows by their order, as its first row shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from staffplan.files.records import Records
from staffplan.ingest.preset import Preset


def with_names(records: Records, presets: Sequence[Preset], wanted: Preset | None = None) -> Records:
    """The table with the names of a preset, and with the first row as data; the table itself where none fits."""
    cells = [cell for cell, _ in records.header]
    for preset in presets if wanted is None else (wanted,):
        if preset.headerless and _fits(cells, preset):
            return _named(records, preset.headerless)
    return records


def _fits(cells: Sequence[str], preset: Preset) -> bool:
    """Whether the first row is one of the preset: it reaches to the last column with a shape, and has all shapes."""
    places = {preset.headerless.index(name): shape for name, shape in preset.shapes.items()}
    return max(places, default=len(cells)) < len(cells) <= len(preset.headerless) and all(
        re.fullmatch(shape, cells[place].strip()) for place, shape in places.items()
    )


def _named(records: Records, names: Sequence[str]) -> Records:
    cells: dict[str, pd.Series] = {}
    for name, (cell, read_as) in zip(names, records.header, strict=False):
        below = (
            records.frame[read_as].astype(object) if read_as in records.frame.columns else [""] * len(records.frame)
        )
        cells[name] = pd.Series([cell, *below], dtype=object)
    rows = np.concatenate([[records.header_row], records.frame["_row"].to_numpy()])
    frame = pd.DataFrame(cells).assign(_row=rows.astype(np.int64))
    return replace(records, frame=frame, header=(), header_row=0, doubled=())
