"""What a site could change about skills gives people skills, also where a group asks for a level."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from roster_centers import SHORT, Center, day, every_day

from staffplan.roster.case.case import Case
from staffplan.roster.case.skills import skill_masks
from staffplan.roster.why.changes import Change, people_changes, site_changes, with_skill
from staffplan.roster.why.relaxations import table_ladders
from staffplan.settings.roster import RosterSettings, WorkPlanSettings
from staffplan.tables.skills import AgentSkills, with_levels

NEED = every_day(2, range(8, 12))
CENTER = Center(
    {"chat": NEED, "voice": NEED},
    agents=(("ann", "voice;chat", "any"), ("bob", "chat", "any")),
    shifts={"short": SHORT},
    work_plans={"any": WorkPlanSettings(shifts=("short",))},
    settings=RosterSettings(rules=(), skill_levels_min={"voice": 2}),
)
NOW = {"ann": ["chat", "chat voice"], "bob": ["chat", "chat"]}
BOTH = ["chat voice"] * 2


def case() -> Case:
    """Ann takes voice on level 1 today, on 2 from tomorrow on, and voice asks for 2."""
    frame = with_levels(AgentSkills.empty(), [("ann", "voice", 1)]).frame
    today = frame.assign(valid_until=pd.Timestamp(day(0)))
    then = frame.assign(level=2.0, valid_from=pd.Timestamp(day(1)))
    skills = AgentSkills.of(pd.concat([today, then], ignore_index=True).astype(frame.dtypes.to_dict()))
    made = CENTER.case()
    return replace(made, workforce=replace(made.workforce, skills=skills))


def serving(asked: Case) -> dict[str, list[str]]:
    """By agent the groups that each can serve on each day."""
    problem = asked.problem()
    least = asked.settings.skill_levels_min
    masks = skill_masks(problem.people, problem.groups, asked.workforce.skills, least, problem.period).tolist()
    return {
        person.agent_id: [" ".join(name for g, name in enumerate(problem.groups) if mask >> g & 1) for mask in row]
        for person, row in zip(problem.people, masks, strict=True)
    }


def change_of(words: str) -> Change:
    changes = (*site_changes(case()), *people_changes(case(), ["chat", "voice"]))
    [found] = [one for one in changes if one.words == words]
    return found


def test_ann_can_serve_voice_on_the_second_day() -> None:
    assert serving(case()) == NOW


def test_every_skill_on_all_days_counts_whatever_its_level() -> None:
    assert serving(change_of("every skill on all days").apply(case())) == NOW | {"ann": BOTH}


def test_everybody_can_serve_every_group_where_that_is_tried() -> None:
    assert serving(change_of("everybody can serve every group").apply(case())) == {"ann": BOTH, "bob": BOTH}


def test_who_is_hired_or_taught_has_the_least_level() -> None:
    hired = serving(change_of("2 more agents for voice (any)").apply(case()))
    assert sorted(hired.values()) == sorted([*NOW.values(), ["voice"] * 2, ["voice"] * 2])
    assert serving(with_skill(case(), "bob", "voice")) == NOW | {"bob": BOTH}


def test_one_persons_skills_on_all_days_have_their_highest_level() -> None:
    [ladder] = [one for one in table_ladders(case()) if one.key == ("skills", "ann")]
    assert serving(ladder.steps[0].apply(case())) == NOW | {"ann": BOTH}
