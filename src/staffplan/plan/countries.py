"""The country of a time zone, for its public holidays, and the time zone of this computer."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from pathlib import Path

from staffplan.clock import public_holidays

LOCAL_TIME = Path("/etc/localtime")
ZONES = "zoneinfo/"


@cache
def _countries() -> dict[str, str]:
    """Country code by zone: zone.tab of the time zone database (its lines: code, coordinates, zone, comments)."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return {row[2]: row[0] for row in rows}


def country_of_zone(timezone: str) -> str | None:
    """The ISO 3166 code of the country in which the zone's city lies, where its public holidays are known."""
    country = _countries().get(timezone)
    if country is None:
        return None
    try:
        public_holidays(country, [2025])
    except ValueError:
        return None
    return country


def zone_of_this_computer() -> str:
    """The zone that this computer's clock is set to, by its name; UTC where that is not known."""
    told = os.environ.get("TZ", "").removeprefix(":")
    if not told and LOCAL_TIME.is_symlink():
        told = LOCAL_TIME.resolve().as_posix().rpartition(ZONES)[2]
    return told if told in _countries() else "UTC"


def zone_names() -> tuple[str, ...]:
    """Every zone of a place."""
    return tuple(_countries())
