"""The capacity plan as a workbook, sheet by sheet as planners know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from openpyxl import Workbook
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from staffplan.errors import Note
from staffplan.report.sheets import ONE, PERCENT, TWO, WHOLE, Sheet, same_bytes, table
from staffplan.tables.capacity import CapacityPlan, HiringPlans
from staffplan.tables.capacity_changes import CapacityChanges
from staffplan.tables.workforce_history import TenureRates

_SHARE, _SIGNED = "0.0000", "+#,##0.00;-#,##0.00;0.00"
_PLAN: tuple[Sheet, ...] = (
    ("site", "site", ""),
    ("period", "period", ""),
    ("required", "required, net", ONE),
    ("required_planned", "required with shrinkage", ONE),
    ("required_trained", "required of a trained team", ONE),
    ("required_p10", "required, low forecast", ONE),
    ("required_p90", "required, high forecast", ONE),
    ("aht_factor", "handling time, times a trained team's", TWO),
    ("starting", "starting", ONE),
    ("attrition", "attrition", ONE),
    ("new_hires", "new hires", WHOLE),
    ("transfers", "transfers", ONE),
    ("extra_time", "extra time", ONE),
    ("under_time", "under time", ONE),
    ("heads", "heads", ONE),
    ("in_training", "in training", ONE),
    ("trainers", "trainers", ONE),
    ("planned", "planned", ONE),
    ("effective", "effective", ONE),
    ("shrinkage", "shrinkage", PERCENT),
    ("net", "net", ONE),
    ("over_under", "over/under", "+#,##0.0;-#,##0.0;0.0"),
    ("hire_up_to", "hire up to", ONE),
    ("chance_short", "chance of being short", PERCENT),
    ("chance_short_volume", "with the forecast's error", PERCENT),
    ("wages", "wages", TWO),
    ("hiring_cost", "hiring", TWO),
    ("shortfall_cost", "price of missing people", TWO),
    ("cost", "cost", TWO),
    ("events", "launches and closures", ""),
)
_METRICS: tuple[Sheet, ...] = (
    ("site", "site", ""),
    ("required", "required, mean", ONE),
    ("net", "net, mean", ONE),
    ("short", "missing people x periods", ONE),
    ("worst", "largest gap", ONE),
    ("new_hires", "new hires", WHOLE),
    ("attrition", "people who leave", ONE),
    ("wages", "wages", TWO),
    ("hiring_cost", "hiring", TWO),
    ("shortfall_cost", "price of missing people", TWO),
    ("cost", "cost", TWO),
)
_SCENARIO: tuple[Sheet, ...] = (
    ("site", "site", ""),
    ("rank", "rank", WHOLE),
    ("classes", "people starting, by period", ""),
    ("hires", "hires", WHOLE),
    ("short", "missing people x periods", TWO),
    ("cost", "cost", TWO),
    ("more_than_best", "more than the best", TWO),
)
_DETAILS: tuple[Sheet, ...] = (("item", "item", ""), ("value", "value", ""))
_RATES: tuple[Sheet, ...] = (
    ("kind", "kind", ""),
    ("band", "band", ""),
    ("exposure", "periods people spent there", ONE),
    ("left", "left", WHOLE),
    ("raw", "the band alone, or one rate for all", _SHARE),
    ("value", "used, or expected", _SHARE),
    ("low", "95 % from", _SHARE),
    ("high", "to", _SHARE),
)
_CHANGES: tuple[Sheet, ...] = (
    ("site", "site", ""),
    ("period", "period", ""),
    ("cause", "cause", ""),
    ("before", "before", TWO),
    ("after", "after", TWO),
    ("people", "over/under, people", _SIGNED),
    ("cost", "cost", _SIGNED),
)


def capacity_book(
    plan: CapacityPlan,
    hiring: HiringPlans,
    settings: Mapping[str, object],
    notes: Sequence[Note],
    *,
    rates: TenureRates | None = None,
    changes: CapacityChanges | None = None,
) -> bytes:
    """The workbook: Metrics, Plan, Scenario (the hiring plans with their price), Generation details.

    Behind them Attrition and Changes, where a history of the workforce or an earlier plan was given.
    """
    book = Workbook()
    book.remove(book.active)
    table(book, "Metrics", _metrics(plan.frame), _METRICS)
    table(book, "Plan", plan.frame, _PLAN)
    table(book, "Scenario", hiring.frame, _SCENARIO)
    rows = [(name, str(value)) for name, value in settings.items()]
    rows += [(f"{note.kind}: {note.place}", note.message) for note in notes]
    table(book, "Generation details", pd.DataFrame(rows, columns=["item", "value"]), _DETAILS)
    if rates is not None:
        table(book, "Attrition", rates.frame, _RATES)
    if changes is not None:
        table(book, "Changes", changes.frame, _CHANGES)
    for sheet in book.worksheets:
        _print_on_pages(sheet)
    return same_bytes(book)


def _print_on_pages(sheet: Worksheet) -> None:
    """Landscape, as wide as a page, the header on each."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _metrics(plan: pd.DataFrame) -> pd.DataFrame:
    """A row for each site."""
    gaps = plan.assign(short=(-plan["over_under"]).clip(lower=0))
    by_site = gaps.groupby("site")
    sums = by_site[["short", "new_hires", "attrition", "wages", "hiring_cost", "shortfall_cost", "cost"]].sum()
    means = by_site[["required", "net"]].mean()
    return sums.join(means).assign(worst=by_site["short"].max()).reset_index()
