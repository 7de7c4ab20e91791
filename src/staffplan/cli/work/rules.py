"""What `rules` does between reading the command line and writing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import show_json, show_text
from staffplan.cli.work.common import config_and_workspace, site_of
from staffplan.cli.work.delivery import put_tables, say_notes
from staffplan.clock import midnight
from staffplan.errors import ConfigError, DataError, Note, Problem, UsageError, nearest, place_of
from staffplan.plan.directory import read_config_text
from staffplan.plan.workspace import Workspace, names_known, planned_days
from staffplan.roster.case.case import Case
from staffplan.roster.in_words import agreement_gaps, always_needed, rules_in_words, whether_they_bind
from staffplan.roster.problem.problem import plan_of
from staffplan.settings.config import Config
from staffplan.settings.toml_places import Path as Key
from staffplan.settings.toml_places import line_of, lines_of
from staffplan.tables.people import Workforce
from staffplan.tables.rules import RulesInForce
from staffplan.tables.schema import names_in

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

Heads = Mapping[str, int]
"""People by contract; empty where there is no file of agents."""
NOT_ASKED = "which rules never bind was not looked into"


def rules_of_site(
    config_path: Path, contracts: Sequence[str], agent: str, agents: Path | None
) -> tuple[RulesInForce, list[Note], Heads]:
    """The rules of a settings file, remarks, and how many people each contract has."""
    begun = monotonic()
    config, workspace = config_and_workspace(config_path, {})
    people = _people(workspace, agents)
    held = _contracts_of(people, config)
    wanted = _wanted(config, contracts, agent, held, people)
    binds, notes = _binds(config, workspace, people, wanted, agent, begun)
    table = rules_in_words(
        config.roster,
        {name: plan for name, plan in config.work_plans.items() if name in wanted},
        _Places(config_path),
        agent=agent,
        held=held,
        people=people,
        binds=binds,
    )
    gaps = agreement_gaps(config.roster, config.shifts, config.work_plans)
    return table, [*gaps, *notes], Counter(held.values())


class _Places:
    """Where a setting stands: the file and its line, or that it is a default."""

    def __init__(self, path: Path) -> None:
        self._name, self._lines = place_of(path), lines_of(read_config_text(path))

    def __call__(self, key: Key) -> str:
        line = line_of(self._lines, key) if key in self._lines or len(key) == 1 else None
        return "the default" if line is None else f"{self._name}:{line}"


def _people(workspace: Workspace, agents: Path | None) -> Workforce | None:
    """The people, where there is a file of them."""
    named = agents or workspace.input_path("agents")
    return None if named is None else workspace.people(named, names_known(workspace.config))


def _contracts_of(people: Workforce | None, config: Config) -> dict[str, str]:
    """The contract of each agent."""
    if people is None or not config.work_plans:
        return {}
    columns = (people.agents.frame[name] for name in ("agent_id", "work_plan"))
    return {who: plan_of(str(cell), config.work_plans) for who, cell in zip(*columns, strict=True)}


def _wanted(
    config: Config, contracts: Sequence[str], agent: str, held: Mapping[str, str], people: Workforce | None
) -> set[str]:
    """The contracts that are told. Raises UsageError for a name that is not there."""
    known = list(config.work_plans)
    problems = [
        Problem("--contract", f"no [work_plans.{name}] is defined", nearest(name, known))
        for name in contracts
        if name not in known
    ]
    if agent and people is None:
        problems.append(Problem("--agent", "there is no file of agents", "name it with --agents or input.agents"))
    elif agent and agent not in held:
        problems.append(Problem("--agent", f"{agent!r} is not among the agents", nearest(agent, list(held))))
    if problems:
        raise UsageError(problems)
    return {held[agent]} if agent else set(contracts or known)


def _binds(
    config: Config,
    workspace: Workspace,
    people: Workforce | None,
    contracts: Collection[str],
    agent: str,
    begun: float,
) -> tuple[Mapping[tuple[str, str | int], bool], list[Note]]:
    """Which rules bind, and why that was not asked."""
    if people is None or not len(people.agents):
        return {}, [Note("rules", "assumption", "agents", f"{NOT_ASKED}: there are no agents")]
    left = config.roster.time_limit_seconds
    try:
        case = _case(config, workspace, people)
        found = whether_they_bind(case, contracts, agent=agent, seconds=lambda: left - (monotonic() - begun))
    except (ConfigError, DataError) as error:
        why = error.problems[0]
        return {}, [Note("rules", "assumption", why.place, f"{NOT_ASKED}: {why.message}")]
    late = "not everybody was asked about in time: more rules may never bind; raise roster.time_limit_seconds"
    return found.binds, [Note("rules", "left out", name, late) for name in sorted(found.unfinished)]


def _case(config: Config, workspace: Workspace, people: Workforce) -> Case:
    """The rosters of the plan's days in which somebody is needed whenever a queue is open."""
    first = config.plan.start or workspace.first_day
    planned = planned_days(config, first, workspace.config_place)
    days = pd.DataFrame({"interval_start": [midnight(day, config.plan.timezone) for day in planned.days]})
    site = replace(site_of(config, days, workspace), planned=planned)
    groups = {skill for skills in people.agents.frame["skills"] for skill in names_in(str(skills))}
    needed = always_needed(site, planned, groups)
    return Case(needed, people, config.roster, config.shifts, config.work_plans, site)


def tell(
    table: RulesInForce, notes: Sequence[Note], heads: Heads, output: Path | None, before: Hashes, *, as_json: bool
) -> None:
    """The rules for a person to read, or as JSON; then the file."""
    say_notes(notes)
    if as_json:
        written, said = [str(output)] if output else [], [vars(note) for note in notes]
        show_json({"written": written, "rules": records(table.frame, "UTC"), "notes": said})
    else:
        show_text("\n\n".join(_texts(table, heads)))
    put_tables({output: table} if output else {}, "UTC", before)


def _texts(table: RulesInForce, heads: Heads) -> Iterator[str]:
    """A paragraph for each contract, then one for each kind that is of no contract."""
    rows = table.frame.to_dict("records")
    for (contract, title), group in groupby(rows, key=lambda row: (str(row["work_plan"]), _apart(row))):
        told = [f"  {row['sentence']} [{row['place']}]{_never(row)}" for row in group]
        yield "\n".join([f"{_title(contract, heads) if contract else title}:", *told])


def _apart(row: Mapping[Any, Any]) -> str:
    """What the rows of no contract are under."""
    if row["work_plan"]:
        return ""
    titles = {"between people": "Between people", "not held": "Said by the law, not held by the roster"}
    return titles.get(str(row["kind"]), "Days and hours of their own")


def _title(contract: str, heads: Heads) -> str:
    number = heads.get(contract, 0)
    people = f", {number} {'person' if number == 1 else 'people'}" if heads else ""
    return f"Contract {contract}{people}"


def _never(row: Mapping[Any, Any]) -> str:
    return " - never binds" if row["binds"] == "never" else ""
