"""The simulation against exact queueing theory, on long stationary days."""

from __future__ import annotations

import csv
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from staffplan.settings.queues import Goal
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate import service_level
from staffplan.simulate.outcomes import waiting_measures
from staffplan.simulate.scene import make_scene
from staffplan.simulate.steps import play
from thorough import repetitions

REFERENCE = Path(__file__).parent.parent / "reference" / "erlang_reference.csv"
DAYS = repetitions(14, 40)


def erlang_c(agents: int, load: float) -> float:
    """Probability of waiting in M/M/c, by Erlang B's recursion B_c = a B_(c-1) / (c + a B_(c-1)) in fractions."""
    a, blocked = Fraction(str(load)), Fraction(1)
    for c in range(1, agents + 1):
        blocked = a * blocked / (c + a * blocked)
    return float(agents * blocked / (agents - a * (1 - blocked)))


def band(values: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Mean over days and four standard errors of it, the first day (which starts empty) left out."""
    values, weights = values[1:], weights[1:]
    mean = float(np.average(values, weights=weights))
    return mean, 4 * float(values.std(ddof=1)) / math.sqrt(len(values))


def days_of(stage, **settings):
    waits = stage.simulate(replications=4, service_time="exponential", **settings).waits.frame
    return {name: waits[name].to_numpy() for name in ("service_level", "asa_seconds", "abandon_rate", "occupancy")}


@pytest.mark.parametrize(("load", "agents", "aht", "within"), [(5, 6, 60, 30), (5, 9, 420, 10), (33.3, 40, 240, 20)])
def test_waits_without_hang_ups_agree_with_erlang_c(stationary, make_queue, load, agents, aht, within):
    only = make_queue(goal=Goal(service_level=0.8, within_seconds=within))
    days = days_of(stationary(agents, load_erlangs=load, aht=aht, days=DAYS, only=only))
    wait = erlang_c(agents, load)
    exact = {
        "service_level": 1 - wait * math.exp(-(agents - load) * within / aht),
        "asa_seconds": wait * aht / (agents - load),
        "occupancy": load / agents,
    }
    for name, truth in exact.items():
        mean, margin = band(days[name], np.ones(DAYS))
        assert mean == pytest.approx(truth, abs=margin), name


def reference(model: str) -> dict[str, dict[str, str]]:
    """The exact cases of a model."""
    with REFERENCE.open(newline="", encoding="utf-8") as file:
        return {row["case_id"]: row for row in csv.DictReader(file) if row["model"] == model}


DEFINITIONS = {
    "offered": "out_sl_offered",
    "answered": "out_sl_answered",
    "excluding_short_abandons": "out_sl_excl_short_ab",
    "short_abandons_good": "out_sl_short_ab_good",
    "virtual": "out_sl_virtual",
}


@pytest.mark.parametrize("case", ["erlang_a-118", "erlang_a-126", "erlang_a-137", "erlang_a-119"])
def test_waits_with_hang_ups_agree_with_the_reference(stationary, make_queue, case):
    row = reference("erlang_a")[case]
    load, agents, aht = float(row["in_load_erl"]), int(row["in_agents"]), float(row["in_aht_s"])
    goal = Goal(service_level=0.8, within_seconds=float(row["in_T_s"]))
    only = make_queue(goal=goal, patience_seconds=float(row["in_patience_s"]))
    stage = stationary(agents, load_erlangs=load, aht=aht, days=DAYS, only=only)
    settings = SimulateSettings(replications=4, service_time="exponential", volume_uncertainty=False)
    scene = make_scene(*stage.tables(), stage.site)
    days = play(scene, settings, StaffingSettings(), seed=1).total.by_day(scene.grid)
    asa, abandoned, occupancy = waiting_measures(days)
    measured = {"out_asa_answered": asa, "out_pab": abandoned, "out_occ": occupancy}
    for definition, column in DEFINITIONS.items():
        measured[column] = service_level(days.counts, definition)
    for column, values in measured.items():
        mean, margin = band(values[0], np.ones(DAYS))
        assert mean == pytest.approx(float(row[column]), abs=max(margin, 1e-3)), column


def test_the_five_service_levels_keep_their_order(stationary, make_queue):
    """Fewer in the denominator, or more counted as good, is never less."""
    only = make_queue(patience_seconds=60.0)
    stage = stationary(8, load_erlangs=9, aht=200, days=2, only=only)
    settings = SimulateSettings(replications=2)
    scene = make_scene(*stage.tables(), stage.site)
    counts = play(scene, settings, StaffingSettings(), seed=1).total.counts
    level = {name: service_level(counts, name)[0] for name in DEFINITIONS}
    assert (level["offered"] <= level["excluding_short_abandons"]).all()
    assert (level["excluding_short_abandons"] <= level["short_abandons_good"]).all()
    assert (level["offered"] <= level["virtual"]).all()
    assert (level["virtual"] <= level["short_abandons_good"]).all()
    assert (level["offered"] <= level["answered"]).all()


def linear_slowdown(by_number: list[float]) -> float | None:
    """The slowdown by each further chat, where it is the same for each, as our settings say it."""
    slowdown = by_number[1] / by_number[0] - 1
    linear = [by_number[0] * (1 + slowdown * k) for k in range(len(by_number))]
    return slowdown if by_number == pytest.approx(linear) else None


@pytest.mark.parametrize("case", ["chat_least_loaded-354", "chat_least_loaded-358"])
def test_chats_served_at_once_agree_with_the_exact_chain(stationary, make_queue, case):
    row = reference("chat_least_loaded")[case]
    by_number = [float(text) for text in row["in_aht_by_concurrency_s"].split()]
    slowdown = linear_slowdown(by_number)
    assert slowdown is not None
    only = make_queue(
        channel="chat",
        goal=Goal(service_level=0.8, within_seconds=float(row["in_T_s"]), definition="offered"),
        patience_seconds=float(row["in_patience_s"]),
        concurrency=len(by_number),
        concurrency_slowdown=slowdown,
    )
    load = float(row["in_contacts_per_hour"]) * by_number[0] / 3600
    stage = stationary(int(row["in_agents"]), load_erlangs=load, aht=by_number[0], days=DAYS, only=only)
    days = days_of(stage)
    for name, column in (("service_level", "out_sl_offered"), ("abandon_rate", "out_pab")):
        mean, margin = band(days[name], np.ones(DAYS))
        assert mean == pytest.approx(float(row[column]), abs=margin), name
