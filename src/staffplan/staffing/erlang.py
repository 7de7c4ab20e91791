"""Erlang B, C and A: arrays in, arrays out, exact at any size.

Loads are in erlangs (contacts per second x mean handling time), times in seconds, shares 0-1. Arguments broadcast.
Where agents do not suffice for customers who never hang up, nothing is hidden: everyone waits, for ever
(service level 0, ASA infinite, occupancy 1).

Sources: H. C. Tijms, A First Course in Stochastic Models (Wiley 2003), chapter 5, for Erlang B and C;
O. Garnett, A. Mandelbaum, M. Reiman, Designing a call center with impatient customers (M&SOM 4, 2002), for Erlang A.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaincc, gammaln

from staffplan.settings import Definition
from staffplan.staffing import kernels
from staffplan.staffing.arrays import (
    HEADS,
    LINES,
    NOT_NEGATIVE,
    OCCUPANCY_OR_NONE,
    PATIENCE,
    POSITIVE,
    POSITIVE_OR_NONE,
    SECONDS_OR_NONE,
    SHARE_OR_NONE,
    Array,
    cells,
)

DEFINITION_CODES: dict[Definition, int] = {
    "offered": kernels.OFFERED,
    "answered": kernels.ANSWERED,
    "excluding_short_abandons": kernels.EXCLUDING_SHORT_ABANDONS,
    "short_abandons_good": kernels.SHORT_ABANDONS_GOOD,
    "virtual": kernels.VIRTUAL,
}
ONE_AT_A_TIME = np.ones(1)


@dataclass(frozen=True)
class WaitingLine:
    """What customers and agents see in a line; every property has one value for each cell."""

    shape: tuple[int, ...]
    sums: Array
    """(cells, 11): columns as named in kernels."""
    arrivals_per_second: Array
    abandon_per_second: Array
    """1 / patience; 0 where nobody hangs up."""
    answer_within_seconds: Array
    agents: Array

    def _share(self, column: int) -> Array:
        return np.asarray(self.sums[:, column].reshape(self.shape))

    def service_level(self, definition: Definition = "excluding_short_abandons") -> Array:
        """Share answered in time; the five definitions differ only where customers hang up or are turned away."""
        levels = kernels.service_level_cells(
            self.sums,
            self.abandon_per_second,
            self.arrivals_per_second,
            self.answer_within_seconds,
            DEFINITION_CODES[definition],
        )
        return np.asarray(np.clip(levels, 0.0, 1.0).reshape(self.shape))

    @property
    def wait_probability(self) -> Array:
        """Share of offered contacts that find every agent taken and wait."""
        return self._share(kernels.WAIT)

    @property
    def no_wait_probability(self) -> Array:
        """Share of offered contacts answered at once."""
        return self._share(kernels.NO_WAIT)

    @property
    def blocked_rate(self) -> Array:
        """Share of offered contacts turned away because every line is taken."""
        return self._share(kernels.BLOCKED)

    @property
    def answered_rate(self) -> Array:
        """Share of offered contacts that are answered."""
        return self.no_wait_probability + self._share(kernels.ANSWERED_LATER)

    @property
    def queue_length(self) -> Array:
        """Mean number of customers waiting."""
        return self._share(kernels.QUEUE)

    @property
    def abandon_rate(self) -> Array:
        """Share of offered contacts that hang up while waiting."""
        hanging_up = np.zeros(len(self.sums))
        busy = self.abandon_per_second > 0
        busy &= self.arrivals_per_second > 0
        queue = self.sums[busy, kernels.QUEUE]
        hanging_up[busy] = queue * self.abandon_per_second[busy] / self.arrivals_per_second[busy]
        return hanging_up.reshape(self.shape)

    @property
    def abandoned_in_time_rate(self) -> Array:
        """Share of offered contacts that hang up before the threshold of the service level."""
        patient = np.exp(-self.abandon_per_second * self.answer_within_seconds).reshape(self.shape)
        later = patient * self._share(kernels.LATE_VIRTUAL) - self._share(kernels.LATE)
        return np.maximum(0.0, self.abandon_rate - later)

    @property
    def asa_seconds(self) -> Array:
        """Mean wait of answered contacts, those answered at once included."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self._share(kernels.WAIT_ANSWERED) / self.answered_rate)

    @property
    def virtual_wait_seconds(self) -> Array:
        """Mean wait that a customer who never hangs up would see."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self._share(kernels.WAIT_VIRTUAL) / (1.0 - self.blocked_rate))

    @property
    def occupancy(self) -> Array:
        """Share of agents who are handling something; nan without agents."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((self.sums[:, kernels.BUSY] / self.agents).reshape(self.shape))

    @property
    def contacts_per_agent(self) -> Array:
        """Mean number of contacts an agent has in hand."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((self.sums[:, kernels.SERVED] / self.agents).reshape(self.shape))


def waiting_line(
    load_erlangs: ArrayLike,
    agents: ArrayLike,
    *,
    aht_seconds: ArrayLike,
    answer_within_seconds: ArrayLike,
    patience_seconds: ArrayLike = np.inf,
    waiting_places: ArrayLike = np.inf,
    pace: Array = ONE_AT_A_TIME,
) -> WaitingLine:
    """The line behind every model here; erlang_c, erlang_a and chat_line are its special cases."""
    shape, (load, heads, aht, within, patience, places) = cells(
        load_erlangs=(load_erlangs, NOT_NEGATIVE),
        agents=(agents, HEADS),
        aht_seconds=(aht_seconds, POSITIVE),
        answer_within_seconds=(answer_within_seconds, NOT_NEGATIVE),
        patience_seconds=(patience_seconds, PATIENCE),
        waiting_places=(waiting_places, LINES),
    )
    sums = kernels.line_cells(load, heads, aht, within, patience, places, pace)
    return WaitingLine(shape, sums, load / aht, 1.0 / patience, within, heads)


def erlang_b(load_erlangs: ArrayLike, agents: ArrayLike) -> Array:
    """Share of contacts turned away when nobody may wait (M/M/c/c).

    The textbook quotient of factorials overflows near 170 agents; the sum used here is relative to the full state.
    """
    shape, (load, heads) = cells(load_erlangs=(load_erlangs, NOT_NEGATIVE), agents=(agents, HEADS))
    return np.asarray(kernels.erlang_b_cells(load, heads).reshape(shape))


def erlang_c(
    load_erlangs: ArrayLike, agents: ArrayLike, *, aht_seconds: ArrayLike, answer_within_seconds: ArrayLike
) -> WaitingLine:
    """Customers who wait as long as it takes (M/M/c)."""
    return waiting_line(load_erlangs, agents, aht_seconds=aht_seconds, answer_within_seconds=answer_within_seconds)


def erlang_a(
    load_erlangs: ArrayLike,
    agents: ArrayLike,
    *,
    aht_seconds: ArrayLike,
    answer_within_seconds: ArrayLike,
    patience_seconds: ArrayLike,
) -> WaitingLine:
    """Customers who hang up after an exponential patience (M/M/c+M); stable at any load."""
    return waiting_line(
        load_erlangs,
        agents,
        aht_seconds=aht_seconds,
        answer_within_seconds=answer_within_seconds,
        patience_seconds=patience_seconds,
    )


def agents_for_erlang_c(
    load_erlangs: ArrayLike,
    *,
    aht_seconds: ArrayLike,
    service_level: ArrayLike = np.nan,
    answer_within_seconds: ArrayLike = np.nan,
    asa_seconds: ArrayLike = np.nan,
    max_occupancy: ArrayLike = np.nan,
) -> Array:
    """Fewest agents that meet every goal given (nan: none) and keep the line stable; 0 without load."""
    shape, (load, aht, level, within, asa, occupancy) = cells(
        load_erlangs=(load_erlangs, NOT_NEGATIVE),
        aht_seconds=(aht_seconds, POSITIVE),
        service_level=(service_level, SHARE_OR_NONE),
        answer_within_seconds=(answer_within_seconds, SECONDS_OR_NONE),
        asa_seconds=(asa_seconds, POSITIVE_OR_NONE),
        max_occupancy=(max_occupancy, OCCUPANCY_OR_NONE),
    )
    _needs_threshold(level, within)
    return np.asarray(kernels.fewest_erlang_c(load, aht, level, within, asa, occupancy).reshape(shape))


def agents_for_line(
    load_erlangs: ArrayLike,
    *,
    aht_seconds: ArrayLike,
    patience_seconds: ArrayLike = np.inf,
    service_level: ArrayLike = np.nan,
    answer_within_seconds: ArrayLike = np.nan,
    asa_seconds: ArrayLike = np.nan,
    max_occupancy: ArrayLike = np.nan,
    max_abandon_rate: ArrayLike = np.nan,
    definition: Definition = "excluding_short_abandons",
    pace: Array = ONE_AT_A_TIME,
) -> Array:
    """Fewest agents (at least 1) that meet every goal given (nan: none); 0 without load.

    With finite patience this is Erlang A, and the answer may lie below the load: those who hang up are not served.
    """
    shape, (load, aht, patience, level, within, asa, occupancy, abandon) = cells(
        load_erlangs=(load_erlangs, NOT_NEGATIVE),
        aht_seconds=(aht_seconds, POSITIVE),
        patience_seconds=(patience_seconds, PATIENCE),
        service_level=(service_level, SHARE_OR_NONE),
        answer_within_seconds=(answer_within_seconds, SECONDS_OR_NONE),
        asa_seconds=(asa_seconds, POSITIVE_OR_NONE),
        max_occupancy=(max_occupancy, OCCUPANCY_OR_NONE),
        max_abandon_rate=(max_abandon_rate, SHARE_OR_NONE),
    )
    _needs_threshold(level, within)
    goals = np.column_stack([level, within, asa, occupancy, abandon])
    fewest = kernels.fewest_agents_cells(load, aht, patience, pace, goals, DEFINITION_CODES[definition])
    return np.asarray(fewest.reshape(shape))


def _needs_threshold(level: Array, within: Array) -> None:
    if (~np.isnan(level) & np.isnan(within)).any():
        raise ValueError("service_level needs answer_within_seconds")


def erlang_b_fractional(load_erlangs: ArrayLike, agents: ArrayLike) -> Array:
    """Erlang B for any real number of agents: 1/B(c, A) = e^A A^-c Gamma(c + 1, A), ten digits up to 100,000 erlangs.

    Source: D. L. Jagerman, Some properties of the Erlang loss function (Bell System Technical Journal 53, 1974).
    """
    shape, (load, heads) = cells(load_erlangs=(load_erlangs, POSITIVE), agents=(agents, NOT_NEGATIVE))
    upper = gammaincc(heads + 1.0, load)
    seen = upper > 1e-290
    shares = np.empty(len(load))
    logs = load[seen] - heads[seen] * np.log(load[seen]) + gammaln(heads[seen] + 1.0) + np.log(upper[seen])
    with np.errstate(over="ignore"):
        shares[seen] = 1.0 / np.exp(logs)
    shares[~seen] = 1.0 / _overloaded_inverse(load[~seen], heads[~seen])
    return shares.reshape(shape)


def _overloaded_inverse(load: Array, heads: Array) -> Array:
    """1/B far below the load: 1 + c/A + c(c-1)/A^2 + ..., whose terms shrink from the start."""
    total, term, rest = np.ones(len(load)), np.ones(len(load)), heads.copy()
    while (np.abs(term) > 1e-17 * total).any():
        term = term * rest / load
        total += term
        rest -= 1.0
    return total


def erlang_c_fractional(load_erlangs: ArrayLike, agents: ArrayLike) -> Array:
    """Chance of waiting for any real number of agents; 1 where they do not suffice."""
    share_b = erlang_b_fractional(load_erlangs, agents)
    load, heads = np.asarray(load_erlangs, dtype=np.float64), np.asarray(agents, dtype=np.float64)
    wait = heads * share_b / np.where(heads > load, heads - load * (1.0 - share_b), np.inf)
    return np.asarray(np.where(heads > load, wait, 1.0))
