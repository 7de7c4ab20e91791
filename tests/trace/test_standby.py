"""Pay of standby is followed to its rows, its setting and its rate."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from staffplan.cli.work.explain import sources_of
from staffplan.plan.directory import open_existing
from staffplan.plan.run import run
from staffplan.trace import Sources, known_of, question_of, trace
from staffplan.trace.amount import Amount

EVENING = """
[[standby]]
name = "evening"
hours = "18:00-22:00"
per_duty = 25.05
currency = "GBP"
call_out_hours_min = 2

[cost.rates]
USD = { rate = "0.9237", of = 2026-03-01, source = "treasury" }
GBP = { rate = "1.15", of = 2026-03-01, source = "treasury" }
"""
CALLS = """standby,agent_id,start,end
evening,F1,2026-03-02 19:00,2026-03-02 19:30
evening,P1,2026-03-03 19:00,2026-03-03 19:30
"""


@pytest.fixture
def abroad(planned: Path) -> Sources:
    """The small center with a standby paid in pounds, and part-time people paid in dollars."""
    text = (planned / "plan.toml").read_text().replace("hourly_rate = 14\n", 'hourly_rate = 14\ncurrency = "USD"\n')
    text = text.replace("[input]", '[input]\ncall_outs = "calls.csv"') + EVENING
    (planned / "plan.toml").write_text(text)
    (planned / "calls.csv").write_text(CALLS)
    with contextlib.chdir(planned):
        opened = open_existing(Path("plan"))
        run(opened.workspace, opened.manifest, only=("standby", "check", "cost"))
        return sources_of(open_existing(Path("plan")).workspace)


def answer(sources: Sources, *words: str) -> Amount:
    amount, _ = trace(sources, question_of(words, known_of(sources)))
    return amount


def every(amount: Amount) -> Iterator[Amount]:
    """The amount and all behind it."""
    yield amount
    for one in (*amount.parts(), *amount.sources()):
        yield from every(one)


def test_standby_abroad_leads_to_its_rows_and_rates(abroad: Sources) -> None:
    """Seven duties of GBP 25.05, each person's month at 1.15; call-outs of 2 h x EUR 15, and 2 h x USD 14 = 28.00 x
    0.9237 = 25.8636 -> 25.86."""
    duties = list(every(answer(abroad, "cost.standby-evening")))
    rows = [one for one in duties if one.what.startswith("evening on ")]
    assert [(one.value, one.unit) for one in rows] == [(Fraction("25.05"), "GBP")] * 7
    assert len({one.place for one in rows}) == 7
    calls = list(every(answer(abroad, "cost.call-outs-evening")))
    assert calls[0].value == Fraction("55.86")
    called = {(one.value, one.unit) for one in calls if one.what.startswith("called on ")}
    assert called == {(Fraction(30), "EUR"), (Fraction(28), "USD")}
    assert {one.value for one in calls if one.what == "exchange rate"} == {Fraction("0.9237")}


def test_the_parts_of_every_amount_are_the_whole(abroad: Sources) -> None:
    money = abroad.books.money
    for asked, cents in (("cost.total", money.loaded), ("bridge.standby", sum(money.standby.values()))):
        whole = answer(abroad, asked)
        assert whole.value == Fraction(int(cents.sum()), 100)
        for one in every(whole):
            parts = list(one.parts())
            if parts and one.unit in ("EUR", "USD", "GBP"):
                assert sum(part.value or 0 for part in parts) == one.value, one.what
