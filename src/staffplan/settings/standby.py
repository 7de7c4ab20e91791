"""Settings of standby: people at home who can be called in, who takes turns, and what it pays."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from staffplan.clock import parse_spans, parse_weekdays
from staffplan.settings.base import Currency, Factor, Money, Section


class StandbySettings(Section):
    """A duty outside the shifts: somebody can be reached and called in. It is no working time, so the rules of shifts
    do not count it; whoever is called in has a shift then, which check reads as any other."""

    name: str
    """Its name, for example evening reserve."""
    hours: str
    """Local time from when to when, "18:00-22:00"; over midnight "22:00-06:00"; 24h."""
    weekdays: str = "daily"
    """Days on which it begins."""
    holidays: bool = True
    """Whether it is due on public holidays too. On days closed by special_days.csv it never is."""
    people: int = Field(default=1, ge=1, le=1000)
    """People who stand by at once."""
    turn: Literal["day", "week"] = "day"
    """How long one person has it: a day, or all its days of a week (roster.week_starts, else blocks of seven days
    from the first day planned)."""
    staffing_group: str = ""
    """Only people of this team (column staffing_group of agents.csv)."""
    skill: str = ""
    """Only people with this skill on its days: a planning group, or another that a rule names."""
    level: int = Field(default=1, ge=1, le=100)
    """Least level of the skill."""
    agents: tuple[str, ...] = ()
    """Only these agents (agent_id)."""
    contracts: tuple[str, ...] = ()
    """Only people with these contracts, names under [work_plans]."""
    rest_hours: Annotated[float, Field(ge=0, le=168)] = 0.0
    """Hours between it and a shift of the same person, before and after."""
    on: Literal["any", "days_off", "workdays"] = "any"
    """days_off: only on days on which the person has no shift; workdays: only on days with one."""
    per_week_max: Annotated[int, Field(ge=1, le=7)] | None = None
    """Turns of one person that begin in a week, at most (default: no limit)."""
    days_apart: int = Field(default=1, ge=1, le=1000)
    """Days from the first day of a person's turn to that of the next, at least."""
    per_hour: Money = 0.0
    """Amount for each hour of it."""
    per_duty: Money = 0.0
    """Amount for each day of it."""
    currency: Currency | None = None
    """Currency of per_hour and per_duty, ISO 4217 code (default: plan.currency). A call-out is paid in that of the
    person's wage."""
    call_out_hours_min: Annotated[float, Field(ge=0, le=24)] = 0.0
    """Hours that a call-out (input.call_outs) is paid for at least."""
    call_out_share: Factor = 0.0
    """Share of the base rate paid in addition for the hours of a call-out: 0.5 is +50 %."""
    call_out_rest_hours: Annotated[float, Field(ge=0, le=48)] = 0.0
    """Hours from the end of a call-out to the person's next shift."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        parse_weekdays(self.weekdays)
        if len(parse_spans(self.hours)) != 1:
            raise ValueError(
                f"hours {self.hours!r} are not one span; write 18:00-22:00, and another entry for another"
            )
        if not self.name.strip():
            raise ValueError("it has no name")
        if self.level > 1 and not self.skill:
            raise ValueError("level says nothing without a skill; give skill, or leave level out")
        return self

    @property
    def span(self) -> tuple[int, int]:
        """Minutes after midnight of its first day."""
        return parse_spans(self.hours)[0]
