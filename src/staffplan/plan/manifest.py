"""manifest.json: what each step was made from and what it made, by content hash; no clock times inside."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from staffplan import __version__
from staffplan.errors import DataError, Note, Problem, place_of, shortened
from staffplan.files.together import settle, write_together

FILE_NAME = "manifest.json"
RESTORE = "restore the file, or delete it to run every step again"
LIBRARIES = (
    "holidays",
    "matplotlib",
    "numba",
    "numpy",
    "ortools",
    "pandas",
    "pydantic",
    "scipy",
    "statsmodels",
)
Facts = Mapping[str, float | str]


@dataclass(frozen=True)
class StepRecord:
    """One step as it was last run: hashes of what it read, was told and wrote, and what it had to say."""

    inputs: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    notes: tuple[Note, ...] = ()
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """All of manifest.json."""

    config: str = ""
    """The settings file the plan was made from, relative to the plan directory."""
    overrides: Mapping[str, object] = field(default_factory=dict)
    plan_toml: str = ""
    """Hash of the plan directory's own plan.toml as written."""
    steps: Mapping[str, StepRecord] = field(default_factory=dict)

    def with_step(self, name: str, record: StepRecord) -> Manifest:
        return Manifest(self.config, self.overrides, self.plan_toml, {**self.steps, name: record})


def is_plan(folder: Path) -> bool:
    """Whether a folder is a plan directory; a write in it that was interrupted is finished first."""
    settle(folder)
    return (folder / FILE_NAME).exists()


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a plan directory, or None where there is none. Raises DataError when it is damaged."""
    path = folder / FILE_NAME
    if not is_plan(folder):
        return None
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        steps = {name: _record(step) for name, step in raw["steps"].items()}
        return Manifest(_of(str, raw["config"]), _of(dict, raw["overrides"]), _of(str, raw["plan_toml"]), steps)
    except OSError as error:
        raise DataError(Problem(place_of(path), f"cannot be read: {error.strerror}", RESTORE)) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(
            Problem(place_of(path), f"the manifest is damaged: {shortened(repr(error))}", RESTORE)
        ) from error


def _record(raw: Mapping[str, Any]) -> StepRecord:
    notes = tuple(Note(**_each(str, note)) for note in raw["notes"])
    inputs, settings, outputs = (_each(str, raw[name]) for name in ("inputs", "settings", "outputs"))
    return StepRecord(inputs, settings, outputs, _of(int, raw["seed"]), notes, _each((int, float, str), raw["facts"]))


def _each(kind: type | tuple[type, ...], raw: object) -> dict[str, Any]:
    """A group whose values are all of a kind; TypeError where it is not."""
    return {name: _of(kind, value) for name, value in _of(dict, raw).items()}


def _of(kind: type | tuple[type, ...], value: Any) -> Any:
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is in a place where it cannot be")
    return value


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write manifest.json alone."""
    write_together(folder, {FILE_NAME: manifest_bytes(manifest)})


def manifest_bytes(manifest: Manifest) -> bytes:
    """The contents of manifest.json, keys sorted, so that two plans can be compared with diff."""
    raw = {
        "config": manifest.config,
        "libraries": library_versions(),
        "overrides": dict(manifest.overrides),
        "plan_toml": manifest.plan_toml,
        "staffplan": __version__,
        "steps": {name: _raw(record) for name, record in manifest.steps.items()},
    }
    text = json.dumps(raw, indent=1, sort_keys=True, ensure_ascii=False, default=str)
    return (text + "\n").encode()


def _raw(record: StepRecord) -> dict[str, object]:
    return {**vars(record), "notes": [vars(note) for note in record.notes]}


@cache
def library_versions() -> dict[str, str]:
    """Versions of the libraries that can change a result."""
    return {name: importlib.metadata.version(name) for name in LIBRARIES}


def settings_hashes(settings: Mapping[str, object]) -> dict[str, str]:
    """A short hash for each setting, so that the one which changed can be named."""
    return {name: _short_hash(value) for name, value in sorted(settings.items())}


def _short_hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]
