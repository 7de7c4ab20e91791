"""What a step of a plan directory is: what it reads, depends on and makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from staffplan.errors import Note
from staffplan.plan.manifest import Facts, Manifest
from staffplan.plan.workspace import Workspace
from staffplan.progress import OnProgress, silent
from staffplan.settings.config import Config


def input_called(key: str, path: Path) -> str:
    """How a record calls an input file: by its key under [input], and its name."""
    return f"input {key} ({path.name})"


@dataclass(frozen=True)
class StepOutput:
    """What a step made: files of the plan directory by name, remarks, and figures worth keeping."""

    files: Mapping[str, bytes]
    notes: tuple[Note, ...] = ()
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class StepWork:
    """What the run hands a step: the plan as it stands before the step runs."""

    workspace: Workspace
    manifest: Manifest
    notes: tuple[Note, ...] = ()
    """What the steps before had to say, edits by hand first."""
    changed_by_hand: tuple[str, ...] = ()
    """Files of the plan that are not as their step wrote them."""
    on_progress: OnProgress = silent


@dataclass(frozen=True)
class Step:
    """One step of a plan directory."""

    name: str
    inputs: tuple[str, ...]
    """Input files, by their key under [input]."""
    reads: tuple[str, ...]
    """Files of the plan directory that earlier steps make."""
    makes: tuple[str, ...]
    settings: Callable[[Config], dict[str, Any]]
    """The settings the result depends on, by dotted name."""
    run: Callable[[StepWork], StepOutput]
    reads_if_there: tuple[str, ...] = ()
    """Files of the plan directory that count where they are: a repair writes absences.csv, and plans made by earlier
    versions have no fairness.csv."""
    inputs_if_set: Callable[[Config], tuple[str, ...]] = lambda _: ()
    """Input files that count beside the others, as the settings ask for what is in them."""

    def inputs_by(self, config: Config) -> tuple[str, ...]:
        """Input files that count with these settings, by their key under [input]."""
        return (*self.inputs, *self.inputs_if_set(config))

    @property
    def may_read(self) -> tuple[str, ...]:
        return (*self.reads, *self.reads_if_there)
