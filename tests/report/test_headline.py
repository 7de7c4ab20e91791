"""The first page as a budget owner reads it."""

from __future__ import annotations

import dataclasses
import textwrap

from staffplan.report import ReportData
from staffplan.report.blocks import Alert, Block, Bullets, Cards, Heading, Section, Table, Text
from staffplan.report.headline import headline
from staffplan.tables.waits import Coverage, DayService


def as_text(section: Section) -> str:
    """The section as plain text, one block below the other."""
    return "\n\n".join([section.title, *(_block(block) for block in section.blocks)]) + "\n"


def _block(block: Block) -> str:
    match block:
        case Text() | Alert():
            return textwrap.fill(block.text, 110)
        case Heading():
            return f"## {block.text}"
        case Bullets():
            return "\n".join(textwrap.fill(f"- {item}", 110, subsequent_indent="  ") for item in block.items)
        case Cards():
            return "\n".join(f"[{card.label}: {card.value} ({card.detail})]" for card in block.cards)
        case Table():
            rows = [block.headers, *block.rows]
            return "\n".join([block.caption, *(" | ".join(cell.text for cell in row) for row in rows)])
        case _:
            raise TypeError(f"no picture is expected on the first page, found {type(block).__name__}")


def kept_everywhere(plan: ReportData) -> ReportData:
    """The same plan with a roster that covers every need and keeps every promise."""
    covered = plan.coverage.frame.assign(scheduled=plan.coverage.frame["required"], net=0.0)
    waits = plan.waits.frame.assign(kept="yes", service_level=0.95, understaffed_hours=0.0, overstaffed_hours=0.0)
    return dataclasses.replace(plan, coverage=Coverage.of(covered), waits=DayService.of(waits))


def test_the_first_page_reads_as_the_golden_file(plan_of, golden):
    golden("report_summary.txt", as_text(headline(plan_of(changed_by_hand=("roster_shifts.csv",)))))


def test_a_plan_that_keeps_its_promises_asks_for_nothing(plan):
    text = as_text(headline(kept_everywhere(plan)))
    assert "The service goal is met on every day." in text
    assert "- None: the plan meets the service goals with the available agents." in text


def test_missing_hours_are_offered_at_the_price_of_an_hour_on_queue(plan):
    # Worked: 480 paid hours at 19.60 are 9,408; spread over the hours on queue and times the hours missing.
    frame = plan.coverage.frame
    missing = (frame["required"] - frame["scheduled"]).clip(lower=0).sum() / 2
    price = 9408 / (frame["scheduled"].sum() / 2) * missing
    assert f"Fill them at about EUR {price:,.0f}, or accept" in " ".join(as_text(headline(plan)).split())


def test_a_plan_without_rates_asks_for_them_rather_than_calling_it_free(plan):
    free = dataclasses.replace(plan, cost=type(plan.cost).empty())
    text = as_text(headline(free))
    assert "No hourly rates are given, so the plan has no cost." in text
    assert "EUR 0" not in text
