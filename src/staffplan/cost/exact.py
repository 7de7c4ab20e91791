"""Exact arithmetic for hours and money: whole minutes, whole cents, and parts that add up to their whole."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def exact(value: float) -> Fraction:
    """The number as a person wrote it: 15.1 is 151/10, not the binary fraction next to it."""
    return Fraction(str(value))


def half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up, as on a pay slip."""
    return math.floor(value + Fraction(1, 2))


def share_out(whole: Ints, weights: NDArray[np.number]) -> Ints:
    """(..., parts): each whole (...) split by its weights (..., parts) into whole parts that add up to it.

    Largest remainder: round all down, then give what is left to the largest fractions, the first part first
    where they tie. Where all weights are 0 the parts are equal.
    """
    weights = np.asarray(weights, dtype=float)
    sums = weights.sum(axis=-1, keepdims=True)
    equal = np.full_like(weights, 1.0 / weights.shape[-1])
    fair = whole[..., None] * np.divide(weights, sums, out=equal, where=sums > 0)
    parts = np.floor(fair).astype(np.int64)
    left = whole - parts.sum(axis=-1)
    rank = np.argsort(np.argsort(parts - fair, axis=-1, kind="stable"), axis=-1, kind="stable")
    return np.asarray(parts + (rank < left[..., None]), dtype=np.int64)
