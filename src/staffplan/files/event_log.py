"""Asterisk's queue_log: lines of `time|callid|queue|agent|EVENT|data|...` without a header, as a table.

Source: Asterisk documentation, "Queue Logs", https://docs.asterisk.org/Operation/Logging/Queue-Logs/
"""

from __future__ import annotations

import codecs
import re

import numpy as np
import pandas as pd

from staffplan.files.records import Records

LINE = r"\d{10}(?:\.\d+)?\|[^|\n]*\|[^|\n]*\|[^|\n]*\|[A-Z]+"
COLUMNS = ("time", "callid", "queuename", "agent", "event")
MOST_DATA = 11
"""Parameters that an event has at most."""


def is_event_log(data: bytes) -> bool:
    """Whether the first line with content is one of a queue log."""
    return re.match(LINE.encode(), data.removeprefix(codecs.BOM_UTF8).lstrip()) is not None


def event_records(text: str, place: str) -> Records:
    """Each event with its parameters as data1, data2, ...; what does not look like an event is left out."""
    lines = pd.Series(text.lstrip("\ufeff").splitlines(), dtype=object)
    fits = lines.str.match(LINE).to_numpy(dtype=bool)
    parts = lines[fits].str.split("|", n=len(COLUMNS) + MOST_DATA - 1, expand=True).fillna("")
    names = [*COLUMNS, *(f"data{number}" for number in range(1, parts.shape[1] - len(COLUMNS) + 1))]
    frame = parts.set_axis(names, axis=1).assign(_row=np.flatnonzero(fits) + 1)
    return Records(place, frame.reset_index(drop=True), header_row=0)
