"""The summary at the end of a plan run: volume, agents, waits, cost, missed service goals, next steps."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from staffplan.errors import ENDED, LEFT_EMPTY, QUESTION, Note, place_of
from staffplan.plan.manifest import Facts, Manifest
from staffplan.plan.run import INTERRUPTED, all_notes, hand_edits
from staffplan.plan.steps import REPORT_PAGE
from staffplan.plan.text import percent, text_table
from staffplan.plan.workspace import Workspace
from staffplan.settings.queues import Goal
from staffplan.site import make_site
from staffplan.tables.cost import CostReport
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import RosterActivities, RosterBreaches, RosterShifts
from staffplan.tables.waits import DayService

WIDTH, INDENT = 100, 9
SHOWN = 5
"""Lines of one kind that are shown."""
MOST_PLACES = 3
"""Queues that are named of those that share a note."""
SMALLEST_SHOWN = 0.05
"""Missing hours on a day that are told."""
SMALLEST_GAP = 0.001
DAY = "%a %d %b"
EMPTY_DAYS = "days with nobody on duty, although agents have hours left:"
SEE_REPORT = "listed in the report"


@dataclass(frozen=True)
class GroupSummary:
    """One planning group over the whole period."""

    planning_group: str
    channel: str
    contacts: float
    peak_agents: float
    """Most people needed on the line in any interval."""
    goal: str
    service_level: float | None
    days_kept: int
    days: int
    asa_seconds: float | None
    abandon_rate: float | None
    understaffed_hours: float
    overstaffed_hours: float


@dataclass(frozen=True)
class PlanSummary:
    """What a planner wants to know when a run ends."""

    name: str
    first_day: date
    last_day: date
    contacts: float
    workload_hours: float
    agents: int
    rostered_hours: float
    """Paid hours on duty."""
    paid_hours: float
    """The same, paid time off included."""
    groups: tuple[GroupSummary, ...]
    currency: str
    cost: float
    cost_per_contact: float | None
    gap: float | None
    """Distance of the roster's objective from its proven bound, share; None where there is no bound."""
    broken_rules: int
    breaches: tuple[str, ...]
    """The first broken rules, one line each."""
    broken_promises: tuple[str, ...]
    """Group-days whose customers wait longer than promised, the worst first."""
    promises_not_kept: int
    """How many group-days these are; the lines above are capped."""
    missing_hours: tuple[str, ...]
    """Group-days with fewer people on queue than required, the most hours first."""
    changed_by_hand: tuple[str, ...]
    interrupted: bool
    """Whether the search for the roster was ended by Ctrl-C."""
    wished_days: int = 0
    """Days on which somebody wished for something, in the roster as it was last checked."""
    wishes_not_granted: int = 0
    left_empty: tuple[str, ...] = ()
    """Days with nobody on duty though people who could work have hours to spare, the most hours missing first."""
    status: str | None = None
    """How the search for the roster ended, with its cost and bound; None where there is none, as `gap`."""
    objective: float | None = None
    bound: float | None = None
    ended: tuple[str, ...] = ()
    """Queues of the history that are not planned any more, one line each."""
    questions: tuple[str, ...] = ()
    """What only the planner can answer: whether a queue is another under a new name; one line each."""
    look_at: tuple[Note, ...] = ()
    """Warnings, and what was left out of what the files and settings ask for."""

    def as_dict(self) -> dict[str, Any]:
        groups, notes = [vars(group) for group in self.groups], [vars(note) for note in self.look_at]
        return {**vars(self), "groups": groups, "look_at": notes}


def summarize(workspace: Workspace, manifest: Manifest) -> PlanSummary:
    """Read the finished plan and sum it up."""
    waits = workspace.table(DayService).frame
    requirement = workspace.table(StaffingRequirement).frame
    forecast = workspace.forecast().frame
    shifts = workspace.roster().shifts.frame
    contacts = float(forecast["offered"].sum())
    cost = workspace.table(CostReport).frame
    money = _total(cost, "cost", "loaded cost", "amount")
    groups = _groups(waits, requirement, goals_of(workspace, forecast["queue"].unique()))
    facts, checked = manifest.steps["roster"].facts, manifest.steps["check"].facts
    edited = hand_edits(workspace, manifest)
    proof = {} if _moved(edited) else facts
    breaches = workspace.table(RosterBreaches).frame
    return PlanSummary(
        name=workspace.config.plan.name,
        first_day=workspace.first_day,
        last_day=workspace.planned.last,
        contacts=contacts,
        workload_hours=float((forecast["offered"] * forecast["aht_seconds"]).sum() / 3600),
        agents=int(shifts["agent_id"].nunique()),
        rostered_hours=float(shifts["paid_hours"].sum()),
        paid_hours=_total(cost, "hours", "paid hours", "hours"),
        groups=groups,
        currency=workspace.config.plan.currency,
        cost=money,
        cost_per_contact=money / contacts if contacts else None,
        gap=_number(proof, "gap"),
        broken_rules=len(breaches),
        breaches=tuple(_breach_text(row) for row in _rows(breaches.head(SHOWN))),
        broken_promises=_broken(manifest),
        promises_not_kept=int((waits["kept"] == "no").sum()),
        missing_hours=_missing_hours(waits),
        left_empty=tuple(
            f"{note.place}: {note.message}" for note in manifest.steps["check"].notes if note.kind == LEFT_EMPTY
        ),
        changed_by_hand=edited,
        interrupted=facts.get("status") == INTERRUPTED,
        wished_days=int(checked.get("wished_days", 0)),
        wishes_not_granted=int(checked.get("wishes_not_granted", 0)),
        status=str(proof["status"]) if "status" in proof else None,
        objective=_number(proof, "objective"),
        bound=_number(proof, "bound"),
        ended=_noted(manifest, ENDED),
        questions=_noted(manifest, QUESTION),
        look_at=look_at_notes(all_notes(workspace, manifest)),
    )


def look_at_notes(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Those that a planner should look at."""
    return tuple(note for note in notes if _is_doubtful(note))


def _is_doubtful(note: Note) -> bool:
    """Whether a planner should look at it; what the models of staffing and simulation leave out is no fault."""
    return note.kind == "warning" or (note.kind == "left out" and note.step in ("forecast", "roster"))


def _noted(manifest: Manifest, kind: str) -> tuple[str, ...]:
    """The forecast's notes of one kind."""
    return tuple(f"{note.place}: {note.message}" for note in manifest.steps["forecast"].notes if note.kind == kind)


def _number(facts: Facts, name: str) -> float | None:
    return float(facts[name]) if name in facts else None


def _moved(edited: tuple[str, ...]) -> bool:
    """Whether the roster, or what it had to cover, is not what its search knew: then its bound says nothing."""
    return bool({StaffingRequirement.file_name, RosterShifts.file_name, RosterActivities.file_name} & set(edited))


def _breach_text(row: Any) -> str:
    day = "" if pd.isna(row.schedule_date) else f" {row.schedule_date:{DAY}}"
    return f"{row.agent_id}{day}, {row.rule}: {row.message}"


def _total(cost: pd.DataFrame, ledger: str, line: str, column: str) -> float:
    """One figure of the cost report, for the whole site and plan."""
    whole = (cost["period"] == "total") & (cost["planning_group"] == "")
    lines = cost[whole & (cost["ledger"] == ledger) & (cost["line"] == line)]
    return float(lines[column].sum())


def _broken(manifest: Manifest) -> tuple[str, ...]:
    """What customers wait; a later note on a group and day that has one already adds nothing here."""
    lines: dict[str, str] = {}
    for note in manifest.steps["simulate"].notes:
        if note.kind == "broken promise" and note.place:
            lines.setdefault(note.place, f"{note.place}: {note.message}")
    return tuple(lines.values())


def _missing_hours(waits: pd.DataFrame) -> tuple[str, ...]:
    short = waits[waits["understaffed_hours"] > SMALLEST_SHOWN].sort_values("understaffed_hours", ascending=False)
    return tuple(f"{row.planning_group} {row.day:{DAY}} {row.understaffed_hours:,.1f} h" for row in _rows(short))


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows, their cells by column name."""
    yield from frame.itertuples()


def goals_of(workspace: Workspace, queues: Iterable[str]) -> dict[str, str]:
    """What each group promises; the history, long to read, is not needed for that."""
    first = workspace.first_day
    site = make_site(workspace.config, queues=queues, first_day=first, last_day=first)
    return {group: _goal_text(members[0].goal) for group, members in site.groups().items()}


def _groups(waits: pd.DataFrame, requirement: pd.DataFrame, goals: Mapping[str, str]) -> tuple[GroupSummary, ...]:
    return tuple(
        _group(str(name), waits[waits["planning_group"] == name], rows, goals.get(str(name), ""))
        for name, rows in requirement.groupby("planning_group", sort=True)
    )


def _group(name: str, days: pd.DataFrame, requirement: pd.DataFrame, goal: str) -> GroupSummary:
    return GroupSummary(
        planning_group=name,
        channel=str(requirement["channel"].iloc[0]),
        contacts=float(days["offered"].sum()),
        peak_agents=float(requirement["agents_required"].max()),
        goal=goal,
        service_level=_weighted(days, "service_level"),
        days_kept=int((days["kept"] == "yes").sum()),
        days=int((days["kept"] != "no contacts").sum()),
        asa_seconds=_weighted(days, "asa_seconds"),
        abandon_rate=_weighted(days, "abandon_rate"),
        understaffed_hours=float(days["understaffed_hours"].sum()),
        overstaffed_hours=float(days["overstaffed_hours"].sum()),
    )


def _weighted(days: pd.DataFrame, column: str) -> float | None:
    """Mean over days, weighted by contacts."""
    known = days[days[column].notna() & (days["offered"] > 0)]
    if known.empty:
        return None
    return float(np.average(known[column], weights=known["offered"]))


def _goal_text(goal: Goal) -> str:
    parts = []
    if goal.service_level is not None:
        within = f"{goal.within_hours:g} h" if goal.within_hours is not None else f"{goal.within_seconds:g} s"
        parts.append(f"{percent(goal.service_level, 0)} in {within}")
    if goal.asa_seconds is not None:
        parts.append(f"ASA {goal.asa_seconds:g} s")
    if goal.max_occupancy is not None:
        parts.append(f"occupancy {percent(goal.max_occupancy, 0)}")
    return ", ".join(parts)


def summary_text(summary: PlanSummary, workspace: Workspace) -> str:
    """The summary as lines for a terminal."""
    lines = [
        f"{summary.name}: {summary.first_day:%a %d %b %Y} to {summary.last_day:%a %d %b %Y}",
        "",
        f"volume   {summary.contacts:,.0f} contacts, {summary.workload_hours:,.0f} hours of workload",
        f"people   {summary.agents} agents, {summary.rostered_hours:,.0f} hours on duty, "
        f"{summary.paid_hours:,.0f} paid hours including time off",
        f"cost     {_cost_text(summary)}",
        *summary_line("roster", _roster_text(summary)),
        *_more(summary.breaches, summary.broken_rules, "listed in check.csv"),
        *_wishes(summary),
        *(summary_line("by hand", ", ".join(summary.changed_by_hand)) if summary.changed_by_hand else []),
        "",
        text_table([_group_row(group) for group in summary.groups], _HEADER, right=range(2, len(_HEADER))),
        "",
        *_promise_lines(summary),
        *_missing_lines(summary),
        *(summary_line("empty", EMPTY_DAYS) if summary.left_empty else []),
        *_more(summary.left_empty, len(summary.left_empty), SEE_REPORT),
        "",
        *_next_lines(summary, workspace),
        *look_lines(summary.look_at),
        *last_lines("ended", summary.ended),
        *last_lines("asked", summary.questions),
    ]
    return "\n".join(lines)


_HEADER = (
    "group",
    "goal",
    "contacts",
    "peak",
    "service level",
    "days on target",
    "understaffed",
    "overstaffed",
)


def _group_row(group: GroupSummary) -> tuple[str, ...]:
    return (
        group.planning_group,
        group.goal,
        f"{group.contacts:,.0f}",
        f"{group.peak_agents:,.0f}",
        "-" if group.service_level is None else percent(group.service_level),
        f"{group.days_kept} of {group.days}",
        f"{group.understaffed_hours:,.1f} h",
        f"{group.overstaffed_hours:,.1f} h",
    )


def summary_line(name: str, text: str) -> list[str]:
    """A line of the summary, broken at words where it is too long for a terminal."""
    return textwrap.wrap(
        f"{name:<{INDENT}}{text}",
        WIDTH,
        subsequent_indent=" " * INDENT,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _more(shown: Sequence[str], of: int, where: str) -> list[str]:
    """Lines below a heading, and how many more there are."""
    lines = [line for text in shown[:SHOWN] for line in summary_line("", text)]
    rest = of - min(len(shown), SHOWN)
    return [*lines, *(summary_line("", f"and {rest} more, {where}") if rest > 0 else [])]


def last_lines(name: str, lines: Sequence[str]) -> list[str]:
    """Lines that must not drown, after everything else."""
    return [part for place, text in enumerate(lines) for part in summary_line(name if not place else "", text)]


def look_lines(notes: Sequence[Note]) -> list[str]:
    """How many notes there are, and the first; the same of several places is one line."""
    if not notes:
        return []
    places: dict[str, list[str]] = {}
    for note in notes:
        places.setdefault(note.message, []).append(note.place or note.step)
    lines = [f"{_some(found)}: {message}" for message, found in places.items()]
    warnings = sum(note.kind == "warning" for note in notes)
    counts = ((warnings, "warning"), (len(notes) - warnings, "note on what was left out"))
    head = " and ".join(_counted(number, words) for number, words in counts if number)
    return [*summary_line("look at", f"{head}:"), *_more(lines, len(lines), SEE_REPORT)]


def _counted(number: int, words: str) -> str:
    noun, space, rest = words.partition(" ")
    return f"{number} {noun}{'' if number == 1 else 's'}{space}{rest}"


def _some(places: Sequence[str]) -> str:
    """ "phone, mail and 3 more"."""
    shown = list(dict.fromkeys(places))
    rest = len(shown) - MOST_PLACES
    return ", ".join(shown[:MOST_PLACES]) + (f" and {rest} more" if rest > 0 else "")


def _wishes(summary: PlanSummary) -> list[str]:
    granted = summary.wished_days - summary.wishes_not_granted
    return summary_line("wishes", f"{granted} of {summary.wished_days} days granted") if summary.wished_days else []


def _cost_text(summary: PlanSummary) -> str:
    if not summary.cost and summary.paid_hours:
        return "unknown: give hourly rates in agents.csv, [work_plans] or cost.default_hourly_rate"
    each = f", {summary.currency} {summary.cost_per_contact:,.2f} per contact" if summary.cost_per_contact else ""
    return f"{summary.currency} {summary.cost:,.2f}{each}"


def _roster_text(summary: PlanSummary) -> str:
    said = ["every rule is kept"]
    if summary.broken_rules:
        said = [f"{summary.broken_rules} {'rule is' if summary.broken_rules == 1 else 'rules are'} broken:"]
    elif summary.gap is not None:
        proven = (
            "the best possible roster"
            if summary.gap <= 0
            else f"at most {percent(max(summary.gap, SMALLEST_GAP))} from the best possible roster"
        )
        said.append(f"{proven}{' (search interrupted)' if summary.interrupted else ''}")
    return "; ".join(said)


def _promise_lines(summary: PlanSummary) -> list[str]:
    days = sum(group.days for group in summary.groups)
    if not summary.promises_not_kept and not summary.broken_promises:
        return ["goals    met by every group on every day"]
    head = f"missed on {summary.promises_not_kept} of {days} group-days, the worst first:"
    if not summary.promises_not_kept:
        head = "met over every day as a whole, but not in every hour:"
    lines = summary.broken_promises
    return [*summary_line("goals", head), *_more(lines, max(summary.promises_not_kept, len(lines)), SEE_REPORT)]


def _missing_lines(summary: PlanSummary) -> list[str]:
    hours = sum(group.understaffed_hours for group in summary.groups)
    if not summary.missing_hours:
        return ["staffing as required in every interval"]
    rest = len(summary.missing_hours) - SHOWN
    listed = ", ".join(summary.missing_hours[:SHOWN]) + (f", and {rest} more" if rest > 0 else "")
    return summary_line("short", f"{hours:,.1f} understaffed hours on queue, most on: {listed}")


def _next_lines(summary: PlanSummary, workspace: Workspace) -> list[str]:
    folder, config = place_of(workspace.folder), workspace.config_place
    again = f"then: staffplan plan {config} -o {folder}"
    edit = f"edit {folder}/{RosterActivities.file_name} or a setting, {again}"
    if summary.broken_rules:
        edit = f"correct the roster ({folder}/{RosterBreaches.file_name} lists every broken rule), {again}"
    elif summary.interrupted:
        edit = f"to run the full search: staffplan plan {config} -o {folder}"
    return [*summary_line("next", f"open {folder}/{REPORT_PAGE}"), *summary_line("", edit)]
