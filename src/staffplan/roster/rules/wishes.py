"""What a person wishes for: days off, shifts, and shifts they would rather not work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from staffplan.roster.problem.machine import Floats, Machine, kinds_of, single_days, with_day_off
from staffplan.roster.problem.problem import Person, RosterProblem, ShiftOption
from staffplan.roster.problem.worked import Agreed, Violation, Worked
from staffplan.roster.rules.base import last_day, past_midnight, runs_in
from staffplan.roster.rules.known import Concern, Wish
from staffplan.roster.rules.registry import priced_rule_for
from staffplan.settings.priced_rules import WishesSetting


@dataclass(frozen=True)
class WishesGranted:
    """The amount is the worth of the wishes that are not granted, day by day."""

    wishes: tuple[Wish, ...]
    weight: float = 2.0
    name: str = "wishes"

    def violations(self, worked: Sequence[Worked], agreed: Agreed) -> Iterator[Violation]:
        for number in range(agreed.period_days):
            day = agreed.period_first + timedelta(days=number)
            for wish in self.wishes:
                if wish.first_day <= day <= wish.last_day and not _granted(wish, day, worked, agreed.timezone):
                    yield Violation(day, f"wished {wish.words}, not granted", wish.worth)

    def machine(self, problem: RosterProblem, person: Person) -> Machine | None:
        """A state says whether a shift of the day before runs into the day, where that is wished off."""
        off, price = self._worths(problem)
        if not off.any() and not price.any():
            return None
        works = with_day_off(np.ones_like(problem.option_slot.T), 0)
        runs_over = runs_in(problem, person)
        if not (runs_over or past_midnight(problem)[off[1:] > 0].any()):
            return single_days(self.weight * (price + off[:-1, None] * works))
        tail = with_day_off((past_midnight(problem) & (off[1:, None] > 0)).astype(np.int64), 0)
        prices, level = np.unique(price, return_inverse=True)
        kind, what = kinds_of(level.reshape(price.shape), works, tail)
        state = np.arange(2)
        spoilt = np.maximum(state[:, None], what[None, :, 1])
        step = np.broadcast_to(what[None, None, :, 2], (len(price), 2, len(what)))
        cost = prices[what[:, 0]][None, None, :] + off[:-1, None, None] * spoilt[None, :, :]
        return Machine(kind, step, self.weight * cost, start=int(runs_over))

    def _worths(self, problem: RosterProblem) -> tuple[Floats, Floats]:
        """(days + 1,) worth of days off wished, zero after the period; (days, options + 1) of shifts missed."""
        days = problem.period.days
        off, price = np.zeros(days + 1), np.zeros((days, len(problem.options) + 1))
        for wish in self.wishes:
            named = np.array([_is_named(wish, option) for option in problem.options] + [False])
            first, last = ((day - problem.period.first_day).days for day in (wish.first_day, wish.last_day))
            wished = slice(max(first, 0), max(min(last + 1, days), 0))
            off[wished] += wish.worth * (wish.kind == "off")
            price[wished] += wish.worth * ((wish.kind == "shift") & ~named | (wish.kind == "not") & named)
        return off, price


@priced_rule_for(WishesSetting)
def _wishes_granted(setting: WishesSetting, concern: Concern) -> WishesGranted | None:
    """The price rises with what the person was granted less than the fair share before."""
    short = max(-concern.known.carried.get((concern.agent_id, "wishes"), 0.0), 0.0)
    wishes = concern.known.wishes.get(concern.agent_id, ())
    return WishesGranted(wishes, setting.weight * (1 + setting.catch_up * short)) if wishes else None


def _is_named(wish: Wish, option: ShiftOption) -> bool:
    return wish.shift in ("", option.name, option.family)


def _granted(wish: Wish, day: date, worked: Sequence[Worked], timezone: str) -> bool:
    begun = [shift for shift in worked if shift.schedule_date == day]
    if wish.kind == "off":
        return not begun and not any(shift.schedule_date < day <= last_day(shift, timezone) for shift in worked)
    named = [shift for shift in begun if wish.shift in ("", shift.shift, shift.family)]
    return bool(named) == (wish.kind == "shift")
