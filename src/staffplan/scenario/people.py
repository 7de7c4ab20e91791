"""Changes of who is there: people who come, go, learn, change their contract; their rows in all tables follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from staffplan.scenario.draft import PEOPLE_TABLES, Draft, skills_of
from staffplan.settings.scenarios import CrossTrainingChange, HeadcountChange, PartTimeChange
from staffplan.tables.schema import names_in

COPIED = ("time_off", "availability", "skills")
"""Tables whose rows a person who is added has as the person that stands for them; nobody wishes for another."""
NEW = "new"
"""How the ids of people who are added begin."""


def headcount(draft: Draft, change: HeadcountChange) -> None:
    agents = draft.people["agents"]
    names_known = change.work_plan is None or draft.known("work_plan", [change.work_plan], draft.value("work_plans"))
    if not names_known or (change.skill is not None and not draft.known("skill", [change.skill], draft.groups)):
        return
    fits = [
        str(agent)
        for agent, plan, skills in zip(agents["agent_id"], agents["work_plan"], skills_of(agents), strict=True)
        if change.work_plan in (None, plan) and (change.skill is None or change.skill in skills)
    ]
    if not fits or len(fits) < -change.people or len(agents) == -change.people:
        draft.refuse(
            "people", f"{len(fits)} agents of {len(agents)} are such people", "write a number that leaves one"
        )
    elif change.people < 0:
        remove(draft, fits[change.people :])
    else:
        add(draft, fits, change.people)


def remove(draft: Draft, agents: Collection[str]) -> None:
    """Take people out of every table; a meeting of nobody else goes with them."""
    gone = set(agents)
    frame = draft.people["agents"]
    draft.put_people("agents", frame[~frame["agent_id"].isin(gone)])
    for name in PEOPLE_TABLES:
        rows = draft.people.get(name)
        if rows is None:
            continue
        if "agent_id" in rows:
            if rows["agent_id"].isin(gone).any():
                draft.put_people(name, rows[~rows["agent_id"].isin(gone)])
        elif rows["agents"].map(lambda cell: bool(gone & set(names_in(cell)))).any():
            named = rows["agents"].map(lambda cell: ";".join(n for n in names_in(cell) if n not in gone))
            empty = (named == "") & (rows["agents"] != "") & (rows["staffing_group"] == "")
            draft.put_people(name, rows.assign(agents=named)[~empty])


def add(draft: Draft, like: Sequence[str], people: int, changed: Mapping[str, str] | None = None) -> None:
    """Add people, each a copy of one of `like` in turn with that one's time off and availability.

    changed: columns of agents.csv in which they differ.
    """
    first = 1 + sum(str(agent).startswith(f"{NEW} ") for agent in draft.people["agents"]["agent_id"])
    pairs = [(like[number % len(like)], f"{NEW} {first + number}") for number in range(people)]
    for name in ("agents", *COPIED):
        rows = draft.people.get(name)
        if rows is None:
            continue
        own = {str(agent): part for agent, part in rows.groupby("agent_id", sort=False)}
        copies = [own[old].assign(agent_id=new) for old, new in pairs if old in own]
        if name == "agents":
            copies = [
                copy.assign(**({"name": copy["agent_id"]} if "name" in copy else {}), **(changed or {}))
                for copy in copies
            ]
        if copies:
            draft.put_people(name, pd.concat([rows, *copies], ignore_index=True))


def cross_training(draft: Draft, change: CrossTrainingChange) -> None:
    agents = draft.people["agents"]
    ids = [str(agent) for agent in agents["agent_id"]]
    if not (draft.known("skill", [change.skill], draft.groups) and draft.known("agents", change.agents, ids)):
        return
    skills = skills_of(agents)
    without = [agent for agent, own in zip(ids, skills, strict=True) if change.skill not in own]
    if change.people is not None and len(without) < change.people:
        draft.refuse("people", f"only {len(without)} agents do not have the skill", f"write {len(without)} or fewer")
        return
    learn = set(change.agents or without[: change.people])
    cells = [
        ";".join([*own, change.skill]) if agent in learn and change.skill not in own else ";".join(own)
        for agent, own in zip(ids, skills, strict=True)
    ]
    draft.put_people("agents", agents.assign(skills=cells))


def part_time(draft: Draft, change: PartTimeChange) -> None:
    plans = draft.value("work_plans")
    contracts = (change.from_contract, change.to_contract)
    known = [draft.known(key, [name], plans) for key, name in zip(CONTRACTS, contracts, strict=True)]
    if not all(known):
        return
    agents = draft.people["agents"]
    own = agents.loc[agents["work_plan"] == change.from_contract, "agent_id"].astype(str).tolist()
    if len(own) < change.people:
        draft.refuse("people", f"only {len(own)} agents have the contract", f"write {len(own)} or fewer")
        return
    chosen = own[: change.people]
    moved = agents["work_plan"].where(~agents["agent_id"].isin(chosen), change.to_contract)
    draft.put_people("agents", agents.assign(work_plan=moved))
    before, after = (_normal_hours(plans[name]) for name in contracts)
    if change.keep_hours and after > 0:
        add(draft, chosen, max(0, round(change.people * before / after) - change.people))


def _normal_hours(contract: Mapping[str, Any]) -> float:
    """Paid hours of a week without overtime, of a contract as the settings have it."""
    norm = contract.get("weekly_hours_norm")
    return float(contract["weekly_hours_max"] if norm is None else norm)


CONTRACTS = ("from_contract", "to_contract")
