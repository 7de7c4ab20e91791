"""What `absent` and `leave` do between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from staffplan.cli.output.say import progress_shown, say, show_text
from staffplan.cli.work.edit import EditFlags, agreed, decide
from staffplan.cli.work.edit_words import effect_json, effect_lines
from staffplan.plan.edit_effect import Effect, effect_of
from staffplan.plan.edits import Edited, Standing
from staffplan.plan.text import text_table
from staffplan.roster.edits.away import Away, Offer, TakenOff, offers_of, taken_off, with_offers
from staffplan.roster.repair.compared import INSIDE
from staffplan.tables.people import Absences, LockedDays

if TYPE_CHECKING:
    from staffplan.roster.repair.absences import AgentDay
    from staffplan.tables.roster import Roster


@dataclass(frozen=True)
class Cover:
    """A roster in which others stand in, and the people whose days it changes, who helps most first."""

    roster: Roster
    offers: Sequence[Offer]


def cover_of(stands: Standing, away: Away, hours_of_a_change: float) -> Cover:
    """Whom to ask, as a repair of the days of absence alone finds them."""
    from staffplan.roster.repair.repair import repair

    with progress_shown() as on_progress:
        found = repair(
            stands.case,
            stands.roster,
            away.absences,
            away.since,
            hours_of_a_change=hours_of_a_change,
            days={day for _, day in away.days},
            seed=stands.workspace.config.plan.seed,
            on_progress=on_progress,
        )
    return Cover(found.roster, offers_of(found.changes, float(found.facts["missing_hours_absent"])))


def edited_of(stands: Standing, off: TakenOff, away: Away, roster: Roster) -> Edited:
    """The plan with somebody away and a roster in which others may stand in: the absence is noted, and no lock of the
    plan holds on its days."""
    absences = None
    if len(off.noted):
        rows = [part for part in (stands.absences.frame, off.noted) if len(part)]
        absences = Absences.of(pd.concat(rows, ignore_index=True))
    return Edited(roster, off.workforce, absences, unlocked(stands, away.days))


def unlocked(stands: Standing, days: Collection[AgentDay]) -> LockedDays | None:
    """The plan's locks without those of some days; None where it has none of them."""
    frame = stands.locks.frame
    held = np.array(
        [key not in days for key in zip(frame["agent_id"], frame["day"].dt.date, strict=True)], dtype=bool
    )
    return None if held.all() else stands.locks.only(held)


def take_away(
    stands: Standing,
    away: Away,
    facts: Mapping[str, Any],
    flags: EditFlags,
    *,
    hours_of_a_change: float | None,
) -> tuple[Edited, Effect, dict[str, Any]]:
    """Take somebody out of the roster, say what that means and whom to ask, and ask of each whether they stand in.

    hours_of_a_change: understaffed hours that a changed day must save; None: nobody is asked.
    Gives the plan with those who do, what that means, and all that was found, for a program.
    """
    off = taken_off(stands.case, stands.roster, away)
    edited = edited_of(stands, off, away, off.roster)
    effect = effect_of(stands, edited, [one.agent_id for one in away.absences])
    if not flags.as_json:
        show_text("\n".join(effect_lines(stands, str(facts["says"]), off.lost, effect)))
    told: dict[str, Any] = {"effect_alone": effect_json(off.lost, effect)}
    if hours_of_a_change is None:
        return edited, effect, {"effect": told["effect_alone"]}
    cover = cover_of(stands, away, hours_of_a_change)
    if not flags.as_json:
        show_text("\n".join(["", *_offer_lines(cover.offers)]))
    wanted = _asked(cover.offers, flags)
    if wanted:
        roster = with_offers(off.roster, cover.roster, wanted, stands.roster)
        edited = replace(edited, roster=roster)
        effect = effect_of(stands, edited, [one.agent_id for one in away.absences])
        if not flags.as_json:
            said = f"with {_listed([one for one in cover.offers if one.agent_id in wanted])}"
            show_text("\n".join(["", *effect_lines(stands, said, off.lost, effect)]))
    offers = [{**vars(one), "taken": one.agent_id in wanted} for one in cover.offers]
    return edited, effect, {**told, "offers": offers, "effect": effect_json(off.lost, effect)}


def _asked(offers: Sequence[Offer], flags: EditFlags) -> list[str]:
    """The people who stand in: all where nothing is asked, or is only looked at."""
    if flags.yes or flags.dry_run:
        return [one.agent_id for one in offers]
    return [
        one.agent_id
        for one in offers
        if agreed(flags, "the question", f"{one.name or one.agent_id}: {_days_words(one)}. Do they?")
    ]


def _offer_lines(offers: Sequence[Offer]) -> Iterator[str]:
    if not offers:
        yield "nobody to ask: no change of these days saves enough"
        return
    yield "whom to ask, who helps most first"
    rows = [
        (n, one.agent_id, one.name, _days_words(one), f"{one.hours:.2f}" if one.reason == "cover" else "a rule")
        for n, one in enumerate(offers, start=1)
    ]
    yield text_table(rows, ("", "agent", "name", "would work", "understaffed hours saved"), right=(4,))


def _days_words(offer: Offer) -> str:
    return "; ".join(
        f"{day:%a %d %b} {after}" if change == INSIDE else f"{day:%a %d %b} {after}, not {before}"
        for day, change, before, after in offer.changes
    )


def _listed(offers: Sequence[Offer]) -> str:
    return ", ".join(one.name or one.agent_id for one in offers)


def record(
    stands: Standing, away: Away, facts: Mapping[str, Any], flags: EditFlags, hours_of_a_change: float | None
) -> None:
    """Take somebody out of the roster, with whoever stands in, after a yes."""
    edited, _, told = take_away(stands, away, facts, flags, hours_of_a_change=hours_of_a_change)
    decide(stands, edited, flags, _with_stand_ins(facts, told), told)


def grant(
    stands: Standing,
    away: Away,
    facts: Mapping[str, Any],
    flags: EditFlags,
    hours_of_a_change: float | None,
    *,
    spare: float,
    anyway: bool,
) -> bool:
    """Say whether leave can be granted, and grant it after a yes; False where it is not, for what is against it."""
    edited, effect, told = take_away(stands, away, facts, flags, hours_of_a_change=hours_of_a_change)
    against = list(_against(stands, edited, effect, away, spare))
    told = {**told, "granted": not against, "against": against}
    if not flags.as_json:
        show_text(
            "can be granted" if not against else "\n".join(["not to be granted:", *(f"  {one}" for one in against)])
        )
    if against and flags.yes and not anyway:
        decide(stands, edited, replace(flags, yes=False, dry_run=True), facts, told)
        say("add --anyway to grant it all the same")
        return False
    decide(stands, edited, flags, _with_stand_ins(facts, told), told)
    return True


def _with_stand_ins(facts: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    names = [one["name"] or one["agent_id"] for one in told.get("offers", ()) if one["taken"]]
    return {**facts, "says": f"{facts['says']}; {', '.join(names)} stand in" if names else facts["says"]}


def _against(stands: Standing, edited: Edited, effect: Effect, away: Away, spare: float) -> Iterator[str]:
    """Why leave cannot be granted: more are off than may be, people lack, or a rule is newly broken."""
    from staffplan.roster.edits.people_off import over_the_limit

    limits, [absence] = stands.workspace.config.leave, away.absences
    days, own = absence.days, absence.agent_id
    yield from over_the_limit(edited.workforce, own, days, limits.people_off_max, limits.group_off_max)
    for day in sorted({one.day for one in effect.days}):
        more = sum(max(one.short_after - one.short_before, 0.0) for one in effect.days if one.day == day)
        if more > max(spare, 0.005):
            yield f"{day:%a %d %b}: {more:.2f} understaffed hours more"
    for breach in effect.rules.broken:
        yield f"{breach.agent_id or 'all'}, {breach.day:%a %d %b}, {breach.rule}: newly broken"
