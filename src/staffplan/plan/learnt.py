"""What updating within the day was learnt to bring, kept in a plan directory, so that it is not learnt twice.

Each lesson stands under a hash of all that it was learnt from, so that one which no longer fits is never found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from staffplan.errors import StaffplanError
from staffplan.files.lock import locked
from staffplan.files.write import write_atomic
from staffplan.forecast.intraday.gain import Gain, Score
from staffplan.forecast.intraday.learnt import Learnt
from staffplan.forecast.intraday.model import Memory
from staffplan.forecast.intraday.update import Teaching

FILE_NAME = "learnt_updating.json"


def read_learnt(folder: Path) -> dict[str, Learnt]:
    """The lessons of a plan directory; none where the file is not there, or is damaged: they are learnt anew then."""
    try:
        raw = json.loads((folder / FILE_NAME).read_text())
        return {name: _learnt(one) for name, one in raw.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def keep_learnt(folder: Path, known: Mapping[str, Learnt], learnt: Mapping[str, Learnt]) -> None:
    """Write the lessons in use, where they are others than those known. A folder that cannot be written to, or that
    another staffplan holds, stays without: they are learnt again then."""
    if learnt.keys() == known.keys():
        return
    text = json.dumps({name: asdict(one) for name, one in learnt.items()}, default=_plain)
    try:
        with locked(folder):
            write_atomic(folder / FILE_NAME, (text + "\n").encode())
    except (OSError, StaffplanError):
        return


def _plain(value: object) -> object:
    """Of numpy."""
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} has no place in a file of lessons")


def _learnt(raw: Mapping[str, Any]) -> Learnt:
    return Learnt(_teaching(raw["contacts"]), _teaching(raw["handling"]), int(raw["days"]))


def _teaching(raw: Mapping[str, Any] | None) -> Teaching | None:
    if raw is None:
        return None
    gain = raw["gain"]
    hours, days = (np.array(gain[name], dtype=np.int64) for name in ("hours", "days"))
    rest, next_day = (_score(gain[name]) for name in ("rest", "next_day"))
    trust = (np.array(gain[name], dtype=np.float64) for name in ("trust", "trust_next", "trust_other"))
    return Teaching(Memory(**raw["memory"]), Gain(hours, days, rest, next_day, *trust))


def _score(raw: Mapping[str, Any]) -> Score:
    came, before, after = (np.array(raw[name], dtype=np.float64) for name in ("came", "before", "after"))
    return Score(came, before, after, bool(raw["helps"]))
