"""Amounts of several currencies: kept in cents of their own, and turned into the plan's here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from staffplan.cost.exact import Ints, half_up
from staffplan.settings.cost import CostSettings, ExchangeRate

HOME = ""
"""Stands for the plan's own currency."""


@dataclass(frozen=True)
class Exchange:
    """Rates by currency. A currency without one is the plan's: the settings are refused otherwise."""

    rates: Mapping[str, ExchangeRate] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: CostSettings) -> Exchange:
        """The rates of the settings."""
        return cls(settings.rates)

    def known(self, currency: str | None) -> str:
        """The currency, HOME for that of the plan."""
        return currency if currency is not None and currency in self.rates else HOME

    def units(self, amount: float, currency: str | None) -> float:
        """An amount in units of the plan's currency, not rounded: for prices that a search or an estimate weighs."""
        own = self.known(currency)
        return amount if own == HOME else amount * float(self.rates[own].rate)

    def converted(self, cents: Ints, currency: str) -> Ints:
        """Cents of a currency, of any shape, in those of the plan: each number by itself, a half cent up."""
        if currency == HOME:
            return cents
        rate = self.rates[currency].exact
        values = [half_up(number * rate) for number in cents.ravel().tolist()]
        return np.array(values, dtype=np.int64).reshape(cents.shape)


@dataclass(frozen=True)
class Amounts:
    """A line of the cost by currency, HOME among them: `own` in cents of the currency, `home` in those of the plan;
    (periods, groups) each."""

    own: Mapping[str, Ints]
    home: Mapping[str, Ints]

    @property
    def total(self) -> Ints:
        """(periods, groups): all currencies together, in cents of the plan's."""
        return np.asarray(sum(self.home.values()), dtype=np.int64)

    @classmethod
    def joined(cls, parts: Iterable[Amounts]) -> Amounts:
        """The sum of several amounts, currency by currency."""
        own: dict[str, Ints] = {}
        home: dict[str, Ints] = {}
        for part in parts:
            for currency in part.own:
                own[currency] = part.own[currency] + own.get(currency, 0)
                home[currency] = part.home[currency] + home.get(currency, 0)
        return cls(own, home)
