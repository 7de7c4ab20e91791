"""The day until now, what is expected of the rest, and the levers that bring most, each tried by simulation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from staffplan.control.today.allowed import Allowed
from staffplan.control.today.call_in import CallIn, standing_by
from staffplan.control.today.day import Day, Offer
from staffplan.control.today.levers import CALL_IN, MOVE_MEETING, TIME_OFF, Lever, levers_of, meetings_moved
from staffplan.control.today.listed import is_sure, listed
from staffplan.control.today.play import Gain, Played, Stage, gain, keeps_goals
from staffplan.control.today.spans import Shift, held_together, shifts_of, with_shifts
from staffplan.control.today.time_off import time_off_of
from staffplan.control.today.told import coming, lever_table, so_far
from staffplan.control.today.worth import Marginal, marginal_of
from staffplan.staffing.worth import service_worth
from staffplan.tables.control import ComingIntervals, DaySoFar, Levers

TRIED_FOR_ONE = 2
"""Levers tried by simulation for each that is listed."""


@dataclass(frozen=True)
class Today:
    """The day so far, the intervals to come, and the levers, as a table and as they are."""

    so_far: DaySoFar
    coming: ComingIntervals
    levers: Levers
    offers: tuple[Offer, ...]


def today(day: Day) -> Today:
    """What is seen, what is expected and what helps; of each person and kind at most one lever.

    Time off comes last: it brings nothing but money, and keeps every goal.
    """
    if day.stage.is_over:
        return Today(so_far(day), ComingIntervals.empty(), Levers.empty(), ())
    before = day.stage.play(day.local)
    shifts = [one for one in shifts_of(day.local) if one.end > day.since]
    shifts = [one for one in shifts if one.agent_id not in day.stage.presence.away and not day.is_locked(one)]
    allowed = Allowed(day.case, day.roster)
    helping = _measured(day, list(_tried(day, before, _promising(day, shifts, before), allowed)))
    busy = {agent_id for offer in helping for agent_id in offer.lever.people}
    resting = [one for one in shifts if one.agent_id not in busy]
    offers = (*helping, *_time_off(day, resting, allowed, day.most - len(helping)))
    return Today(so_far(day), coming(day, before), lever_table(day, offers), offers)


def _promising(day: Day, shifts: Sequence[Shift], before: Played) -> list[Lever]:
    """The best lever of each person and kind by the marginal worth of people, the best of all first.

    More paid time is only for intervals that would miss their goal.
    """
    short = before.below_goal()
    worth = service_worth(day.stage.forecast, day.stage.staffing, site=day.stage.site)
    marginal = marginal_of(worth, day.cover, day.since, day.case.site.calendar.interval_minutes)
    best: dict[tuple[tuple[str, ...], str], tuple[float, Lever]] = {}
    for lever in _all(day, shifts, marginal):
        if lever.more_paid_hours > 0 and not day.staffed.adds_in(lever, short):
            continue
        worth_of_it, key = marginal.gain(lever), (lever.people, lever.kind)
        if worth_of_it > 0 and (key not in best or worth_of_it > best[key][0]):
            best[key] = worth_of_it, lever
    return [lever for _, lever in sorted(best.values(), key=lambda one: -one[0])]


def _all(day: Day, shifts: Sequence[Shift], marginal: Marginal) -> Iterator[Lever]:
    everybody = list(shifts_of(day.local))
    together = held_together(everybody)
    if MOVE_MEETING in day.kinds:
        meetings = meetings_moved(everybody, day.case, day.since)
        yield from (one for one in meetings if not any(day.is_locked(shift) for shift in one.afters))
    for shift in shifts:
        yield from (one for one in levers_of(shift, day.case, day.since, together) if one.kind in day.kinds)
    if CALL_IN in day.kinds:
        standing = standing_by(day.standby, day.at, day.stage.day_end)
        calls = CallIn(day.case, day.date, day.since, max(day.since, day.at + day.notice), day.notice, standing)
        yield from (one for one in calls.levers(_at_work(day), marginal) if not day.is_locked(one.after))


def _at_work(day: Day) -> set[str]:
    """Who has a shift today already, or whose night of yesterday is not over."""
    return {*day.local.shifts.frame["agent_id"]}


def _tried(day: Day, before: Played, levers: Sequence[Lever], allowed: Allowed) -> Iterator[tuple[Lever, Gain]]:
    """Those that break no rule, with what they bring; no more than enough are tried."""
    possible = (one for one in levers if not day.staffed.below_minimum(one) and not allowed.breach(one.afters))
    for lever in islice(possible, TRIED_FOR_ONE * day.most):
        found = gain(before, _with(day, day.stage, lever))
        if is_sure(found):
            yield lever, found


def _with(day: Day, stage: Stage, lever: Lever) -> Played:
    return stage.play(with_shifts(day.local, lever.afters, day.zone))


def _measured(day: Day, tried: Sequence[tuple[Lever, Gain]]) -> list[Offer]:
    """Those that are listed, with what they bring in a play that had no part in choosing them."""
    if not tried:
        return []
    fresh = day.stage.with_other_chance
    found = listed(tried, day.most, lambda lever: gain(day.before, _with(day, fresh, lever)))
    return [Offer(lever, brings) for lever, brings in found]


def _time_off(day: Day, shifts: Sequence[Shift], allowed: Allowed, most: int) -> list[Offer]:
    """Who may go home, who saves most first: nobody whom the contacts need, and each goal that is kept stays kept."""
    if TIME_OFF not in day.kinds or not most:
        return []
    longest = (_earliest(day, shift) for shift in shifts)
    found = [lever for lever in longest if lever is not None]
    found.sort(key=lambda lever: lever.more_paid_hours * day.rates.get(lever.after.agent_id, 0.0))
    possible = (lever for lever in found if not allowed.breach(lever.afters))
    offers = list[Offer]()
    for lever in islice(possible, TRIED_FOR_ONE * most):
        after = _with(day, day.stage.with_other_chance, lever)
        if keeps_goals(day.before, after):
            group = lever.before.spans[-1].group
            offers.append(Offer(lever, replace(gain(day.before, after), group=group)))
        if len(offers) == most:
            break
    return offers


def _earliest(day: Day, shift: Shift) -> Lever | None:
    """The longest time off of a person that takes nobody away who is needed; rules are not looked at yet."""
    for lever in time_off_of(shift, day.case, day.since):
        if day.staffed.leaves_enough(lever) and not day.staffed.below_minimum(lever):
            return lever
    return None
