"""`staffplan budget`: plans to one workbook whose figures are those of their CSV files."""

from __future__ import annotations

import csv
import json
import re
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from openpyxl import load_workbook

from commands import FilledOnce, Run
from staffplan.cli.main import run as run_command
from staffplan.cli.work.budget import budget_of, remarks_on
from staffplan.cli.work.budget_currency import in_one_currency
from staffplan.errors import UsageError
from staffplan.report.budget_book import BudgetPeriod
from staffplan.settings.config import load_config
from staffplan.settings.cost import ExchangeRate
from staffplan.tables.cost import CostReport

PREMIUM = '\n[[cost.premiums]]\nname = "early"\nshare = 0.25\nhours = "09:00-10:30"\n'


@pytest.fixture(scope="module")
def centers(filled_once: FilledOnce, _planned_once: Path) -> Path:
    """The small center as it is, and once more with a premium: two plans of the same days."""

    def fill() -> None:
        for name, more in (("before", ""), ("after", PREMIUM)):
            shutil.copytree(_planned_once, name)
            settings = Path(name) / "plan.toml"
            settings.write_text(settings.read_text() + more)
            assert run_command(["cost", f"{name}/plan"]) == 0

    return filled_once("budgets", fill)


def costs(folder: Path, *, line: str) -> Decimal:
    """A line of a plan's total cost, as its file has it."""
    with (folder / "plan" / "cost.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = {"period": "total", "ledger": "cost", "planning_group": "", "line": line}
    [row] = [row for row in rows if all(row[name] == value for name, value in kept.items())]
    return Decimal(row["amount"])


def column(sheet, name: str) -> dict[str, object]:
    """A column of a sheet by its first one."""
    head = [cell.value for cell in sheet[1]]
    return {row[0].value: row[head.index(name)].value for row in sheet.iter_rows(min_row=2)}


def test_the_figures_of_the_workbook_are_those_of_the_cost_files(centers: Path, tmp_path: Path, run_in: Run):
    out = tmp_path / "budget.xlsx"
    assert run_in(centers, "budget", "before/plan", "after/plan", "-o", out).code == 0
    book = load_workbook(out)
    expected = [
        *(
            "Budget",
            "Metrics",
            "Cost by month",
            "Hours by month",
            "People",
            "Premiums",
            "Changes",
            "Candour",
            "Risks",
            "Sources",
        )
    ]
    assert book.sheetnames == expected
    total = column(book["Cost by month"], "total")
    both = [centers / "before", centers / "after"]
    for line in ("base pay", "loaded cost"):
        assert total[line] == pytest.approx(float(sum(costs(folder, line=line) for folder in both)), abs=1e-9)
    early = costs(both[1], line="premium: early")
    assert total["premium: early"] == pytest.approx(float(early))
    assert [row[3].value for row in book["Premiums"].iter_rows(min_row=2)] == [pytest.approx(float(early))]
    assert sum(value for line, value in total.items() if line != "loaded cost") == pytest.approx(total["loaded cost"])
    hours = column(book["Hours by month"], "total")
    assert sum(value for line, value in hours.items() if line != "paid hours") == pytest.approx(hours["paid hours"])
    assert book["Cost by month"].cell(2, 2).number_format == "#,##0.00"


WORKFORCE = """heads = 10
attrition = 0.03
shrinkage = 0.3
wage = 2500.55
shortfall_cost = 4000

[hiring]
smallest = 2
largest = 6
cost_per_hire = 1200.35
"""


def test_a_capacity_plan_stands_beside_the_plans_by_month_and_year(centers: Path, tmp_path: Path, run_in: Run):
    """Its rows are those of its file, its years add up, and its cost is not in the sums of the plans."""
    own = Path(shutil.copytree(centers, tmp_path / "own"))
    months = [f"2026-{month:02d}" for month in range(3, 13)] + ["2027-01", "2027-02"]
    (own / "needed.csv").write_text("period,required\n" + "".join(f"{m},{8 + n}\n" for n, m in enumerate(months)))
    (own / "people.toml").write_text(WORKFORCE)
    given = ("--required", "needed.csv", "--workforce", "people.toml", "-o", "capacity")
    assert run_in(own, "capacity", *given).code == 0
    finished = run_in(own, "budget", "before/plan", "capacity", "-o", "with.xlsx")
    assert finished.code == 0
    book = load_workbook(own / "with.xlsx")
    with (own / "capacity" / "capacity.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    head = [cell.value for cell in book["Capacity by month"][1]]
    cells = [
        dict(zip(head, [cell.value for cell in row], strict=True)) for row in book["Capacity by month"].iter_rows(2)
    ]
    assert [cell["period"] for cell in cells] == months
    assert [cell["new hires"] for cell in cells] == [float(row["new_hires"]) for row in rows]
    assert sum(cell["new hires"] for cell in cells) > 0
    loaded = float(costs(own / "before", line="loaded cost"))
    assert [cell["cost in the plans of these days"] for cell in cells] == [pytest.approx(loaded), *[None] * 11]
    years = {row[1].value: [cell.value for cell in row[3:]] for row in book["Capacity by year"].iter_rows(min_row=2)}
    assert list(years) == ["2026", "2027", "all years"]
    for first, last, whole in zip(*years.values(), strict=True):
        assert first + last == pytest.approx(whole, abs=1e-9)
    assert years["all years"][-1] == pytest.approx(sum(round(float(row["cost"]), 2) for row in rows), abs=1e-9)
    assert column(book["Cost by month"], "total")["loaded cost"] == pytest.approx(loaded)
    assert "Whom we hire" in finished.out
    assert "is not in the sums" in finished.err
    alone = run_in(own, "budget", "capacity", "-o", "alone.xlsx")
    assert (alone.code, "capacity plans alone are no budget" in alone.err) == (2, True)


def period_in(currency: str, rates: str = "") -> tuple[BudgetPeriod, dict[str, ExchangeRate]]:
    """A period whose report is blank, and the rates of its settings."""
    config = load_config(f'[plan]\ncurrency = "{currency}"\n[cost.rates]\n{rates}', "plan.toml")
    data = SimpleNamespace(currency=currency, cost=CostReport.empty())
    day = pd.Timestamp("2026-03-02")
    return BudgetPeriod(f"plans/{currency}", data, day, day), dict(config.cost.rates)


def test_plans_of_several_currencies_need_the_budget_s_and_every_rate():
    found = [period_in(name) for name in ("EUR", "GBP", "USD")]
    periods, rates = [period for period, _ in found], {period.folder: own for period, own in found}
    with pytest.raises(UsageError, match="name the budget's with --currency"):
        in_one_currency(periods, rates, None)
    with pytest.raises(UsageError) as raised:
        in_one_currency(periods, rates, "EUR")
    assert [problem.message for problem in raised.value.problems] == [
        "no plan in EUR states a rate from GBP",
        "no plan in EUR states a rate from USD",
    ]


def test_the_changes_add_up_and_name_the_premium(centers: Path, tmp_path: Path, run_in: Run):
    out = tmp_path / "budget.xlsx"
    finished = run_in(centers, "budget", "before/plan", "after/plan", "-o", out)
    rows = [tuple(cell.value for cell in row)[2:] for row in load_workbook(out)["Changes"].iter_rows(min_row=2)]
    found = dict(rows)
    causes = {cause: amount for cause, amount in found.items() if cause not in ("budget", "actual")}
    assert sum(causes.values()) == pytest.approx(found["actual"] - found["budget"])
    assert causes["premium: early"] > 0
    assert "premium: early" in finished.out
    assert "is in two plans: its cost is counted twice" in finished.err
    decisions = [line for line in finished.out.splitlines() if line.startswith("  By ")]
    assert len(set(decisions)) == len(decisions)


def test_the_page_has_no_acronym_and_numbers_are_told_in_words(centers: Path, tmp_path: Path, run_in: Run):
    finished = run_in(centers, "budget", "before/plan", "-o", tmp_path / "one.xlsx", "--json")
    told = json.loads(finished.out)
    text = " ".join(part for line in told["page"] for part in line)
    assert set(re.findall(r"\b[A-Z]{2,}\b", text)) == {"EUR"}
    headings = [heading for heading, _ in told["page"] if heading]
    assert headings == ["What it costs", "What customers get for it", "What changed, and why", "Decisions"]
    assert told["metrics"][0]["cost"] == float(costs(centers / "before", line="loaded cost"))
    sheet = load_workbook(tmp_path / "one.xlsx")["Budget"]
    assert sheet.page_setup.fitToHeight == 1
    assert {cell.value for cell in sheet["A"]} >= set(headings)


def test_days_without_a_plan_are_told(centers: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(centers)
    [period] = budget_of([Path("before/plan")]).periods
    shifted = [
        replace(period, first=period.first + gap, last=period.last + gap) for gap in map(pd.Timedelta, ("7D", "9D"))
    ]
    assert list(remarks_on([period, shifted[0]])) == []
    assert list(remarks_on([period, shifted[1]])) == [
        "2 days from 2026-03-09 are in no plan: their cost is not in the sums"
    ]
    whole = replace(period, last=period.last + pd.Timedelta("14D"))
    assert list(remarks_on([whole, shifted[0], shifted[1]])) == [
        "2026-03-09 to 2026-03-15 is in two plans: its cost is counted twice",
        "2026-03-11 to 2026-03-17 is in two plans: its cost is counted twice",
    ]


def test_what_is_no_budget_is_refused(centers: Path, tmp_path: Path, run_in: Run):
    twice = run_in(centers, "budget", "before/plan", "before/plan", "-o", tmp_path / "b.xlsx")
    assert twice.code == 2
    assert "given twice" in twice.err
    no_plan = run_in(centers, "budget", "before", "before/plan", "nowhere", "-o", tmp_path / "b.xlsx")
    assert no_plan.code == 2
    assert no_plan.err.count("is not a plan directory") == 2
    assert not (tmp_path / "b.xlsx").exists()
    currencies = tmp_path / "other"
    shutil.copytree(centers / "before", currencies)
    settings = currencies / "plan.toml"
    settings.write_text(settings.read_text().replace("[plan]\n", '[plan]\ncurrency = "USD"\n', 1))
    assert run_in(currencies, "cost", "plan").code == 0
    mixed = run_in(centers, "budget", "before/plan", currencies / "plan", "-o", tmp_path / "b.xlsx")
    assert mixed.code == 2
    assert "different currencies: EUR, USD" in mixed.err


def test_a_workbook_is_not_written_under_the_name_of_a_csv_file(centers: Path, tmp_path: Path, run_in: Run):
    out = tmp_path / "budget.csv"
    refused = run_in(centers, "budget", "before/plan", "-o", out)
    assert (refused.code, out.exists()) == (2, False)
    assert "ends in .xlsx" in refused.err


def test_the_candour_sheet_says_who_stands_for_what(centers: Path, tmp_path: Path, run_in: Run):
    """Goals missed and intervals not covered are those of the plan's files; a note has the owner of its subject."""
    center = Path(shutil.copytree(centers / "before", tmp_path / "center"))
    settings = center / "plan.toml"
    owned = '\n[[plan.assumptions]]\ntext = "as last winter"\nowner = "HR"\ndate = 2026-01-05\nabout = "start"\n'
    settings.write_text(settings.read_text() + owned)
    assert run_in(center, "budget", "plan", "-o", "b.xlsx").code == 0
    sheet = load_workbook(center / "b.xlsx")["Candour"]
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)]
    with (center / "plan" / "waits.csv").open(encoding="utf-8-sig", newline="") as file:
        missed = [row for row in csv.DictReader(file) if row["kept"] == "no"]
    with (center / "plan" / "coverage.csv").open(encoding="utf-8-sig", newline="") as file:
        short = [row for row in csv.DictReader(file) if float(row["net"]) < 0]
    days = {(row["planning_group"], row["interval_start"][:10]) for row in short}
    found = [row[1] for row in rows]
    assert found.count("goal missed") == max(1, len(missed))
    assert found.count("interval not covered") == max(1, len(days))
    assert found.count("forecast error") == 2
    [own] = [row for row in rows if row[3] == "as last winter"]
    assert (own[4], own[5].date().isoformat()) == ("HR", "2026-01-05")
    assert {row[4] for row in rows if row[1] == "assumption"} == {"HR", "nobody named"}
