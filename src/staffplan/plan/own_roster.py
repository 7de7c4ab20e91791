"""Whether the roster of a plan was made for the plan's own requirement: a cost of another one answers no question."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from staffplan.errors import DataError, Problem, listed, place_of
from staffplan.files.disk import sha256
from staffplan.plan.manifest import Manifest
from staffplan.plan.workspace import Workspace
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import RosterActivities, RosterShifts


def foreign_roster(workspace: Workspace, manifest: Manifest) -> list[str]:
    """Why the roster is not one of this requirement, in words; none where it is.

    The manifest knows for which requirement.csv it was made; shifts that were changed by hand since are still of it.
    Whatever the manifest says, the days, planning groups and people of the files must belong together.
    """
    return [*_made_for_another(workspace, manifest), *_strange(workspace)]


def refuse_foreign_roster(workspace: Workspace, manifest: Manifest) -> None:
    """Raise DataError where the roster was made for another requirement; nothing where the plan has no roster yet."""
    names = (RosterShifts.file_name, RosterActivities.file_name, StaffingRequirement.file_name)
    if not all((workspace.folder / name).is_file() for name in names):
        return
    again = f"staffplan plan {workspace.config_place} -o {place_of(workspace.folder)}"
    hint = f"make it anew: {again}; or cost it as it is, as a scenario: --scenario"
    place = place_of(workspace.folder / RosterShifts.file_name)
    if reasons := foreign_roster(workspace, manifest):
        raise DataError(Problem(place, reason, hint) for reason in reasons)


def _made_for_another(workspace: Workspace, manifest: Manifest) -> Iterator[str]:
    record, name = manifest.steps.get("roster"), StaffingRequirement.file_name
    made_for = None if record is None else record.inputs.get(name)
    if made_for is not None and made_for != sha256(workspace.folder / name):
        yield f"the roster was made for another {name} than the plan has now"


def _strange(workspace: Workspace) -> Iterator[str]:
    """Days, planning groups and people of the roster that the plan does not have."""
    roster, required = workspace.roster(), workspace.table(StaffingRequirement).frame
    days, first, last = roster.shifts.frame["schedule_date"], workspace.planned.first, workspace.planned.last
    if len(days) and (days.min() < pd.Timestamp(first) or days.max() > pd.Timestamp(last)):
        yield f"it has shifts from {days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}, the plan is of {first} to {last}"
    doing = roster.activities.frame
    groups = set(doing.loc[doing["activity"] == "queue", "planning_group"]) - {""}
    if strange := sorted(groups - set(required["planning_group"])):
        yield f"it serves planning groups that {StaffingRequirement.file_name} does not have: {listed(strange)}"
    people, known = set(roster.shifts.frame["agent_id"]), set(workspace.workforce.agents.frame["agent_id"])
    if people and not people & known:
        yield f"none of its {len(people)} people is in the plan's file of agents"
