"""Where to save a share of the cost at the least harm: options run alone and together, each a plan of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from staffplan.errors import ConfigError, StaffplanError
from staffplan.files.lock import locked
from staffplan.files.together import made
from staffplan.plan.directory import PLAN_TOML, OpenPlan, open_existing
from staffplan.process.workers import Workers
from staffplan.progress import OnProgress, silent
from staffplan.scenario.best_set import Chosen, Found, Worth, find
from staffplan.scenario.changes import drafted
from staffplan.scenario.deltas import deltas
from staffplan.scenario.frozen import freeze
from staffplan.scenario.harm import Losses, losses
from staffplan.scenario.measures import Measures, measured
from staffplan.scenario.run import played, processes, refuse_unusable
from staffplan.scenario.steps import Step, run_steps
from staffplan.scenario.words import gains
from staffplan.settings.scenarios import BASE, ScenarioFile, ScenarioSettings
from staffplan.tables.savings import BEST, BOTH, GREEDY, NOT_SURE, Savings

CLOSING = ("opening_hours", "queue_lost")
"""Changes after which contacts are served by nobody; those of a deflection help themselves."""


@dataclass(frozen=True)
class Plans:
    """Where sets of options are run, and what they come to."""

    options: ScenarioFile
    near: Path
    output: Path
    base: Measures
    tests: dict[Chosen, tuple[Measures, Losses]] = field(default_factory=dict)
    errors: dict[Chosen, StaffplanError] = field(default_factory=dict)

    def those(self, chosen: Chosen) -> list[ScenarioSettings]:
        """The options of a set, in the order of the file."""
        return [self.options.scenario[number] for number in sorted(chosen)]

    def step(self, chosen: Chosen) -> Step:
        """A set as one change of the plan."""
        own = self.those(chosen)
        changes = [change.model_dump(mode="json", exclude_none=True) for one in own for change in one.changes]
        name = " + ".join(one.name for one in own)
        folder = own[0].folder if len(own) == 1 else f"together-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        return Step(name, folder, {"changes": changes})

    def one_off_a_year(self, chosen: Chosen) -> float:
        """What is paid once, by the years that it lasts."""
        return sum(one.one_off_cost / one.lasts_years for one in self.those(chosen))

    def saving(self, chosen: Chosen) -> tuple[float, float, float]:
        """Money a year, and between what it lies if the searches had gone to their ends."""
        base, test = self.base, self.tests[chosen][0]
        saved = base.cost_of_a_year - test.cost_of_a_year - self.one_off_a_year(chosen)
        if base.roster == test.roster:
            return saved, saved, saved
        return saved, saved - base.open_cost * base.per_year, saved + test.open_cost * test.per_year

    def worth(self, chosen: Chosen) -> Worth:
        """What the search compares."""
        return Worth(self.saving(chosen)[0], self.tests[chosen][1].points(self.options.harm))


@dataclass(frozen=True)
class SavingsResult:
    """All sets that were run as a table, how they were searched, and the errors of those that cannot be planned."""

    table: Savings
    found: Found
    target: float
    base: Measures
    errors: Mapping[str, StaffplanError]
    cut_short: Sequence[str]
    """Sets whose roster search ended by its time limit."""


def savings(
    plan: OpenPlan,
    options: ScenarioFile,
    source: Path,
    output: Path,
    *,
    target_of: Callable[[float], float],
    runs: int,
    workers: Workers,
    force: bool = False,
    on_progress: OnProgress = silent,
) -> SavingsResult:
    """The set of options of the least harm that saves as much as `target_of` the cost of a year.

    Each set is run whole, with as many people as it needs, in a plan directory under `output`; finished ones are not
    run again. Raises ConfigError with the problems of all options, and UsageError as `freeze` does.
    """
    with made(output), locked(output):
        refuse_unusable(plan, options, source)
        base_hash = freeze(plan, output, force=force)
        frozen = open_existing(output / BASE)
        played(frozen.workspace)
        base = measured(frozen)
        plans, target = Plans(options, source.parent, output, base), target_of(base.cost_of_a_year)

        def run(sets: Sequence[Chosen]) -> Mapping[Chosen, Worth | None]:
            steps = {chosen: plans.step(chosen) for chosen in sets}
            every = list(steps.values())
            errors = run_steps(every, output, base_hash, workers, near=source.parent, on_progress=on_progress)
            for chosen, step in steps.items():
                error = errors[step.folder]
                if error is None:
                    plans.tests[chosen] = _tested(
                        plans, frozen, chosen, measured(open_existing(output / step.folder))
                    )
                else:
                    plans.errors[chosen] = error
            return {chosen: None if chosen in plans.errors else plans.worth(chosen) for chosen in sets}

        at_once = processes(workers, len(options.scenario))
        found = find(
            len(options.scenario), target, run, runs=runs, at_once=at_once, alternatives=alternatives(options)
        )
    errors = {plans.step(chosen).what: error for chosen, error in plans.errors.items()}
    cut = ["the plan as it is"] if base.cut_short else []
    cut += [plans.step(chosen).what for chosen, (test, _) in plans.tests.items() if test.cut_short]
    return SavingsResult(_table(plans, found, target), found, target, base, errors, cut)


def alternatives(options: ScenarioFile) -> list[Chosen]:
    """Options of the same `set`: low, expected and high of one thing are not done together."""
    sets: dict[str, list[int]] = {}
    for number, one in enumerate(options.scenario):
        if one.set is not None:
            sets.setdefault(one.set, []).append(number)
    return [frozenset(numbers) for numbers in sets.values()]


def _tested(plans: Plans, frozen: OpenPlan, chosen: Chosen, test: Measures) -> tuple[Measures, Losses]:
    judged = sum(one.harm for one in plans.those(chosen))
    return test, losses(plans.base, test, not_served=_not_served(plans, frozen, chosen, test), judged=judged)


def _not_served(plans: Plans, frozen: OpenPlan, chosen: Chosen, test: Measures) -> float:
    """Contacts of the plan's days that would come if no hours closed and no queue ended."""
    changes = [change for one in plans.those(chosen) for change in one.changes]
    kept = tuple(change for change in changes if change.change not in CLOSING)
    if len(kept) == len(changes):
        return 0.0
    if not kept:
        return max(0.0, plans.base.contacts - test.contacts)
    open_still = plans.those(chosen)[0].model_copy(update={"changes": kept})
    text = (plans.output / BASE / PLAN_TOML).read_text(encoding="utf-8")
    try:
        draft = drafted(frozen.workspace, text, open_still, open_still.name, plans.near)
    except ConfigError:
        return max(0.0, plans.base.contacts - test.contacts)
    return max(0.0, float(draft.forecast.frame["offered"].sum()) - test.contacts)


def _table(plans: Plans, found: Found, target: float) -> Savings:
    """The chosen sets, then the others that were run: those that reach the target first, each by its harm."""
    rows = [_row(plans, chosen, found, target) for chosen in plans.tests]
    frame = pd.DataFrame(rows, columns=[column.name for column in Savings.columns if column.name != "position"])
    order = frame["chosen_by"].map({BOTH: 0, BEST: 0, GREEDY: 1}).fillna(2.0)
    missed = frame["reaches"].eq("no")
    frame = frame.assign(order=order, missed=missed).sort_values(
        ["order", "missed", "harm", "saving_per_year"], ascending=[True, True, True, False], ignore_index=True
    )
    return Savings.of(frame.assign(position=[float(n) for n in range(1, len(frame) + 1)]))


def _row(plans: Plans, chosen: Chosen, found: Found, target: float) -> dict[str, Any]:
    test, lost = plans.tests[chosen]
    saved, low, high = plans.saving(chosen)
    singles: Iterable[Chosen] = [frozenset([option]) for option in chosen]
    alone = sum(plans.saving(single)[0] for single in singles)
    reaches = "no" if saved < target else "yes" if low >= target else NOT_SURE
    told, whole = gains(deltas(plans.base, test), plans.base.currency), plans.base.cost_of_a_year
    return {
        "what": plans.step(chosen).what,
        "options": float(len(chosen)),
        "chosen_by": _chosen_by(chosen, found),
        "saving_per_year": saved,
        "saving_low": low,
        "saving_high": high,
        "saving_share": saved / whole if whole else 0.0,
        "sum_of_options": alone,
        "reaches": reaches,
        "harm": lost.points(plans.options.harm),
        "harm_error": plans.options.harm.late_contact * lost.late_error,
        "late_contacts": lost.late_contacts,
        "hung_up": lost.hung_up,
        "not_served": lost.not_served,
        "people_fewer": lost.people,
        "broken_rules": lost.broken_rules,
        "refused_wishes": lost.refused_wishes,
        "judged_harm": lost.judged,
        "one_off_cost": sum(one.one_off_cost for one in plans.those(chosen)),
        "owners": ", ".join(dict.fromkeys(one.owner for one in plans.those(chosen))),
        "customers": told["customers"],
        "people": told["people"],
        "folder": plans.step(chosen).folder,
    }


def _chosen_by(chosen: Chosen, found: Found) -> str:
    if chosen == found.best:
        return BOTH if chosen == found.greedy else BEST
    return GREEDY if chosen == found.greedy else ""
