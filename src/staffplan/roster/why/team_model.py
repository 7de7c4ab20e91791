"""Whether people can keep a rule between them, as CP-SAT decides it: shifts of everybody, pauses by their number.

Pauses of people with the same skills on the same shift are counted, not named: so many begin at each place. Taken in
order, the numbers can be shared out to people exactly where each pause has, up to any place, no more begun than the
pause before it has ended (pair the first with the first, and so on). Nothing is minimised.

Every bond and every slot of a rule has a literal, so that each can be left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python import cp_model

from staffplan.clock import SiteCalendar
from staffplan.roster.problem.problem import RosterProblem, ShiftOption
from staffplan.roster.problem.ties import Row
from staffplan.roster.problem.worked import Works
from staffplan.roster.rules import DailyRest, Rule, rules_of
from staffplan.roster.rules.between import SlotLimit, SlotSums, TeamRule
from staffplan.roster.rules.team import MinimumStaff
from staffplan.roster.rules.tie import Tie
from staffplan.roster.search.rule_model import add_one_shift_a_day, add_rule
from staffplan.roster.why.bonds import Bond

ALL = ""
"""The name under which sums over everybody stand."""
Atom = tuple[int, int]
"""Number of a rule between people, and a slot in which it holds."""


@dataclass(frozen=True)
class TeamModel:
    """A model with its literals: of the bonds, by their place, and of the rules between people by slot."""

    model: cp_model.CpModel
    bonds: tuple[Any, ...]
    atoms: Mapping[Atom, Any]

    def possible(self, bonds: Iterable[int], atoms: Iterable[Atom], *, work: float, seconds: float) -> bool | None:
        """Whether there is a roster with just these; None where that is not known in the time."""
        copy = self.model.clone()
        on = {self.bonds[n].index for n in bonds} | {self.atoms[atom].index for atom in atoms}
        for literal in (*self.bonds, *self.atoms.values()):
            copy.add(copy.get_bool_var_from_proto_index(literal.index) == int(literal.index in on))
        return _solved(copy, work, seconds)[0]

    def core(
        self, bonds: Iterable[int], atoms: Iterable[Atom], *, work: float, seconds: float
    ) -> tuple[list[int], list[Atom]] | None:
        """Those of them that the solver's proof of a conflict names, not yet the fewest; None: no proof."""
        named = {self.bonds[n].index: n for n in bonds}
        held = {self.atoms[atom].index: atom for atom in atoms}
        copy = self.model.clone()
        copy.add_assumptions([copy.get_bool_var_from_proto_index(index) for index in (*named, *held)])
        possible, core = _solved(copy, work, seconds)
        if possible is not False:
            return None
        return [named[i] for i in core if i in named], [held[i] for i in core if i in held]


def _solved(model: cp_model.CpModel, work: float, seconds: float) -> tuple[bool | None, list[int]]:
    """Whether it has a solution, and where not the assumptions that are enough for that."""
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.max_deterministic_time = work
    solver.parameters.max_time_in_seconds = max(seconds, 0.0)
    solver.parameters.catch_sigint_signal = False
    match solver.solve(model):
        case cp_model.OPTIMAL | cp_model.FEASIBLE:
            return True, []
        case cp_model.INFEASIBLE:
            return False, list(solver.sufficient_assumptions_for_infeasibility())
        case cp_model.UNKNOWN:
            return None, []
        case status:
            raise RuntimeError(f"CP-SAT refuses the model of a rule: {solver.status_name(status)}")


def bound_model(
    problem: RosterProblem, team: Sequence[TeamRule], calendar: SiteCalendar, slots: NDArray[np.bool_]
) -> TeamModel:
    """Everybody under all that binds them. slots, (slots,): where the rules between people are asked for."""
    everything = {person.agent_id: rules_of(person) for person in problem.people}
    return _made(problem, problem.allowed, everything, (), team, calendar, slots)


def loose_model(
    problem: RosterProblem,
    unbound: NDArray[np.bool_],
    bonds: Sequence[Bond],
    team: Sequence[TeamRule],
    calendar: SiteCalendar,
    slots: NDArray[np.bool_],
) -> TeamModel:
    """The same, each bond by a literal of its own. Shifts never overlap. `unbound`: (people, days, options); `slots`:
    (slots,)."""
    always: dict[str, tuple[Rule, ...]] = {person.agent_id: (DailyRest(0),) for person in problem.people}
    return _made(problem, unbound, always, bonds, team, calendar, slots)


def _made(
    problem: RosterProblem,
    allowed: NDArray[np.bool_],
    always: Mapping[str, Sequence[Rule]],
    bonds: Sequence[Bond],
    team: Sequence[TeamRule],
    calendar: SiteCalendar,
    slots: NDArray[np.bool_],
) -> TeamModel:
    model = cp_model.CpModel()
    works = {
        (problem.people[a].agent_id, d, problem.options[o].key): model.new_bool_var("")
        for a, d, o in np.argwhere(allowed).tolist()
    }
    for person in problem.people:
        add_one_shift_a_day(model, works, problem, person)
        for rule in always[person.agent_id]:
            if rule.weight is None:
                add_rule(model, works, problem, person, rule)
    literals = _bind(model, problem, works, bonds)
    sums, never = slot_sums(model, problem, works, team, slots), model.new_constant(0)
    atoms: dict[Atom, Any] = {}
    for number, team_rule in enumerate(team):
        rows = team_rule.rows(replace(problem, allowed=allowed), calendar) if isinstance(team_rule, Tie) else ()
        for limit in (
            *team_rule.limits(sums, problem.period, calendar),
            *(row_limit(row, works, problem) for row in rows),
        ):
            atom = (number, limit.slot)
            if slots[limit.slot] and atom not in atoms:
                atoms[atom] = model.new_bool_var("")
            add_limit(model, limit, atoms.get(atom, never))
    return TeamModel(model, literals, atoms)


def row_limit(row: Row, works: Works, problem: RosterProblem) -> SlotLimit:
    """A row of a rule between named people over the model's variables."""
    keys = [(problem.people[p].agent_id, d, problem.options[o].key) for p, d, o, _ in row.terms]
    total = cp_model.LinearExpr.weighted_sum([works[key] for key in keys], [times for *_, times in row.terms])
    return SlotLimit(row.slot, (total >= row.least,))


def _bind(model: cp_model.CpModel, problem: RosterProblem, works: Works, bonds: Sequence[Bond]) -> tuple[Any, ...]:
    """A literal for each bond; where it is true the bond holds."""
    people = {person.agent_id: person for person in problem.people}
    literals = []
    for bond in bonds:
        literal = model.new_bool_var("")
        literals.append(literal)
        if bond.rule is not None:
            for constraint in add_rule(model, works, problem, people[bond.agent_id], bond.rule).constraints:
                constraint.only_enforce_if(literal)
        for d, o in () if bond.forbids is None else np.argwhere(bond.forbids).tolist():
            key = (bond.agent_id, d, problem.options[o].key)
            if key in works:
                model.add_implication(literal, ~works[key])
    return tuple(literals)


def add_limit(model: cp_model.CpModel, limit: SlotLimit, literal: Any) -> None:
    """Where the literal is true, one of the inequalities holds."""
    [*others, last] = limit.either
    instead = [model.new_bool_var("") for _ in others]
    for inequality, chosen in zip(others, instead, strict=True):
        model.add(inequality).only_enforce_if(chosen)
    model.add(last).only_enforce_if([literal, *(~chosen for chosen in instead)])


class _Terms:
    """Terms of the sums over people, by a name and a slot."""

    def __init__(self) -> None:
        self.of: dict[tuple[Any, int], list[Any]] = defaultdict(list)

    def sums(self, names: Iterable[Any], slots: int) -> list[Any]:
        """By slot, over all these names."""
        terms = [[term for name in names for term in self.of.get((name, slot), ())] for slot in range(slots)]
        return [cp_model.LinearExpr.sum(some) if some else 0 for some in terms]


def slot_sums(
    model: cp_model.CpModel,
    problem: RosterProblem,
    works: Works,
    team: Sequence[TeamRule],
    slots: NDArray[np.bool_],
) -> SlotSums:
    """Sums over the people in the slots that are asked for; in the others they are 0. `slots`: (slots,)."""
    house, away, queue = _Terms(), _Terms(), _Terms()
    masks = problem.skillsets[problem.skillset_of]
    for mask in np.unique(masks).tolist():
        members = [problem.people[n].agent_id for n in np.flatnonzero(masks == mask).tolist()]
        for o, option in enumerate(problem.options):
            serves = mask & int(problem.option_groups[o])
            for d in range(problem.period.days):
                first = int(problem.option_slot[o, d])
                inside = [n for begin, end in option.there for n in range(begin, end) if slots[first + n]]
                mine = [works[key] for who in members if (key := (who, d, option.key)) in works]
                if not inside or not mine:
                    continue
                pausing = count_pauses(model, option, mine)
                for n in inside:
                    house.of[mask, first + n] += mine
                    away.of[mask, first + n] += pausing[n]
                    queue.of[serves, first + n] += [*mine, *(-one for one in pausing[n])]
    size, known = problem.period.slots, np.unique(masks).tolist()
    groups = {name: [m for m in known if m >> g & 1] for g, name in enumerate(problem.groups)} | {ALL: known}
    return SlotSums(
        {name: house.sums(those, size) for name, those in groups.items()},
        {name: away.sums(those, size) for name, those in groups.items()},
        _on_queue(model, problem, queue, team, slots),
    )


def count_pauses(model: cp_model.CpModel, option: ShiftOption, mine: Sequence[Any]) -> list[list[Any]]:
    """For each slot of a shift the numbers of those who began a pause that covers it."""
    covering: list[list[Any]] = [[] for _ in range(option.slots)]
    before: tuple[int, dict[int, Any]] | None = None
    for pause in option.pauses:
        begin = {at: model.new_int_var(0, len(mine), "") for at in range(pause.earliest, pause.latest + 1)}
        model.add(sum(begin.values()) == sum(mine))
        if before is not None:
            length, earlier = before
            for at in begin:
                begun = [number for start, number in begin.items() if start <= at]
                ended = [number for start, number in earlier.items() if start + length <= at]
                model.add(sum(begun) <= sum(ended))
        for start, number in begin.items():
            for n in range(start, start + pause.slots):
                covering[n].append(number)
        before = (pause.slots, begin)
    return covering


def _on_queue(
    model: cp_model.CpModel, problem: RosterProblem, queue: _Terms, team: Sequence[TeamRule], slots: NDArray[np.bool_]
) -> dict[str, list[Any]]:
    """By group: whoever can serve it where only one group is asked for; else everybody serves one of theirs."""
    size, wanted = problem.period.slots, {rule.group for rule in team if isinstance(rule, MinimumStaff)}
    masks = sorted({mask for mask, _ in queue.of})
    able = {name: [m for m in masks if m >> g & 1] for g, name in enumerate(problem.groups)}
    if len(wanted) == 1:
        return {name: queue.sums(able.get(name, ()), size) for name in wanted}
    serving = _Terms()
    for mask in masks:
        names = [name for name in sorted(wanted) if mask in able.get(name, ())]
        sums = queue.sums([mask], size)
        for slot in np.flatnonzero(slots).tolist() if names else ():
            parts = [model.new_int_var(0, len(problem.people), "") for _ in names]
            model.add(sum(parts) <= sums[slot])
            for name, part in zip(names, parts, strict=True):
                serving.of[name, slot].append(part)
    return {name: serving.sums([name], size) for name in wanted}


def only_people(problem: RosterProblem, kept: NDArray[np.bool_]) -> RosterProblem:
    """The same problem for some of its people only; `kept` is (people,)."""
    return replace(
        problem,
        people=tuple(person for person, mine in zip(problem.people, kept.tolist(), strict=True) if mine),
        skillset_of=problem.skillset_of[kept],
        allowed=problem.allowed[kept],
        why_not=tuple(days for days, mine in zip(problem.why_not, kept.tolist(), strict=True) if mine),
        paid_minutes_min=problem.paid_minutes_min[kept],
        paid_minutes_max=problem.paid_minutes_max[kept],
        circles=tuple(replace(circle, counts=circle.counts[kept]) for circle in problem.circles),
        ties=problem.ties.only(kept),
    )
