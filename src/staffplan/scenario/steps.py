"""Changes of a frozen plan with as many people as they need: each is staffed, rostered, simulated and costed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from staffplan.errors import StaffplanError
from staffplan.plan.directory import PLAN_TOML, open_existing
from staffplan.process.workers import Workers, do_all
from staffplan.progress import OnProgress, Progress, silent
from staffplan.scenario.changes import drafted
from staffplan.scenario.crew import sized
from staffplan.scenario.run import is_finished, processes, run_draft
from staffplan.settings.config import load_config
from staffplan.settings.scenarios import BASE, ScenarioSettings
from staffplan.staffing.step import staff_by_method


@dataclass(frozen=True)
class Step:
    """One step of a promise: its words, its folder, and the change that makes it."""

    what: str
    folder: str
    change: dict[str, Any]
    level: float | None = None
    """Of service: the share of contacts in time."""


def run_steps(
    steps: Sequence[Step],
    output: Path,
    base: str,
    workers: Workers,
    *,
    near: Path | None = None,
    on_progress: OnProgress = silent,
) -> dict[str, StaffplanError | None]:
    """Each step in a plan directory of its own under `output`, from the base frozen there; finished ones are kept.

    near: the folder that paths in the changes are relative to. Gives the error of each step by its folder, None where
    it was made.
    """
    near = output if near is None else near
    todo = [step for step in steps if not is_finished(output / step.folder, definition(step, base))]
    on_progress(Progress("price", 0, len(todo)))
    count = iter(range(1, len(todo) + 1))
    errors = do_all(
        _run_step,
        [(step, output, definition(step, base), near) for step in todo],
        workers,
        processes=processes(workers, len(todo)),
        on_done=lambda n: on_progress(Progress("price", next(count), len(todo), todo[n].what)),
    )
    return dict.fromkeys(step.folder for step in steps) | {
        step.folder: error for step, error in zip(todo, errors, strict=True)
    }


def definition(step: Step, base: str) -> str:
    """A hash of a step and of its base."""
    return hashlib.sha256(json.dumps([step.change, base], sort_keys=True, default=str).encode()).hexdigest()


def _run_step(step: Step, output: Path, wanted: str, near: Path) -> StaffplanError | None:
    frozen = open_existing(output / BASE)
    text = (output / BASE / PLAN_TOML).read_text(encoding="utf-8")
    fixed = {"name": step.folder[:80], "owner": "price", "date": "2000-01-01", "reason": step.what}
    try:
        one = ScenarioSettings.model_validate({**fixed, **step.change})
        draft = drafted(frozen.workspace, text, one, step.what, near)
        config = load_config(text, step.what, draft.overrides)
        changed = replace(frozen.workspace, config=config)
        needed = staff_by_method(
            draft.forecast, config.staffing, config.simulate, site=changed.site, seed=config.plan.seed
        )
        sized(draft, needed.requirement)
        run_draft(draft, frozen, output / step.folder, json.dumps({"definition": wanted, "what": step.what}).encode())
    except StaffplanError as error:
        return error
    return None
