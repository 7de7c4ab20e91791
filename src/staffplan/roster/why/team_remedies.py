"""Ways out of a conflict about rules between people, each tried: with it a roster was found that keeps them then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from staffplan.roster.case.case import Case
from staffplan.roster.rules.between import TeamRule
from staffplan.roster.rules.on_duty import MinimumOnDuty
from staffplan.roster.rules.team import ConcurrentBreaks, MinimumStaff, Seats
from staffplan.roster.rules.tie import Tie
from staffplan.roster.why.changes import with_skill
from staffplan.roster.why.relaxations import Ladder, Step
from staffplan.roster.why.team_conflict import WORK, Clash, Question, concerned, tied_people
from staffplan.roster.why.team_model import bound_model, only_people

MOST_LADDERS, MOST_LEARNERS, MOST_DAYS = 16, 4, 4
"""Things that may be changed, people who could learn a skill and days of a minimum that are tried."""
GIVEN_UP = 2.0
"""What an hour below a minimum costs in the ranking of relaxations.py, or an hour with a seat or a break more."""
LEARNING_HOURS = 80.0
"""And a skill that somebody has to learn."""


Demands = tuple[tuple[TeamRule, int], ...]
"""Rules between people, each with a slot in which it is to be kept."""


@dataclass(frozen=True)
class Way:
    """A change that ends a conflict: the case with it, and which rules hold in which slots."""

    words: str
    cost: float
    case: Case
    demands: Demands


@dataclass(frozen=True)
class _Asked:
    """One conflict, and whether a changed case or changed rules end it."""

    question: Question
    clash: Clash

    @property
    def case(self) -> Case:
        return self.question.case

    @property
    def demands(self) -> Demands:
        return tuple((self.clash.rules[number], slot) for number, slot in self.clash.atoms)

    def slots_of(self, rule: TeamRule) -> list[int]:
        return [slot for mine, slot in self.demands if mine is rule]

    def ended_by(self, case: Case, demands: Demands) -> bool:
        """Whether a roster of the people who can work then was found that keeps these demands."""
        if self.question.seconds() <= 0:
            return False
        problem = self.question.problem if case is self.case else case.problem()
        rules = list(dict.fromkeys(rule for rule, _ in demands))
        slots = self.clash.slots(problem.period.slots)
        there = concerned(problem, rules) & (problem.allowed & self.question.touching(slots)).any(axis=(1, 2))
        there |= tied_people(problem, rules)
        model = bound_model(only_people(problem, there), rules, case.site.calendar, slots)
        atoms = {(rules.index(rule), slot) for rule, slot in demands} & set(model.atoms)
        return model.possible((), atoms, work=WORK, seconds=self.question.seconds()) is True


def ways_out(question: Question, clash: Clash) -> list[Way]:
    """The cheapest first."""
    asked = _Asked(question, clash)
    if clash.without_seat:
        eased_ways = [_eased_on(asked, rule, asked.slots_of(rule)) for rule in clash.broken]
        return sorted((way for way in eased_ways if way), key=lambda way: way.cost)
    easier = list(given_up(asked))
    single = [way for ladder in _ladders(asked) if (way := least_way(asked, ladder))]
    found = [*easier, *(single or together(asked, easier)), *taught(asked)]
    return sorted(found, key=lambda way: way.cost)


def _ladders(asked: _Asked) -> list[Ladder]:
    """What of the conflict somebody could decide."""
    keys = list(dict.fromkeys(bond.key for bond in asked.clash.bonds))[:MOST_LADDERS]
    ladders = asked.question.ladders
    return [ladder for key in keys for ladder in ladders.get(key, ()) if ladder.open_to_change]


def least_way(asked: _Asked, ladder: Ladder) -> Way | None:
    step = _least_step(asked, asked.case, ladder, asked.demands)
    return None if step is None else Way(step.words, step.cost, step.apply(asked.case), asked.demands)


def _least_step(asked: _Asked, case: Case, ladder: Ladder, demands: Demands) -> Step | None:
    """The first step that ends the conflict; each allows what those before it do, so that halving finds it."""

    def ends(steps: int) -> bool:
        return asked.ended_by(ladder.steps[steps - 1].apply(case), demands)

    low, high = 0, len(ladder.steps)
    if not ends(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if ends(middle) else (middle, high)
    return ladder.steps[high - 1]


def together(asked: _Asked, easier: Sequence[Way]) -> list[Way]:
    """Where no single change is enough for a minimum: person by person the cheapest change that brings one more.
    easier: the ways that ease the rule, which tell how many can be there."""
    [rule, *others] = asked.clash.broken
    left = {other.people for way in easier for other, _ in way.demands if isinstance(other, MinimumStaff)}
    if others or not isinstance(rule, MinimumStaff) or len(left) != 1:
        return []
    case, words, cost = asked.case, [], 0.0
    for people in range(min(left) + 1, rule.people + 1):
        wanted = _in_place_of(asked.demands, rule, replace(rule, people=people))
        steps = [step for ladder in _ladders(asked) if (step := _least_step(asked, case, ladder, wanted))]
        if not steps:
            return []
        step = min(steps, key=lambda one: one.cost)
        case, cost = step.apply(case), cost + step.cost
        words.append(step.words)
    return [Way("; and ".join(words), cost, case, asked.demands)] if len(words) > 1 else []


def _in_place_of(demands: Demands, rule: TeamRule, other: TeamRule, slots: Sequence[int] | None = None) -> Demands:
    """Another rule for one, in some of its slots or in all."""
    return tuple(
        (other, slot) if mine is rule and (slots is None or slot in slots) else (mine, slot) for mine, slot in demands
    )


def given_up(asked: _Asked) -> Iterator[Way]:
    """Each rule of the conflict eased, just as far as needed, on one of the conflict's days: the cheapest of them."""
    for rule in asked.clash.broken:
        by_day: dict[int, list[int]] = {}
        for mine, slot in asked.demands:
            if mine is rule:
                by_day.setdefault(asked.question.day_of(slot), []).append(slot)
        days = sorted(by_day.values(), key=len)[:MOST_DAYS]
        ways = [way for slots in days if (way := _eased_on(asked, rule, slots))]
        yield from sorted(ways, key=lambda way: way.cost)[:1]


def _eased_on(asked: _Asked, rule: TeamRule, slots: Sequence[int]) -> Way | None:
    hours, there = len(slots) * asked.question.problem.period.slot_hours, asked.clash.there
    first = max(asked.clash.without_seat, 1)
    if isinstance(rule, MinimumStaff) and there is not None:
        first = max(rule.people - len(there), 1)
    for by in range(first, most_steps(rule, len(asked.question.problem.people)) + 1):
        other = eased(rule, by)
        demands = _in_place_of(asked.demands, rule, other, slots)
        if asked.ended_by(asked.case, demands):
            whole = set(slots) == {slot for _, slot in asked.demands}
            words = f"{eased_words(rule, other)} {'then' if whole else 'on ' + asked.question.when(slots)}"
            return Way(words, GIVEN_UP * by * hours, asked.case, demands)
    return None


def least_eased(clash: Clash) -> list[str]:
    """What by the count of heads alone must be given up at least, of minimums against seats."""
    return [eased_words(rule, eased(rule, clash.without_seat)) for rule in clash.broken if _can_give(rule, clash)]


def _can_give(rule: TeamRule, clash: Clash) -> bool:
    return not isinstance(rule, MinimumStaff) or rule.people >= clash.without_seat


def most_steps(rule: TeamRule, people: int) -> int:
    if isinstance(rule, Tie):
        return rule.steps
    return rule.people if isinstance(rule, MinimumStaff) else people


def eased(rule: TeamRule, by: int) -> TeamRule:
    match rule:
        case MinimumStaff(people=people):
            return replace(rule, people=people - by)
        case Tie():
            return rule.eased(by)
        case Seats(most=most):
            return replace(rule, most=most + by)
        case ConcurrentBreaks(most=most):
            return replace(rule, most=by + (most or 0), share=None)
        case _:
            raise TypeError(f"{rule} is not a rule that can be relaxed")


def eased_words(rule: TeamRule, other: TeamRule) -> str:
    match rule, other:
        case MinimumStaff(people=before, group=group), MinimumStaff(people=people):
            return f"{people or 'nobody'} instead of {before} on queue for {group}"
        case MinimumOnDuty(), MinimumOnDuty(people=people):
            return f"{people or 'nobody'} instead of {rule.people} {rule.who} on duty"
        case Tie(), Tie():
            return f"without {rule.words}"
        case Seats(most=before), Seats(most=most):
            return f"{most} seats instead of {before}"
        case _, ConcurrentBreaks(most=most):
            return f"{most} on break at once"
        case _:
            raise TypeError(f"{rule} and {other} are not of one kind")


def taught(asked: _Asked) -> Iterator[Way]:
    """People who would be enough if they had the skill that a minimum asks for."""
    for rule in asked.clash.broken:
        group = rule.group if isinstance(rule, MinimumStaff) else ""
        others = [person for person in asked.question.problem.people if group and group not in person.skills]
        for person in others[:MOST_LEARNERS]:
            case = with_skill(asked.case, person.agent_id, group)
            if asked.ended_by(case, asked.demands):
                yield Way(f"{person.agent_id} learns to serve {group}", LEARNING_HOURS, case, asked.demands)
                break
