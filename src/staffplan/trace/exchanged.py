"""Amounts of another currency than the plan's: what they are there, and the rate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from staffplan.cost.exchange import HOME
from staffplan.trace.amount import Amount, money
from staffplan.trace.sources import Sources

RATE = "exchange rate"


def converted(
    amount: Amount, sources: Sources, currency: str, own_cents: int, told: Callable[[Amount], Amount]
) -> Amount:
    """An amount of the plan's currency as `told` explains it; of another currency, the amount there and the rate.

    told: gives an amount its formula, in the currency it is paid in. own_cents: of that currency.
    """
    if currency == HOME:
        return told(amount)
    rate = sources.config.cost.rates[currency]
    there = told(Amount(f"{amount.what}, in {currency}", money(own_cents), currency))
    how = f"{float(there.value or 0):,.2f} {currency} x {rate.words}, rounded to the cent"
    words, unit = f"of {rate.of}, {rate.source}", f"{sources.currency} for 1 {currency}"
    stated = Amount(RATE, rate.exact, unit, words, sources.setting("cost", "rates", currency))
    return replace(amount, how=how, sources=lambda: [there, stated])
