"""Skills with levels and dates: from cells and from a file of their own, and what is refused."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from staffplan.errors import DataError
from staffplan.files.workforce import read_workforce
from staffplan.tables.people import Workforce

KNOWN = {"agents": {"skills": ["chat", "phone_en"]}, "skills": {"skill": ["chat", "phone_en"]}}


def people(folder: Path, agents: str, skills: str = "") -> Workforce:
    (folder / "agents.csv").write_text("agent_id,skills\n" + agents)
    others: dict[str, Path | None] = {}
    if skills:
        others["skills"] = folder / "skills.csv"
        (folder / "skills.csv").write_text("agent_id,skill,level,valid_from,valid_until\n" + skills)
    return read_workforce(folder / "agents.csv", others, known=KNOWN)


def problems(folder: Path, agents: str, skills: str = "") -> list[str]:
    with pytest.raises(DataError) as caught:
        people(folder, agents, skills)
    return [f"{problem.place.rpartition('/')[2]} {problem.message}" for problem in caught.value.problems]


def test_levels_in_cells_are_rows_of_skills(tmp_path: Path) -> None:
    found = people(tmp_path, "a1,phone_en:3;chat\na2,chat : 2\n")
    assert found.agents.frame["skills"].tolist() == ["phone_en;chat", "chat"]
    rows = found.skills.frame[["agent_id", "skill", "level"]].to_numpy().tolist()
    assert rows == [["a1", "phone_en", 3.0], ["a2", "chat", 2.0]]


def test_a_skill_of_the_file_alone_is_one_of_the_agent(tmp_path: Path) -> None:
    found = people(tmp_path, "a1,chat\n", "a1,phone_en,2,2026-12-14,\n")
    assert found.agents.frame["skills"].tolist() == ["chat;phone_en"]


def test_a_skill_is_known_on_its_days_with_its_level(tmp_path: Path) -> None:
    found = people(tmp_path, "a1,chat\n", "a1,phone_en,1,,2026-12-10\na1,phone_en,2,2026-12-14,\n")
    ninth, twelfth = date(2026, 12, 9), date(2026, 12, 12)
    assert found.knowing({}, ninth, ninth).agents.frame["skills"].tolist() == ["chat;phone_en"]
    assert found.knowing({}, twelfth, twelfth).agents.frame["skills"].tolist() == ["chat"]
    assert found.knowing({"phone_en": 2}, ninth, twelfth).agents.frame["skills"].tolist() == ["chat"]
    assert found.knowing({"phone_en": 2, "chat": 2}, ninth, date(2026, 12, 20)).agents.frame["skills"].tolist() == [
        "phone_en"
    ]


def test_unknown_skills_are_refused_in_both_files(tmp_path: Path) -> None:
    found = problems(tmp_path, "a1,phone_em:3\n", "a1,chta,1,,\n")
    assert found == [
        "agents.csv:2:skills skills 'phone_em' is not in the settings",
        "skills.csv:2:skill skill 'chta' is not in the settings",
    ]


def test_rows_that_hold_on_the_same_day_are_refused(tmp_path: Path) -> None:
    rows = "a1,chat,1,,2026-12-10\na1,chat,2,2026-12-10,\na1,phone_en,1,,\n"
    [said] = problems(tmp_path, "a1,chat\n", rows)
    assert said == (
        "skills.csv:3:valid_from two rows hold on the same day for the skill chat of a1 (the other is row 2)"
    )


def test_a_level_given_twice_is_refused(tmp_path: Path) -> None:
    [said] = problems(tmp_path, "a1,chat:2\n", "a1,chat,3,,\n")
    assert said.startswith("agents.csv:2:skills chat:2: ")
    assert said.endswith("has rows for the skill chat of a1")


def test_a_row_is_told_with_the_row_that_it_overlaps(tmp_path: Path) -> None:
    """A year, and February and March in it."""
    rows = "a1,chat,1,2026-01-01,2026-12-31\na1,chat,2,2026-02-01,2026-02-28\na1,chat,2,2026-03-01,2026-03-31\n"
    said = problems(tmp_path, "a1,chat\n", rows)
    assert [(words.split(":")[1], words.endswith("(the other is row 2)")) for words in said] == [
        ("3", True),
        ("4", True),
    ]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("phone_en:0", "phone_en:0: the level 0 is not one from 1 to 100"),
        ("phone_en:300", "phone_en:300: the level 300 is not one from 1 to 100"),
        ("chat:1;chat:2", "chat:2: the cell gives the skill the level 1 too"),
    ],
)
def test_a_wrong_level_in_a_cell_is_told_of_the_cell(tmp_path: Path, cell: str, message: str) -> None:
    assert problems(tmp_path, f"a0,chat\na1,{cell}\n") == [f"agents.csv:3:skills {message}"]
