"""Erlang B, C and A and their relatives: arrays in, arrays out, exact at any size.

Loads are in erlangs (contacts per second x mean handling time), times in seconds, shares 0-1. Arguments broadcast.
Agents need not be whole: 1/B continues between whole numbers as e^A A^-c Gamma(c + 1, A) does (Jagerman 1974).
Where agents do not suffice for customers who never hang up, nothing is hidden: everyone waits, for ever
(service level 0, ASA infinite, occupancy 1).

Sources: H. C. Tijms, A First Course in Stochastic Models (Wiley 2003), chapter 5, for Erlang B and C;
O. Garnett, A. Mandelbaum, M. Reiman, Designing a call center with impatient customers (M&SOM 4, 2002), for Erlang A.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from staffplan.settings.queues import Definition
from staffplan.staffing.models import kernels, searches
from staffplan.staffing.models.arrays import (
    LINES,
    NOT_NEGATIVE,
    OCCUPANCY_OR_NONE,
    PATIENCE,
    POSITIVE,
    POSITIVE_OR_NONE,
    SECONDS_OR_NONE,
    SHARE,
    SHARE_OR_NONE,
    VARIATION,
    Array,
    Rule,
    cells,
    columns,
    flat,
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
    """(cells, 12): columns as named in kernels."""
    cases: Array
    """(cells, 6): columns as named in kernels."""
    answer_within_seconds: Array
    agents: Array

    def _share(self, column: int) -> Array:
        return np.asarray(self.sums[:, column].reshape(self.shape))

    def service_level(self, definition: Definition = "excluding_short_abandons") -> Array:
        """Share answered in time; the five definitions differ only where customers hang up or are turned away. Of any
        shape, that of the arguments."""
        code = DEFINITION_CODES[definition]
        levels = kernels.service_level_cells(self.sums, self.cases, self.answer_within_seconds, code)
        return np.asarray(np.clip(levels, 0.0, 1.0).reshape(self.shape))

    @property
    def is_stable(self) -> np.ndarray:
        """Whether the queue does not grow for ever."""
        return np.asarray(np.isfinite(self._share(kernels.QUEUE)))

    @property
    def total_load_erlangs(self) -> Array:
        """The load with those who call again. Of any shape, that of the arguments."""
        return self._share(kernels.TOTAL_LOAD)

    @property
    def arrivals_per_second(self) -> Array:
        """Contacts a second, with those who call again. Of any shape, that of the arguments."""
        return np.asarray((self.sums[:, kernels.TOTAL_LOAD] / self.cases[:, kernels.AHT]).reshape(self.shape))

    @property
    def wait_probability(self) -> Array:
        """Share of offered contacts that find every agent taken and wait. Of any shape, that of the arguments."""
        return self._share(kernels.WAIT)

    @property
    def no_wait_probability(self) -> Array:
        """Share of offered contacts answered at once. Of any shape, that of the arguments."""
        return self._share(kernels.NO_WAIT)

    @property
    def blocked_rate(self) -> Array:
        """Share of offered contacts turned away because every line is taken. Of any shape, that of the arguments."""
        return self._share(kernels.BLOCKED)

    @property
    def answered_rate(self) -> Array:
        """Share of offered contacts that are answered. Of any shape, that of the arguments."""
        return self.no_wait_probability + self._share(kernels.ANSWERED_LATER)

    @property
    def queue_length(self) -> Array:
        """Mean number of customers waiting. Of any shape, that of the arguments."""
        return self._share(kernels.QUEUE)

    @property
    def abandon_rate(self) -> Array:
        """Share of offered contacts that hang up while waiting. Of any shape, that of the arguments."""
        rate, arrivals = self._patience_rate, self.arrivals_per_second
        hanging_up = np.zeros(self.shape)
        busy = (rate > 0) & (arrivals > 0)
        hanging_up[busy] = self.queue_length[busy] * rate[busy] / arrivals[busy]
        return hanging_up

    @property
    def _patience_rate(self) -> Array:
        return np.asarray(self.cases[:, kernels.ABANDON].reshape(self.shape))

    @property
    def abandoned_in_time_rate(self) -> Array:
        """Share of offered contacts that hang up before the threshold of the service level. Of any shape, that of the
        arguments."""
        patient = np.exp(-self._patience_rate * self.answer_within_seconds.reshape(self.shape))
        later = patient * self._share(kernels.LATE_VIRTUAL) - self._share(kernels.LATE)
        return np.maximum(0.0, self.abandon_rate - later)

    @property
    def mean_wait_seconds(self) -> Array:
        """Mean wait of all who are let in, those who hang up included; Little's law. Of any shape, that of the
        arguments."""
        with np.errstate(invalid="ignore", divide="ignore"):
            wait = self.queue_length / self.arrivals_per_second / (1.0 - self.blocked_rate)
        return np.asarray(np.where(self.arrivals_per_second > 0, wait, 0.0))

    @property
    def asa_seconds(self) -> Array:
        """Mean wait of answered contacts, those answered at once included. Of any shape, that of the arguments."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self._share(kernels.WAIT_ANSWERED) / self.answered_rate)

    @property
    def virtual_wait_seconds(self) -> Array:
        """Mean wait that a customer who never hangs up would see. Of any shape, that of the arguments."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self._share(kernels.WAIT_VIRTUAL) / (1.0 - self.blocked_rate))

    @property
    def occupancy(self) -> Array:
        """Share of agents who are handling something; nan without agents. Of any shape, that of the arguments."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((self.sums[:, kernels.BUSY] / self.agents).reshape(self.shape))

    @property
    def contacts_per_agent(self) -> Array:
        """Mean number of contacts an agent has in hand. Of any shape, that of the arguments."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray((self.sums[:, kernels.SERVED] / self.agents).reshape(self.shape))


def _cases(
    load_erlangs: ArrayLike,
    aht_seconds: ArrayLike,
    patience_seconds: ArrayLike,
    trunks: ArrayLike,
    redial_share: ArrayLike,
    volume_cv: ArrayLike,
    **more: tuple[ArrayLike, Rule],
) -> tuple[tuple[int, ...], Array, list[Array]]:
    """The common shape, (cells, 6) as kernels wants it, and the other arguments as they are."""
    shape, (load, aht, patience, lines, redial, variation, *others) = cells(
        load_erlangs=(load_erlangs, NOT_NEGATIVE),
        aht_seconds=(aht_seconds, POSITIVE),
        patience_seconds=(patience_seconds, PATIENCE),
        trunks=(trunks, LINES),
        redial_share=(redial_share, SHARE),
        volume_cv=(volume_cv, VARIATION),
        **more,
    )
    return shape, columns([load, aht, 1.0 / patience, lines, redial, variation], shape), others


def waiting_line(
    load_erlangs: ArrayLike,
    agents: ArrayLike,
    *,
    aht_seconds: ArrayLike,
    answer_within_seconds: ArrayLike,
    patience_seconds: ArrayLike = np.inf,
    trunks: ArrayLike = np.inf,
    redial_share: ArrayLike = 0.0,
    volume_cv: ArrayLike = 0.0,
    pace: Array = ONE_AT_A_TIME,
) -> WaitingLine:
    """The line behind every model here; erlang_c and erlang_a are its special cases.

    `trunks`: most contacts in the system, those in conversation included. `redial_share` of those who hang up call
    again, each time anew. `volume_cv`: standard deviation of the load as a share of it; results are then those of all
    contacts over all loads. `pace`: how much longer one chat takes while its agent has 1, 2, ... of them; load and
    AHT are then those of a chat whose agent has no other. Of any shape, that of the arguments.
    """
    shape, cases, (heads, within) = _cases(
        load_erlangs,
        aht_seconds,
        patience_seconds,
        trunks,
        redial_share,
        volume_cv,
        agents=(agents, NOT_NEGATIVE),
        answer_within_seconds=(answer_within_seconds, NOT_NEGATIVE),
    )
    heads, within = flat(heads, shape), flat(within, shape)
    if (cases[:, kernels.TRUNKS] < heads).any():
        raise ValueError("trunks must be as many as the agents, or more")
    return WaitingLine(shape, kernels.line_cells(cases, heads, within, pace), cases, within, heads)


def erlang_b(load_erlangs: ArrayLike, agents: ArrayLike) -> Array:
    """Share of contacts turned away when nobody may wait (M/M/c/c).

    The textbook quotient of factorials overflows near 170 agents; the sum used here is relative to the full state. Of
    any shape, that of the arguments.
    """
    shape, (load, heads) = cells(load_erlangs=(load_erlangs, NOT_NEGATIVE), agents=(agents, NOT_NEGATIVE))
    return np.asarray(kernels.erlang_b_cells(flat(load, shape), flat(heads, shape)).reshape(shape))


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


@dataclass(frozen=True)
class AgentsNeeded:
    """The fewest whole agents, and how many agents, not whole, just meet the goals: at most one fewer."""

    shape: tuple[int, ...]
    cases: Array
    goals: Array
    """(cells, 6): columns as named in searches."""
    pace: Array
    fewest_flat: Array

    @property
    def fewest(self) -> Array:
        """Fewest whole agents, of any shape: that of the arguments. nan where not even an agent for every line
        (trunk) would meet the goals."""
        return self.fewest_flat.reshape(self.shape)

    def exact(self) -> Array:
        """Agents, not whole, with which the goals are just met, of any shape: that of the arguments. With 13.4 here,
        14 are the fewest whole ones."""
        exact = searches.exact_agents_cells(self.cases, self.pace, self.goals, self.fewest_flat)
        return np.asarray(exact.reshape(self.shape))


def agents_needed(
    load_erlangs: ArrayLike,
    *,
    aht_seconds: ArrayLike,
    patience_seconds: ArrayLike = np.inf,
    trunks: ArrayLike = np.inf,
    redial_share: ArrayLike = 0.0,
    volume_cv: ArrayLike = 0.0,
    service_level: ArrayLike = np.nan,
    answer_within_seconds: ArrayLike = np.nan,
    asa_seconds: ArrayLike = np.nan,
    max_occupancy: ArrayLike = np.nan,
    max_abandon_rate: ArrayLike = np.nan,
    definition: Definition = "excluding_short_abandons",
    pace: Array = ONE_AT_A_TIME,
) -> AgentsNeeded:
    """Agents (at least 1) that meet every goal given (nan: none) and keep the line stable; 0 without load.

    With finite patience the answer may lie below the load: those who hang up are not served. Of any shape, that of
    the arguments.
    """
    shape, cases, goals = _cases(
        load_erlangs,
        aht_seconds,
        patience_seconds,
        trunks,
        redial_share,
        volume_cv,
        service_level=(service_level, SHARE_OR_NONE),
        answer_within_seconds=(answer_within_seconds, SECONDS_OR_NONE),
        asa_seconds=(asa_seconds, POSITIVE_OR_NONE),
        max_occupancy=(max_occupancy, OCCUPANCY_OR_NONE),
        max_abandon_rate=(max_abandon_rate, SHARE_OR_NONE),
    )
    if np.any(~np.isnan(goals[0]) & np.isnan(goals[1])):
        raise ValueError("service_level needs answer_within_seconds")
    wanted = columns([*goals, np.array(float(DEFINITION_CODES[definition]))], shape)
    plain = len(pace) == 1 and (cases[:, kernels.ABANDON :] == (0.0, np.inf, 0.0, 0.0)).all()
    search = searches.fewest_erlang_c if plain else searches.fewest_agents_cells
    return AgentsNeeded(shape, cases, wanted, pace, search(cases, pace, wanted))


def agents_for_line(load_erlangs: ArrayLike, **case_and_goals: Any) -> Array:
    """The fewest whole agents of `agents_needed`, with the same arguments. Of any shape, that of the arguments."""
    return agents_needed(load_erlangs, **case_and_goals).fewest
