"""Presets: what is known of a system's export, as data. A new one is a TOML file in presets/, without code."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationError

from staffplan.errors import ConfigError, Problem, place_of
from staffplan.files.stamps import Order
from staffplan.settings.base import Section
from staffplan.settings.toml_words import toml_problem
from staffplan.settings.value_words import value_problems
from staffplan.tables.units import DurationUnit


def _from_text(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_from_text)]
"""Names of a file's columns, each an alternative; the first that is there counts. "A + B" are both together: texts
one after the other, numbers added. "A ?? B" is B where A is empty."""


class Outcomes(Section):
    """How a call log tells what became of a contact. Words are compared without capitals."""

    column: Names = ()
    """Column of the words."""
    answered: tuple[str, ...] = ()
    """Words that mean an answer."""
    abandoned: tuple[str, ...] = ()
    """Words that mean that the customer left."""
    filled: Names = ()
    """Column that is filled where the contact was answered, or the ticket solved."""
    unfilled: Literal["abandoned", "other"] = "abandoned"
    """What the others are: abandoned, or neither, as open tickets."""


class Preset(Section):
    """What is known of one kind of file."""

    name: str
    """What --from is given."""
    title: str
    """System and report, for people."""
    kind: Literal["intervals", "contacts", "events"] = "intervals"
    """intervals: a row for each queue and interval. contacts: a row for each contact. events: a queue log."""
    certainty: Literal["documented", "seen", "own"] = "seen"
    """documented: from the vendor's documentation. seen: from programs that read the real file. own: a shape of
    spreadsheets."""
    fingerprint: Names = ()
    """Columns that must all be there for the file to be recognised; "A | B": one of them, "contacts *": any that
    begins so."""
    headerless: tuple[str, ...] = ()
    """Names of the columns of a file without a header, in their order; the last ones may be absent."""
    shapes: Mapping[str, str] = Field(default_factory=dict)
    """By name of a column of such a file: pattern of its cell in the first row, by which the file is recognised."""
    columns: Mapping[str, Names] = Field(default_factory=dict)
    """Our column = the file's. Durations may be averages (aht, talk, hold, after_work) or totals (handling_total)."""
    above: Mapping[str, str] = Field(default_factory=dict)
    """Our column = the label in the lines above the header, for values that stand there: queue, date."""
    zone: Literal["offset", "utc", "site"] = "site"
    """Clock of the times. offset: each time tells it. utc: UTC. site: local time of the site, which must be given."""
    label: Literal["start", "end"] = "start"
    """Whether the time of a row is the start or the end of its interval."""
    unit: DurationUnit | None = None
    """Unit of durations that are plain numbers; left out: seconds, or what the columns' names tell."""
    pairs: Literal["m:ss", "h:mm"] | None = None
    """What durations like 3:40 are."""
    date_order: Order = "not known"
    """Order of days like 11/2/2026 where the file itself does not show it."""
    aht_parts: str = "not known"
    """What the handling time holds."""
    offered_includes: str = "not known"
    """What the offered contacts hold."""
    booked_by: str = "not known"
    """Which moment of a contact puts it into its interval."""
    outcomes: Outcomes = Outcomes()
    keep: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """The file's column = values of the rows that are used."""
    drop: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    """The file's column = values of the rows that are not used."""
    queue: str | None = None
    """Name of the queue for a file without one."""
    notes: tuple[str, ...] = ()
    """What a planner should know of this export."""


@cache
def all_presets() -> tuple[Preset, ...]:
    """The presets of staffplan, by name."""
    return presets_in(Path(str(files("staffplan.ingest") / "presets")))


def presets_in(folder: Path) -> tuple[Preset, ...]:
    """The presets of a folder, by name."""
    return tuple(read_preset(path) for path in sorted(folder.glob("*.toml")))


def read_preset(path: Path) -> Preset:
    """One preset, or the mapping of a file of one's own. Raises ConfigError with every problem found."""
    place = place_of(path)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(Problem(place, "cannot be read", "check the path; it is a TOML file in UTF-8")) from error
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(toml_problem(error, text, place)) from error
    raw = {"name": path.stem, "title": f"the mapping {path.name}", **raw}
    try:
        return Preset.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(value_problems(error.errors(), place, Preset)) from error
