"""Run scenarios: each is laid out as a plan directory beside the frozen base, then its stale steps are run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from staffplan.errors import ConfigError, Note, Problem, StaffplanError
from staffplan.files.lock import locked
from staffplan.files.together import made, write_together
from staffplan.files.write import table_bytes
from staffplan.plan.directory import PLAN_TOML, OpenPlan, create_or_update, open_existing
from staffplan.plan.manifest import FILE_NAME, Manifest, manifest_bytes, read_manifest
from staffplan.plan.run import run, taken_over
from staffplan.plan.steps import STEPS
from staffplan.plan.workspace import Workspace
from staffplan.process.workers import Workers, do_all
from staffplan.progress import OnProgress, Progress, silent
from staffplan.scenario.changes import drafted
from staffplan.scenario.draft import Draft, override_rows
from staffplan.scenario.frozen import COMPARED, base_files, freeze, keep_list
from staffplan.scenario.totals import moved_totals
from staffplan.settings.scenarios import BASE, QueueAddedChange, ScenarioFile, ScenarioSettings
from staffplan.simulate.repetitions import waits_by_repetition
from staffplan.tables.forecast import ForecastTotals, OverrideLog, Overrides
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.scenario import WaitsByRepetition
from staffplan.tables.schema import Table

RECORD = "scenario.json"
"""What says that a scenario is finished, from which base, and what it was."""
INPUTS = "inputs"
"""Folder of a scenario's tables of people and edits of the forecast."""


@dataclass(frozen=True)
class Outcome:
    """What became of a scenario: "made", "kept" as it was finished before, or "failed"."""

    name: str
    state: str
    error: StaffplanError | None = None


def run_scenarios(
    plan: OpenPlan,
    scenarios: ScenarioFile,
    source: Path,
    output: Path,
    *,
    workers: Workers,
    reports: bool = False,
    force: bool = False,
    on_progress: OnProgress = silent,
) -> list[Outcome]:
    """Every scenario in a plan directory of its own under `output`; those that are finished are left as they are.

    Raises ConfigError with the problems of all scenarios before any is run, and UsageError as `freeze` does. A
    scenario that cannot be planned is in the outcomes with its error; the others are made.
    """
    with made(output), locked(output):
        refuse_unusable(plan, scenarios, source)
        base = freeze(plan, output, force=force)
        played(open_existing(output / BASE).workspace)
        hashes = [definition(one, base, source.parent) for one in scenarios.scenario]
        todo = [n for n, one in enumerate(scenarios.scenario) if not is_finished(output / one.folder, hashes[n])]
        done = {one.name: Outcome(one.name, "kept") for one in scenarios.scenario}
        names = [scenarios.scenario[n].name for n in todo]
        on_progress(Progress("scenarios", 0, len(todo)))
        count = iter(range(1, len(todo) + 1))
        keep_list(output, [one.folder for one in scenarios.scenario])
        _renew_records(scenarios, output, base, hashes, todo)
        rate = scenarios.discount_rate
        pieces = [(scenarios.scenario[n], n, source, output, base, hashes[n], rate, reports) for n in todo]
        found = do_all(
            run_one,
            pieces,
            workers,
            processes=processes(workers, len(todo)),
            on_done=lambda n: on_progress(Progress("scenarios", next(count), len(todo), names[n])),
        )
        return list((done | {outcome.name: outcome for outcome in found}).values())


def processes(workers: Workers, pieces: int) -> int:
    """How many processes plan so many scenarios: one for each core where nothing is said."""
    from joblib import cpu_count

    return max(1, min(workers.jobs or int(cpu_count()), pieces))


def refuse_unusable(plan: OpenPlan, scenarios: ScenarioFile, source: Path) -> None:
    """Raise ConfigError with every problem of every scenario."""
    text = (plan.workspace.folder / PLAN_TOML).read_text(encoding="utf-8")
    problems: list[Problem] = []
    for number, one in enumerate(scenarios.scenario):
        try:
            drafted(plan.workspace, text, one, f"{source.name}:scenario.{number}", source.parent)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)


def definition(one: ScenarioSettings, base: str, folder: Path) -> str:
    """A hash of a scenario, of the files it names and of its base."""
    named = [folder / change.file for change in one.changes if isinstance(change, QueueAddedChange) and change.file]
    files = [hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "" for path in named]
    changes = [change.model_dump(mode="json") for change in one.changes]
    return hashlib.sha256(json.dumps([changes, files, base], sort_keys=True, default=str).encode()).hexdigest()


def is_finished(folder: Path, wanted: str) -> bool:
    """Whether a scenario of this definition and base is there, whole."""
    return record_of(folder).get("definition") == wanted and read_manifest(folder) is not None


def record_of(folder: Path) -> Mapping[str, Any]:
    """What a finished scenario says of itself; empty where it is not finished."""
    try:
        found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _renew_records(
    scenarios: ScenarioFile, output: Path, base: str, hashes: Sequence[str], todo: Sequence[int]
) -> None:
    """Of finished scenarios: owner, dates, reason and one-off cost as the file has them now."""
    for number, one in enumerate(scenarios.scenario):
        if number not in todo:
            notes = [Note(**note) for note in record_of(output / one.folder).get("notes", ())]
            data = _record(one, number, base, hashes[number], scenarios.discount_rate, notes)
            write_together(output / one.folder, {RECORD: data})


def run_one(
    one: ScenarioSettings,
    number: int,
    source: Path,
    output: Path,
    base: str,
    wanted: str,
    discount_rate: float,
    reports: bool,
) -> Outcome:
    """Lay a scenario out and run its stale steps; its record is written last."""
    folder, frozen = output / one.folder, open_existing(output / BASE)
    text = (output / BASE / PLAN_TOML).read_text(encoding="utf-8")
    try:
        draft = drafted(frozen.workspace, text, one, f"{source.name}:scenario.{number}", source.parent)
        run_draft(draft, frozen, folder, _record(one, number, base, wanted, discount_rate, draft.notes), reports)
    except StaffplanError as error:
        return Outcome(one.name, "failed", error)
    return Outcome(one.name, "made")


def run_draft(draft: Draft, frozen: OpenPlan, folder: Path, record: bytes, reports: bool = False) -> None:
    """Lay a draft out and run its stale steps; the record, which says that it is finished, is written last."""
    with made(folder), locked(folder):
        opened = laid_out(draft, frozen, folder)
        steps = STEPS if reports else COMPARED
        ran = run(opened.workspace, opened.manifest, only=[step.name for step in steps], force=True)
        if ran.interrupted:
            raise KeyboardInterrupt
        played(opened.workspace)
        write_together(folder, {RECORD: record})


def _record(
    one: ScenarioSettings, number: int, base: str, wanted: str, discount_rate: float, notes: Sequence[Note]
) -> bytes:
    said: dict[str, object] = {"scenario": one.model_dump(mode="json"), "number": number, "base": base}
    said |= {"definition": wanted, "discount_rate": discount_rate}
    return json.dumps({**said, "notes": [vars(note) for note in notes]}, indent=1, default=str).encode()


def laid_out(draft: Draft, frozen: OpenPlan, folder: Path) -> OpenPlan:
    """The plan directory of a draft: the base's files, the tables that are changed, its settings; no step is run."""
    tables = _tables(draft)
    manifest = Manifest(steps=frozen.manifest.steps)
    write_together(folder, {**base_files(frozen), **tables, FILE_NAME: manifest_bytes(manifest)})
    paths = {f"input.{Path(name).stem}": f"../{folder.name}/{name}" for name in tables}
    settings = frozen.workspace.folder / PLAN_TOML
    opened = create_or_update(settings, folder, {**draft.overrides, **paths}, force=True)
    if draft.forecast.frame.equals(frozen.workspace.forecast().frame):
        return opened
    said = "made from the base's forecast by the changes of the scenario; nothing was forecast anew"
    notes = (*draft.notes, Note("forecast", "assumption", "", said))
    return OpenPlan(opened.workspace, _forecast_taken_over(draft, opened, frozen, notes))


def _tables(draft: Draft) -> dict[str, bytes]:
    """Files of the tables that are not those of the base, by their names in the scenario's folder."""
    zone = draft.base.config.plan.timezone
    files = {f"{INPUTS}/{name}.csv": table_bytes(draft.people[name], zone) for name in sorted(draft.changed)}
    if draft.edits:
        files[f"{INPUTS}/{Overrides.file_name}"] = table_bytes(override_rows(draft).frame, zone)
    return files


def _forecast_taken_over(draft: Draft, opened: OpenPlan, frozen: OpenPlan, notes: Sequence[Note]) -> Manifest:
    zone = draft.base.config.plan.timezone
    logs = [frozen.workspace.table(OverrideLog).frame, *draft.logs]
    log = OverrideLog.of(pd.concat(logs, ignore_index=True))
    totals = moved_totals(frozen.workspace.table(ForecastTotals), draft.forecast, draft.base.planned, zone)
    tables: tuple[Table, ...] = (draft.forecast, totals, log)
    files = {table.file_name: table_bytes(table.frame, zone) for table in tables}
    return taken_over(STEPS[0], opened.workspace, opened.manifest, files, notes)


def played(workspace: Workspace) -> None:
    """Write what each repetition of the simulation says, beside the plan's own tables."""
    config = workspace.config
    table = waits_by_repetition(
        workspace.forecast(),
        workspace.table(StaffingRequirement),
        workspace.roster(),
        config.simulate,
        site=workspace.site,
        staffing=config.staffing,
        seed=config.plan.seed,
        helpers=workspace.helpers,
    )
    data = table_bytes(table.frame, config.plan.timezone)
    write_together(workspace.folder, {WaitsByRepetition.file_name: data})
