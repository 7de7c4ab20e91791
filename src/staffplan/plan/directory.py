"""Open a plan directory: make it from a settings file, or find the settings an existing one is made with."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from staffplan.errors import ConfigError, Problem, UsageError, place_of
from staffplan.files.csv import decode
from staffplan.files.disk import sha256
from staffplan.files.together import recover, settle, write_together
from staffplan.files.write import refuse_existing
from staffplan.plan.manifest import FILE_NAME, Manifest, manifest_bytes, read_manifest, settings_hashes
from staffplan.plan.step import input_called
from staffplan.plan.steps import ALL_STEPS, SPAN, STEPS
from staffplan.plan.workspace import INPUTS, HistorySpan, Workspace
from staffplan.settings.config import Config, load_config
from staffplan.settings.toml_words import dotted_names, read_toml, toml_problem

PLAN_TOML = "plan.toml"


@dataclass(frozen=True)
class OpenPlan:
    """A plan directory ready to run or to ask."""

    workspace: Workspace
    manifest: Manifest
    remarks: tuple[str, ...] = ()


def read_config_text(path: Path) -> str:
    """Text of a settings file; ConfigError where it cannot be read."""
    return decode(_config_bytes(path), place_of(path))


def _config_bytes(path: Path) -> bytes:
    settle(path.parent)
    try:
        return path.read_bytes()
    except OSError as error:
        hint = "check the path; staffplan init DIR creates a folder with sample settings"
        raise ConfigError(Problem(place_of(path), f"cannot be read: {error.strerror}", hint)) from error


def load_config_file(path: Path, overrides: Mapping[str, object] | None = None) -> Config:
    """Settings from a file, overrides applied."""
    return load_config(read_config_text(path), place_of(path), overrides)


def create_or_update(config_path: Path, folder: Path, overrides: Mapping[str, object], *, force: bool) -> OpenPlan:
    """The plan directory `folder` made from, or brought up to, a settings file.

    Writes the directory's own plan.toml, with the overrides applied and paths that hold from there, and its manifest.
    Raises, before anything is written, ConfigError where an input file is not there, and UsageError where the folder
    holds other things (files of a plan's names too, when no manifest says that they are ours), or its plan.toml was
    edited by hand, unless `force`.
    """
    recover(folder)
    data = _config_bytes(config_path)
    text = decode(data, place_of(config_path))
    asked = _update(text, config_path, folder, overrides, force=force)
    workspace, manifest = asked.workspace, asked.manifest
    copy = folder / PLAN_TOML
    same_file = copy.resolve() == config_path.resolve()
    before = _hash(data) if same_file else sha256(copy)
    used = data if same_file and not overrides else settings_as_used(text, config_path, folder, overrides).encode()
    source = Path(os.path.relpath(config_path, folder)).as_posix()
    manifest = Manifest(source, overrides, _hash(used), manifest.steps)
    files = {} if used is data else {PLAN_TOML: used}
    write_together(folder, {FILE_NAME: manifest_bytes(manifest), **files}, expected={PLAN_TOML: before})
    return OpenPlan(workspace, manifest)


def planned_update(
    config_path: Path, folder: Path, overrides: Mapping[str, object], *, force: bool = False
) -> OpenPlan:
    """The plan directory as a settings file would have it; nothing is written. Raises as `create_or_update` does."""
    return _update(read_config_text(config_path), config_path, folder, overrides, force=force)


def _update(text: str, config_path: Path, folder: Path, overrides: Mapping[str, object], *, force: bool) -> OpenPlan:
    config = load_config(text, place_of(config_path), overrides)
    manifest = read_manifest(folder)
    if not force:
        same_file = (folder / PLAN_TOML).resolve() == config_path.resolve()
        _refuse_foreign(folder, manifest, config_path, same_file=same_file)
    workspace = Workspace(folder, config, config_path.parent, place_of(config_path))
    workspace.check_inputs()
    return OpenPlan(workspace, manifest or Manifest())


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _refuse_foreign(folder: Path, manifest: Manifest | None, config_path: Path, *, same_file: bool) -> None:
    if not folder.exists():
        return
    place = place_of(folder)
    if not folder.is_dir():
        raise UsageError(Problem(place, "is a file", "give a folder for the plan"))
    if same_file:
        if manifest is None:
            refuse_existing((folder / name for step in ALL_STEPS for name in step.makes), force=False)
        return
    if manifest is None and any(folder.iterdir()):
        hint = "give an empty or new folder, or use --force"
        raise UsageError(Problem(place, "contains files, and is not a plan directory", hint))
    copy = folder / PLAN_TOML
    if manifest is not None and copy.exists() and sha256(copy) != manifest.plan_toml:
        hint = (
            f"use it: staffplan plan {place_of(copy)} -o {place}; or replace it with {place_of(config_path)}: --force"
        )
        raise UsageError(Problem(place_of(copy), "was edited by hand", hint))


def settings_as_used(text: str, config_path: Path, folder: Path, overrides: Mapping[str, object]) -> str:
    """The settings' text with overrides applied and input paths made relative to the plan directory.

    Raises ConfigError where the text is not TOML.
    """
    try:
        document = tomlkit.parse(text)
    except TOMLKitError as error:
        raise ConfigError(toml_problem(error, text, place_of(config_path))) from error
    for dotted, value in overrides.items():
        _put(document, dotted_names(dotted), value)
    section: Any = document.get("input", {})
    for key in (*INPUTS, "data"):
        value = section.get(key)
        if value is not None and "{data}" not in value:
            section[key] = Path(os.path.relpath(config_path.parent / value, folder)).as_posix()
    return tomlkit.dumps(document)


def _put(document: Any, keys: list[str], value: object) -> None:
    for key in keys[:-1]:
        if key not in document:
            document[key] = tomlkit.table()
        document = document[key]
    document[keys[-1]] = value


def open_existing(folder: Path) -> OpenPlan:
    """A plan directory that is there, with the settings it is made with.

    Its own plan.toml counts when it was edited by hand, or when the file it came from is gone; otherwise
    the file it came from, so that an edit there shows as stale.
    """
    manifest = read_manifest(folder)
    copy = folder / PLAN_TOML
    if manifest is None or not copy.exists():
        hint = f"create one: staffplan plan plan.toml -o {place_of(folder)}"
        lacking = FILE_NAME if manifest is None else PLAN_TOML
        raise UsageError(Problem(place_of(folder), f"is not a plan directory (no {lacking})", hint))
    source = Path(os.path.normpath(folder / manifest.config))
    if sha256(copy) != manifest.plan_toml:
        config = load_config_file(copy)
        remark = f"{place_of(copy)} was edited by hand: this file is used, not {place_of(source)}"
        return _opened(Workspace(folder, config, folder, place_of(copy)), manifest, remark)
    if not source.is_file():
        remark = f"{place_of(source)} is missing: the plan's own settings are used, {place_of(copy)}"
        return _opened(Workspace(folder, load_config_file(copy), folder, place_of(copy)), manifest, remark)
    config = load_config_file(source, manifest.overrides)
    return _opened(Workspace(folder, config, source.parent, place_of(source)), manifest)


def _opened(workspace: Workspace, manifest: Manifest, *remarks: str) -> OpenPlan:
    return OpenPlan(replace(workspace, span_known=_span_known(workspace, manifest)), manifest, remarks)


def _span_known(workspace: Workspace, manifest: Manifest) -> HistorySpan | None:
    """What the forecast tells of the history, where neither the file nor its reading changed since."""
    step, path = STEPS[0], workspace.input_path("history")
    record = manifest.steps.get(step.name)
    if record is None or path is None or settings_hashes(step.settings(workspace.config)) != record.settings:
        return None
    sha = sha256(path) if path.is_file() else None
    if sha is None or record.inputs.get(input_called("history", path)) != sha:
        return None
    try:
        return HistorySpan.of_text(str(record.facts.get(SPAN, "")))
    except (ValueError, TypeError):
        return None


def parse_overrides(items: list[str]) -> dict[str, object]:
    """Settings given as KEY=VALUE on the command line; values are read as TOML, else as plain text."""
    found: dict[str, object] = {}
    for item in items:
        key, equals, value = item.partition("=")
        if not equals or "." not in key:
            raise UsageError(
                Problem(
                    "--set", f"{item!r} is not in the form SECTION.KEY=VALUE", "write for example --set plan.weeks=2"
                )
            )
        try:
            found[key.strip()] = read_toml(f"value = {value}", "--set")["value"]
        except ConfigError:
            found[key.strip()] = value.strip()
    return found
