"""Which levers are listed, and with what gain."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from staffplan.control.today.levers import Lever
from staffplan.control.today.play import Gain

STANDARD_ERRORS = 2.0
"""A gain of fewer of its standard errors may be chance."""


def is_sure(brings: Gain) -> bool:
    """Whether a gain is more than chance makes."""
    return brings.points > STANDARD_ERRORS * brings.error_points


def listed(
    tried: Iterable[tuple[Lever, Gain]], most: int, again: Callable[[Lever], Gain]
) -> list[tuple[Lever, Gain]]:
    """The `most` levers that brought most, each with what it brings when measured again, best first.

    The best of many are partly the luckiest, so the numbers that chose them say too much of them. `again` measures
    with other random numbers. A lever that is not sure then is left out.
    """
    best = sorted(tried, key=lambda one: -one[1].points)[:most]
    measured = [(lever, again(lever)) for lever, _ in best]
    return sorted((one for one in measured if is_sure(one[1])), key=lambda one: -one[1].points)
