"""The rules that a change of a roster breaks, mends, or breaks by more or less than before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from staffplan.roster.case.broken import Broken, broken_alone, broken_together
from staffplan.roster.case.case import Case
from staffplan.roster.check.report import Breach
from staffplan.tables.roster import Roster

NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Still:
    """A rule of somebody's day that is broken before and after, in other words. `by`: "by more", "by less", or
    "otherwise" where the words do not tell."""

    before: Breach
    after: Breach

    @property
    def by(self) -> str:
        was, now = (_beyond(one.message) for one in (self.before, self.after))
        if was is None or now is None or was[0] != now[0] or was[1] == now[1]:
            return "otherwise"
        return "by more" if now[1] > was[1] else "by less"


def _beyond(message: str) -> tuple[float, float] | None:
    """The limit in "22.5 paid hours in the week, 30 are due", and how far from it; None for other words."""
    found = [float(number) for number in NUMBER.findall(message)]
    return (found[1], abs(found[0] - found[1])) if len(found) == 2 else None


@dataclass(frozen=True)
class RulesOfChange:
    """Breaches that are there with a change and not without; those that are gone; those that are others now."""

    broken: tuple[Breach, ...]
    mended: tuple[Breach, ...]
    still: tuple[Still, ...] = ()


def rules_of_change(before: tuple[Case, Roster], after: tuple[Case, Roster], touched: Sequence[str]) -> RulesOfChange:
    """What other shifts of these people, or other things said of them, change in the rules that are broken."""
    was, now = _broken(*before, touched), _broken(*after, touched)
    return _paired(sorted((was - now).elements()), sorted((now - was).elements()))


def newly_broken(was: Broken, after: tuple[Case, Roster], touched: Sequence[str]) -> tuple[Breach, ...]:
    """What a change breaks newly or otherwise; `was`: broken before it, by these people and by all together."""
    now = _broken(*after, touched)
    found = _paired(sorted((was - now).elements()), sorted((now - was).elements()))
    return (*found.broken, *(one.after for one in found.still if one.by != "by less"))


def _broken(case: Case, roster: Roster, touched: Sequence[str]) -> Broken:
    found = broken_together(case, roster)
    for agent_id in touched:
        found += broken_alone(case, roster, agent_id)
    return found


def _paired(gone: Sequence[Breach], new: Sequence[Breach]) -> RulesOfChange:
    pairs = list(_pairs(gone, new))
    return RulesOfChange(
        tuple(after for before, after in pairs if before is None and after is not None),
        tuple(before for before, after in pairs if after is None and before is not None),
        tuple(Still(before, after) for before, after in pairs if before is not None and after is not None),
    )


def _pairs(gone: Sequence[Breach], new: Sequence[Breach]) -> Iterator[tuple[Breach | None, Breach | None]]:
    """What is gone and what is new of the same rule on the same day of the same person, side by side."""
    for key in sorted({_key(one) for one in (*gone, *new)}):
        yield from zip_longest(*([one for one in side if _key(one) == key] for side in (gone, new)))


def _key(breach: Breach) -> tuple[str, str, str]:
    return breach.agent_id, breach.day.isoformat(), breach.rule
