"""What the settings of rules have in common."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from staffplan.clock import parse_spans
from staffplan.settings.base import Section


class RuleSection(Section):
    """A rule for people, each for themselves: all of them, those of some contracts, or some by name."""

    rule: str
    """Which rule it is."""
    work_plans: tuple[str, ...] = ()
    """Contracts it holds for; left out: all."""
    agents: tuple[str, ...] = ()
    """Agents (agent_id) it holds for; left out: all."""

    def holds_for(self, agent_id: str, plan_name: str) -> bool:
        by_plan = not self.work_plans or plan_name in self.work_plans
        return by_plan and (not self.agents or agent_id in self.agents)

    @property
    def families(self) -> tuple[str, ...]:
        """Names of [shifts] that the rule speaks of."""
        return ()


class NightSection(RuleSection):
    """A rule on night shifts: those with so many hours inside the night."""

    night: str = "23:00-06:00"
    """The night, local time. It has seven hours or more and contains 00:00-05:00: Directive 2003/88/EC,
    article 2(3)."""
    night_hours: Annotated[float, Field(gt=0, le=24)] = 3.0
    """A shift with so many hours inside the night is a night shift. 3 hours: Directive 2003/88/EC, article 2(4)."""

    @model_validator(mode="after")
    def _one_span(self) -> Self:
        if len(parse_spans(self.night)) != 1:
            raise ValueError('night is not one span of time; write "23:00-06:00"')
        return self
