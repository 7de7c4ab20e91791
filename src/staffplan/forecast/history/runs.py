"""Stretches of equal value in a row of flags."""

from __future__ import annotations

from itertools import groupby

from staffplan.forecast.history.series import Flags


def runs(flags: Flags) -> list[tuple[int, int, bool]]:
    """Start, end (exclusive) and value of each stretch of equal flags, in order. `flags`: (places,)."""
    found: list[tuple[int, int, bool]] = []
    start = 0
    for value, members in groupby(flags.tolist()):
        length = len(list(members))
        found.append((start, start + length, bool(value)))
        start += length
    return found
