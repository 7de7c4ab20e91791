"""Who somebody can swap with: those that breaking no rule leaves, in the order of what it costs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from commands import Run
from staffplan.plan import partners as partners_of_plan
from staffplan.plan.edit_effect import Effect, effect_of
from staffplan.plan.edits import Edited, Standing, standing
from staffplan.plan.partners import partners
from staffplan.roster.edits.changes import Change, swaps_of, wanted
from staffplan.roster.edits.place import placed


def an_early_day(stands: Standing) -> tuple[str, date]:
    """Somebody who works half a day, as another one does at another time, and the day."""
    frame = stands.roster.shifts.frame
    row = frame[frame["shift"].str.startswith("half")].iloc[0]
    return str(row["agent_id"]), row["schedule_date"].date()


def everybody(stands: Standing) -> list[str]:
    return [str(one) for one in stands.case.workforce.agents.frame["agent_id"]]


def effects(stands: Standing, swap: Change, *, with_days: bool) -> Effect:
    made = placed(stands.case, stands.roster, wanted(swap, stands.roster))
    return effect_of(stands, Edited(made.roster, stands.case.workforce), with_days=with_days)


def test_those_are_listed_with_whom_the_whole_swap_breaks_nothing_new(planned: Path) -> None:
    stands = standing(planned / "plan")
    agent_id, day = an_early_day(stands)
    swaps = swaps_of(Change("swap", agent_id, (day,)), everybody(stands), stands.roster)
    found = partners(stands, Change("swap", agent_id, (day,)))
    made = {swap.other: effects(stands, swap, with_days=False) for swap in swaps}
    free = {
        other: effect.cents
        for other, effect in made.items()
        if not effect.rules.broken and all(one.by == "by less" for one in effect.rules.still)
    }
    assert found.tried == len(swaps) > 0
    assert {one.agent_id: one.cents for one in found.found} == free
    ranks = [(one.misses, one.short_hours, one.cents) for one in found.found]
    assert ranks == sorted(ranks)
    best = found.found[0]
    days = effects(stands, Change("swap", agent_id, (day,), other=best.agent_id), with_days=True).days
    assert sum(one.short_after - one.short_before for one in days if one.day == day) == pytest.approx(
        best.short_hours
    )


def test_a_colleague_whose_day_is_locked_is_not_tried(
    planned: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = planned / "plan"
    agent_id, day = an_early_day(standing(plan))
    change, tried = Change("swap", agent_id, (day,)), list[str]()
    monkeypatch.setattr(partners_of_plan, "_tried", lambda stands, swap, *_: tried.append(swap.other) or ())
    assert partners(standing(plan), change).tried == len(tried) > 1
    other = tried.pop()
    assert run("lock", plan, other, day, "--yes", "--later").code == 0
    first = list(tried)
    tried.clear()
    partners(standing(plan), change)
    assert tried == first


def test_what_has_no_place_beside_it_is_refused_all_at_once(planned: Path, run: Run) -> None:
    refused = run("swap", planned / "plan", "F1", "F2", "2026-03-02", "--with-anyone", "--yes")
    assert refused.code == 2
    assert "two people are named" in refused.err
    assert "--yes" in refused.err
    assert "no day is named" in run("swap", planned / "plan", "F1", "F2").err
