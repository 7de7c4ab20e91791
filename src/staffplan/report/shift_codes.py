"""Short codes for what fills a cell of a roster grid: "E08" is the early shift that starts at eight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count
from string import ascii_lowercase

import pandas as pd

MOST_LETTERS = 3
_START = re.compile(r"\s+\d{1,2}:\d{2}(/\d{1,2}:\d{2})?$")


def family_of(shift: str) -> str:
    """The shift's name without its start: "early 08:00" is of the family early, "split 08:00/16:00" of split."""
    return _START.sub("", shift)


def family_letters(names: Sequence[str]) -> dict[str, str]:
    """One to three letters for each name, told apart: early is E, evening then Ev, late is L.

    Names take turns in alphabetical order; each gets as few of its own letters as are free.
    """
    return _letters(names, 1)


def day_off_codes(kinds: Sequence[str]) -> dict[str, str]:
    """Small letters, so that nobody takes them for a shift: vacation is "va"; no kind at all is "off"."""
    named = _letters([kind for kind in kinds if kind], 2)
    return {kind: "off" if not kind else named[kind].lower() for kind in sorted(set(kinds))}


def _letters(names: Sequence[str], fewest: int) -> dict[str, str]:
    letters: dict[str, str] = {}
    for name in sorted(set(names)):
        taken = {found.lower() for found in letters.values()}
        letters[name] = next(found for found in _candidates(name, fewest) if found.lower() not in taken)
    return letters


def _candidates(name: str, fewest: int) -> Iterator[str]:
    own = "".join(char for char in name if char.isalpha()) or "S"
    first = own[0].upper()
    yield from (first + own[1:length].lower() for length in range(fewest, MOST_LETTERS + 1))
    yield from (first + letter for letter in ascii_lowercase)
    yield from (f"{first}{number}." for number in count(2))


def shift_codes(shifts: pd.DataFrame) -> pd.Series:
    """The code of every row: letters of the family, hour (and minute) of the start.

    Rows of one family and start that end at another time of day, or are paid otherwise, get a letter more; the most
    frequent kind gets none. shifts: `shift`, `start_local`, `end_local` (wall clock), `paid_hours`.
    """
    if shifts.empty:
        return pd.Series([], index=shifts.index, dtype=object)
    start = shifts["start_local"]
    minutes = start.dt.strftime("%M").where(start.dt.minute > 0, "")
    families = shifts["shift"].map(family_of)
    base = families.map(family_letters(families.tolist())) + start.dt.strftime("%H") + minutes
    kinds = pd.DataFrame({"base": base, "lasts": shifts["end_local"] - start, "paid": shifts["paid_hours"].round(6)})
    sizes = kinds.groupby(["base", "lasts", "paid"]).size().rename("times").reset_index()
    sizes = sizes.sort_values(["base", "times", "lasts", "paid"], ascending=[True, False, False, False])
    sizes["code"] = _told_apart(sizes["base"].tolist())
    return kinds.merge(sizes, on=["base", "lasts", "paid"], how="left")["code"].set_axis(shifts.index)


def _told_apart(bases: Sequence[str]) -> list[str]:
    """Each base as it is the first time, with a letter more (then numbers) where it comes again."""
    codes: list[str] = []
    for base in bases:
        tails = ("", *ascii_lowercase[1:], *(f".{number}" for number in range(2, len(bases) + 2)))
        codes.append(next(base + tail for tail in tails if base + tail not in codes))
    return codes
