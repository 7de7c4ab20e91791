"""Columns of text, each distinct cell held once, as the rows of a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from pyarrow import DictionaryArray


def filled_rows(columns: Mapping[str, Sequence[DictionaryArray]], *, first_row: int) -> pd.DataFrame:
    """The rows that have any content, with their numbers. columns: pieces of each, one after the other."""
    from pyarrow import chunked_array
    from pyarrow.compute import not_equal, utf8_trim_whitespace

    cells: dict[str, pd.Categorical] = {}
    filled: np.ndarray = np.zeros(0, dtype=bool)
    for name, pieces in columns.items():
        column = chunked_array(pieces).unify_dictionaries().combine_chunks()
        codes = np.asarray(column.indices)
        has_text = np.asarray(not_equal(utf8_trim_whitespace(column.dictionary), ""))[codes]
        filled = filled | has_text if len(filled) else has_text
        cells[name] = pd.Categorical.from_codes(codes, pd.Index(pd.array(column.dictionary, dtype="str")))
    frame = pd.DataFrame(cells).assign(_row=np.arange(len(filled), dtype=np.int64) + first_row)
    return frame if filled.all() else frame[filled].reset_index(drop=True)
