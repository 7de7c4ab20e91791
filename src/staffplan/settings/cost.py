"""Settings of the cost step: premiums, on-costs."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from staffplan.clock import parse_spans, parse_weekdays
from staffplan.errors import nearest
from staffplan.settings.agreements import agreed_premiums, all_agreements, pays
from staffplan.settings.base import Currency, Day, Factor, Money, NotNegative, Positive, Section

PAY_KINDS = ("regular", "overtime", "absence", "time off")
"""Kinds of hours that a payroll file has anyway."""
AMOUNTS = ("share", "per_hour", "per_shift")
LEAP_YEAR = 2024


class PremiumSettings(Section):
    """Premium: extra pay at certain times, for hours over a norm, or for certain shifts. The amounts are inputs, not
    legal advice."""

    name: str
    """Name in the cost report."""
    share: Factor = 0.0
    """Share of the base rate paid in addition: 0.25 is +25 %."""
    per_hour: Money = 0.0
    """Amount paid for each hour instead of a share of the base rate. The shift mix leaves it out."""
    per_shift: Money = 0.0
    """Amount paid for each shift instead of a share, such as for a split shift. The day is that on which the shift
    begins. The shift mix leaves it out."""
    shifts: tuple[str, ...] = ()
    """Names under [shifts] of the shifts that per_shift is paid for (default: all shifts)."""
    weekdays: str = "daily"
    """Weekdays on which the hours begin. Hours that pass midnight belong to their first day."""
    hours: str = "24h"
    """Local times at which the premium is paid, for example "22:00-06:00"."""
    holidays_only: bool = False
    """Limit to hours that begin on a public holiday."""
    dates: tuple[str, ...] = ()
    """Limit to hours that begin on these days: "12-24" every year, "2026-12-24" once."""
    over_hours: NotNegative | Literal["norm"] | None = None
    """Limit to the hours that a person works above so many in a day, week or month (per): overtime. norm: above the
    contract's weekly_hours_norm. Paid breaks count as worked, absences do not. The shift mix leaves it out."""
    up_to_hours: Positive | None = None
    """End of a tier of overtime: with over_hours = 35 and up_to_hours = 43 the 36th to the 43rd hour."""
    per: Literal["day", "week", "month", "period"] = "week"
    """What over_hours counts in. A shift over midnight counts on its first day. Weeks are those of
    roster.week_starts, else blocks of seven days from the first day planned; what input.past_roster has of the first
    week or month counts too. period: the days planned."""
    time_off_counts: bool = False
    """Whether paid time off counts as worked for over_hours."""
    not_counted: tuple[str, ...] = ()
    """Names of premiums whose hours do not count for over_hours, because they are paid as such already."""
    excludes: tuple[str, ...] = ()
    """Names of premiums that are not paid in the same hour as this one."""
    currency: Currency | None = None
    """Currency of per_hour or per_shift, ISO 4217 code (default: plan.currency). A share is paid in that of the
    wage."""

    @model_validator(mode="after")
    def _readable(self) -> Self:
        parse_weekdays(self.weekdays)
        parse_spans(self.hours)
        for day in self.dates:
            read_date(day)
        given = [key for key in AMOUNTS if key in self.model_fields_set]
        if len(given) != 1:
            raise ValueError("give one of share, per_hour and per_shift")
        of_hours = {"hours", "excludes", "over_hours"}
        unused = of_hours if self.per_shift_only else {"shifts", "currency"} if "share" in given else {"shifts"}
        idle = sorted(self.model_fields_set & unused)
        if idle:
            raise ValueError(f"{', '.join(idle)} cannot be given with {given[0]}")
        self._check_norm()
        return self

    def _check_norm(self) -> None:
        beside = sorted(self.model_fields_set & {"up_to_hours", "per", "time_off_counts", "not_counted"})
        if self.over_hours is None and beside:
            raise ValueError(f"{', '.join(beside)} needs over_hours")
        if self.over_hours == "norm" and self.per != "week":
            raise ValueError('over_hours = "norm" is by week: leave per out')
        if self.over_hours == "norm" and self.up_to_hours is not None:
            raise ValueError('up_to_hours needs a number for over_hours, not "norm"')
        if isinstance(self.over_hours, float) and self.over_hours >= (self.up_to_hours or float("inf")):
            raise ValueError("up_to_hours is not above over_hours")

    @property
    def per_shift_only(self) -> bool:
        """Whether an amount is paid for each shift, whatever its hours."""
        return "per_shift" in self.model_fields_set

    def falls_on(self, day: date) -> bool:
        """Whether `dates` has the day, or none."""
        return not self.dates or any(read_date(text, day.year) == day for text in self.dates)


def read_date(text: str, year: int = LEAP_YEAR) -> date | None:
    """The day of "2026-12-24", or of "12-24" in the year; None for "02-29" in a year without it.

    Raises ValueError, in words, on anything else.
    """
    yearly = len(text) == len("12-24")
    try:
        day = date.fromisoformat(f"{LEAP_YEAR}-{text}" if yearly else text)
    except ValueError:
        raise ValueError(f'{text!r} is not a day: write "12-24" or "2026-12-24"') from None
    if not yearly:
        return day
    return None if (day.month, day.day) == (2, 29) and not isleap(year) else day.replace(year=year)


class OnCostSettings(Section):
    """On-cost: employer cost in addition to wages."""

    name: str
    """Name in the cost report."""
    share: Factor = 0.0
    """Share of wages and premiums."""
    monthly_per_agent: Money = 0.0
    """Amount per agent and month, for example seat, licences, telephony. It is charged for the planned share of the
    month's days."""
    currency: Currency | None = None
    """Currency of monthly_per_agent, ISO 4217 code (default: plan.currency). The share is paid in that of
    the wages."""


KINDS_OF_OTHERS = ("agents_per_person", "per_contact", "per_month", "amount")


class OtherCostSettings(Section):
    """A cost that is no agent's pay: supervision and support, telephony by the contact, rent by the month, an amount
    once. Give one of agents_per_person, per_contact, per_month and amount."""

    name: str
    """Name in the cost report."""
    agents_per_person: Positive | None = None
    """Span of control: one supervisor, trainer or planner for so many agents. An hour is paid for so many paid hours
    of agents."""
    hourly_rate: Money | None = None
    """Cost of an hour of these people, on-costs included; needed with agents_per_person."""
    per_contact: Money | None = None
    """Amount for each contact offered."""
    queues: tuple[str, ...] = ()
    """Queues whose contacts per_contact is paid for (default: all)."""
    per_month: Money | None = None
    """Amount of a calendar month; the share of its days that is planned is charged."""
    amount: Money | None = None
    """Amount once, such as hiring, a course or a licence."""
    date: Day | None = None
    """Day on which the amount is due; needed with it. Outside the days planned it is left out, and told."""
    currency: Currency | None = None
    """Currency of the amount, ISO 4217 code (default: plan.currency), for example a vendor's."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        given = [key for key in KINDS_OF_OTHERS if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError(f"give one of {', '.join(KINDS_OF_OTHERS)}")
        for key, needed in (("agents_per_person", "hourly_rate"), ("amount", "date")):
            if (given[0] == key) != (getattr(self, needed) is not None):
                raise ValueError(f"{key} and {needed} belong together")
        if self.queues and given[0] != "per_contact":
            raise ValueError(f"queues cannot be given with {given[0]}")
        return self


class ExchangeRate(Section):
    """Rate at which amounts of a currency are turned into the plan's."""

    rate: Annotated[Decimal, Field(gt=0, le=1_000_000)]
    """Units of plan.currency for one unit of the currency, for example "0.92". Best as a text, as it is exact."""
    of: Day
    """Day whose rate it is, or of the decision for the budget."""
    source: Annotated[str, Field(min_length=1)]
    """Where the rate comes from, for example the central bank or the treasury."""

    @property
    def exact(self) -> Fraction:
        """The rate as a fraction."""
        return Fraction(self.rate)

    @property
    def words(self) -> str:
        """The rate as it is written, without zeros at its end."""
        return f"{self.rate.normalize():f}"


class CostSettings(Section):
    """Settings of the cost step."""

    default_hourly_rate: Money = 0.0
    """Base pay per hour, where neither the agent nor the contract has one."""
    premiums: tuple[PremiumSettings, ...] = ()
    """Premiums, one entry each."""
    agreements: tuple[str, ...] = ()
    """Premiums that the law of a country sets at least, beside `premiums`: california, france, germany, russia,
    spain, united_kingdom, united_states. The cost names their articles and what it does not reckon. They are no legal
    advice."""
    on_costs: tuple[OnCostSettings, ...] = ()
    """On-costs, one entry each."""
    others: tuple[OtherCostSettings, ...] = ()
    """Costs that are no agent's pay, one entry each."""
    rates: dict[Currency, ExchangeRate] = Field(default_factory=dict)
    """Exchange rates, by currency: USD = { rate = "0.92", of = 2026-11-01, source = "treasury" }."""

    @model_validator(mode="before")
    @classmethod
    def _with_agreements(cls, raw: Any) -> Any:
        """The premiums of the agreements after those of the settings."""
        names = raw.get("agreements") if isinstance(raw, dict) else None
        own = raw.get("premiums", ()) if isinstance(raw, dict) else ()
        if not isinstance(names, list | tuple) or not isinstance(own, list | tuple) or not names:
            return raw
        return {**raw, "premiums": [*own, *agreed_premiums([name for name in names if isinstance(name, str)])]}

    @model_validator(mode="after")
    def _known_names(self) -> Self:
        problems = [*_agreement_problems(self.agreements), *_name_problems(self.premiums)]
        others = [other.name for other in self.others]
        problems += [f"two of others are called {n!r}" for n in sorted({n for n in others if others.count(n) > 1})]
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _agreement_problems(names: Sequence[str]) -> Iterator[str]:
    """Agreements that nobody knows, or that have nothing to do with money."""
    known = [name for name in all_agreements() if pays(name)]
    if {"california", "united_states"} <= set(names):
        yield "california has the federal overtime among its own: leave united_states out"
    for name in names:
        if name not in all_agreements():
            yield f"{name!r} is no agreement that staffplan knows; {nearest(name, known)}"
        elif name not in known:
            yield f"{name!r} says nothing on pay: leave it out here"


def _name_problems(premiums: Sequence[PremiumSettings]) -> Iterator[str]:
    """Names of premiums that stand twice, that nobody has, or that wait for each other."""
    names = [premium.name for premium in premiums]
    yield from (f"two premiums are called {name!r}" for name in sorted({n for n in names if names.count(n) > 1}))
    for name in sorted(set(names) & set(PAY_KINDS)):
        yield f'a premium cannot be called {name!r}, as payroll has hours of that kind: call it "{name} 25 %"'
    for premium in premiums:
        for key in ("excludes", "not_counted"):
            for other in getattr(premium, key):
                if other not in names:
                    yield f"{key} of the premium {premium.name!r}: there is no {other!r}; {nearest(other, names)}"
    if waiting_for_each_other(premiums):
        yield f"not_counted goes in a circle: {', '.join(waiting_for_each_other(premiums))}"


def waiting_for_each_other(premiums: Sequence[PremiumSettings]) -> list[str]:
    """Premiums whose hours cannot be counted, as each needs another one's first."""
    left = {premium.name: set(premium.not_counted) for premium in premiums}
    while free := [name for name, needs in left.items() if not needs & set(left)]:
        for name in free:
            del left[name]
    return list(left)
