"""Plans of several currencies as periods of one budget, at the rates that their settings state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from staffplan.cost.converted import report_in
from staffplan.errors import Problem, UsageError, listed
from staffplan.report.budget_book import BudgetPeriod
from staffplan.settings.cost import ExchangeRate
from staffplan.settings.currencies import RATE

Rates = Mapping[str, ExchangeRate]


def in_one_currency(
    periods: Sequence[BudgetPeriod], rates: Mapping[str, Rates], wanted: str | None
) -> tuple[list[BudgetPeriod], list[str]]:
    """The periods in the wanted currency, and what each rate is. rates: those of each plan's settings, by folder.

    Raises UsageError, with all problems, where no currency is wanted though there are several, and where no plan of
    that currency states a rate, or two state different ones.
    """
    there = sorted({period.data.currency for period in periods})
    currency = wanted or there[0]
    if len(there) > 1 and wanted is None:
        hint = f"name the budget's with --currency, for example --currency {there[0]}"
        raise UsageError(Problem("PLANS", f"the plans have different currencies: {listed(there)}", hint))
    home = [rates[period.folder] for period in periods if period.data.currency == currency]
    foreign = [name for name in there if name != currency]
    problems = [problem for name in foreign for problem in _problems(name, currency, home)]
    if problems:
        raise UsageError(problems)
    chosen = {name: next(own[name] for own in home if name in own) for name in foreign}
    told = [_words(name, currency, rate) for name, rate in chosen.items()]
    return [_converted(period, currency, chosen) for period in periods], told


def _problems(name: str, currency: str, home: Sequence[Rates]) -> Iterator[Problem]:
    stated = {own[name].exact for own in home if name in own}
    if not stated:
        said = f"no plan in {currency} states a rate from {name}"
        yield Problem("PLANS", said, f"write {name} = {RATE} under [cost.rates] of one of them, with your rate")
    elif len(stated) > 1:
        yield Problem("PLANS", f"the plans state different rates from {name} to {currency}", "state one rate")


def _words(name: str, currency: str, rate: ExchangeRate) -> str:
    return f"plans in {name} are added at {rate.words} {currency} for 1 {name}, as of {rate.of} ({rate.source})"


def _converted(period: BudgetPeriod, currency: str, rates: Rates) -> BudgetPeriod:
    own = period.data.currency
    if own == currency:
        return period
    cost = report_in(period.data.cost, rates[own], currency)
    return replace(period, data=replace(period.data, cost=cost, currency=currency))
