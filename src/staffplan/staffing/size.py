"""Single cases: the fewest agents for some goals, and what customers wait with these agents, or with those given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Problem
from staffplan.staffing.cases import (
    DEFINITIONS,
    PRICES,
    TARGETS,
    SizingCases,
    checked_cases,
    numbers_in,
    pace_seconds,
)
from staffplan.staffing.cheapest import MarginalAgents, marginal_agents, size_priced
from staffplan.staffing.models.arrays import Array
from staffplan.staffing.models.backlog import DeferredWork, constant_agents
from staffplan.staffing.models.erlang import (
    ONE_AT_A_TIME,
    AgentsNeeded,
    WaitingLine,
    agents_needed,
    erlang_b,
    waiting_line,
)
from staffplan.staffing.models.least_loaded import least_loaded_line
from staffplan.staffing.size_absent import size_absent

OUTPUTS = (
    *("pblock", "occ", "pwait", "sl", "asa", "lq", "asa_delayed", "p_nowait", "pab", "answered", "ew_all"),
    *("asa_answered", "ev_virtual", *DEFINITIONS, "ab_within_T", "min_agents", "sl_one_less", "asa_one_less"),
    *("pab_one_less", "total_load_erl", "avg_chats_per_agent", "agents_exact", "agents_present", "days_kept"),
)
"""What is told of a case, each in a column out_..., blank where it does not apply; beside them out_state."""
PRICED_OUTPUTS = ("cheapest_agents", "cost_per_hour", "preview_agents", "free_agents", "targets_cost_per_hour")
"""What is told besides where a case has prices."""
STABLE, UNSTABLE, OUT_OF_REACH = (
    "stable",
    "unstable: the queue grows without limit",
    "no number of agents meets the targets",
)


def size(cases: SizingCases) -> pd.DataFrame:
    """Each case with its answers: out_min_agents for the targets, and the waits with in_agents, else with these.

    Raises DataError with every problem of every row.
    """
    frame = checked_cases(cases)
    priced = frame["in_agent_cost"].notna()
    outputs = (*OUTPUTS, *(PRICED_OUTPUTS if priced.any() else ()))
    answers = pd.DataFrame(np.nan, index=frame.index, columns=[f"out_{name}" for name in outputs])
    answers["out_state"] = STABLE
    live, absent = frame["model"] != "deferred_fifo", frame["in_absence"] > 0
    for place in frame.index[absent]:
        case = frame.loc[[place]]
        for name, value in size_absent(case.iloc[0].to_dict(), *_case(case)).items():
            answers.loc[place, name] = value
    for place in frame.index[priced]:
        for name, value in _priced(frame.loc[[place]]).items():
            answers.loc[place, name] = value
    for _, group in frame[live & ~absent & ~priced].groupby(
        ["model", "in_aht_by_concurrency_s", "in_sl_definition"], sort=False
    ):
        found = _least_loaded(group, cases.source) if group["model"].iloc[0] == "chat_least_loaded" else _live(group)
        for name, values in found.items():
            answers.loc[group.index, name] = values
    for place, row in zip(frame.index[~live], frame[~live].to_dict("records"), strict=True):
        answers.loc[place, "out_min_agents"] = _deferred(row, cases.source)
    unused = ["_row"] if priced.any() else ["_row", *PRICES]
    return pd.concat([frame.drop(columns=unused), answers], axis=1)


def agents_one_by_one(answers: pd.DataFrame) -> MarginalAgents:
    """The numbers of agents around the cheapest of one answered case, row by row with the cost of the step."""
    return marginal_agents(answers.iloc[0].to_dict(), *_case(answers))


def _priced(group: pd.DataFrame) -> dict[str, Any]:
    """Answers for one row with prices: the waits are those with the cheapest number that meets its targets."""
    load, case = _case(group)
    fewest = _live(group)["out_min_agents"] if group[list(TARGETS)].notna().any(axis=None) else np.array([np.nan])
    found = size_priced(group.iloc[0].to_dict(), load, case, float(fewest[0]))
    told = _live(group.assign(in_agents=found["out_cheapest_agents"]))
    return {name: np.asarray(values)[0] for name, values in told.items()} | found


def _case(group: pd.DataFrame) -> tuple[Array, dict[str, Any]]:
    """Load and the other arguments of `waiting_line`, for rows of one model with the same pace."""

    def given(column: str, blank: float) -> Array:
        return group[column].fillna(blank).to_numpy(dtype=np.float64)

    pace, aht = ONE_AT_A_TIME, given("in_aht_s", 1.0)
    if group["in_aht_by_concurrency_s"].iloc[0]:
        times = pace_seconds(group["in_aht_by_concurrency_s"].iloc[0])
        pace, aht = times / times[0], np.full(len(group), times[0])
    load = group["in_load_erl"].fillna(group["in_contacts_per_hour"] / 3600 * aht).to_numpy(dtype=np.float64)
    case = {
        "aht_seconds": aht,
        "patience_seconds": given("in_patience_s", np.inf),
        "trunks": given("in_trunks", np.inf),
        "redial_share": given("in_redial_prob", 0.0),
        "volume_cv": given("in_volume_cv", 0.0),
        "pace": pace,
    }
    return load, case


def _live(group: pd.DataFrame) -> dict[str, Any]:
    """Answers for rows of one model, pace and definition, by column."""
    load, case = _case(group)
    agents, within = group["in_agents"].to_numpy(dtype=np.float64), group["in_T_s"].fillna(0.0).to_numpy()
    definition = DEFINITIONS.get(group["in_sl_definition"].iloc[0], group["in_sl_definition"].iloc[0])
    if group["model"].iloc[0] == "erlang_b":
        case["trunks"] = agents
    wanted = group[list(TARGETS)].notna().any(axis=1).to_numpy()
    needed = _needed(group, load, case, definition)
    fewest = np.where(wanted, needed.fewest, np.nan)
    heads = np.where(np.isnan(agents), fewest, agents)
    reached = ~np.isnan(heads)
    line = waiting_line(load, np.where(reached, heads, 0.0), answer_within_seconds=within, **case)
    found = _told(line, group, definition, reached)
    if group["model"].iloc[0] == "erlang_c_fractional":  # told as the part from which its answer is made
        found["out_pblock"] = np.where(reached, erlang_b(load, np.where(reached, heads, 0.0)), np.nan)
    less = waiting_line(load, np.maximum(0.0, np.nan_to_num(fewest) - 1), answer_within_seconds=within, **case)
    had_more = wanted & (fewest > 1)
    found |= {
        "out_min_agents": fewest,
        "out_agents_exact": np.where(wanted, needed.exact(), np.nan),
        "out_sl_one_less": np.where(had_more & group["in_T_s"].notna(), less.service_level(definition), np.nan),
        "out_asa_one_less": np.where(had_more, less.asa_seconds, np.nan),
        "out_pab_one_less": np.where(had_more & group["in_patience_s"].notna(), less.abandon_rate, np.nan),
    }
    return found


def _needed(group: pd.DataFrame, load: Array, case: dict[str, Any], definition: Any) -> AgentsNeeded:
    """Agents for the targets of each row; rows without any want none, and get what keeps the line stable."""
    level, asa, occupancy, abandon = (group[column].to_numpy(dtype=np.float64) for column in TARGETS)
    return agents_needed(
        load,
        service_level=level,
        answer_within_seconds=group["in_T_s"].fillna(0.0).to_numpy(),
        asa_seconds=asa,
        max_occupancy=occupancy,
        max_abandon_rate=abandon,
        definition=definition,
        **case,
    )


def _told(line: WaitingLine, group: pd.DataFrame, definition: Any, reached: np.ndarray) -> dict[str, Any]:
    """The waits, by column; blank where there is no threshold, nobody hangs up, or no answer."""
    timed, patient = group["in_T_s"].notna().to_numpy(), group["in_patience_s"].isna().to_numpy()
    with np.errstate(invalid="ignore", divide="ignore"):
        delayed = line.asa_seconds / line.wait_probability
    values = {
        "pblock": line.blocked_rate,
        "occ": line.occupancy,
        "pwait": line.wait_probability,
        "lq": line.queue_length,
        "p_nowait": line.no_wait_probability,
        "pab": line.abandon_rate,
        "answered": line.answered_rate,
        "ew_all": line.mean_wait_seconds,
        "asa_answered": line.asa_seconds,
        "ev_virtual": line.virtual_wait_seconds,
        "total_load_erl": line.total_load_erlangs,
        "avg_chats_per_agent": line.contacts_per_agent,
        "asa": np.where(patient, line.asa_seconds, np.nan),
        "asa_delayed": np.where(patient, delayed, np.nan),
        "ab_within_T": np.where(timed, line.abandoned_in_time_rate, np.nan),
        "sl": np.where(timed, line.service_level(definition), np.nan),
    }
    values |= {name: np.where(timed, line.service_level(own), np.nan) for name, own in DEFINITIONS.items()}
    state = np.where(reached, np.where(line.is_stable, STABLE, UNSTABLE), OUT_OF_REACH)
    return {f"out_{name}": np.where(reached, own, np.nan) for name, own in values.items()} | {"out_state": state}


def _least_loaded(group: pd.DataFrame, source: str) -> dict[str, Any]:
    """Answers for rows of chats that stay where they came, one chain after the other."""
    load, case = _case(group)
    pieces: list[dict[str, Any]] = []
    for place, row in enumerate(group.to_dict("records")):
        try:
            line = least_loaded_line(
                float(load[place]),
                int(row["in_agents"]),
                pace=case["pace"],
                aht_seconds=float(case["aht_seconds"][place]),
                answer_within_seconds=float(np.nan_to_num(row["in_T_s"])),
                patience_seconds=float(case["patience_seconds"][place]),
            )
        except ValueError as error:
            hint = "use the model chat_balanced"
            raise DataError(Problem(f"{source}:{row['_row']:.0f}:in_agents", str(error), hint)) from error
        definition = DEFINITIONS.get(row["in_sl_definition"], row["in_sl_definition"])
        pieces.append(_told(line, group.iloc[[place]], definition, np.ones(1, dtype=bool)))
    return {name: np.concatenate([np.atleast_1d(piece[name]) for piece in pieces]) for name in pieces[0]}


def _deferred(row: dict[Any, Any], source: str) -> float:
    """Fewest agents, the same in every open interval, that finish all work by its deadline.

    Contacts of an interval can be worked on from its end, the backlog at once; all are due `in_due_intervals` later,
    counted in all intervals (elapsed) or in open ones (opening). The mask of open intervals repeats.
    """
    arrivals, mask = numbers_in(row["in_arrivals"]), np.array([mark == "1" for mark in row["in_open_mask"] or "1"])
    allowed, opening = int(row["in_due_intervals"]), row["in_clock"] == "opening"
    ahead = allowed + 1 if not opening else (allowed // int(mask.sum()) + 2) * len(mask)
    work = np.zeros(len(arrivals) + ahead)
    work[: len(arrivals) + 1] = [np.nan_to_num(row["in_initial_backlog"]), *arrivals]
    is_open, ready = np.resize(mask, len(work)), np.arange(len(work))
    due = ready + allowed - 1
    if opening:
        opened, places = np.cumsum(is_open) - is_open, np.append(np.flatnonzero(is_open), len(work))
        due = places[np.minimum(opened[ready] + allowed - 1, len(places) - 1)]
    deferred = DeferredWork(work * row["in_aht_s"] / row["in_interval_s"], ready, due, is_open)
    try:
        return float(constant_agents(deferred))
    except ValueError as error:
        hint = "give more intervals, or count opening hours (in_clock opening)"
        raise DataError(Problem(f"{source}:{row['_row']:.0f}:in_due_intervals", str(error), hint)) from error
