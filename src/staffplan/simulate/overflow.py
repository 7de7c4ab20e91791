"""Who helps out whom: the rules of the settings and the skills of the people, for the event loop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from staffplan.settings.simulate import OverflowSettings
from staffplan.simulate.engine import Overflow
from staffplan.tables.people import Workforce
from staffplan.tables.schema import names_in


@dataclass(frozen=True)
class Helpers:
    """The rules, and the skills of each person: a skill is the name of a planning group."""

    rules: tuple[OverflowSettings, ...]
    skills: Mapping[str, frozenset[str]]

    def overflow(self, groups: Sequence[str], agents: Sequence[str]) -> Overflow:
        """The rules among these groups and people; one of a group that is not there is nothing."""
        code = {name: number for number, name in enumerate(groups)}
        found = list(self._pairs(code))
        may = np.zeros((len(agents), len(groups)), dtype=bool)
        for row, agent_id in enumerate(agents):
            may[row, [code[skill] for skill in self.skills.get(agent_id, ()) if skill in code]] = True
        source, target = (np.array([pair[place] for pair in found], dtype=np.int64) for place in (0, 1))
        return Overflow(source, target, np.array([pair[2] for pair in found], dtype=float), may)

    def _pairs(self, code: Mapping[str, int]) -> Iterator[tuple[int, int, float]]:
        for rule in self.rules:
            for name in rule.to:
                if rule.group in code and name in code:
                    yield code[rule.group], code[name], rule.after_seconds


def helpers_of(rules: Sequence[OverflowSettings], people: Workforce) -> Helpers | None:
    """None without rules."""
    if not rules:
        return None
    frame = people.agents.frame
    skills = {
        str(one): frozenset(names_in(cell)) for one, cell in zip(frame["agent_id"], frame["skills"], strict=True)
    }
    return Helpers(tuple(rules), skills)
