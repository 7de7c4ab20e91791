"""`staffplan cost` of a roster that was made for another requirement: refused, unless it is said to be a scenario."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import Run


def edit(path: Path, old: str, new: str, count: int = -1) -> None:
    text = path.read_text(encoding="utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def told(folder: Path) -> list[str]:
    """What the cost has to say of its roster."""
    notes = json.loads((folder / "plan" / "manifest.json").read_text())["steps"]["cost"]["notes"]
    return [note["message"] for note in notes if note["place"] == "roster_shifts.csv"]


def test_a_roster_of_another_requirement_is_costed_as_a_scenario_alone(planned: Path, run_in: Run):
    plan = planned / "plan"
    before = (plan / "cost.csv").read_bytes()
    with (plan / "requirement.csv").open("a") as file:
        file.write("\n")
    refused = run_in(planned, "cost", "plan")
    assert (refused.code, refused.out) == (4, "")
    assert "plan/roster_shifts.csv: the roster was made for another requirement.csv" in refused.err
    assert "--scenario" in refused.err
    assert (plan / "cost.csv").read_bytes() == before
    costed = run_in(planned, "cost", "plan", "--scenario")
    assert costed.code == 0
    assert told(planned) == [
        "the cost is that of a scenario: the roster was made for another requirement.csv than the plan has now"
    ]


def test_shifts_changed_by_hand_are_still_of_the_requirement(planned: Path, run_in: Run):
    (first, *rest) = (planned / "plan" / "roster_activities.csv").read_text(encoding="utf-8-sig").splitlines()
    agent = rest[0].split(",")[0]
    kept = [first, *(row for row in rest if not row.startswith(f"{agent},"))]
    (planned / "plan" / "roster_activities.csv").write_text("\n".join(kept) + "\n")
    assert run_in(planned, "cost", "plan").code == 0
    assert told(planned) == []


@pytest.mark.parametrize(
    ("files", "old", "new", "said"),
    [
        (("roster_shifts.csv", "roster_activities.csv"), "2026-03-0", "2026-04-0", "has shifts from 2026-04-02 to"),
        (("roster_activities.csv",), ",queue,phone", ",queue,fax", "planning groups that requirement.csv does not"),
        (("roster_shifts.csv", "roster_activities.csv"), "\nF", "\nX", "none of its"),
    ],
)
def test_what_does_not_belong_together_is_told_whatever_the_manifest_knows(
    planned: Path, run_in: Run, files: tuple[str, ...], old: str, new: str, said: str
):
    for name in files:
        path = planned / "plan" / name
        edit(path, old, new)
        if new == "\nX":
            edit(path, "\nP", "\nY")
    refused = run_in(planned, "cost", "plan")
    assert refused.code == 4, refused.err
    assert said in refused.err
