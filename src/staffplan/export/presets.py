"""The table of presets: what each writes, what it needs, and where it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from staffplan.export import (
    adp,
    amazon_forecast,
    assembled,
    calabrio_forecast,
    datev_lodas,
    deputy,
    genesys_forecast,
    genesys_schedule,
    gusto,
    pay_table,
    paychex,
    shifts,
    template,
    verint_planner,
    xero,
)
from staffplan.export.source import Exported, Source

Need = Literal["forecast", "requirement", "roster", "pay"]
_CODES = "[payroll.codes]"


@dataclass(frozen=True)
class Preset:
    """One shape of another system. `needs`: tables of the plan; `asks`: ids and settings that must be given."""

    name: str
    writes: str
    needs: tuple[Need, ...]
    make: Callable[[Source], Exported]
    asks: str = ""
    merges: str = ""
    """Name of the file whose rows are kept where they are not replaced, for a preset that merges."""
    fills: bool = False
    """Whether it uses a template."""


_ALL = (
    Preset(
        "amazon-forecast",
        "Amazon Connect: forecast override (CSV, UTC), merged with the file that is there",
        ("forecast",),
        amazon_forecast.make,
        "ids of queues",
        merges=amazon_forecast.FILE_NAME,
    ),
    Preset(
        "calabrio-forecast",
        "Calabrio: forecast import (CSV without header, local time)",
        ("forecast", "requirement"),
        calabrio_forecast.make,
    ),
    Preset(
        "genesys-forecast",
        "Genesys Cloud: short-term forecast import (JSON, whole weeks of 15 minutes)",
        ("forecast",),
        genesys_forecast.make,
        "ids of planning groups",
    ),
    Preset(
        "genesys-schedule",
        "Genesys Cloud: schedule import (JSON, UTC)",
        ("roster",),
        genesys_schedule.make,
        "ids of agents and activities; ids of contracts where wanted",
    ),
    Preset(
        "verint-planner",
        "Verint Strategic Planner: daily totals (CSV without header)",
        ("forecast",),
        verint_planner.make,
    ),
    Preset("shifts", "shifts.csv: a row a shift, with breaks and paid hours", ("roster",), shifts.make),
    Preset(
        "template",
        "your own template (.xlsx or .csv), filled by the names of its columns",
        ("forecast", "roster"),
        template.make,
        "--template",
        fills=True,
    ),
    Preset(
        "assembled",
        "Assembled: activities (JSON)",
        ("roster",),
        assembled.make,
        "ids of agents, activities and groups",
    ),
    Preset("deputy", "Deputy: shifts (JSON)", ("roster",), deputy.make, "ids of agents and planning groups"),
    Preset("pay-hours", "pay_hours.csv: hours by agent, day and kind", ("pay",), pay_table.make),
    Preset("adp-run", "ADP RUN: hours (CSV)", ("pay",), adp.make_run, f"{_CODES}, payroll.company_code"),
    Preset(
        "adp-workforce-now",
        "ADP Workforce Now: paydata (CSV)",
        ("pay",),
        adp.make_workforce_now,
        f"{_CODES} beside regular and overtime, payroll.company_code",
    ),
    Preset("gusto", "Gusto: hours (CSV)", ("pay",), gusto.make, f"{_CODES} beside regular and overtime", fills=True),
    Preset(
        "datev-lodas",
        "DATEV LODAS: movement data (text)",
        ("pay",),
        datev_lodas.make,
        f"{_CODES}, payroll.consultant_number and client_number",
    ),
    Preset("paychex", "Paychex Flex: hours (CSV)", ("pay",), paychex.make, f"{_CODES}, payroll.company_code"),
    Preset("xero-au", "Xero Australia: timesheets (JSON)", ("pay",), xero.make_australia, f"{_CODES}, ids of agents"),
    Preset(
        "xero-uk-nz",
        "Xero UK and New Zealand: timesheets (JSON)",
        ("pay",),
        xero.make_uk_and_nz,
        f"{_CODES}, ids of agents, payroll.calendar_id",
    ),
)
PRESETS = {preset.name: preset for preset in _ALL}
"""By name."""
