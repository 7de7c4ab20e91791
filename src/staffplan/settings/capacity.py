"""Settings of the capacity plan: who is there, who leaves, how new people learn, and what hiring may do."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from staffplan.settings.base import Day, Factor, Money, NotNegative, Positive, Section, Share, ShareBelowOne

Periods = Annotated[int, Field(ge=0, le=520)]
Month = Literal["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
AhtFactor = Annotated[float, Field(ge=1, le=10)]


class HiringSettings(Section):
    """Hiring: when classes can start, how large they are, and what they cost."""

    smallest: int = Field(default=1, ge=1, le=10_000)
    """People in a class, at least."""
    largest: int = Field(ge=1, le=10_000)
    """People in a class, at most."""
    most_classes: int = Field(default=1, ge=1, le=100)
    """Classes that can start in one period at one site."""
    lead_periods: Periods = 0
    """Periods at the beginning in which no class can start any more: what recruiting takes."""
    last_start_period: Periods | None = None
    """Number of the last period in which a class can start, the first being 0 (default: the last)."""
    most_in_training: int | None = Field(default=None, ge=1)
    """People of a site in training at the same time, at most: rooms."""
    most_classes_in_training: int | None = Field(default=None, ge=1, le=1000)
    """Classes of a site in training at the same time, at most: trainers."""
    trainers_per_class: NotNegative = 0.0
    """Trained people whom each class takes from contacts while it is in training. 0: trainers are no agents."""
    cost_per_hire: Money = 0.0
    """Cost of recruiting and onboarding one person."""
    cost_per_class: Money = 0.0
    """Cost of a class beside its people: trainer, room."""
    alternatives: int = Field(default=3, ge=0, le=20)
    """Plans to report after the best one, each with its price."""
    time_limit_seconds: Positive = 60.0
    """Time limit of the search for one plan of one site."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.smallest > self.largest:
            raise ValueError(f"smallest, {self.smallest}, is above largest, {self.largest}")
        return self


class CapacitySettings(Section):
    """Capacity plan: people at the start, attrition, training and pay. A file for --workforce holds the same keys."""

    heads: NotNegative = 0.0
    """Trained people of a site before the first period."""
    heads_by_site: dict[str, NotNegative] = Field(default_factory=dict)
    """The same for single sites, or planning groups, by name."""
    shrinkage: ShareBelowOne = 0.0
    """Share of paid time that is not for contacts."""
    attrition: Share = 0.0
    """Attrition: share of people who leave, in the meaning of attrition_is."""
    attrition_is: Literal["per_period", "per_year", "per_year_of_cohort"] = "per_period"
    """"per_period": of those there, from each period to the next. "per_year": leavers of a year over the average
    heads, spread evenly over its periods. "per_year_of_cohort": of those there today who are gone in a year."""
    periods_per_year: int = Field(default=12, ge=1, le=366)
    """Length of a period: 12 for months, 52 for weeks."""
    new_hire_attrition: tuple[Share, ...] = ()
    """Share that leaves at the end of the first, second, ... period after the start; the last one holds on. Default:
    as attrition."""
    attrition_by_month: dict[Month, Factor] = Field(default_factory=dict)
    """Attrition of a calendar month as a multiple of that of the others: { jan = 1.5 }."""
    shrinkage_by_month: dict[Month, Annotated[float, Field(gt=-1, lt=1)]] = Field(default_factory=dict)
    """What a calendar month adds to the shrinkage, as a share of paid time: { aug = 0.1 } in the holidays."""
    tenure_bands: tuple[Annotated[int, Field(ge=1, le=600)], ...] = (1, 2, 3, 6, 12, 24)
    """With a history of the workforce: ends of the bands of tenure that have a rate of leaving each, in months. The
    last band has no end."""
    known_from: Day | None = None
    """With a history of the workforce: first day from which everybody who left is in it (default: all who ever
    left)."""
    known_until: Day | None = None
    """With a history of the workforce: last day that it knows (default: the latest day in it)."""
    training_periods: Periods = 0
    """Periods in training, before contacts are taken."""
    graduation: Share = 1.0
    """Share of a class that passes at the end of the training."""
    productivity: tuple[Factor, ...] = ()
    """Work of a new hire in the first, second, ... period after the start, as a share of a trained person's; the last
    one holds on. Default: 0 in training, then 1."""
    aht_factors: tuple[AhtFactor, ...] = ()
    """In place of productivity: handling time of a new hire in the first, second, ... period after the training, as a
    multiple of a trained person's; the last one holds on. The team's mean handling time goes through the staffing
    model."""
    wage: Money = 0.0
    """Cost of one person for one period, from the start of the training on."""
    shortfall_cost: Money = 0.0
    """Price of one missing person for one period: overtime, outsourcing, lost customers."""
    weekly_hours: Positive = 40.0
    """Paid hours of one person in a week: turns the hours that a plan requires into people."""
    hiring: HiringSettings | None = None
    """What hiring may do. Without it nobody is hired beside the classes that are given."""

    @model_validator(mode="after")
    def _one_ramp(self) -> Self:
        if self.productivity and self.aht_factors:
            raise ValueError("productivity and aht_factors both say how new hires learn: keep one of them")
        if list(self.tenure_bands) != sorted(set(self.tenure_bands)):
            raise ValueError("tenure_bands must rise: [1, 2, 3, 6, 12, 24]")
        return self
