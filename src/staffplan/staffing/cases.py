"""Single cases to size, as a table: what may be given, what each model needs, and every problem found in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, get_args

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Problem, nearest
from staffplan.settings.queues import Definition
from staffplan.staffing.models.arrays import LONGEST_PATIENCE_SECONDS, MOST_LINES, Array
from staffplan.tables.schema import LONGEST_AHT_SECONDS, Column, Table, capped, number, text

DEFINITIONS: dict[str, Definition] = {
    "sl_offered": "offered",
    "sl_answered": "answered",
    "sl_virtual": "virtual",
    "sl_excl_short_ab": "excluding_short_abandons",
    "sl_short_ab_good": "short_abandons_good",
}
"""The service levels by the names of their columns."""
MOST_ERLANGS, MOST_PER_HOUR, MOST_DUE = 1e6, 1e8, 10_000
"""A load of a million people at work at once, and what is far beyond any center."""
MOST_CHATS = 20
"""Chats of one agent at once."""
TARGETS = ("in_target_sl", "in_target_asa_s", "in_max_occ", "in_max_abandon")
SPECIAL = (
    *("in_trunks", "in_patience_s", "in_redial_prob", "in_volume_cv", "in_aht_by_concurrency_s", "in_arrivals"),
    "in_absence",
)
"""Inputs that only some models know."""

PRICES = ("in_agent_cost", "in_wait_cost", "in_abandon_cost")
"""Money: an agent's hour, an hour of a waiting contact, a contact that hangs up."""
PRICED = ("erlang_c", "min_agents_erlang_c", "erlang_a", "min_agents_erlang_a", "erlang_a_redial", "chat_balanced")
"""Models whose cheapest number of agents is sought."""
MOST_PRICED_ERLANGS, LARGEST_PRICE = 20_000, 1e9
"""Largest load of a case with prices, as every number of agents is looked at, and the largest price."""
MOST_ABSENT = 100_000
"""Most agents, and erlangs, of a case with absence; larger ones take minutes."""


@dataclass(frozen=True)
class Model:
    """Which of SPECIAL a model needs, and which it knows besides."""

    needs: tuple[str, ...] = ()
    knows: tuple[str, ...] = ()
    service_level: str = "sl_excl_short_ab"
    """Which one is meant where nothing is said."""


_PATIENT = Model(knows=("in_absence",))
_IMPATIENT = Model(("in_patience_s",), ("in_absence",))
_CHATS = ("in_aht_by_concurrency_s",)
MODELS = {
    "erlang_b": Model(),
    "erlang_c": _PATIENT,
    "min_agents_erlang_c": _PATIENT,
    "erlang_c_fractional": Model(),
    "erlang_a": _IMPATIENT,
    "min_agents_erlang_a": _IMPATIENT,
    "mmck": Model(("in_trunks",)),
    "mmck_m": Model(("in_trunks", "in_patience_s")),
    "erlang_a_redial": Model(("in_patience_s", "in_redial_prob"), ("in_volume_cv",)),
    "uncertain_volume": Model(("in_volume_cv",), ("in_patience_s", "in_redial_prob"), "sl_offered"),
    "chat_balanced": Model(_CHATS, ("in_patience_s", "in_absence")),
    "chat_least_loaded": Model(_CHATS, ("in_patience_s",)),
    "deferred_fifo": Model(("in_arrivals",)),
}


@dataclass(frozen=True)
class SizingCases(Table):
    """Cases to size, one a row. Columns may leave out the `in_` in front; load or contacts, agents or targets."""

    columns: ClassVar[tuple[Column, ...]] = (
        number("_row", required=False, blank=True),
        text("case_id", required=False, blank=True),
        text("model", required=False, blank=True),
        number("in_load_erl", required=False, blank=True),
        number("in_contacts_per_hour", required=False, blank=True),
        number("in_aht_s", required=False, blank=True),
        text("in_aht_by_concurrency_s", required=False, blank=True),
        number("in_agents", required=False, blank=True),
        number("in_trunks", required=False, blank=True),
        number("in_T_s", required=False, blank=True),
        number("in_patience_s", required=False, blank=True),
        number("in_redial_prob", required=False, blank=True),
        number("in_volume_cv", required=False, blank=True),
        number("in_absence", required=False, blank=True),
        number("in_target_sl", required=False, blank=True),
        text("in_sl_definition", required=False, blank=True),
        number("in_target_asa_s", required=False, blank=True),
        number("in_max_occ", required=False, blank=True),
        number("in_max_abandon", required=False, blank=True),
        text("in_arrivals", required=False, blank=True),
        number("in_interval_s", required=False, blank=True),
        number("in_due_intervals", required=False, blank=True),
        number("in_initial_backlog", required=False, blank=True),
        text("in_open_mask", required=False, blank=True),
        text("in_clock", required=False, blank=True, choices=("elapsed", "opening")),
        *(number(name, required=False, blank=True) for name in PRICES),
    )
    key: ClassVar[tuple[str, ...]] = ("_row",)
    file_name: ClassVar[str] = "cases.csv"
    needs_rows: ClassVar[bool] = True

    @classmethod
    def with_numbers(cls, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows under the names of the columns: `load_erl` is `in_load_erl`, where that is not there too."""
        bare = {c.name.removeprefix("in_"): c.name for c in cls.columns if c.name.startswith("in_")}
        return frame.rename(columns={own: full for own, full in bare.items() if full not in frame.columns})


def checked_cases(cases: SizingCases) -> pd.DataFrame:
    """The rows with their model filled in and names of models in one spelling.

    Raises DataError with every problem of every row, at file:row:column.
    """
    frame = cases.frame.copy()
    frame["model"] = [_model_of(row) for row in frame.to_dict("records")]
    meant = [MODELS.get(name, Model()).service_level for name in frame["model"]]
    frame["in_sl_definition"] = frame["in_sl_definition"].where(frame["in_sl_definition"] != "", meant)
    rows = frame.to_dict("records")
    problems = [
        Problem(f"{cases.source}:{row['_row']:.0f}:{column}", message, hint)
        for row in rows
        for column, message, hint in problems_of(row)
    ]
    if problems:
        raise DataError(capped(problems, cases.source))
    return frame


def _there(row: dict[Any, Any], column: str) -> bool:
    value = row[column]
    return value != "" if isinstance(value, str) else bool(value == value)


def _model_of(row: dict[Any, Any]) -> str:
    """The model named, or the one that knows what is given."""
    if row["model"]:
        return str(row["model"]).strip().lower().replace("-", "_")
    for column, model in (
        ("in_arrivals", "deferred_fifo"),
        ("in_aht_by_concurrency_s", "chat_balanced"),
        ("in_volume_cv", "uncertain_volume"),
        ("in_redial_prob", "erlang_a_redial"),
    ):
        if _there(row, column):
            return model
    with_patience = _there(row, "in_patience_s")
    if _there(row, "in_trunks"):
        return "mmck_m" if with_patience else "mmck"
    return "erlang_a" if with_patience else "erlang_c"


Told = tuple[str, str, str]
"""Column, what is so, what to do."""


def problems_of(row: dict[Any, Any]) -> Iterator[Told]:
    """Everything that is wrong with one row."""
    if row["model"] not in MODELS:
        yield "model", f"{row['model']!r} is not a model", nearest(row["model"], list(MODELS))
        return
    model = MODELS[row["model"]]
    for column in model.needs:
        if not _there(row, column):
            yield column, f"{row['model']} needs it, and the cell is empty", "fill it in"
    for column in SPECIAL:
        if _there(row, column) and column not in (*model.needs, *model.knows):
            yield column, f"{row['model']} does not use it", "leave it empty, or choose a model that uses it"
    yield from _range_problems(row)
    if row["model"] == "deferred_fifo":
        yield from _deferred_problems(row)
    else:
        yield from _live_problems(row)


_RANGES: tuple[tuple[str, Callable[[float], object], str], ...] = (
    ("in_load_erl", lambda v: v <= MOST_ERLANGS, f"is above {MOST_ERLANGS:g}"),
    ("in_contacts_per_hour", lambda v: v <= MOST_PER_HOUR, f"is above {MOST_PER_HOUR:g}"),
    ("in_agents", lambda v: v <= MOST_LINES, f"is above {MOST_LINES:g}"),
    ("in_aht_s", lambda v: 0 < v <= LONGEST_AHT_SECONDS, f"is not above 0 and up to {LONGEST_AHT_SECONDS:g}"),
    ("in_T_s", lambda v: v <= LONGEST_PATIENCE_SECONDS, f"is above {LONGEST_PATIENCE_SECONDS:g}"),
    ("in_interval_s", lambda v: 1 <= v <= 7 * 86400, "is not from 1 to 604800"),
    ("in_initial_backlog", lambda v: v <= MOST_PER_HOUR, f"is above {MOST_PER_HOUR:g}"),
    ("in_patience_s", lambda v: 0 < v <= LONGEST_PATIENCE_SECONDS, "is not above 0 and up to 1e7; leave it empty"),
    ("in_trunks", lambda v: v == np.floor(v) and v <= MOST_LINES, "is not a whole number up to 1e7"),
    ("in_redial_prob", lambda v: v < 1, "is not a share below 1"),
    ("in_volume_cv", lambda v: v <= 0.57, "is above 0.57"),
    ("in_absence", lambda v: v < 1, "is not a share below 1; 5 % is 0.05"),
    ("in_target_sl", lambda v: v < 1, "is not a share below 1; 80 % is 0.8"),
    ("in_max_occ", lambda v: 0 < v <= 1, "is not a share above 0 and up to 1; 85 % is 0.85"),
    ("in_max_abandon", lambda v: 0 < v < 1, "is not a share above 0 and below 1; 3 % is 0.03"),
    ("in_target_asa_s", lambda v: v > 0, "is not above 0"),
    ("in_agent_cost", lambda v: 0 < v <= LARGEST_PRICE, f"is not above 0 and up to {LARGEST_PRICE:g}"),
    ("in_wait_cost", lambda v: v <= LARGEST_PRICE, f"is above {LARGEST_PRICE:g}"),
    ("in_abandon_cost", lambda v: v <= LARGEST_PRICE, f"is above {LARGEST_PRICE:g}"),
    (
        "in_due_intervals",
        lambda v: 1 <= v <= MOST_DUE and v == np.floor(v),
        f"is not a whole number from 1 to {MOST_DUE}",
    ),
)


def _range_problems(row: dict[Any, Any]) -> Iterator[Told]:
    for column, holds, said in _RANGES:
        if _there(row, column) and not holds(row[column]):
            told, _, hint = f"{row[column]:g} {said}".partition("; ")
            yield column, told, hint
    if row["in_sl_definition"] not in (*DEFINITIONS, *get_args(Definition)):
        known = [*DEFINITIONS, *get_args(Definition)]
        yield (
            "in_sl_definition",
            f"{row['in_sl_definition']!r} is not a service level definition",
            nearest(row["in_sl_definition"], known),
        )


def _live_problems(row: dict[Any, Any]) -> Iterator[Told]:
    if _there(row, "in_load_erl") == _there(row, "in_contacts_per_hour"):
        said = "load and contacts are both given" if _there(row, "in_load_erl") else "no load is given"
        yield "in_load_erl", said, "give the load in erlangs, or in_contacts_per_hour"
    elif (load := row["in_contacts_per_hour"] / 3600 * _longest_aht(row)) > MOST_ERLANGS:
        yield "in_contacts_per_hour", f"with this handling time the load is {load:g} erlangs", "give fewer or shorter"
    chat = row["model"].startswith("chat")
    if chat and _there(row, "in_aht_by_concurrency_s") and len(pace_seconds(row["in_aht_by_concurrency_s"])) == 0:
        said = f"{row['in_aht_by_concurrency_s']!r} is not a list of times above 0"
        yield "in_aht_by_concurrency_s", said, "write the handling time with 1, 2, 3 chats: 300 360 450"
    if len(pace_seconds(row["in_aht_by_concurrency_s"])) > MOST_CHATS:
        yield "in_aht_by_concurrency_s", f"has more than {MOST_CHATS} times", "give one for each chat at once"
    if row["model"] == "uncertain_volume" and _there(row, "in_redial_prob") and not _there(row, "in_patience_s"):
        yield "in_patience_s", "redials need abandonment, and no patience is given", "fill it in, in seconds"
    if not _there(row, "in_aht_s") and not chat and row["model"] != "erlang_b":
        yield "in_aht_s", "the handling time is not given", "fill it in, in seconds"
    if _there(row, "in_target_sl") and not _there(row, "in_T_s"):
        yield "in_T_s", "a service level needs its threshold in seconds", "fill it in, in seconds"
    yield from _agents_problems(row)
    yield from _price_problems(row)
    if row["in_absence"] > 0:
        yield from _absence_problems(row)


def _absence_problems(row: dict[Any, Any]) -> Iterator[Told]:
    """Everybody is present or not, so agents are whole; every number that may be present is looked at."""
    if _there(row, "in_agents") and row["in_agents"] != np.floor(row["in_agents"]):
        yield "in_agents", f"{row['in_agents']:g} is not a whole number", "with in_absence, give whole agents"
    contacts = row["in_contacts_per_hour"] / 3600 * row["in_aht_s"]
    for column, size in (
        ("in_agents", row["in_agents"]),
        ("in_load_erl", np.nanmax([row["in_load_erl"], contacts, 0])),
    ):
        if size > MOST_ABSENT:
            yield column, f"{size:g} is above {MOST_ABSENT:,} with in_absence", "leave in_absence empty"


def _price_problems(row: dict[Any, Any]) -> Iterator[Told]:
    """With prices the number of agents is what is sought, and something must speak against having none."""
    given = [column for column in PRICES if _there(row, column)]
    if not given:
        return
    if row["model"] not in PRICED:
        yield given[0], f"{row['model']} has no cheapest number of agents", "leave the prices empty, or the model"
    if not _there(row, "in_agent_cost"):
        yield "in_agent_cost", "the price of an agent's hour is not given", "fill it in"
    elif not (row["in_wait_cost"] > 0 or row["in_abandon_cost"] > 0):
        yield "in_wait_cost", "neither waiting nor hanging up costs anything", "fill in in_wait_cost, money an hour"
    if _there(row, "in_abandon_cost") and not _there(row, "in_patience_s"):
        yield (
            "in_abandon_cost",
            "nobody hangs up, as no patience is given",
            "fill in in_patience_s, or leave it empty",
        )
    for column, what in (
        ("in_agents", "agents are sought where prices are given"),
        ("in_absence", "cannot be combined with prices"),
    ):
        if row[column] > 0:
            yield column, what, "leave it empty, or leave the prices empty"
    contacts = row["in_contacts_per_hour"] / 3600 * _longest_aht(row)
    if (load := np.nanmax([row["in_load_erl"], contacts, 0])) > MOST_PRICED_ERLANGS:
        yield "in_load_erl", f"{load:g} is above {MOST_PRICED_ERLANGS:,} with prices", "give a smaller load"


def _longest_aht(row: dict[Any, Any]) -> float:
    """The handling time of a case in seconds, of chats that of the most at once; nan where it is not given."""
    times = pace_seconds(row["in_aht_by_concurrency_s"])
    return float(times.max()) if len(times) else float(row["in_aht_s"])


def _agents_problems(row: dict[Any, Any]) -> Iterator[Told]:
    wanted = [column for column in TARGETS if _there(row, column)]
    if row["model"] in ("erlang_b", "chat_least_loaded"):
        if wanted:
            yield wanted[0], f"{row['model']} can be computed for given agents only", "leave it empty"
        if not _there(row, "in_agents"):
            yield "in_agents", f"{row['model']} needs it, and the cell is empty", "fill it in"
    elif not wanted and not _there(row, "in_agents") and not _there(row, "in_agent_cost"):
        yield "in_agents", "neither agents nor a target is given", f"fill in one of in_agents, {', '.join(TARGETS)}"
    if not _there(row, "in_agents"):
        return
    if row["in_trunks"] < row["in_agents"]:
        yield "in_trunks", f"{row['in_trunks']:g} lines are fewer than {row['in_agents']:g} agents", "give more lines"
    whole = row["model"] in ("erlang_b", "mmck", "mmck_m", "chat_least_loaded")
    if whole and row["in_agents"] != np.floor(row["in_agents"]):
        yield "in_agents", f"{row['in_agents']:g} is not a whole number", f"{row['model']} needs whole agents"


def _deferred_problems(row: dict[Any, Any]) -> Iterator[Told]:
    for column in ("in_aht_s", "in_interval_s", "in_due_intervals"):
        if not _there(row, column):
            yield column, "deferred_fifo needs it, and the cell is empty", "fill it in"
    for column in ("in_agents", *TARGETS, *PRICES):
        if _there(row, column):
            yield column, "deferred_fifo computes the agents that finish all work in time", "leave it empty"
    if _there(row, "in_arrivals") and len(numbers_in(row["in_arrivals"])) == 0:
        yield "in_arrivals", "is not a list of contacts by interval", "write numbers with spaces between: 12 0 7"
    mask = row["in_open_mask"]
    if len(mask) > MOST_DUE:
        yield "in_open_mask", f"has {len(mask):,} intervals, and may have {MOST_DUE:,}", "give those of a week"
    if mask and (set(mask) - {"0", "1"} or "1" not in mask):
        yield "in_open_mask", f"{mask!r} is not a row of 1 (open) and 0 (closed)", "write 1 for each open interval"


def numbers_in(words: str) -> Array:
    """Numbers of a text, (numbers,), 0 or more, with spaces between. Empty where a word is not one."""
    try:
        found = np.array([float(word) for word in words.split()])
    except ValueError:
        return np.zeros(0)
    return found if np.isfinite(found).all() and (found >= 0).all() else np.zeros(0)


def pace_seconds(words: str) -> Array:
    """Handling times in seconds with 1, 2, ... chats, (chats,). Empty where a word is not a time above 0."""
    found = numbers_in(words)
    return found if (found > 0).all() else np.zeros(0)
