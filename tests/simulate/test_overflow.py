"""Contacts helped out by people of another group: by hand, against a plain simulation of its own, and by theory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffplan.errors import ConfigError
from staffplan.settings.config import load_config
from staffplan.settings.simulate import OverflowSettings, SimulateSettings
from staffplan.settings.staffing import StaffingSettings
from staffplan.simulate import simulate
from staffplan.simulate.engine import Closings, Contacts, Groups, Overflow, Stretches, run
from staffplan.simulate.overflow import Helpers
from staffplan.simulate.records import ABANDONED, ANSWERED, NOBODY, WAITING
from thorough import repetitions

NO_CLOSING = Closings(np.zeros(0), np.zeros(0, dtype=np.int64))
END = 10_000.0


def play(calls, people, rules, may, *, slots=(1, 1), set_aside=(False, False)):
    """calls: arrival, group, work, patience; people: group of each agent; rules: source, target, after."""
    arrival, group, work, patience = (np.array(column, dtype=float) for column in zip(*calls, strict=True))
    source, target, after = zip(*rules, strict=True) if rules else ((), (), ())
    return run(
        Contacts(arrival, group.astype(np.int64), work, patience),
        Stretches(
            np.zeros(len(people)), np.full(len(people), END), np.arange(len(people)), np.array(people, dtype=np.int64)
        ),
        Groups(np.array(slots), np.zeros(len(slots)), np.array(set_aside)),
        NO_CLOSING,
        agents=len(people),
        intervals=1,
        interval_seconds=END,
        overflow=Overflow(
            np.array(source, dtype=np.int64), np.array(target, dtype=np.int64), np.array(after, dtype=float), may
        ),
    )


BOTH = np.ones((2, 2), dtype=bool)


def test_a_contact_is_helped_out_when_it_has_waited_long_enough():
    """Agent 0 of group 0 is busy until 100; agent 1 of group 1 is free and may help after 20 seconds."""
    calls = [(0, 0, 100, np.inf), (10, 0, 30, np.inf), (15, 0, 30, np.inf)]
    fate = play(calls, [0, 1], [(0, 1, 20)], BOTH).fate
    assert fate.wait.tolist() == [0, 20, 45]  # the third waits until agent 1 is done at 60
    assert fate.lent_by.tolist() == [NOBODY, 1, 1]
    assert fate.finish.tolist() == [100, 60, 90]


def test_own_contacts_come_first_and_without_the_skill_nobody_helps():
    calls = [(0, 0, 100, np.inf), (10, 0, 30, np.inf), (31, 1, 50, np.inf), (32, 1, 10, np.inf)]
    fate = play(calls, [0, 1], [(0, 1, 20)], BOTH).fate
    assert fate.wait.tolist() == [0, 20, 29, 78]  # helped at 30 before the own contact came; then own ones
    alone = play(calls, [0, 1], [(0, 1, 20)], np.eye(2, dtype=bool)).fate
    assert alone.wait.tolist() == [0, 90, 0, 49]
    assert set(alone.lent_by.tolist()) == {NOBODY}


def test_who_has_hung_up_is_not_helped_and_the_next_one_must_have_waited_too():
    calls = [(0, 0, 100, np.inf), (10, 0, 30, 5), (25, 0, 30, np.inf)]
    fate = play(calls, [0, 1], [(0, 1, 20)], BOTH).fate
    assert fate.outcome.tolist() == [ANSWERED, ABANDONED, ANSWERED]
    assert fate.wait.tolist() == [0, 5, 20]


def test_a_chat_agent_takes_a_call_only_with_nothing_in_hand_and_nothing_beside_it():
    """Agent 1 has one chat until 40, room for a second; the call waits until then; the chat at 45 until the end."""
    calls = [(0, 0, 200, np.inf), (5, 1, 35, np.inf), (10, 0, 50, np.inf), (45, 1, 10, np.inf)]
    fate = play(calls, [0, 1], [(0, 1, 0)], BOTH, slots=(1, 2)).fate
    assert fate.wait.tolist() == [0, 0, 30, 45]
    assert fate.finish.tolist() == [200, 40, 90, 100]


def test_a_free_agent_of_mail_answers_a_call_and_is_not_set_aside_at_the_end():
    calls = [(0, 0, 200, np.inf), (10, 0, END, np.inf), (20, 1, 10, np.inf)]
    fate = play(calls, [0, 1], [(0, 1, 0)], BOTH, set_aside=(False, True)).fate
    assert fate.outcome.tolist() == [ANSWERED, ANSWERED, WAITING]
    assert fate.finish[1] == 10 + END


def plainly(calls, people, rules, may):
    """The same by looking at every moment at which something can happen; one contact a person, nobody leaves."""
    count, free_at = len(calls), [0.0] * len(people)
    free_since = [0.0] * len(people)
    begun, by = [None] * count, [NOBODY] * count
    moments = sorted({call[0] for call in calls} | {c[0] + r[2] for r in rules for c in calls if c[1] == r[0]})
    while moments:
        now = moments.pop(0)
        while True:
            waiting = [k for k in range(count) if begun[k] is None and calls[k][0] <= now]
            waiting = [k for k in waiting if calls[k][3] >= now - calls[k][0]]
            idle = sorted((a for a in range(len(people)) if free_at[a] <= now), key=lambda a: (free_since[a], a))
            found = next(
                ((a, k) for a in idle for k in waiting if calls[k][1] == people[a]),
                None,
            ) or next(
                (
                    (a, k)
                    for number, (source, target, after) in enumerate(rules)
                    for a in idle
                    for k in waiting
                    if calls[k][1] == source and people[a] == target and may[a, source] and calls[k][0] + after <= now
                ),
                None,
            )
            if found is None:
                break
            agent, k = found
            begun[k], by[k] = now, NOBODY if people[agent] == calls[k][1] else people[agent]
            free_at[agent] = free_since[agent] = now + calls[k][2]
            moments = sorted({*moments, free_at[agent]})
    waits = [b - c[0] if b is not None else c[3] for b, c in zip(begun, calls, strict=True)]
    return waits, by


@given(st.integers(0, 10**6))
@settings(max_examples=repetitions(60, 2000), deadline=None)
def test_it_is_what_a_plain_simulation_makes_of_it(seed):
    rng = np.random.default_rng(seed)
    groups, count = 3, 30
    calls = sorted(
        (
            float(rng.uniform(0, 300)),
            int(rng.integers(groups)),
            float(rng.exponential(60)),
            float(rng.choice([np.inf, rng.exponential(40)])),
        )
        for _ in range(count)
    )
    people = [0, 1, 2, *rng.integers(groups, size=int(rng.integers(0, 3))).tolist()]
    source = int(rng.integers(groups))
    target = (source + 1) % groups
    rules = [(source, target, float(rng.choice([0, 15, 40])))]
    may = rng.random((len(people), groups)) < 0.7
    fate = play(calls, people, rules, may, slots=(1,) * groups, set_aside=(False,) * groups).fate
    waits, by = plainly(calls, people, rules, may)
    assert fate.wait.tolist() == pytest.approx(waits)
    assert fate.lent_by.tolist() == by


def test_two_groups_that_help_each_other_at_once_wait_as_one_pooled_group_does():
    """Work is never left while somebody is free, so the share that waits and the mean wait are those of Erlang C of
    all agents together; apart, each group waits far longer."""
    rng = np.random.default_rng(1)
    aht, load, hours = 180.0, 5.0, 2000
    until = hours * 3600.0
    arrival = np.sort(rng.uniform(0, until, rng.poisson(2 * load * until / aht)))
    group, work = rng.integers(2, size=len(arrival)), rng.exponential(aht, len(arrival))

    def waits(groups, people, overflow=None):
        size = int(max(people)) + 1
        return run(
            Contacts(arrival, groups, work, np.full(len(arrival), np.inf)),
            Stretches(np.zeros(12), np.full(12, 2 * until), np.arange(12), np.array(people)),
            Groups(np.ones(size, dtype=np.int64), np.zeros(size), np.zeros(size, dtype=bool)),
            NO_CLOSING,
            agents=12,
            intervals=1,
            interval_seconds=2 * until,
            overflow=overflow,
        ).fate.wait

    each = Overflow(np.array([0, 1]), np.array([1, 0]), np.zeros(2), np.ones((12, 2), dtype=bool))
    two = [0] * 6 + [1] * 6
    pooled, apart, one = waits(group, two, each), waits(group, two), waits(0 * group, [0] * 12)
    share, mean = erlang_c(2 * load, 12, aht)
    assert (pooled > 0).mean() == pytest.approx(share, rel=0.03)
    assert pooled.mean() == pytest.approx(mean, rel=0.05)
    assert pooled.mean() == pytest.approx(one.mean(), rel=0.005)
    share, mean = erlang_c(load, 6, aht)
    assert (apart > 0).mean() == pytest.approx(share, rel=0.03)
    assert apart.mean() == pytest.approx(mean, rel=0.05)


def erlang_c(load: float, agents: int, aht: float) -> tuple[float, float]:
    """Erlang C written out: the share that waits, and the mean wait."""
    term, total = 1.0, 1.0
    for number in range(1, agents):
        term *= load / number
        total += term
    last = term * load / agents / (1 - load / agents)
    share = last / (total + last)
    return share, share * aht / (agents - load)


def two_lines(make_stage, make_queue):
    """Sales with too few people beside service with many, every half hour of a working day."""
    stage = make_stage([make_queue("sales"), make_queue("service")])
    for name, offered, heads in (("sales", 30, 3), ("service", 20, 6)):
        stage.expect(name, 540, 1020, offered=offered, aht=180)
        stage.require(name, 540, 1020, heads)
        for number in range(heads):
            stage.work(f"{name}{number}", 540, 1020, group=name)
    return stage


def played(stage, rules, skills):
    helpers = Helpers(tuple(OverflowSettings(**rule) for rule in rules), skills)
    chosen = SimulateSettings(volume_uncertainty=False, replications=40)
    return simulate(
        *stage.tables(), chosen, site=stage.site, staffing=StaffingSettings(), helpers=helpers if rules else None
    )


def levels(result):
    return dict(zip(result.waits.frame["planning_group"], result.waits.frame["service_level"], strict=True))


def test_a_group_short_of_people_is_helped_out_by_those_with_its_skill(make_stage, make_queue):
    stage = two_lines(make_stage, make_queue)
    rule = [{"group": "sales", "to": ["service"], "after_seconds": 10}]
    both = {f"service{number}": frozenset({"sales", "service"}) for number in range(6)}
    alone, helped = levels(played(stage, [], {})), levels(played(stage, rule, both))
    nobody = played(stage, rule, dict.fromkeys(both, frozenset({"service"})))
    assert helped["sales"] > alone["sales"] + 0.3
    assert alone["service"] - 0.1 < helped["service"] < alone["service"]
    assert levels(nobody) == alone
    [note] = [note for note in nobody.notes if "simulate.overflow" in note.message]
    assert (note.place, note.message[:5]) == ("sales", "0.0% ")


def test_rules_of_groups_that_are_not_there_are_nothing():
    rules = (OverflowSettings(group="sales", to=("chat", "service"), after_seconds=5),)
    overflow = Helpers(rules, {"a": frozenset({"sales"})}).overflow(["sales", "service"], ["a", "b"])
    assert (overflow.source.tolist(), overflow.target.tolist()) == ([0], [1])
    assert overflow.may.tolist() == [[True, False], [False, False]]


TOML = """
[queues.sales]
[queues.service]
[queues.mail]
channel = "email"
goal = "90/8h"
[[simulate.overflow]]
group = "sales"
to = ["service", "sarvice"]
[[simulate.overflow]]
group = "mail"
to = ["mail"]
"""


def test_rules_that_cannot_be_meant_are_told_all_at_once():
    with pytest.raises(ConfigError) as told:
        load_config(TOML, "plan.toml")
    assert [(problem.place, problem.message) for problem in told.value.problems] == [
        ("plan.toml:simulate.overflow.0", "there is no planning group 'sarvice'"),
        ("plan.toml:simulate.overflow.1.to", "mail would help out itself"),
        ("plan.toml:simulate.overflow.1.group", "mail is deferred work, which waits for hours"),
    ]
    assert "service" in told.value.problems[0].hint


def test_a_plan_plays_its_own_rules_and_skills(planned: Path, run_in) -> None:
    def waits() -> dict[str, float]:
        rows = pd.read_csv(planned / "plan" / "waits.csv")
        return {
            str(name): float(level) for name, level in rows.groupby("planning_group")["service_level"].mean().items()
        }

    before = waits()
    settings_file = planned / "plan.toml"
    rule = '\n[[simulate.overflow]]\ngroup = "phone"\nto = ["mail"]\n'
    settings_file.write_text(settings_file.read_text() + rule)
    assert run_in(planned, "simulate", "plan").code == 0
    assert waits()["phone"] >= before["phone"]
    assert "simulate.overflow" in (planned / "plan" / "manifest.json").read_text()
