"""Who somebody could swap with: every colleague is tried, those first with whom cover and money suffer least."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from staffplan.errors import UsageError
from staffplan.plan.edit_effect import effect_of, short_hours
from staffplan.plan.edit_rules import newly_broken
from staffplan.plan.edits import Edited, Standing
from staffplan.progress import OnProgress, Progress, silent
from staffplan.roster.case.broken import Broken, broken_alone, broken_together
from staffplan.roster.edits.changes import Change, shifts_by_day, swaps_of, wanted
from staffplan.roster.edits.place import placed
from staffplan.tables.roster import Roster

OFF = "off"


@dataclass(frozen=True)
class Partner:
    """Somebody to swap with, and what that means. `works`: their shifts on the days, "off" on a day without one;
    `short_hours`: understaffed hours of the days, all groups together, more than now; `cents`: cost, more than now;
    `misses`: meetings that one of the two would miss."""

    agent_id: str
    name: str
    works: tuple[str, ...]
    short_hours: float
    cents: int
    misses: int


@dataclass(frozen=True)
class Partners:
    """Those with whom a swap breaks no rule, the best first. `tried`: of how many it can be meant at all."""

    found: tuple[Partner, ...]
    tried: int


def partners(stands: Standing, change: Change, on_progress: OnProgress = silent) -> Partners:
    """Try the swap with everybody whose days are not locked; `change` names no other person yet."""
    frame = stands.case.workforce.agents.frame
    locks = stands.locks.frame
    locked = set(zip(locks["agent_id"], locks["day"].dt.date, strict=True))
    free = [one for one in frame["agent_id"] if not any((one, day) in locked for day in change.days)]
    swaps = swaps_of(change, free, stands.roster)
    names = dict(zip(frame["agent_id"], frame["name"], strict=True))
    now = _Now(stands, broken_together(stands.case, stands.roster), {})
    found = []
    for number, swap in enumerate(swaps):
        on_progress(Progress("swap", number, len(swaps), names[swap.other] or swap.other))
        found += list(_tried(stands, swap, names[swap.other], now))
    return Partners(tuple(sorted(found, key=_rank)), len(swaps))


def _rank(one: Partner) -> tuple[int, float, int, str]:
    return one.misses, one.short_hours, one.cents, one.agent_id


@dataclass(frozen=True)
class _Now:
    """The rules broken now; each person is looked at once."""

    stands: Standing
    together: Broken
    alone: dict[str, Broken]

    def of(self, people: Iterable[str]) -> Broken:
        """Those that tell of these people, and of all together."""
        found = self.together.copy()
        for agent_id in people:
            if agent_id not in self.alone:
                self.alone[agent_id] = broken_alone(self.stands.case, self.stands.roster, agent_id)
            found += self.alone[agent_id]
        return found


def _tried(stands: Standing, swap: Change, name: str, now: _Now) -> Iterator[Partner]:
    """The swap with one colleague; nothing where it breaks a rule or cannot be made."""
    try:
        made = placed(stands.case, stands.roster, wanted(swap, stands.roster))
    except UsageError:
        return
    both = (swap.agent_id, swap.other)
    if newly_broken(now.of(both), (stands.case, made.roster), both):
        return
    cents = effect_of(stands, Edited(made.roster, stands.case.workforce), with_days=False).cents
    short = _short(stands, swap, made.roster) - _short(stands, swap, stands.roster)
    shifts = shifts_by_day(stands.roster)
    works = tuple(shifts.get((swap.other, day), OFF) for day in swap.days)
    yield Partner(swap.other, name, works, round(short, 6), cents, len(made.lost))


def _short(stands: Standing, swap: Change, roster: Roster) -> float:
    return sum(short_hours(stands, swap.days, roster).values())
