"""What staff says of people who may be absent, against a simulation in which they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import special

from staffplan.settings.queues import Goal
from staffplan.settings.simulate import SimulateSettings
from staffplan.settings.staffing import ShrinkageSettings, StaffingSettings
from staffplan.simulate import service_level
from staffplan.simulate.outcomes import OFFERED
from staffplan.simulate.scene import make_scene
from staffplan.simulate.steps import play
from staffplan.staffing.models.erlang import agents_for_line, erlang_c
from staffplan.staffing.step import staff_by_method
from thorough import repetitions

LOAD, AHT, ABSENT, VARIATION, OPEN, DAYS = 10.0, 30.0, 0.1, 0.1, 480, 5
OFFERED_IN_HALF_AN_HOUR = LOAD * 1800 / AHT
SICK = {"sick": ShrinkageSettings(share=ABSENT, planned=False, in_office=False)}
PLAYED = repetitions(40, 200)


def binomial(rostered: int) -> np.ndarray:
    return np.array(
        [math.comb(rostered, k) * (1 - ABSENT) ** k * ABSENT ** (rostered - k) for k in range(rostered + 1)]
    )


def said_of_the_mean(rostered: int) -> float:
    levels = [
        float(erlang_c(LOAD, k, aht_seconds=AHT, answer_within_seconds=20).service_level()) if k > LOAD else 0.0
        for k in range(rostered + 1)
    ]
    return float(binomial(rostered) @ levels)


def said_of_days(rostered: int, variation: float) -> float:
    """Chance that a day's volume is one that those present serve 80 % of within 20 s."""
    chance = (np.arange(1000) + 0.5) / 1000
    volumes = special.gammaincinv(variation**-2, chance) * variation**2 if variation else np.ones(1)
    needed = agents_for_line(LOAD * volumes, aht_seconds=AHT, service_level=0.8, answer_within_seconds=20)
    return float(sum(own * (needed <= k).mean() for k, own in enumerate(binomial(rostered))))


def simulated_days(make_stage, make_queue, risk: str, absence: str) -> tuple[int, np.ndarray]:
    """People on queue by `staff`, and the service level of each simulated day with them on the roster."""
    stage = make_stage([make_queue(goal=Goal(service_level=0.8, within_seconds=20))])
    excess = (VARIATION * OFFERED_IN_HALF_AN_HOUR) ** 2 if risk != "mean" else 0.0
    spread = 2 * special.ndtri(0.9) * math.sqrt(OFFERED_IN_HALF_AN_HOUR + excess)
    for day in range(DAYS):
        stage.expect("calls", 540, 540 + OPEN, offered=OFFERED_IN_HALF_AN_HOUR, aht=AHT, day=day, spread=spread)
    chosen = StaffingSettings(absence=absence, risk=risk, shrinkage=SICK)
    forecast, _, _ = stage.tables()
    requirement = staff_by_method(forecast, chosen, SimulateSettings(), site=stage.site).requirement
    (heads,) = {int(own) for own in requirement.frame["agents_on_queue"]}
    for day in range(DAYS):
        for agent in range(heads):
            stage.work(f"a{agent:02d}", 540, 540 + OPEN, day=day)
    how = SimulateSettings(replications=PLAYED, service_time="exponential", volume_uncertainty=risk != "mean")
    scene = make_scene(forecast, requirement, stage.tables()[2], stage.site)
    days = [own.counts[:, 0] for own in play(scene, how, chosen, seed=3).days]
    levels = np.concatenate([service_level(own, "excluding_short_abandons")[own[OFFERED] > 0] for own in days])
    assert len(levels) == DAYS * PLAYED
    return heads, levels


@pytest.mark.parametrize("absence", ["chance", "share"])
def test_the_mean_service_is_what_staff_said_of_it(make_stage, make_queue, absence):
    """Four standard errors of the mean over days; a share of an hour falls short of its goal, a chance does not."""
    heads, levels = simulated_days(make_stage, make_queue, "mean", absence)
    said, margin = said_of_the_mean(heads), 4 * float(levels.std(ddof=1)) / math.sqrt(len(levels))
    assert float(levels.mean()) == pytest.approx(said, abs=margin)
    assert (said >= 0.8) == (absence == "chance")


def test_as_many_days_are_kept_as_staff_said(make_stage, make_queue):
    heads, levels = simulated_days(make_stage, make_queue, "p80", "chance")
    said = said_of_days(heads, VARIATION)
    assert said >= 0.8 > said_of_days(heads - 1, VARIATION)
    margin = 4 * math.sqrt(said * (1 - said) / len(levels))
    assert float((levels >= 0.8).mean()) == pytest.approx(said, abs=margin)
