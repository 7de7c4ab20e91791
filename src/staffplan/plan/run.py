"""Run a plan directory: only what is stale, respecting files that were changed by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from staffplan.errors import ConfigError, DataError, Note, Problem, StaffplanError, UsageError, place_of
from staffplan.files.disk import sha256
from staffplan.files.together import EditedMeanwhileError, Hashes, refuse_obstacles, write_together
from staffplan.plan.manifest import FILE_NAME, Manifest, StepRecord, manifest_bytes, settings_hashes, write_manifest
from staffplan.plan.step import Step, StepWork, input_called
from staffplan.plan.steps import ALL_STEPS, steps_due
from staffplan.plan.workspace import WRITTEN, Workspace
from staffplan.progress import OnProgress, Progress, silent
from staffplan.settings.ignored import ignored_settings

INTERRUPTED = "interrupted"
"""The status of a roster whose search was ended by Ctrl-C."""
NEVER_WRITTEN = ""
"""The hash in the manifest of a file that was there before its step could write it."""
State = Literal["up to date", "stale", "not run", "changed by hand"]


@dataclass(frozen=True)
class StepState:
    """How a step stands, and why. `by_hand`: its files that are not as the step wrote them."""

    name: str
    state: State
    reasons: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()


def step_state(step: Step, workspace: Workspace, manifest: Manifest) -> StepState:
    """Compare what the step was made from, and made, with what is there now.

    An interrupted search is stale: what it found so far is kept and used, and is not what was asked for.
    """
    record = manifest.steps.get(step.name)
    if record is None:
        return StepState(step.name, "not run", ("not run yet",))
    by_hand = tuple(name for name in step.makes if _edited(name, workspace, record))
    reasons = (*_cut_short(record), *_missing(step, workspace, record), *_changes(step, workspace, record))
    if by_hand:
        edits = tuple(f"{name} was changed by hand" for name in by_hand)
        return StepState(step.name, "changed by hand", (*edits, *reasons), by_hand)
    return StepState(step.name, "stale" if reasons else "up to date", reasons)


def _edited(name: str, workspace: Workspace, record: StepRecord) -> bool:
    path = workspace.folder / name
    return name in record.outputs and path.is_file() and sha256(path) != record.outputs[name]


def _cut_short(record: StepRecord) -> list[str]:
    return ["the search was interrupted"] if record.facts.get("status") == INTERRUPTED else []


def _missing(step: Step, workspace: Workspace, record: StepRecord) -> Iterable[str]:
    for name in step.makes:
        if not (workspace.folder / name).is_file():
            yield f"{name} is missing"
        elif name not in record.outputs:
            yield f"{name} is from an earlier version"


def _changes(step: Step, workspace: Workspace, record: StepRecord) -> Iterable[str]:
    now = _input_hashes(step, workspace)
    for name in sorted({*now, *record.inputs}):
        if now.get(name) != record.inputs.get(name):
            yield f"{name} {'changed' if name in now else 'was removed'}"
    settings = settings_hashes(step.settings(workspace.config))
    for name in sorted({*settings, *record.settings}):
        if settings.get(name) != record.settings.get(name):
            yield f"setting {name} changed"


def _input_hashes(step: Step, workspace: Workspace) -> dict[str, str]:
    """Hashes of all that a step reads; an input is called by its key under [input]."""
    hashes, given = {}, workspace.input_hashes
    for key in step.inputs_by(workspace.config):
        path = workspace.input_path(key)
        if path is not None and key in given:
            hashes[input_called(key, path)] = given[key]
    for name in step.may_read:
        sha = given.get(name) if name in WRITTEN else sha256(workspace.folder / name)
        if sha is not None:
            hashes[name] = sha
    return hashes


def status(workspace: Workspace, manifest: Manifest) -> list[StepState]:
    """How every step stands; one that reads what a stale step makes is stale too."""
    states: list[StepState] = []
    waiting: dict[str, str] = {}
    for step in steps_due(workspace):
        state = step_state(step, workspace, manifest)
        upstream = list(dict.fromkeys(waiting[name] for name in step.may_read if name in waiting))
        if upstream and state.state == "up to date":
            state = StepState(step.name, "stale", (f"waits for {', '.join(upstream)}",))
        if state.state in ("stale", "not run"):
            waiting |= dict.fromkeys(step.makes, step.name)
        states.append(state)
    return states


@dataclass(frozen=True)
class RunResult:
    """The manifest after the run, and what happened to each step."""

    manifest: Manifest
    ran: tuple[str, ...]
    kept: tuple[StepState, ...]
    """Steps whose files were changed by hand and therefore left alone."""
    interrupted: tuple[str, ...] = ()
    """Steps whose search was ended by Ctrl-C; what they had found by then is used."""


def run(
    workspace: Workspace,
    manifest: Manifest,
    *,
    only: Sequence[str] = (),
    force: bool = False,
    on_progress: OnProgress = silent,
) -> RunResult:
    """Run the steps that are stale, in order; the files of each and the manifest are written together.

    A step whose files were changed by hand, before or while it ran, is left alone unless `force`. `only` names steps
    to consider. Input files that cannot be read are told before any step is run.
    """
    ran: list[str] = []
    kept: list[StepState] = []
    steps = [step for step in steps_due(workspace) if not only or step.name in only]
    _refuse_unreadable(workspace, steps, status(workspace, manifest))
    for number, step in enumerate(steps):
        before = {name: sha256(workspace.folder / name) for name in step.makes}
        state = step_state(step, workspace, manifest)
        if state.state == "changed by hand" and not force:
            kept.append(state)
        elif state.state != "up to date":
            on_progress(Progress("plan", number, len(steps), step.name))
            refuse_obstacles(workspace.folder, step.makes)
            try:
                manifest = _run_step(step, workspace, manifest, on_progress, {} if force else before)
                ran.append(step.name)
            except EditedMeanwhileError as edited:
                manifest = _with_edits(step, workspace, manifest, edited.names)
                kept.append(_edited_meanwhile(step, edited.names))
    on_progress(Progress("plan", len(steps), len(steps), "done"))
    cut = tuple(name for name in ran if manifest.steps[name].facts.get("status") == INTERRUPTED)
    return RunResult(manifest, tuple(ran), tuple(kept), cut)


def _refuse_unreadable(workspace: Workspace, steps: Sequence[Step], states: Sequence[StepState]) -> None:
    """Raise every problem of the input files that the steps to run read, all files together."""
    to_run = {state.name for state in states if state.state in ("stale", "not run")}
    needed = {key for step in steps if step.name in to_run for key in step.inputs_by(workspace.config)}
    readers: list[tuple[str, Callable[[], object]]] = [
        ("special_days", lambda: workspace.special_days),
        ("history", lambda: workspace.full_history),
        ("drivers", lambda: workspace.drivers),
        ("overrides", lambda: workspace.overrides),
        ("agents", lambda: workspace.workforce),
        ("agents", lambda: _refuse_standby_of_strangers(workspace)),
        ("past_standby", lambda: workspace.past_standby),
        ("published_standby", lambda: workspace.published_standby),
        ("call_outs", lambda: workspace.call_outs),
    ]
    found: list[StaffplanError] = []
    for key, read in readers:
        try:
            _ = read() if key in needed else None
        except (ConfigError, DataError) as error:
            found.append(error)
    if found:
        kind = type(found[0]) if len({type(error) for error in found}) == 1 else DataError
        raise kind(dict.fromkeys(problem for error in found for problem in error.problems))


def _refuse_standby_of_strangers(workspace: Workspace) -> None:
    from staffplan.roster.standby.names import refuse_unknown_people

    refuse_unknown_people(workspace.config.standby, workspace.workforce.agents, f"{workspace.config_place}:standby")


def _run_step(
    step: Step, workspace: Workspace, manifest: Manifest, on_progress: OnProgress, before: Hashes
) -> Manifest:
    """Make a step's files. before: what was there; EditedMeanwhileError where one is something else by then."""
    inputs = _input_hashes(step, workspace)
    settings = settings_hashes(step.settings(workspace.config))
    by_hand = hand_edits(workspace, manifest)
    notes = _notes(workspace, manifest, by_hand)
    output = step.run(StepWork(workspace, _in_order(manifest), notes, by_hand, on_progress))
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in output.files.items()}
    record = StepRecord(inputs, settings, hashes, workspace.config.plan.seed, output.notes, output.facts)
    manifest = manifest.with_step(step.name, record)
    files = {FILE_NAME: manifest_bytes(manifest), **output.files}
    write_together(workspace.folder, files, expected=before)
    return manifest


def _in_order(manifest: Manifest) -> Manifest:
    """The manifest with its steps in the river's order, whether it was just made or read from its file."""
    return replace(
        manifest, steps={step.name: manifest.steps[step.name] for step in ALL_STEPS if step.name in manifest.steps}
    )


def _edited_meanwhile(step: Step, names: tuple[str, ...]) -> StepState:
    edits = tuple(f"{name} was changed by hand" for name in names)
    return StepState(
        step.name, "changed by hand", (*edits, f"{step.name} was run, but its files were not written"), names
    )


def _with_edits(step: Step, workspace: Workspace, manifest: Manifest, names: Iterable[str]) -> Manifest:
    """The manifest with a mark for each edited file that the step never wrote, so that the next run keeps it too."""
    record = manifest.steps.get(step.name, StepRecord())
    unknown = {name: NEVER_WRITTEN for name in names if name not in record.outputs}
    if unknown:
        manifest = manifest.with_step(step.name, replace(record, outputs={**record.outputs, **unknown}))
        write_manifest(manifest, workspace.folder)
    return manifest


def taken_over(
    step: Step, workspace: Workspace, manifest: Manifest, files: Mapping[str, bytes], notes: Iterable[Note]
) -> Manifest:
    """Write files in a step's place that were made from those of another plan; the step counts as up to date.

    Files of the step that are not among them stay as they are. The notes are added to the step's own.
    """
    record = manifest.steps[step.name]
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    record = replace(
        record,
        inputs=_input_hashes(step, workspace),
        settings=settings_hashes(step.settings(workspace.config)),
        outputs={**record.outputs, **hashes},
        notes=(*record.notes, *notes),
    )
    manifest = manifest.with_step(step.name, record)
    write_together(workspace.folder, {FILE_NAME: manifest_bytes(manifest), **files})
    return manifest


def hand_edits(workspace: Workspace, manifest: Manifest) -> tuple[str, ...]:
    """Files of the plan that are not as their step wrote them."""
    found: list[str] = []
    for step in ALL_STEPS:
        found += step_state(step, workspace, manifest).by_hand
    return tuple(found)


def all_notes(workspace: Workspace, manifest: Manifest) -> tuple[Note, ...]:
    """What every step had to say, in the river's order; edits by hand and settings without effect first.

    What a step said of its promises is left out where its files are not those it wrote.
    """
    return _notes(workspace, manifest, hand_edits(workspace, manifest))


def _notes(workspace: Workspace, manifest: Manifest, by_hand: Sequence[str]) -> tuple[Note, ...]:
    edits = tuple(
        Note("plan", "changed by hand", name, f"{name} was changed by hand; later steps use the changed file")
        for name in by_hand
    )
    notes = [
        note
        for step in ALL_STEPS
        if step.name in manifest.steps
        for note in manifest.steps[step.name].notes
        if note.kind != "broken promise" or not set(by_hand) & set(step.makes)
    ]
    return (*edits, *ignored_settings(workspace.config), *notes)


def require_before(name: str, workspace: Workspace, manifest: Manifest) -> list[str]:
    """Remarks on the steps that one step reads from and that are out of date.

    Raises UsageError where a file that the step reads does not exist yet.
    """
    step = next(step for step in ALL_STEPS if step.name == name)
    absent = [file for file in step.reads if not (workspace.folder / file).exists()]
    if absent:
        folder = place_of(workspace.folder)
        hint = f"run the plan first: staffplan plan {workspace.config_place} -o {folder}"
        raise UsageError(Problem(f"{folder}/{file}", f"the step {name} needs this file", hint) for file in absent)
    sources = [other.name for other in ALL_STEPS if set(other.makes) & set(step.may_read)]
    return [
        f"note: {state.name} is {state.state} ({'; '.join(state.reasons)}); its existing files are used"
        for state in status(workspace, manifest)
        if state.name in sources and state.state != "up to date"
    ]
