"""Who somebody can swap with: those that breaking no rule leaves, in the order of what it costs."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from commands import Run
from staffplan.plan.edit_effect import effect_of
from staffplan.plan.edits import Edited, Standing, standing
from staffplan.plan.partners import partners
from staffplan.roster.edits.changes import Change, swaps_of, wanted
from staffplan.roster.edits.place import placed


def an_early_day(stands: Standing) -> tuple[str, date]:
    """Somebody with a shift, and its day."""
    row = stands.roster.shifts.frame.iloc[0]
    return str(row["agent_id"]), row["schedule_date"].date()


def test_those_are_listed_with_whom_the_whole_swap_breaks_nothing_new(planned: Path) -> None:
    stands = standing(planned / "plan")
    agent_id, day = an_early_day(stands)
    change = Change("swap", agent_id, (day,))
    everybody = stands.case.workforce.agents.frame["agent_id"].tolist()
    free, cents, short = set[str](), dict[str, int](), dict[str, float]()
    swaps = swaps_of(change, everybody, stands.roster)
    for swap in swaps:
        made = placed(stands.case, stands.roster, wanted(swap, stands.roster))
        effect = effect_of(stands, Edited(made.roster, stands.case.workforce))
        if not effect.rules.broken and all(one.by == "by less" for one in effect.rules.still):
            free.add(swap.other)
            cents[swap.other] = effect.cents
            short[swap.other] = sum(one.short_after - one.short_before for one in effect.days if one.day == day)
    found = partners(stands, change)
    assert found.tried == len(swaps) > 0
    assert {one.agent_id for one in found.found} == free
    assert {one.agent_id: one.cents for one in found.found} == cents
    for one in found.found:
        assert abs(one.short_hours - short[one.agent_id]) < 1e-6
    ranks = [(one.misses, one.short_hours, one.cents) for one in found.found]
    assert ranks == sorted(ranks)


def test_a_colleague_whose_day_is_locked_is_not_tried(planned: Path, run: Run) -> None:
    plan = planned / "plan"
    stands = standing(plan)
    agent_id, day = an_early_day(stands)
    listed = json.loads(run("swap", plan, agent_id, day, "--with-anyone", "--json").out)
    other = swaps_of(
        Change("swap", agent_id, (day,)), stands.case.workforce.agents.frame["agent_id"].tolist(), stands.roster
    )[0].other
    assert run("lock", plan, other, day, "--yes", "--later").code == 0
    again = json.loads(run("swap", plan, agent_id, day, "--with-anyone", "--json").out)
    assert again["tried"] == listed["tried"] - 1
    assert other not in {one["agent_id"] for one in again["partners"]}


def test_what_has_no_place_beside_it_is_refused_all_at_once(planned: Path, run: Run) -> None:
    refused = run("swap", planned / "plan", "F1", "F2", "2026-03-02", "--with-anyone", "--yes")
    assert refused.code == 2
    assert "two people are named" in refused.err
    assert "--yes" in refused.err
    assert "no day is named" in run("swap", planned / "plan", "F1", "F2").err
