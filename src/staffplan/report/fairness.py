"""The tables behind the section on fairness: what each kind counts, how it fell, who is furthest from their share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import pandas as pd

from staffplan.report.data import ReportData
from staffplan.settings.priced_rules import FairKind, FairShareSetting, WishesSetting
from staffplan.tables.wishes import SHARED, WHERE_RULED, Fairness
from staffplan.words import mark, tr

FAR = 1.0
"""Counts are whole and shares are not: what is up to one from the share is no more than rounding."""
TINY = 1e-6
_NAMES = {
    "nights": mark("Nights"),
    "weekends": mark("Weekends"),
    "early_starts": mark("Early starts"),
    "late_ends": mark("Late ends"),
    "holidays": mark("Holidays"),
    "shifts": mark("Shifts"),
    "hours": mark("Hours"),
    "wishes": mark("Wishes"),
}


@dataclass(frozen=True)
class Kind:
    """One kind of what is shared, in words. `priced`: a rule of the site tells the search to even it out."""

    what: str
    name: str
    unit: str
    counts: str
    priced: bool


def kinds(data: ReportData) -> dict[str, Kind]:
    """Every kind, by the name in fairness.csv, with the times that the site's rules have for it."""
    ruled = {rule.of: rule for rule in data.soft_rules if isinstance(rule, FairShareSetting)}
    rules = {of: ruled.get(of, FairShareSetting(of=of)) for of in get_args(FairKind)}
    nights = rules["nights"]
    counts = {
        "nights": tr(
            "shifts with {night_hours} h or more between {times}",
            night_hours=f"{nights.night_hours:g}",
            times=nights.night.replace("-", "–"),
        ),
        "weekends": tr("weekends with a shift that starts on Saturday or Sunday"),
        "early_starts": tr("shifts that start before {before}", before=rules["early_starts"].before),
        "late_ends": tr("shifts that end after {after}", after=rules["late_ends"].after),
        "holidays": tr("public holidays with a shift that starts on the day"),
        "shifts": tr("shifts"),
        "hours": tr("paid hours"),
        "wishes": tr("days with a wish that was granted"),
    }
    units = {"nights": tr("night shifts"), "weekends": tr("weekends worked"), "holidays": tr("holidays worked")}
    units |= {"hours": tr("paid hours"), "wishes": tr("granted wishes")}
    priced = {*ruled, *(rule.rule for rule in data.soft_rules if isinstance(rule, WishesSetting))}
    told = [what for what in SHARED if what in ruled or what not in WHERE_RULED]
    names = {what: tr(_NAMES[what]) for what in told}
    return {
        what: Kind(what, name, units.get(what, name.lower()), counts[what], what in priced)
        for what, name in names.items()
    }


def shares(fairness: Fairness) -> pd.DataFrame:
    """The rows with a name for each agent, `due` (the fair share less what was too much before) and `far`.

    By kind in the order of SHARED, then the largest due first.
    """
    frame = fairness.frame
    frame = frame[frame["what"].isin(SHARED)]
    name = frame["name"].where(frame["name"] != "", frame["agent_id"])
    people = frame[["agent_id"]].assign(name=name).drop_duplicates("agent_id")
    twice = set(people.loc[people["name"].duplicated(keep=False), "name"])
    label = name.where(~name.isin(twice), name + " (" + frame["agent_id"] + ")")
    carried = frame["carried_in"].fillna(0.0)
    told = frame.assign(
        label=label,
        carried_in=carried,
        due=frame["fair_share"] - carried,
        far=frame["carried_out"].abs() > FAR + TINY,
        place=frame["what"].map(SHARED.index),
    )
    order = ["place", "due", "count", "agent_id"]
    return told.sort_values(order, ascending=[True, False, False, True], kind="stable", ignore_index=True)


def totals(table: pd.DataFrame) -> pd.DataFrame:
    """One row for each kind: how many there were, for how many people, and what is carried on in all.

    `above` and `below` name who is furthest; `carried` is what some have above their shares and others lack.
    """
    rows = []
    for what, part in table.groupby("what", sort=False):
        row: dict[str, object] = {"what": what, "agents": len(part), "far": int(part["far"].sum())}
        row |= {"count": part["count"].sum(), "of": part["of"].sum(min_count=1)}
        row |= {"above": _furthest(part, "idxmax"), "below": _furthest(part, "idxmin")}
        rows.append({**row, "carried": part["carried_out"].clip(lower=0).sum()})
    return pd.DataFrame(rows)


def _furthest(part: pd.DataFrame, which: Literal["idxmax", "idxmin"]) -> str:
    label, distance = part.loc[part["carried_out"].agg(which), ["label", "carried_out"]]
    return f"{label} {distance:+.1f}" if abs(distance) >= 0.05 else ""


def furthest(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """The rows whose agents are furthest from what was due to them, the furthest first."""
    far = table[table["far"]]
    order = far.assign(distance=far["carried_out"].abs()).sort_values("distance", ascending=False, kind="stable")
    return order.head(most)
