"""The frozen base: a finished plan copied as it is, with a hash of all that it was made from and holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from staffplan.errors import Problem, UsageError, place_of
from staffplan.files.disk import sha256
from staffplan.files.together import write_together
from staffplan.plan.directory import PLAN_TOML, OpenPlan, open_existing, settings_as_used
from staffplan.plan.manifest import FILE_NAME, manifest_bytes, read_manifest
from staffplan.plan.run import status
from staffplan.plan.steps import STEPS
from staffplan.settings.scenarios import BASE
from staffplan.tables.people import Absences

COMPARED = STEPS[:-1]
"""The steps whose files scenarios are made from; each report is made when it is asked for."""
HASH = "base.json"
LIST = "scenarios.json"


def base_files(plan: OpenPlan) -> dict[str, bytes]:
    """The plan's own files, but for the report, the settings and the manifest."""
    folder = plan.workspace.folder
    names = [*(name for step in COMPARED for name in step.makes), Absences.file_name]
    return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}


def base_hash(plan: OpenPlan) -> str:
    """A hash of what every step was made from, of the settings, and of the files as they are now."""
    records = {step.name: plan.manifest.steps[step.name] for step in COMPARED if step.name in plan.manifest.steps}
    made = {name: (dict(record.inputs), dict(record.settings)) for name, record in records.items()}
    files = {name: hashlib.sha256(data).hexdigest() for name, data in base_files(plan).items()}
    return hashlib.sha256(json.dumps([made, files], sort_keys=True).encode()).hexdigest()


def open_base(folder: Path) -> OpenPlan:
    """A finished plan to start from. Raises UsageError where it has no people, or a step is not up to date."""
    plan = open_existing(folder)
    place = place_of(folder)
    if not plan.workspace.has_people:
        raise UsageError(Problem(place, "is a plan without people", "give agents.csv rows, and plan again"))
    states = status(plan.workspace, plan.manifest)
    due = [f"{state.name} ({'; '.join(state.reasons)})" for state in states if state.state in ("stale", "not run")]
    due = [text for text, state in zip(due, due, strict=True) if not state.startswith("report ")]
    if due:
        again = f"staffplan plan {plan.workspace.config_place} -o {place}"
        raise UsageError(Problem(place, f"is not up to date: {', '.join(due)}", f"run first: {again}"))
    return plan


def freeze(plan: OpenPlan, output: Path, *, force: bool) -> str:
    """Copy the plan into the folder of the scenarios; gives its hash.

    Raises UsageError where scenarios of another plan, or of this plan before it changed, are in the folder, unless
    `force`.
    """
    now, before = base_hash(plan), frozen_hash(output)
    folder = output / BASE
    if before not in (None, now) and not force:
        place = place_of(plan.workspace.folder)
        said = f"{place} is not the plan that these scenarios were made from, or it was changed since"
        hint = "give another folder with -o; or --force to make all scenarios again from the plan as it is now"
        raise UsageError(Problem(place_of(output), said, hint))
    if before == now and (folder / FILE_NAME).is_file():
        return now
    text = (plan.workspace.folder / PLAN_TOML).read_text(encoding="utf-8")
    settings = settings_as_used(text, plan.workspace.folder / PLAN_TOML, folder, {}).encode()
    own_hash = hashlib.sha256(settings).hexdigest()
    kept = {name: record for name, record in plan.manifest.steps.items() if name != STEPS[-1].name}
    manifest = replace(plan.manifest, config=PLAN_TOML, overrides={}, plan_toml=own_hash, steps=kept)
    write_together(folder, {**base_files(plan), PLAN_TOML: settings, FILE_NAME: manifest_bytes(manifest)})
    write_together(output, {HASH: json.dumps({"base": now, "plan": place_of(plan.workspace.folder)}).encode()})
    return now


def frozen_hash(output: Path) -> str | None:
    """The hash of the base that a folder of scenarios has; None where it has none."""
    path = output / HASH
    if not path.is_file():
        return None
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["base"])
    except (ValueError, KeyError, TypeError) as error:
        hint = "delete it, and run the scenarios again with --force"
        raise UsageError(Problem(place_of(path), "is damaged", hint)) from error


def scenario_folders(output: Path) -> Iterator[Path]:
    """Folders of finished scenarios that the file still had when it was run last, by name."""
    wanted = _listed(output)
    for path in sorted(output.glob("*/scenario.json")):
        if path.parent.name in wanted and read_manifest(path.parent) is not None and sha256(path) is not None:
            yield path.parent


def keep_list(output: Path, folders: Sequence[str]) -> None:
    """Write down the folders of the scenarios that the file has now."""
    write_together(output, {LIST: json.dumps(list(folders), indent=1).encode()})


def left_over(output: Path) -> list[str]:
    """Folders of scenarios that the file does not have any more."""
    return sorted(
        path.parent.name for path in output.glob("*/scenario.json") if path.parent.name not in _listed(output)
    )


def _listed(output: Path) -> list[str]:
    try:
        return [str(name) for name in json.loads((output / LIST).read_text(encoding="utf-8"))]
    except (OSError, ValueError):
        return []
