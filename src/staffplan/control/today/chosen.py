"""Levers made together, one after another: each must still be possible, and help, beside those before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from staffplan.control.today.allowed import Allowed
from staffplan.control.today.day import Day, Offer
from staffplan.control.today.listed import is_sure
from staffplan.control.today.play import Gain, Played, gain, keeps_goals
from staffplan.control.today.spans import checked, with_shifts
from staffplan.tables.roster import Roster

NOTHING = Gain(0.0, 0.0, "")


@dataclass(frozen=True)
class Chosen:
    """Levers by their numbers in the list: those that are made, and why others are not; the whole roster with them,
    and what they bring together."""

    taken: dict[int, Offer]
    refused: dict[int, str]
    roster: Roster
    gain: Gain


def chosen(day: Day, offers: Sequence[Offer], numbers: Sequence[int]) -> Chosen:
    """The levers of these numbers, 1 for the first, in their order."""
    taken: dict[int, Offer] = {}
    refused: dict[int, str] = {}
    now, played = day, day.before
    for number in numbers:
        offer = offers[number - 1]
        why = _impossible(now, offer, {who for one in taken.values() for who in one.lever.people})
        roster = with_shifts(now.roster, offer.lever.afters, day.zone) if not why else now.roster
        then = replace(now, roster=roster)
        after = day.stage.with_other_chance.play(then.local) if not why else played
        why = why or (_useless(offer, played, after) if taken else "")
        if why:
            refused[number] = why
        else:
            taken[number], now, played = offer, then, after
    return Chosen(
        taken, refused, checked(now.roster) if taken else now.roster, gain(day.before, played) if taken else NOTHING
    )


def _impossible(now: Day, offer: Offer, people: set[str]) -> str:
    """Why a lever cannot be made beside those before; "" where it can."""
    lever = offer.lever
    if people.intersection(lever.people):
        return "this person's day is changed already"
    if lever.is_time_off and not now.staffed.leaves_enough(lever):
        return "with the changes before it too few would be left"
    return now.staffed.below_minimum(lever) or Allowed(now.case, now.roster).breach(lever.afters)


def _useless(offer: Offer, before: Played, after: Played) -> str:
    if offer.lever.is_time_off:
        return "" if keeps_goals(before, after) else "with the changes before it a goal would be missed"
    return "" if is_sure(gain(before, after)) else "beside the changes before it the gain may be chance"
