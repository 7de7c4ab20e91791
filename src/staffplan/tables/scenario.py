"""Plans side by side: what each repetition of a simulation says, differences from the base, prices of a promise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from staffplan.tables.schema import Column, Table, number, text


@dataclass(frozen=True)
class WaitsByRepetition(Table):
    """Contacts of a planning group in one repetition of the whole period, and how they fared.

    `in_time`, `answered` and `abandoned` are counts; `waited_seconds` the seconds that the answered waited;
    `busy_seconds` of the `line_seconds` that people were on the line. The service level is by the goal's definition.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("planning_group"),
        number("repetition"),
        number("contacts"),
        number("in_time"),
        number("answered"),
        number("abandoned"),
        number("waited_seconds"),
        number("service_level", 0, 1, blank=True),
        number("busy_seconds"),
        number("line_seconds"),
    )
    key: ClassVar[tuple[str, ...]] = ("planning_group", "repetition")
    file_name: ClassVar[str] = "waits_by_repetition.csv"


SEARCH, CHANCE, NO_ERROR = "search", "chance", "none"
"""Why a difference may be another than the one shown: the roster search stopped short, random numbers; or not."""


@dataclass(frozen=True)
class ScenarioDeltas(Table):
    """What a scenario changes, measure by measure: `base`, `test`, `delta` = test - base, in `unit`.

    `error_from` "search": the rosters might be better by what their searches left open; with searches to the end the
    difference lies between `low` and `high`. "chance": `standard_error` of the difference, from pairs of repetitions
    with the same random numbers; `low` and `high` are two of it away. "none": the difference is exact.
    `distinct` is "no" where 0 lies between `low` and `high`: the two plans cannot be told apart by this measure.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("position"),
        text("scenario"),
        text("measure"),
        text("planning_group", blank=True),
        text("unit"),
        number("base", None, blank=True),
        number("test", None, blank=True),
        number("delta", None, blank=True),
        number("standard_error", blank=True),
        number("low", None, blank=True),
        number("high", None, blank=True),
        text("error_from", choices=(SEARCH, CHANCE, NO_ERROR)),
        text("distinct", choices=("yes", "no")),
    )
    key: ClassVar[tuple[str, ...]] = ("position", "scenario", "measure", "planning_group")
    file_name: ClassVar[str] = "compare.csv"


@dataclass(frozen=True)
class ScenarioCases(Table):
    """Each scenario in one row: who wants it and why, what it costs a year, and who is better or worse off.

    Amounts are in the plan's currency. `cost_per_year` is the plan's difference scaled by days. `payback_years`: the
    one-off cost over the saving of a year; blank where nothing is saved. `net_present_value`: savings of that many
    `lasts_years`, each counted at its end, less the one-off cost; blank without such a cost. `cut_short`: the search
    of the roster, or of the base's, ended by its time limit, so that a busy machine finds another one.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        text("scenario"),
        text("set", blank=True),
        text("level", blank=True, choices=("low", "expected", "high")),
        text("owner"),
        Column("made", "date"),
        Column("decide_by", "date", blank=True),
        text("reason"),
        number("cost_per_year", None),
        number("cost_per_year_low", None),
        number("cost_per_year_high", None),
        number("one_off_cost"),
        number("lasts_years"),
        number("payback_years", blank=True),
        number("net_present_value", None, blank=True),
        text("customers"),
        text("people"),
        text("budget"),
        text("in_words"),
        text("cut_short", choices=("yes", "no")),
        text("folder"),
    )
    key: ClassVar[tuple[str, ...]] = ("scenario",)
    file_name: ClassVar[str] = "scenarios.csv"


@dataclass(frozen=True)
class PromisePrices(Table):
    """What more or less of a promise costs, each row found through a roster of the plan's days.

    `cost_per_year` lies between `cost_low` and `cost_high` if the searches had gone to their end. The step is that
    from the row before. The change is that from the plan as it is; it lies between `change_low` and `change_high`
    with searches to the end, and the step between `step_low` and `step_high`. `cut_short`: the search of the roster
    ended by its time limit, so that a busy machine finds another one. `cost_hull` is the least cost at which this
    much service or more was found. `preview` columns come from the square-root rule and need no roster. Service
    level, wait, abandons and occupancy are simulated, of the queues that are answered at once.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("position"),
        text("what"),
        text("is_base", choices=("yes", "no")),
        number("contacts_per_year"),
        number("agents"),
        number("agent_hours"),
        number("required_hours"),
        number("service_level", 0, 1, blank=True),
        number("asa_seconds", blank=True),
        number("abandon_rate", 0, 1, blank=True),
        number("occupancy", 0, 1, blank=True),
        number("cost_per_year"),
        number("cost_low"),
        number("cost_high"),
        number("cost_hull", blank=True),
        number("preview_hours", blank=True),
        number("preview_cost_per_year", blank=True),
        number("step_cost_per_year", None, blank=True),
        number("step_low", None, blank=True),
        number("step_high", None, blank=True),
        number("cost_per_point", None, blank=True),
        number("cost_per_contact_saved", None, blank=True),
        number("change_of_cost_per_year", None),
        number("change_low", None),
        number("change_high", None),
        text("distinct", choices=("yes", "no")),
        text("cut_short", choices=("yes", "no")),
    )
    key: ClassVar[tuple[str, ...]] = ("position",)
    file_name: ClassVar[str] = "prices.csv"


@dataclass(frozen=True)
class Tornado(Table):
    """How far the cost of a year moves with one change at a time, from `first` to `last`, 0 being the base.

    `low`, `expected` and `high` are the cases of a set, or `expected` alone. The widest bar comes first.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("position"),
        text("bar"),
        number("first", None),
        number("last", None),
        number("width"),
        number("low", None, blank=True),
        number("expected", None, blank=True),
        number("high", None, blank=True),
        text("is_distinct", choices=("yes", "no")),
    )
    key: ClassVar[tuple[str, ...]] = ("position",)
    file_name: ClassVar[str] = "tornado.csv"


@dataclass(frozen=True)
class RuleCosts(Table):
    """What each rule, contract, absence and skill costs a year: the understaffed hours that are saved without it, or
    with it relaxed, times the loaded cost of a paid hour.

    `gained_found` was found by a roster; the true saving lies, proven, between `gained_least` and `gained_most`.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        Column("place", "count", minimum=1),
        text("rule"),
        text("change"),
        number("gained_found", None),
        number("gained_least", 0),
        number("gained_most", 0),
        number("cost_per_year", None),
        number("cost_low", 0),
        number("cost_high", 0),
    )
    key: ClassVar[tuple[str, ...]] = ("place",)
    file_name: ClassVar[str] = "rule_costs.csv"
