"""What a reader of a mix of shifts should know: what was assumed, what is left out, where people are missing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from staffplan.errors import Note
from staffplan.roster.shifts.crews import Demand, kept_rules
from staffplan.roster.shifts.positions import Staffed, worked
from staffplan.roster.shifts.reach import spans_in_words
from staffplan.settings.roster import RosterSettings

STEP = "shifts"


def mix_notes(
    result: Staffed, demand: Demand, settings: RosterSettings, *, gap: float, sought: float, time_off_share: float
) -> tuple[Note, ...]:
    return (
        *_assumptions(result, demand, time_off_share),
        *_left_out(demand, settings),
        *_proof(gap, sought),
        *_missing(result, demand),
        *_idle(result, demand),
    )


def _assumptions(result: Staffed, demand: Demand, time_off_share: float) -> Iterator[Note]:
    end = int(demand.period.day_slot[-1])
    problem = demand.problem
    last = [
        option
        for tours in result.tours.values()
        for day, option in worked(tours)
        if int(problem.option_slot[option, day]) + problem.options[option].slots > end
    ]
    if last and demand.repeats:
        message = "hours after the end of the last day are counted on the first morning, as if the weeks repeat"
        yield Note(STEP, "assumption", "nights", message)
    if len(problem.groups) > 1:
        yield Note(STEP, "assumption", "planning groups", "each person serves one planning group")
    if time_off_share:
        message = f"heads_with_time_off adds the {100 * time_off_share:.3g} % of paid time off that a roster contains"
        yield Note(STEP, "assumption", "time off", f"{message}; heads, hours and cost are of the people at work")


def _left_out(demand: Demand, settings: RosterSettings) -> Iterator[Note]:
    kept = list(kept_rules(settings.rules))
    lost = sorted({str(rule.rule) for rule in settings.rules if rule not in kept})
    if lost:
        message = f"preferences, and rules for named agents, are ignored: {', '.join(lost)}"
        yield Note(STEP, "left out", "roster.rules", message)
    message = "rest and days in a row are checked inside the period, not across its end"
    yield Note(STEP, "left out", "ends of the period", message)
    idle = sorted({crew.work_plan for crew in demand.crews} - {c.work_plan for c in demand.crews if c.options.any()})
    for plan in idle:
        message = "no sequence of its shifts satisfies every rule, or none is needed: nobody has this contract"
        yield Note(STEP, "warning", f"work_plans.{plan}", message)


def _proof(gap: float, sought: float) -> Iterator[Note]:
    if gap > sought * 1.001:
        message = f"the time limit was reached: at most {100 * gap:.2g} % from the best possible shift mix"
        yield Note(STEP, "warning", "search", message)


def _missing(result: Staffed, demand: Demand) -> Iterator[Note]:
    for number, group in enumerate(demand.problem.groups):
        missing = result.missing[number]
        for words, slots in spans_in_words(np.asarray(missing > 0), demand.period):
            hours = float(missing[slots].sum()) * demand.period.slot_hours
            message = f"{hours:.3g} understaffed hours, by up to {missing[slots].max():.3g} people"
            yield Note(STEP, "broken promise", f"{group} {words}", message)


def _idle(result: Staffed, demand: Demand) -> Iterator[Note]:
    """Shifts that reach into hours in which nobody of their planning group is needed."""
    problem = demand.problem
    for number, group in enumerate(problem.groups):
        idle = 0
        for crew, tours in result.tours.items():
            for day, option in worked(tours) if demand.crews[crew].group == number else ():
                first = int(problem.option_slot[option, day])
                idle += demand.idle_slots(number, first, problem.options[option].slots)
        if idle:
            hours = idle * demand.period.slot_hours
            message = f"{hours:,.4g} h of the shifts lie where nobody of the group is needed"
            yield Note(STEP, "assumption", group, message)
