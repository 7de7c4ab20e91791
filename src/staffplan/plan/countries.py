"""The country of a time zone, for its public holidays, and the time zone of this computer."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from staffplan.clock import public_holidays, zones_with

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


def likeliest_zone(instants: pd.DatetimeIndex, offsets: NDArray[np.int64]) -> str | None:
    """The zone whose clock has just these offsets (instants,), minutes; None where there is none.

    Of several it is that of this computer, else the main zone of the country with most zones, as the time zone
    database lists the most populous zone of a country first.
    """
    fits = zones_with(instants, offsets, _countries())
    own = zone_of_this_computer()
    if own in fits or not fits:
        return own if fits else None
    of_country: dict[str, list[str]] = {}
    for zone, country in _countries().items():
        of_country.setdefault(country, []).append(zone)
    zones = {zone: of_country[_countries()[zone]] for zone in fits}
    return min(fits, key=lambda zone: (zones[zone].index(zone), -len(zones[zone])))
