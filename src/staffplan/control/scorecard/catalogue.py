"""Everything a scorecard measures, and how each can be measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Measure:
    """One line of a scorecard. `name`: its key, in the settings, the KPI file and the tables; `how`: how to measure
    it where it is not."""

    name: str
    principle: str
    words: str
    unit: Literal["share", "points", "score", "seconds"]
    better: Literal["higher", "lower", "zero", ""]
    how: str


def _kpi(name: str, what: str) -> str:
    return f"{what}; put it into the KPI file, column {name}"


COMPARE = "compare what was published with what came: scorecard LEDGER --actuals history.csv"
ROSTER = "plan a roster: staffplan plan"
WAITS = "simulate the roster: staffplan simulate"
MEASURES = (
    Measure("forecast_error", "workload forecast", "error of an interval", "share", "lower", COMPARE),
    Measure("forecast_bias", "workload forecast", "forecast less actual", "share", "zero", COMPARE),
    Measure("required_covered", "resources", "hours required that are covered", "share", "higher", ROSTER),
    Measure("on_queue", "resources", "paid time on queue", "share", "", ROSTER),
    Measure("occupancy", "resources", "occupancy", "share", "lower", WAITS),
    Measure("service_level", "wait", "answered in time", "share", "higher", WAITS),
    Measure("days_kept", "wait", "days that keep their goal", "share", "higher", WAITS),
    Measure("asa_seconds", "wait", "mean wait of those answered", "seconds", "lower", WAITS),
    Measure("fcr", "quality", "resolved at the first contact", "share", "higher",
            _kpi("fcr", "count customers who do not come back with the same matter within some days")),
    Measure("quality", "quality", "quality of contacts", "share", "higher",
            _kpi("quality", "listen to or read a random sample of each agent's contacts and score it")),
    Measure("attrition", "engagement", "people who leave in a week", "share", "lower",
            _kpi("attrition", "divide those who left in the week by those who were there")),
    Measure("absenteeism", "engagement", "unplanned absence", "share", "lower",
            _kpi("absenteeism", "divide the hours absent without notice by the hours rostered")),
    Measure("engagement", "engagement", "survey of agents", "share", "higher",
            _kpi("engagement", "ask the agents, without names")),
    Measure("avoidable", "cross-functional insight", "contacts caused by other departments", "share", "lower",
            _kpi("avoidable", "let agents mark contacts whose cause lies in another department")),
    Measure("csat", "satisfaction and loyalty", "satisfied customers", "share", "higher",
            _kpi("csat", "ask customers after the contact")),
    Measure("nps", "satisfaction and loyalty", "promoters less detractors", "points", "higher",
            _kpi("nps", "ask how likely customers are to recommend you, 0 to 10")),
    Measure("ces", "satisfaction and loyalty", "it was easy, 1 to 7", "score", "higher",
            _kpi("ces", "ask how far customers agree that it was easy, 1 to 7")),
    Measure("reached", "access: who", "customers who get through at the first try", "share", "higher",
            _kpi("reached", "count customers, not calls: staffplan fit tells redials from single calls")),
    Measure("goals_kept", "access: which channel", "queues whose goal is kept", "share", "higher", WAITS),
    Measure("staffed", "access: which hours", "intervals with somebody there", "share", "higher", ROSTER),
    Measure("honest", "access: which hours", "promised intervals that are honest", "share", "higher",
            "judge the promise: staffplan access PLAN -o PLAN, then staffplan scorecard PLAN"),
    Measure("transferred", "access: which agents", "contacts passed on to somebody else", "share", "lower",
            _kpi("transferred", "take it from the switch or the ticket system")),
    Measure("informed", "access: which information", "contacts with the information at hand", "share", "higher",
            _kpi("informed", "let agents mark contacts for which information was missing")),
)  # fmt: skip
"""In the order of the principles."""
