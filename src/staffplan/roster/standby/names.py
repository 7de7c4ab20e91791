"""Names in [[standby]] that the people's files do not have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from staffplan.errors import ConfigError, Problem, nearest
from staffplan.settings.standby import StandbySettings
from staffplan.tables.people import Agents


def refuse_unknown_people(kinds: Sequence[StandbySettings], agents: Agents, place: str) -> None:
    """Raise ConfigError with every person, team and skill that nobody knows, at `place`.number.key."""
    problems = list(_problems(kinds, agents, place))
    if problems:
        raise ConfigError(problems)


def _problems(kinds: Sequence[StandbySettings], agents: Agents, place: str) -> Iterator[Problem]:
    frame = agents.frame
    known, teams = sorted(set(frame["agent_id"])), sorted({*frame["staffing_group"]} - {""})
    skills = sorted({name for cell in frame["skills"] for name in cell.split(";")} - {""})
    for number, kind in enumerate(kinds):
        own = f"{place}.{number}"
        for name in kind.agents:
            if name not in known:
                yield Problem(f"{own}.agents", f"{name!r} is not in the agents table", nearest(name, known))
        if kind.staffing_group and kind.staffing_group not in teams:
            said = f"nobody is of the team {kind.staffing_group!r}"
            yield Problem(f"{own}.staffing_group", said, nearest(kind.staffing_group, teams))
        if kind.skill and kind.skill not in skills:
            yield Problem(f"{own}.skill", f"nobody has the skill {kind.skill!r}", nearest(kind.skill, skills))
