"""Seeded instances in the text format and the spirit of Curtois and Qu's, for sizes whose files are not at hand.

    python benchmarks/curtois/make_instances.py DIR [--only 2 4 12] [--seed 1]

Instance<100 x seed + number>.txt has the weeks, people and types of shifts of the published <number>; its limits,
requests and days off are drawn as they are spread in the published 1, 3, 5, 7, 9 and 11: groups of full and part
time, runs of one to five days asked for at a weight of 1 to 3, a day off every second week, the latest shift limited,
and about as much cover as people may work, 100 for one missing and 1 for one too many.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SIZES = {
    1: (2, 8, 1),
    2: (2, 14, 2),
    3: (2, 20, 3),
    4: (4, 10, 2),
    5: (4, 16, 2),
    6: (4, 18, 3),
    7: (4, 20, 3),
    8: (4, 30, 4),
    9: (4, 36, 4),
    10: (4, 40, 5),
    11: (4, 50, 6),
    12: (4, 60, 10),
    13: (4, 120, 18),
    14: (6, 32, 4),
    15: (6, 45, 6),
    16: (8, 20, 3),
    17: (8, 32, 4),
    18: (12, 22, 3),
    19: (12, 40, 5),
    20: (26, 50, 6),
    21: (26, 100, 8),
    22: (52, 50, 10),
    23: (52, 100, 16),
    24: (52, 150, 32),
}
"""Weeks, people and types of shifts: schedulingbenchmarks.org/nrp/instances1_24.html."""
UNDER, OVER = 100, 1
NAMES = {1: "D", 2: "E L", 3: "E D L", 4: "E D L N", 5: "E D1 D2 L N"}


@dataclass(frozen=True)
class Group:
    """People alike: part of everybody, share of full time, days in a row at most and least, days off, weekends."""

    part: float
    share: float
    most: int
    least: int
    off: int
    weekends: float


GROUPS = (
    Group(0.5, 1.0, 5, 2, 2, 0.5),
    Group(0.25, 1.0, 6, 2, 3, 0.5),
    Group(0.15, 0.5, 5, 1, 2, 0.75),
    Group(0.1, 0.4, 5, 1, 1, 0.75),
)
FULL_MINUTES, RANGE_MINUTES = 2160, 270
"""A week's most, and how much less is the least."""


@dataclass(frozen=True)
class Kind:
    """A type of shift: how early it is in the day, and the part of the horizon in which full time may work it."""

    name: str
    minutes: int
    rank: int
    most: float


def kinds_of(count: int, rng: np.random.Generator) -> list[Kind]:
    if count in NAMES:
        names = NAMES[count].split()
        last = 0.18 if names[-1] == "N" else float(rng.choice([0.33, 0.5])) if count > 1 else 1.0
        return [
            Kind(name, 600 if name == "N" else 480, "EDLN".index(name[0]), last if name == names[-1] else 1.0)
            for name in names
        ]
    ranks = np.sort(np.arange(count) % (3 if count < 8 else 4))
    lengths = [480, 480, 480, 600] if count < 8 else [480, 540, 480, 720]
    return [
        Kind(f"{'adpn'[rank]}{n}", lengths[rank], int(rank), 0.2 if rank == 3 and n == count - 1 else 1.0)
        for n, rank in enumerate(ranks)
    ]


def instance(number: int, seed: int) -> str:
    """The text of an instance."""
    weeks, people, types = SIZES[number]
    rng = np.random.default_rng([seed, number])
    kinds, days = kinds_of(types, rng), 7 * weeks
    groups = _groups(people, rng)
    able = rng.random((people, types)) < (0.7 if types > 1 else 1.0)
    always = np.flatnonzero([kind.most == 1.0 for kind in kinds])
    able[np.arange(people), rng.choice(always, people)] = True
    names = [_name(n) for n in range(people)]
    sections = {
        "HORIZON": [str(days)],
        "SHIFTS": [f"{kind.name},{kind.minutes},{_never(kind, kinds)}" for kind in kinds],
        "STAFF": [_staff(*person, kinds, weeks) for person in zip(names, groups, able, strict=True)],
        "DAYS_OFF": [f"{name},{','.join(_days_off(days, weeks // 2, rng))}" for name in names],
        "SHIFT_ON_REQUESTS": list(_requests(names, able, kinds, days, rng, 1.7)),
        "SHIFT_OFF_REQUESTS": list(_requests(names, np.ones_like(able), kinds, days, rng, 1.0)),
        "COVER": list(_cover(groups, able, kinds, days, rng)),
    }
    return "\n".join(f"SECTION_{title}\n" + "".join(f"{row}\n" for row in rows) for title, rows in sections.items())


def _groups(people: int, rng: np.random.Generator) -> list[Group]:
    """Everybody's group; small teams have fewer of them."""
    some = GROUPS[: 1 if people <= 8 else rng.integers(2, len(GROUPS) + 1)]
    parts = np.cumsum([group.part for group in some]) / sum(group.part for group in some)
    return [some[int(np.searchsorted(parts, (n + 0.5) / people))] for n in range(people)]


def _name(number: int) -> str:
    return (chr(64 + number // 26) if number >= 26 else "") + chr(65 + number % 26)


def _never(kind: Kind, kinds: list[Kind]) -> str:
    return "|".join(other.name for other in kinds if other.rank < kind.rank)


def _staff(name: str, group: Group, able: np.ndarray, kinds: list[Kind], weeks: int) -> str:
    most = [
        round(7 * weeks * kind.most * (group.share if kind.most < 1 else 1.0)) if can else 0
        for kind, can in zip(kinds, able, strict=True)
    ]
    limits = "|".join(f"{kind.name}={count}" for kind, count in zip(kinds, most, strict=True))
    top = round(FULL_MINUTES * weeks * group.share / 60) * 60
    row = (top, top - RANGE_MINUTES * weeks, group.most, group.least, group.off, round(weeks * group.weekends))
    return f"{name},{limits},{','.join(map(str, row))}"


def _days_off(days: int, count: int, rng: np.random.Generator) -> list[str]:
    first = int(rng.integers(0, days - count + 1))
    if rng.random() < 0.6:
        return [str(day) for day in range(first, first + count)]
    return [str(day) for day in np.sort(rng.choice(days, count, replace=False))]


def _requests(
    names: list[str], able: np.ndarray, kinds: list[Kind], days: int, rng: np.random.Generator, per_month: float
) -> Iterator[str]:
    """Runs of one to five days of one shift that the person is able to work; at most one a day."""
    for name, can in zip(names, able, strict=True):
        free = 0
        for first in np.sort(rng.integers(0, days, rng.poisson(per_month * days / 28))).tolist():
            kind, weight = kinds[int(rng.choice(np.flatnonzero(can)))], int(rng.integers(1, 4))
            end = min(first + int(rng.integers(1, 6)), days)
            yield from (f"{name},{day},{kind.name},{weight}" for day in range(max(first, free), end))
            free = max(free, end)


def _cover(
    groups: list[Group], able: np.ndarray, kinds: list[Kind], days: int, rng: np.random.Generator
) -> Iterator[str]:
    """About what people may work, in the types they are able to, with some noise from day to day."""
    minutes = np.array([kind.minutes for kind in kinds])
    limits = np.array([[min(kind.most, 1.0) for kind in kinds]])
    supply = able * limits * rng.uniform(0.6, 1.4, len(kinds))
    share = supply / supply.sum(axis=1, keepdims=True)
    hours = np.array([group.share * FULL_MINUTES / 7 for group in groups])
    level = (hours[:, None] * share / minutes).sum(axis=0) * rng.uniform(0.92, 1.02)
    for day in range(days):
        for kind, mean in zip(kinds, level, strict=True):
            count = max(round(float(rng.normal(mean, 0.15 * mean + 0.4))), 0)
            yield f"{day},{kind.name},{count},{UNDER},{OVER}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", type=int, nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--seed", type=int, default=1, help="1 or more")
    wanted = parser.parse_args()
    wanted.folder.mkdir(parents=True, exist_ok=True)
    for number in wanted.only:
        (wanted.folder / f"Instance{100 * wanted.seed + number}.txt").write_text(instance(number, wanted.seed))


if __name__ == "__main__":
    main()
