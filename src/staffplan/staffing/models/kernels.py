"""Compiled arithmetic of queues: Erlang B, C and A, limited lines, chats served several at once.

All models here are one birth-death chain. Up to the state in which every place is taken the death rate depends on
the model; above it the rate is `full` + waiting x `abandon`. Everything is expressed relative to the weight of the
full state, so that no factorial, power or exponential can overflow. Weights are sums of positive terms throughout.

Who arrives at a full system with j waiting has an offered wait V, a sum of exponentials of rates full + i x abandon,
i = 0..j. P(V > T) is therefore the chance that a pure birth process with those rates makes at most j steps in T,
a negative binomial sum (Poisson without abandonment); being answered multiplies the rates' transform at `abandon`
and shifts every rate by `abandon`. The sums below follow from these two facts.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from staffplan.process.compiler import njit
from staffplan.staffing.models.special import at_most_before, digamma, log_steps, part_below

Cells = NDArray[np.float64]
Table = NDArray[np.float64]

TINY = 1e-18
"""A remainder this small beside the sum, far below the last digit of a double."""
HUGE = 1e250
"""Sums are scaled down when a term passes this, well before a double overflows."""
TIE = 1e-12
"""A goal missed by less than this part counts as met: it is rounding, not waiting."""
LONG_QUEUE = 600.0
"""When an empty queue is rarer than e^-LONG_QUEUE beside the usual one, the sums start near the usual one."""

OFFERED, ANSWERED, EXCLUDING_SHORT_ABANDONS, SHORT_ABANDONS_GOOD, VIRTUAL = range(5)
NO_WAIT, WAIT, BLOCKED, QUEUE, ANSWERED_LATER, LATE, LATE_VIRTUAL = range(7)
WAIT_ANSWERED, WAIT_VIRTUAL, BUSY, SERVED, TOTAL_LOAD = range(7, 12)
"""Places in what `line` gives."""
LOAD, AHT, ABANDON, TRUNKS, REDIAL, VOLUME_CV = range(6)
"""Places in what describes a case: erlangs, seconds, 1 / patience, most in the system, shares."""


@njit(cache=True, error_model="numpy")
def weight_below(load: float, agents: float) -> float:
    """Weight of all states with a free agent, as a multiple of the state where all are busy: 1/B - 1.

    Summed downwards from the full state, so that it may stop when the rest no longer counts. `agents` need not be
    whole: then the sum ends on what `part_below` gives for the last part of an agent.
    """
    term, total, busy = 1.0, 0.0, agents
    while busy >= 1.0:
        term *= busy / load
        total += term
        busy -= 1.0
        if term < TINY * total and busy < load:
            return total
        if total > HUGE:
            return math.inf
    return total + term * part_below(load, busy) if busy > 0.0 else total


@njit(cache=True, error_model="numpy")
def _patient(sums: Cells, below: float, first: float, arrival: float, full: float, within: float) -> None:
    """`waiting_sums` for customers who never hang up and a queue without limit: geometric, in closed form."""
    if arrival >= full:
        sums[WAIT] = sums[ANSWERED_LATER] = sums[LATE] = sums[LATE_VIRTUAL] = 1.0
        sums[QUEUE] = sums[WAIT_ANSWERED] = sums[WAIT_VIRTUAL] = math.inf
        return
    idle = 1.0 - arrival / full
    total = below + first / idle
    sums[NO_WAIT], sums[WAIT] = below / total, first / idle / total
    late = sums[WAIT] * math.exp(-(full - arrival) * within)
    sums[ANSWERED_LATER], sums[LATE], sums[LATE_VIRTUAL] = sums[WAIT], late, late
    sums[WAIT_ANSWERED] = sums[WAIT_VIRTUAL] = sums[WAIT] / (full - arrival)
    sums[QUEUE] = arrival * sums[WAIT_VIRTUAL]


@njit(cache=True, error_model="numpy")
def _usual_queue(arrival: float, full: float, abandon: float, places: float) -> float:
    """Number waiting below which hardly ever anyone arrives (chance under e^-72), or 0 for a queue that empties.

    The weights grow up to `top` by the factor e^growth: the integral of log(arrival / (full + j abandon)).
    """
    if abandon == 0.0 or arrival <= full:
        return 0.0
    top = min(places, (arrival - full) / abandon)
    leaving = full + top * abandon
    growth = top * (1.0 + math.log(arrival / leaving)) - full / abandon * math.log(leaving / full)
    if growth < LONG_QUEUE:
        return 0.0
    return max(0.0, math.floor(top - 12.0 * math.sqrt(arrival / abandon)))


@njit(cache=True, error_model="numpy")
def _steps_before(waiting: float, full: float, abandon: float, within: float) -> tuple[float, float, float]:
    """Chance of fewer than `waiting` steps in the threshold, the same for those answered, log chance of `waiting`."""
    if waiting == 0.0:
        return 0.0, 0.0, -full * within
    if within == 0.0:
        return 1.0, 1.0, -math.inf
    if abandon * within > 600.0:
        return 0.0, 0.0, -math.inf
    kept, ratio = math.exp(-abandon * within), full / abandon
    answered = at_most_before(ratio + 1.0, waiting, kept)
    return at_most_before(ratio, waiting, kept), answered, log_steps(ratio, waiting, kept)


@njit(cache=True, error_model="numpy")
def waiting_sums(
    sums: Cells, below: float, first: float, arrival: float, full: float, abandon: float, within: float, places: float
) -> None:
    """Fill `sums` (indexed by the names above) with stationary measures of a line.

    `below` and `first` weigh the states with room and the first full state; rates are per second; `places` (may be
    inf) is how many may wait. Shares of offered contacts, and seconds summed over them. Unstable: all wait, for ever.
    `sums`: (measures,).
    """
    sums[:] = 0.0
    if below == math.inf or first == 0.0:
        sums[NO_WAIT] = 1.0
    elif abandon == 0.0 and places == math.inf:
        _patient(sums, below, first, arrival, full, within)
    else:
        _impatient(sums, below, first, arrival, full, abandon, within, places)


@njit(cache=True, error_model="numpy")
def _impatient(
    sums: Cells, below: float, first: float, arrival: float, full: float, abandon: float, within: float, places: float
) -> None:
    """`waiting_sums` term by term over the number waiting."""
    kept = math.exp(-abandon * within)
    reach = within if abandon == 0.0 else -math.expm1(-abandon * within) / abandon
    waiting = _usual_queue(arrival, full, abandon, places)
    steps, steps_answered, scale_log = _steps_before(waiting, full, abandon, within)
    delay = 0.0
    if waiting > 0.0:
        below, first = 0.0, 1.0
        delay = (digamma(full / abandon + waiting + 1.0) - digamma(full / abandon + 1.0)) / abandon
    sums[NO_WAIT], weight = below, first
    step, scale = 1.0, math.exp(scale_log)
    while waiting < places:
        leaving = full + waiting * abandon
        after = 1.0 / (leaving + abandon)
        steps = min(1.0, steps + step * scale)
        steps_answered = min(1.0, steps_answered + step * scale * kept * leaving / full)
        delay += after
        answered = weight * full * after
        sums[WAIT] += weight
        sums[QUEUE] += waiting * weight
        sums[ANSWERED_LATER] += answered
        sums[LATE] += answered * steps_answered
        sums[LATE_VIRTUAL] += weight * steps
        sums[WAIT_ANSWERED] += answered * delay
        sums[WAIT_VIRTUAL] += weight * (delay + 1.0 / full - after)
        growth, waiting = arrival * after, waiting + 1.0
        weight *= growth
        if growth < 1.0 and weight * waiting < TINY * (1.0 - growth) * (1.0 - growth) * sums[WAIT]:
            weight = 0.0
            break
        step *= leaving * reach / waiting
        if step > HUGE:
            step, scale_log = step / HUGE, scale_log + math.log(HUGE)
            scale = math.exp(scale_log)
        if weight > HUGE:
            weight /= HUGE
            sums /= HUGE
    sums[BLOCKED] = weight
    sums[QUEUE] += waiting * weight
    sums /= sums[NO_WAIT] + sums[WAIT] + sums[BLOCKED]


@njit(cache=True, error_model="numpy")
def erlang_b_cells(load: Cells, agents: Cells) -> Cells:
    """Blocking probability, (cells,), from load in erlangs and agents, (cells,) each."""
    shares = np.empty(len(load))
    for i in range(len(load)):
        shares[i] = 0.0 if load[i] <= 0.0 else 1.0 / (1.0 + weight_below(load[i], agents[i]))
        if agents[i] <= 0.0:
            shares[i] = 1.0
    return shares


@njit(cache=True, error_model="numpy")
def _completed(chats: float, agents: float, aht: Cells) -> float:
    """Chats completed per second when they are spread evenly; `aht[k - 1]` holds for each of k at one agent."""
    each = min(math.floor(chats / agents), len(aht) - 1.0)
    more = chats - each * agents
    rate = 0.0
    if each > 0.0:
        rate += (agents - more) * each / aht[int(each) - 1]
    if more > 0.0:
        rate += more * (each + 1.0) / aht[int(each)]
    return rate


@njit(cache=True, error_model="numpy")
def _chat_line(sums: Cells, arrival: float, agents: float, aht: Cells, abandon: float, within: float) -> None:
    """Fill `sums` for agents who serve up to len(aht) chats at once, as `weight_below` does for one at a time."""
    slots = agents * len(aht)
    chats, first, term, below, busy, served = slots, 1.0, 1.0, 0.0, 0.0, 0.0
    while chats > 0.0:
        rate = _completed(chats, agents, aht)
        term *= rate / arrival
        chats = max(0.0, chats - 1.0)
        below += term
        busy += term * min(chats, agents)
        served += term * chats
        if term < TINY * below and rate < arrival:
            break
        if term > HUGE:
            term, first, below = term / HUGE, first / HUGE, below / HUGE
            busy, served = busy / HUGE, served / HUGE
    waiting_sums(sums, below, first, arrival, _completed(slots, agents, aht), abandon, within, math.inf)
    free, all_taken = sums[NO_WAIT] / below, 1.0 - sums[NO_WAIT]
    sums[BUSY] = busy * free + all_taken * agents
    sums[SERVED] = served * free + all_taken * slots


@njit(cache=True, error_model="numpy")
def _steady(sums: Cells, load: float, agents: float, case: Cells, within: float, pace: Cells) -> None:
    """Fill `sums` for a load that includes all redials; without agents everyone waits for ever, or hangs up."""
    aht, abandon = case[AHT], case[ABANDON]
    arrival = load / aht
    if load <= 0.0:
        sums[:] = math.nan if agents <= 0.0 else 0.0
        sums[NO_WAIT] = math.nan if agents <= 0.0 else 1.0
    elif agents <= 0.0:
        sums[:] = 0.0
        sums[WAIT] = sums[LATE_VIRTUAL] = 1.0
        sums[QUEUE] = math.inf if abandon == 0.0 else arrival / abandon
        sums[WAIT_ANSWERED] = sums[WAIT_VIRTUAL] = math.inf
    elif len(pace) > 1:
        _chat_line(sums, arrival, agents, aht * pace, abandon, within)
    else:
        places = max(0.0, case[TRUNKS] - agents)
        waiting_sums(sums, weight_below(load, agents), 1.0, arrival, agents / aht, abandon, within, places)
        sums[BUSY] = sums[SERVED] = min(agents, load * (sums[NO_WAIT] + sums[ANSWERED_LATER]))
    sums[TOTAL_LOAD] = load


@njit(cache=True, error_model="numpy")
def less_weight(before: float, now: float) -> float:
    """What the end of a bracket that stays counts for from now on (N. Anderson, A. Bjorck, BIT 13, 1973)."""
    return 1.0 - now / before if now / before < 1.0 else 0.5


@njit(cache=True, error_model="numpy")
def between(low: float, at_low: float, high: float, at_high: float) -> float:
    """Where a line through two points of opposite sign is zero, a thousandth of the gap away from both ends."""
    return low + (high - low) * min(0.999, max(0.001, at_low / (at_low - at_high)))


@njit(cache=True, error_model="numpy")
def _certain(sums: Cells, load: float, agents: float, case: Cells, within: float, pace: Cells) -> None:
    """Fill `sums` where a share of those who hang up call again: total = load + redial x total x abandoned.

    total x (1 - redial x abandoned) rises with the total, so there is one solution, at most load / (1 - redial);
    found by false position with lessened weights, down to the last digits.
    """
    calling_again = case[REDIAL] * case[ABANDON] * case[AHT]
    _steady(sums, load, agents, case, within, pace)
    low, at_low, side = load, -calling_again * sums[QUEUE] if calling_again > 0.0 else 0.0, 0
    if at_low == 0.0 or agents <= 0.0:
        return
    high = load / (1.0 - case[REDIAL])
    _steady(sums, high, agents, case, within, pace)
    at_high = high - load - calling_again * sums[QUEUE]
    while at_high > 0.0 and high - low > 1e-15 * high:
        total = between(low, at_low, high, at_high)
        _steady(sums, total, agents, case, within, pace)
        off = total - load - calling_again * sums[QUEUE]
        if abs(off) <= 1e-15 * total:
            return
        if off < 0.0:
            at_high *= less_weight(at_low, off) if side < 0 else 1.0
            low, at_low, side = total, off, -1
        else:
            at_low *= less_weight(at_high, off) if side > 0 else 1.0
            high, at_high, side = total, off, 1


@njit(cache=True, error_model="numpy")
def line(sums: Cells, agents: float, case: Cells, within: float, pace: Cells) -> None:
    """Fill `sums` for any of the models; an uncertain volume is a mixture of three, weighted by contacts.

    `case` is indexed by LOAD .. VOLUME_CV. The three volumes have the first five moments of a normal one
    (Gauss-Hermite quadrature). `sums`: (measures,); `case`: (parameters,); `pace`: (chats,).
    """
    if case[VOLUME_CV] == 0.0 or case[LOAD] <= 0.0:
        _certain(sums, case[LOAD], agents, case, within, pace)
        return
    mixed = np.zeros(len(sums))
    for point in range(3):
        load = case[LOAD] * (1.0 + (point - 1) * math.sqrt(3.0) * case[VOLUME_CV])
        _certain(sums, load, agents, case, within, pace)
        for column in range(len(sums)):
            if load > 0.0 or agents <= 0.0:
                of_contacts = 1.0 if _in_time(column) else sums[TOTAL_LOAD]
                mixed[column] += sums[column] * of_contacts * (2.0 / 3.0 if point == 1 else 1.0 / 6.0)
    for column in range(len(sums)):
        sums[column] = mixed[column] / (1.0 if _in_time(column) else mixed[TOTAL_LOAD])


@njit(cache=True, error_model="numpy")
def _in_time(column: int) -> bool:
    """Whether a measure is a mean over time; the others are means over contacts."""
    return column in (QUEUE, BUSY, SERVED, TOTAL_LOAD)


@njit(cache=True, error_model="numpy")
def line_cells(cases: Table, agents: Cells, within: Cells, pace: Cells) -> Table:
    """Measures of each cell, (cells, 12). `pace` (most at once): how much longer each of k at once takes."""
    table = np.zeros((len(cases), 12))
    for i in range(len(cases)):
        line(table[i], agents[i], cases[i], within[i], pace)
    return table


@njit(cache=True, error_model="numpy")
def service_level(sums: Cells, abandon: float, arrival: float, within: float, definition: int) -> float:
    """One of the five service levels from `waiting_sums`; nan where nobody is left to count. `sums`: (measures,)."""
    good = float(sums[NO_WAIT] + sums[ANSWERED_LATER] - sums[LATE])
    if definition == OFFERED:
        return good
    if definition == ANSWERED:
        answered = sums[NO_WAIT] + sums[ANSWERED_LATER]
        return good / answered if answered > 0.0 else math.nan
    if definition == VIRTUAL:
        accepted = sums[NO_WAIT] + sums[WAIT]
        return float(accepted - sums[LATE_VIRTUAL]) / accepted if accepted > 0.0 else math.nan
    abandoned = 0.0 if abandon == 0.0 or arrival == 0.0 else abandon * sums[QUEUE] / arrival
    soon = abandoned - (math.exp(-abandon * within) * sums[LATE_VIRTUAL] - sums[LATE])
    if definition == SHORT_ABANDONS_GOOD:
        return float(good + soon)
    return float(good / (1.0 - soon)) if soon < 1.0 else math.nan


@njit(cache=True, error_model="numpy")
def service_level_cells(table: Table, cases: Table, within: Cells, definition: int) -> Cells:
    """Service level, (cells,), of each row of `line_cells`. `table`: (cells, measures); `cases`: (cells, parameters);
    `within`, seconds: (cells,)."""
    levels = np.empty(len(table))
    for i in range(len(table)):
        arrival = table[i, TOTAL_LOAD] / cases[i, AHT]
        levels[i] = service_level(table[i], cases[i, ABANDON], arrival, within[i], definition)
    return levels
