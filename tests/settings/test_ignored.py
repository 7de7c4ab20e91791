"""A setting that changes nothing says so, and what to write for it to count."""

from __future__ import annotations

import pytest

from staffplan.settings.config import load_config
from staffplan.settings.ignored import ignored_settings


def told(text: str) -> dict[str, str]:
    return {note.place: note.message for note in ignored_settings(load_config(text, "plan.toml"))}


@pytest.mark.parametrize(
    ("text", "place", "remedy"),
    [
        ("[queues.q]\nconcurrency = 3", "queues.q.concurrency", 'channel = "chat"'),
        ("[queues.q]\nconcurrency_slowdown = 0.2", "queues.q.concurrency_slowdown", 'channel = "chat"'),
        (
            "[queues.q]\nchannel = 'chat'\nconcurrency_slowdown = 0.2",
            "queues.q.concurrency_slowdown",
            "concurrency = 2",
        ),
        ("[queues.q]\nchannel = 'email'\npatience_seconds = 60", "queues.q.patience_seconds", "nobody hangs up"),
        ("[queues.q]\npatience_seconds = 60", "queues.q.patience_seconds", 'staffing.method = "erlang-a"'),
        (
            "[queues.q.goal]\nservice_level = 0.8\nwithin_seconds = 20\nclock = 'elapsed'",
            "queues.q.goal.clock",
            "leave it out",
        ),
        (
            "[queues.q]\nchannel = 'email'\ngoal = { service_level = 0.9, within_hours = 4, max_abandon_rate = 0.1 }",
            "queues.q.goal.max_abandon_rate",
            "nobody hangs up",
        ),
        ("[staffing]\ngoal_scope = 'day'", "staffing.goal_scope", "with erlang-c"),
        ("[staffing]\ninterval_floor = 0.6", "staffing.interval_floor", "for verified"),
        ("[staffing]\nmethod = 'verified'\ninterval_floor = 0.6", "staffing.interval_floor", 'write "day"'),
        ("[roster]\nrules = [{ rule = 'fair_share', of = 'holidays' }]", "roster.rules", "write plan.country"),
        ("[hours.office]\nmon-fri = '08:00-20:00'", "hours.office", 'hours = "office"'),
        (
            "[shifts.early]\nhours = 8\n[shifts.late]\nhours = 8\n[work_plans.full]\nshifts = ['early']",
            "shifts.late",
            "[work_plans]",
        ),
        ("[plan]\nsubdivision = 'MD'", "plan.subdivision", "plan.country"),
        (
            "[simulate]\nservice_time = 'exponential'\nservice_time_cv = 1.5",
            "simulate.service_time_cv",
            '"lognormal"',
        ),
        (
            "[shifts.early]\nhours = 8\n[work_plans.full]\nshifts = ['early']\nweekly_hours_norm = 30",
            "work_plans.full.weekly_hours_norm",
            '"overtime"',
        ),
    ],
)
def test_a_setting_without_effect_is_told_with_what_would_give_it_one(text: str, place: str, remedy: str) -> None:
    found = told(text)
    assert list(found) == [place]
    assert remedy in found[place]


def test_settings_that_count_are_not_told() -> None:
    text = """
[hours.office]
mon-fri = "08:00-20:00"
[queues.voice]
hours = "office"
patience_seconds = 60
[queues.chat]
channel = "chat"
concurrency = 3
concurrency_slowdown = 0.2
[staffing]
method = "verified"
goal_scope = "day"
interval_floor = 0.6
"""
    assert told(text) == {}
