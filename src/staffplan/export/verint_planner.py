"""Verint Strategic Planner: daily totals, without a header: queue, MM-DD-YYYY, volume, AHT in whole seconds."""

from __future__ import annotations

import numpy as np

from staffplan.errors import DataError, Problem
from staffplan.export.source import Exported, Source
from staffplan.export.text import csv_bytes, decimal_places, whole_contacts
from staffplan.export.volumes import local_days


def make(source: Source) -> Exported:
    """Contacts and AHT of each queue and local day."""
    rows = []
    for queue, own in local_days(source).groupby("queue", sort=True):
        name = source.ids.get("queue", str(queue), str(queue))
        if "," in name:
            hint = "give a name without commas with --map ids.csv, kind queue"
            raise DataError(Problem(source.forecast.source, f"queue {name!r} has a comma in its name", hint))
        contacts = whole_contacts(own["offered"].to_numpy(dtype=np.float64)).tolist()
        for day, volume, aht in zip(own["day"], contacts, own["aht_seconds"], strict=True):
            rows.append((name, day.strftime("%m-%d-%Y"), volume, decimal_places(aht, 0)))
    return Exported({"planner_import.csv": csv_bytes(rows)})
