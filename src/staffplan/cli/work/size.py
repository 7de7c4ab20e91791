"""What `size` does with its answers: words for a person, rows for a file or a program."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.say import say, show, show_json
from staffplan.cli.work.delivery import put
from staffplan.files.write import table_bytes
from staffplan.plan.text import percent, text_table
from staffplan.staffing import agents_one_by_one
from staffplan.staffing.size import UNSTABLE

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

SHOWN = {
    "out_state": "state of the queue",
    "out_cheapest_agents": "cheapest number of agents",
    "out_cost_per_hour": "  cost per hour with them",
    "out_free_agents": "  without the targets",
    "out_targets_cost_per_hour": "  price of the targets per hour",
    "out_preview_agents": "  by the square-root rule",
    "out_min_agents": "agents needed for the targets",
    "out_agents_exact": "agents needed, before rounding up",
    "out_agents_present": "agents who must be present",
    "out_days_kept": "share of days that meet the targets",
    "out_sl": "service level",
    "out_sl_offered": "  answered in time / offered",
    "out_sl_answered": "  answered in time / answered",
    "out_sl_excl_short_ab": "  answered in time / (offered - short abandons)",
    "out_sl_short_ab_good": "  (answered in time + short abandons) / offered",
    "out_sl_virtual": "  service level without abandonment",
    "out_asa_answered": "average wait of answered contacts (ASA), s",
    "out_ew_all": "average wait of all contacts, s",
    "out_pwait": "share that waits",
    "out_pab": "share that hangs up",
    "out_pblock": "share that is blocked",
    "out_occ": "occupancy",
    "out_lq": "average number of waiting contacts",
    "out_total_load_erl": "load with redials, erlangs",
    "out_avg_chats_per_agent": "contacts per agent",
    "out_sl_one_less": "service level with one agent fewer",
}
STEP_WORDS = {
    "agents": "agents",
    "service_level": "service level",
    "asa_seconds": "ASA, s",
    "abandon_rate": "hang up",
    "occupancy": "occupancy",
    "cost_per_hour": "cost per hour",
    "step_cost_per_hour": "step",
    "net_step_cost_per_hour": "net step",
    "cost_per_point": "per point",
    "cost_per_contact_saved": "per contact saved",
    "mark": "",
}
"""Columns of the table of numbers of agents, as they are shown."""
NOBODY = "with these costs it is cheapest to answer nobody: give what a contact that hangs up costs, --abandon-cost"
SHARES = {"out_pwait", "out_pab", "out_pblock", "out_occ", "out_sl_one_less", "out_days_kept"}


def tell(answers: pd.DataFrame, paths: Sequence[Path], before: Hashes, *, as_json: bool, as_list: bool) -> None:
    """Write the answers, or show them: as JSON, one case as a list, several as CSV.

    One case with prices has a table of the numbers of agents too, in the second of the paths.
    """
    data, has_steps = table_bytes(answers.map(_cell)), as_list and "in_agent_cost" in answers
    steps = agents_one_by_one(answers).frame if has_steps else pd.DataFrame()
    files = dict(zip(paths, (data, table_bytes(steps)), strict=False))
    put(files, before)
    for path, rows in zip(paths, (len(answers), len(steps)), strict=False):
        say(f"wrote {path} ({rows} rows)")
    if as_json:
        priced = {"agents": _records(steps)} if has_steps else {}
        show_json({"written": [str(path) for path in paths], "rows": _records(answers), **priced})
    elif not paths:
        show(_as_list(answers.iloc[0].to_dict()) if as_list else data.decode())
        if has_steps:
            show(f"\n{_steps(steps)}")
    if has_steps and answers["out_cheapest_agents"].iloc[0] == 0 and answers["out_total_load_erl"].iloc[0] > 0:
        say(NOBODY)


def _records(answers: pd.DataFrame) -> list[dict[str, object]]:
    """Rows for JSON, without what is blank; infinite waits as text."""
    return [
        {str(name): "inf" if value == float("inf") else value for name, value in row.items() if _cell(value)}
        for row in answers.to_dict("records")
    ]


def _cell(value: object) -> str:
    """A cell of the file: all digits of a number, none of a whole one's after the point; blank for nan."""
    if isinstance(value, float):
        if value != value:
            return ""
        return f"{value:.0f}" if value == value // 1 and abs(value) < 1e15 else repr(float(value))
    return str(value)


def _as_list(answer: dict[Any, Any]) -> str:
    """One case for a person: what is so, line by line, blank lines left out."""
    rows = []
    for name, words in SHOWN.items():
        value = answer.get(name, float("nan"))
        if isinstance(value, str):
            rows.append((words, value))
        elif value == value:
            is_share = name in SHARES or name.startswith("out_sl")
            rows.append((words, percent(value) if is_share else _number(value)))
        if value == UNSTABLE:
            rows.append(("agents with whom it does not grow", f"{math.floor(answer['out_total_load_erl']) + 1:,}"))
    return text_table(rows, ("model", answer["model"]))


def _number(value: float) -> str:
    return "without limit" if math.isinf(value) else f"{value:,.2f}".removesuffix(".00")


def _steps(steps: pd.DataFrame) -> str:
    """The numbers of agents with what each changes; columns without any value are left out."""
    kept = [name for name in STEP_WORDS if name in ("agents", "mark") or steps[name].notna().any()]
    rows = [[_step_cell(name, row[name]) for name in kept] for row in steps.to_dict("records")]
    header = [STEP_WORDS[name] for name in kept]
    return text_table(rows, header, right=[place for place, name in enumerate(kept) if name != "mark"])


def _step_cell(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if value != value:
        return ""
    if name in ("service_level", "abandon_rate", "occupancy"):
        return percent(value)
    return f"{value:,.0f}" if name == "agents" else f"{value:,.2f}"
