"""The 188 exact cases of tests/reference/erlang_reference.csv, row by row."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from staffplan.staffing.models.backlog import DeferredWork, constant_agents
from staffplan.staffing.models.erlang import WaitingLine, agents_for_line, erlang_b, erlang_c, waiting_line
from staffplan.staffing.models.least_loaded import least_loaded_line

TABLE = Path(__file__).parents[2] / "reference" / "erlang_reference.csv"
with TABLE.open(encoding="utf-8", newline="") as _file:
    ROWS = list(csv.DictReader(_file))
Row = dict[str, str]

DEFINITIONS = {
    "sl_offered": "offered",
    "sl_answered": "answered",
    "sl_virtual": "virtual",
    "sl_excl_short_ab": "excluding_short_abandons",
    "sl_short_ab_good": "short_abandons_good",
}


def rows_of(*models: str) -> list[pytest.param]:
    return [pytest.param(row, id=row["case_id"]) for row in ROWS if row["model"] in models]


def number(row: Row, column: str, default: float = math.nan) -> float:
    return float(row[column]) if row[column] else default


def assert_agrees(row: Row, found: dict[str, object]) -> None:
    """Every output that the row has a value for."""
    wanted = {name.removeprefix("out_"): float(row[name]) for name in row if name.startswith("out_") and row[name]}
    assert wanted
    for name, value in wanted.items():
        assert float(found[name]) == pytest.approx(value, rel=1e-9, abs=1e-14), name


def everything(line: WaitingLine) -> dict[str, object]:
    found: dict[str, object] = {
        "occ": line.occupancy,
        "pwait": line.wait_probability,
        "lq": line.queue_length,
        "p_nowait": line.no_wait_probability,
        "pblock": line.blocked_rate,
        "pab": line.abandon_rate,
        "answered": line.answered_rate,
        "asa_answered": line.asa_seconds,
        "ev_virtual": line.virtual_wait_seconds,
        "ab_within_T": line.abandoned_in_time_rate,
        "avg_chats_per_agent": line.contacts_per_agent,
        "total_load_erl": line.total_load_erlangs,
        "ew_all": line.mean_wait_seconds,
    }
    return found | {name: line.service_level(definition) for name, definition in DEFINITIONS.items()}


@pytest.mark.parametrize("row", rows_of("erlang_b"))
def test_erlang_b_agrees_with_sixty_digits(row: Row):
    load, agents = number(row, "in_load_erl"), number(row, "in_agents")
    blocked = erlang_b(load, agents)
    assert_agrees(row, {"pblock": blocked, "occ": load * (1 - blocked) / agents})


@pytest.mark.parametrize("row", rows_of("erlang_c"))
def test_erlang_c_agrees_with_sixty_digits(row: Row):
    line = erlang_c(
        number(row, "in_load_erl"),
        number(row, "in_agents"),
        aht_seconds=number(row, "in_aht_s"),
        answer_within_seconds=number(row, "in_T_s"),
    )
    delayed = line.asa_seconds / line.wait_probability
    found = {"sl": line.service_level(), "asa": line.asa_seconds, "asa_delayed": delayed, "lq": line.queue_length}
    assert_agrees(row, found | {"occ": line.occupancy, "pwait": line.wait_probability})


@pytest.mark.parametrize("row", rows_of("erlang_a", "mmck", "mmck_m"))
def test_lines_with_abandonment_or_few_places_agree_with_sixty_digits(row: Row):
    agents = number(row, "in_agents")
    line = waiting_line(
        number(row, "in_load_erl"),
        agents,
        aht_seconds=number(row, "in_aht_s"),
        answer_within_seconds=number(row, "in_T_s"),
        patience_seconds=number(row, "in_patience_s", math.inf),
        trunks=number(row, "in_trunks", math.inf),
    )
    assert_agrees(row, everything(line))


@pytest.mark.parametrize("row", rows_of("min_agents_erlang_c"))
def test_the_fewest_agents_under_erlang_c_are_exact(row: Row):
    load, aht, within = number(row, "in_load_erl"), number(row, "in_aht_s"), number(row, "in_T_s")
    agents = agents_for_line(
        load,
        aht_seconds=aht,
        service_level=number(row, "in_target_sl"),
        answer_within_seconds=within,
        asa_seconds=number(row, "in_target_asa_s"),
        max_occupancy=number(row, "in_max_occ"),
    )
    assert agents == number(row, "out_min_agents")
    line = erlang_c(load, agents, aht_seconds=aht, answer_within_seconds=within)
    less = erlang_c(load, agents - 1, aht_seconds=aht, answer_within_seconds=within)
    found = {"min_agents": agents, "occ": line.occupancy, "sl": line.service_level(), "asa": line.asa_seconds}
    assert_agrees(row, found | {"sl_one_less": less.service_level(), "asa_one_less": less.asa_seconds})


def definition_of(row: Row, line: WaitingLine) -> str:
    """The service level that a row means: named where it is a goal, else the one its value is exact for."""
    if row["in_sl_definition"]:
        return DEFINITIONS[row["in_sl_definition"]]
    value = pytest.approx(number(row, "out_sl"), rel=1e-9)
    return next(definition for definition in DEFINITIONS.values() if float(line.service_level(definition)) == value)


@pytest.mark.parametrize("row", rows_of("min_agents_erlang_a"))
def test_the_fewest_agents_under_erlang_a_are_exact_and_may_lie_below_the_load(row: Row):
    load, within = number(row, "in_load_erl"), number(row, "in_T_s")
    customers = {"aht_seconds": number(row, "in_aht_s"), "patience_seconds": number(row, "in_patience_s")}
    definition = definition_of(
        row, waiting_line(load, number(row, "out_min_agents"), **customers, answer_within_seconds=within)
    )
    agents = agents_for_line(
        load,
        **customers,
        service_level=number(row, "in_target_sl"),
        answer_within_seconds=within,
        asa_seconds=number(row, "in_target_asa_s"),
        max_abandon_rate=number(row, "in_max_abandon"),
        definition=definition,
    )
    assert agents == number(row, "out_min_agents")
    line = waiting_line(load, agents, **customers, answer_within_seconds=within)
    less = waiting_line(load, agents - 1, **customers, answer_within_seconds=within)
    found = {"min_agents": agents, "sl": line.service_level(definition), "asa_answered": line.asa_seconds}
    found |= {"pab": line.abandon_rate, "pab_one_less": less.abandon_rate}
    found |= {"sl_one_less": less.service_level(definition), "asa_one_less": less.asa_seconds}
    assert_agrees(row, found)


@pytest.mark.parametrize("row", rows_of("erlang_c_fractional"))
def test_erlang_with_part_of_an_agent_agrees_with_sixty_digits(row: Row):
    load, agents, aht = number(row, "in_load_erl"), number(row, "in_agents"), number(row, "in_aht_s")
    line = erlang_c(load, agents, aht_seconds=aht, answer_within_seconds=number(row, "in_T_s"))
    found = {"pblock": erlang_b(load, agents), "pwait": line.wait_probability, "sl": line.service_level()}
    assert_agrees(row, found | {"asa": line.asa_seconds})


@pytest.mark.parametrize("row", rows_of("erlang_a_redial", "uncertain_volume"))
def test_redials_and_an_uncertain_volume_agree_with_sixty_digits(row: Row):
    line = waiting_line(
        number(row, "in_load_erl"),
        number(row, "in_agents"),
        aht_seconds=number(row, "in_aht_s"),
        answer_within_seconds=number(row, "in_T_s"),
        patience_seconds=number(row, "in_patience_s", math.inf),
        redial_share=number(row, "in_redial_prob", 0.0),
        volume_cv=number(row, "in_volume_cv", 0.0),
    )
    assert_agrees(row, everything(line) | {"sl": line.service_level("offered")})


@pytest.mark.parametrize("row", rows_of("chat_balanced", "chat_least_loaded"))
def test_chats_agree_whether_spread_evenly_or_where_they_came(row: Row):
    """Least-loaded rows have twelve digits."""
    aht = np.array([float(word) for word in row["in_aht_by_concurrency_s"].split()])
    model = waiting_line if row["model"] == "chat_balanced" else least_loaded_line
    line = model(
        number(row, "in_contacts_per_hour") / 3600 * aht[0],
        int(row["in_agents"]),
        pace=aht / aht[0],
        aht_seconds=aht[0],
        answer_within_seconds=number(row, "in_T_s"),
        patience_seconds=number(row, "in_patience_s"),
    )
    assert_agrees(row, everything(line))


@pytest.mark.parametrize("row", rows_of("deferred_fifo"))
def test_the_fewest_agents_for_deferred_work_are_exact(row: Row):
    arrivals, due = [float(word) for word in row["in_arrivals"].split()], int(row["in_due_intervals"])
    work = np.zeros(len(arrivals) + due + 1)
    work[: len(arrivals) + 1] = [number(row, "in_initial_backlog"), *arrivals]
    intervals = np.arange(-1, len(work) - 1)
    deferred = DeferredWork(
        work * number(row, "in_aht_s") / number(row, "in_interval_s"),
        ready=intervals + 1,
        due=intervals + due,
        is_open=np.resize([mark == "1" for mark in row["in_open_mask"]], len(work)),
    )
    assert constant_agents(deferred) == number(row, "out_min_agents")


def test_every_row_of_the_table_is_tested():
    tested = {
        *("erlang_b", "erlang_c", "erlang_a", "mmck", "mmck_m", "min_agents_erlang_c", "min_agents_erlang_a"),
        *("erlang_c_fractional", "erlang_a_redial", "uncertain_volume", "chat_balanced", "chat_least_loaded"),
        "deferred_fifo",
    }
    assert {row["model"] for row in ROWS} == tested
    assert len(ROWS) == 188
