"""The end of a run in a planner's words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from staffplan.errors import Note
from staffplan.plan.directory import open_existing
from staffplan.plan.summary import GroupSummary, PlanSummary, summarize, summary_text
from staffplan.plan.workspace import Workspace
from staffplan.settings.config import load_config

PHONE = GroupSummary("phone", "voice", 1796.2, 7, "80 % in 20 s", 0.929, 5, 5, 8.1, 0.01, 10.0, 2.0)
GOOD = PlanSummary(
    name="Small center",
    first_day=date(2026, 3, 2),
    last_day=date(2026, 3, 8),
    contacts=1796.2,
    workload_hours=193.4,
    agents=12,
    rostered_hours=372.0,
    paid_hours=378.0,
    groups=(PHONE,),
    currency="EUR",
    cost=7276.75,
    cost_per_contact=4.05,
    gap=0.0,
    broken_rules=0,
    breaches=(),
    broken_promises=(),
    promises_not_kept=0,
    missing_hours=(),
    changed_by_hand=(),
    interrupted=False,
)


def text(summary: PlanSummary) -> str:
    return summary_text(summary, Workspace(Path("plan"), load_config("", "plan.toml"), Path(), "plan.toml"))


def line(summary: PlanSummary, name: str) -> str:
    return next(line for line in text(summary).splitlines() if line.startswith(name)).removeprefix(name).strip()


def test_a_good_plan_is_told_in_short() -> None:
    assert line(GOOD, "volume") == "1,796 contacts, 193 hours of workload"
    assert line(GOOD, "people  ") == "12 agents, 372 hours on duty, 378 paid hours including time off"
    assert line(GOOD, "cost") == "EUR 7,276.75, EUR 4.05 per contact"
    assert line(GOOD, "roster") == "every rule is kept; the best possible roster"
    assert line(GOOD, "goals") == "met by every group on every day"
    assert "staffing as required in every interval" in text(GOOD)
    assert line(GOOD, "next") == "open plan/report/index.html"
    assert text(GOOD).endswith("then: staffplan plan plan.toml -o plan")


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (0.0, "every rule is kept; the best possible roster"),
        (0.00002, "every rule is kept; at most 0.1 % from the best possible roster"),
        (0.0087, "every rule is kept; at most 0.9 % from the best possible roster"),
        (None, "every rule is kept"),
    ],
)
def test_the_roster_is_called_best_only_where_that_is_proven(gap: float | None, said: str) -> None:
    assert line(replace(GOOD, gap=gap), "roster") == said


def test_wishes_are_counted_where_there_are_any() -> None:
    assert line(replace(GOOD, wished_days=26, wishes_not_granted=6), "wishes") == "20 of 26 days granted"
    assert "wishes" not in text(GOOD)


def test_an_interrupted_search_is_told_with_how_to_finish_it() -> None:
    cut = replace(GOOD, gap=0.02, interrupted=True)
    assert line(cut, "roster").endswith("(search interrupted)")
    assert "to run the full search: staffplan plan plan.toml -o plan" in text(cut)


def test_a_plan_without_any_rate_does_not_claim_to_cost_nothing() -> None:
    assert line(replace(GOOD, cost=0.0, cost_per_contact=0.0), "cost").startswith("unknown: give hourly rates")


def test_broken_rules_are_shown_and_where_all_of_them_are() -> None:
    breaches = tuple(f"F{n} Mon 02 Mar, daily rest: 9 hours, 12 are due" for n in range(5))
    broken = text(replace(GOOD, broken_rules=12, breaches=breaches))
    assert "12 rules are broken:" in broken
    assert "and 7 more, listed in check.csv" in broken
    assert "correct the roster (plan/check.csv lists every broken rule)" in broken
    assert "1 rule is broken:" in text(replace(GOOD, broken_rules=1, breaches=breaches[:1]))


def test_broken_promises_are_counted_and_the_worst_are_shown() -> None:
    lines = tuple(f"phone day {n}: 70% in time" for n in range(20))
    told = text(replace(GOOD, promises_not_kept=31, broken_promises=lines))
    assert "missed on 31 of 5 group-days, the worst first:" in told
    assert "phone day 4: 70% in time" in told
    assert "phone day 5" not in told
    assert "and 26 more, listed in the report" in told


def test_hours_that_nobody_covers_are_told_though_every_day_as_a_whole_is_kept() -> None:
    told = text(replace(GOOD, broken_promises=("mail Mon: open, but nobody is on queue 09:00-10:00",)))
    assert "met over every day as a whole, but not in every hour:" in told


@given(
    st.lists(st.text("abcdefg -:", min_size=1, max_size=300), max_size=9),
    st.integers(0, 50),
    st.lists(st.text("abcdefg", max_size=40), max_size=80),
)
def test_no_line_is_wider_than_a_terminal_but_for_words_that_are(
    promises: list[str], count: int, missing: list[str]
) -> None:
    summary = replace(
        GOOD,
        broken_promises=tuple(promises),
        promises_not_kept=count,
        missing_hours=tuple(missing),
        breaches=tuple(promises),
        broken_rules=len(promises),
    )
    for shown in text(summary).splitlines():
        assert len(shown) <= 100 or max(map(len, shown.split())) > 80


def test_the_summary_of_a_plan_says_a_group_and_day_once(planned: Path) -> None:
    opened = open_existing(planned / "plan")
    record = opened.manifest.steps["simulate"]
    place = "phone Mon 02 Mar 2026"
    notes = (
        Note("simulate", "broken promise", place, "service level 70%, goal 80% within 20 s"),
        Note("simulate", "broken promise", place, "open, but nobody is on queue 09:00-10:00"),
        Note("simulate", "broken promise", "", "and 3 more group-days"),
    )
    manifest = opened.manifest.with_step("simulate", replace(record, notes=notes))
    summary = summarize(opened.workspace, manifest)
    facts = manifest.steps["roster"].facts
    told = summary.as_dict()
    assert {name: told[name] for name in ("objective", "bound", "gap", "status")}.items() <= facts.items()
    assert summary.broken_promises == (f"{place}: service level 70%, goal 80% within 20 s",)
    assert summary.groups[1].goal == "80 % in 20 s"
    hours = [float(text.split()[-2]) for text in summary.missing_hours]
    assert hours == sorted(hours, reverse=True)
    assert sum(hours) == pytest.approx(sum(group.understaffed_hours for group in summary.groups), abs=0.5)


def test_a_bound_says_nothing_of_a_roster_edited_by_hand(planned: Path) -> None:
    opened = open_existing(planned / "plan")
    assert summarize(opened.workspace, opened.manifest).gap is not None
    path = planned / "plan" / "roster_shifts.csv"
    path.write_bytes(path.read_bytes() + b"\n")
    edited = summarize(opened.workspace, opened.manifest)
    assert edited.gap is None
    assert edited.changed_by_hand == ("roster_shifts.csv",)
    assert line(edited, "by hand") == "roster_shifts.csv"


def test_queues_that_ended_and_questions_come_after_everything_else() -> None:
    said = text(replace(GOOD, ended=("old: no contact since May", "fax: closed"), questions=("new: is it old?",)))
    assert said.splitlines()[-3:] == [
        "ended    old: no contact since May",
        "         fax: closed",
        "asked    new: is it old?",
    ]


def test_warnings_and_what_was_left_out_are_counted_and_named_at_the_end() -> None:
    same = "offered equals handled in every row: if these are handled contacts only, demand is understated"
    notes = (
        *(Note("forecast", "warning", queue, same) for queue in ("a", "b", "c", "d")),
        Note("forecast", "left out", "", "override 1 lies outside the forecast period"),
        *(Note("roster", "warning", f"rule {number}", f"doubt {number}") for number in range(5)),
    )
    assert text(replace(GOOD, look_at=notes)).partition("plan.toml -o plan\n")[2].splitlines() == [
        "look at  9 warnings and 1 note on what was left out:",
        "         a, b, c and 1 more: offered equals handled in every row: if these are handled contacts",
        "         only, demand is understated",
        "         forecast: override 1 lies outside the forecast period",
        "         rule 0: doubt 0",
        "         rule 1: doubt 1",
        "         rule 2: doubt 2",
        "         and 2 more, listed in the report",
    ]
    assert replace(GOOD, look_at=notes[:1]).as_dict()["look_at"] == [
        {"step": "forecast", "kind": "warning", "place": "a", "message": same}
    ]
    assert "look at" not in text(GOOD)


def test_what_a_plan_tells_to_look_at_is_what_its_steps_warned_of(planned: Path) -> None:
    opened = open_existing(planned / "plan")
    record = opened.manifest.steps["forecast"]
    outside = Note("forecast", "left out", "phone", "override 1 lies outside the forecast period")
    model = Note("staff", "left out", "mail", "chance is left out")
    manifest = opened.manifest.with_step("forecast", replace(record, notes=(outside, model)))
    found = summarize(opened.workspace, manifest).look_at
    assert outside in found
    assert model not in found
