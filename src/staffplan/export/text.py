"""Rows and documents as bytes, and numbers as other systems want them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
import pandas as pd

from staffplan.cost.exact import Floats, Ints


def csv_bytes(rows: Iterable[Sequence[object]], *, line_end: str = "\n") -> bytes:
    """CSV text (UTF-8) of the rows, the header among them; cells are quoted only where they must be."""
    text = io.StringIO()
    csv.writer(text, lineterminator=line_end).writerows(rows)
    return text.getvalue().encode()


def guarded(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would run as a formula: for names that people write.

    Source: OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection
    """
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def json_bytes(document: Mapping[str, object] | Sequence[object]) -> bytes:
    """JSON text (UTF-8), indented by one."""
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def whole_contacts(offered: Floats) -> Ints:
    """(intervals,): contacts as whole numbers, so that their sum up to any interval is right to half a contact.

    Each interval rounded alone would make a queue with 0.4 contacts an interval one without contacts.
    """
    return np.asarray(np.diff(np.floor(np.cumsum(offered) + 0.5), prepend=0.0), dtype=np.int64)


def decimal_places(value: float, places: int) -> str:
    """The number with so many decimals, a half rounded up."""
    return str(Decimal(str(round(float(value), 9))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))


def utc_text(instant: pd.Timestamp) -> str:
    """2026-11-30T08:00:00Z."""
    return instant.tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ")


def hours_text(minutes: int, comma: str = ".") -> str:
    """Hours with two decimals, a half rounded up: 95 minutes are 1.58."""
    hours = (Decimal(int(minutes)) / 60).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return str(hours).replace(".", comma)


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a table, their cells by the names of the columns."""
    yield from frame.itertuples(index=False)
