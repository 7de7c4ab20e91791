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
from numba import njit
from numpy.typing import NDArray

from staffplan.staffing.special import at_most_before, digamma, log_steps

Cells = NDArray[np.float64]

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
WAIT_ANSWERED, WAIT_VIRTUAL, BUSY, SERVED = range(7, 11)
"""Places in what `waiting_sums` gives."""


@njit(cache=True, error_model="numpy")
def weight_below(load: float, agents: float) -> float:
    """Weight of all states with a free agent, as a multiple of the state where all are busy: 1/B - 1.

    Summed downwards from the full state, so that it may stop when the rest no longer counts.
    """
    term, total, busy = 1.0, 0.0, agents
    while busy > 0:
        term *= busy / load
        total += term
        busy -= 1.0
        if term < TINY * total and busy < load:
            break
        if total > HUGE:
            return math.inf
    return total


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
    """Blocking probability of each cell."""
    shares = np.empty(len(load))
    for i in range(len(load)):
        shares[i] = 0.0 if load[i] <= 0.0 else 1.0 / (1.0 + weight_below(load[i], agents[i]))
        if agents[i] <= 0.0:
            shares[i] = 1.0
    return shares


@njit(cache=True, error_model="numpy")
def _completed(chats: float, agents: float, aht: Cells) -> float:
    """Chats completed per second when they are spread evenly; `aht[k - 1]` holds for each of k at one agent."""
    each = math.floor(chats / agents)
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
        chats -= 1.0
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
def _line(
    sums: Cells, load: float, agents: float, aht: float, abandon: float, within: float, places: float, pace: Cells
) -> None:
    """Fill `sums` for any of the models; without agents everyone waits for ever, or hangs up."""
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
        waiting_sums(sums, weight_below(load, agents), 1.0, arrival, agents / aht, abandon, within, places)
        sums[BUSY] = sums[SERVED] = min(agents, load * (sums[NO_WAIT] + sums[ANSWERED_LATER]))


@njit(cache=True, error_model="numpy")
def line_cells(
    load: Cells, agents: Cells, aht: Cells, within: Cells, patience: Cells, places: Cells, pace: Cells
) -> NDArray[np.float64]:
    """Measures of each cell, (cells, 11). `pace` (most at once): how much longer each of k at once takes."""
    table = np.zeros((len(load), 11))
    for i in range(len(load)):
        _line(table[i], load[i], agents[i], aht[i], 1.0 / patience[i], within[i], places[i], pace)
    return table


@njit(cache=True, error_model="numpy")
def _least_for_occupancy(load: float, occupancy: float) -> float:
    """Fewest agents whose occupancy is at most this: load / occupancy rounded up, a tie kept a tie."""
    if math.isnan(occupancy):
        return 0.0
    return math.ceil(load / occupancy * (1.0 - 1e-9))


@njit(cache=True, error_model="numpy")
def fewest_erlang_c(load: Cells, aht: Cells, target: Cells, within: Cells, asa: Cells, occupancy: Cells) -> Cells:
    """Fewest agents of each cell that meet every goal given (nan: none), by continuing 1/B upwards."""
    fewest = np.zeros(len(load))
    for i in range(len(load)):
        if load[i] <= 0.0:
            continue
        agents = max(math.floor(load[i]) + 1.0, _least_for_occupancy(load[i], occupancy[i]))
        inverse = 1.0 + weight_below(load[i], agents)
        late = 1.0 if math.isnan(target[i]) else math.exp(-(agents - load[i]) * within[i] / aht[i])
        step = 1.0 if math.isnan(target[i]) else math.exp(-within[i] / aht[i])
        late_allowed = 2.0 if math.isnan(target[i]) else (1.0 - target[i]) * (1.0 + TIE)
        asa_allowed = math.inf if math.isnan(asa[i]) else asa[i] / aht[i] * (1.0 + TIE)
        while True:
            free = 1.0 - load[i] / agents
            wait = 1.0 / (inverse * free + load[i] / agents)
            if wait * late <= late_allowed and wait <= asa_allowed * (agents - load[i]):
                break
            agents += 1.0
            inverse = 1.0 + agents / load[i] * inverse
            late *= step
        fewest[i] = agents
    return fewest


@njit(cache=True, error_model="numpy")
def service_level(sums: Cells, abandon: float, arrival: float, within: float, definition: int) -> float:
    """One of the five service levels from `waiting_sums`; nan where nobody is left to count."""
    good = float(sums[NO_WAIT] + sums[ANSWERED_LATER] - sums[LATE])
    if definition == OFFERED:
        return good
    if definition == ANSWERED:
        answered = sums[NO_WAIT] + sums[ANSWERED_LATER]
        return good / answered if answered > 0.0 else math.nan
    if definition == VIRTUAL:
        accepted = sums[NO_WAIT] + sums[WAIT]
        return float(accepted - sums[LATE_VIRTUAL]) / accepted if accepted > 0.0 else math.nan
    abandoned = 0.0 if abandon == 0.0 else abandon * sums[QUEUE] / arrival
    soon = abandoned - (math.exp(-abandon * within) * sums[LATE_VIRTUAL] - sums[LATE])
    if definition == SHORT_ABANDONS_GOOD:
        return float(good + soon)
    return float(good / (1.0 - soon)) if soon < 1.0 else math.nan


@njit(cache=True, error_model="numpy")
def service_level_cells(
    table: NDArray[np.float64], abandon: Cells, arrival: Cells, within: Cells, definition: int
) -> Cells:
    """Service level of each row of `line_cells`."""
    levels = np.empty(len(table))
    for i in range(len(table)):
        levels[i] = service_level(table[i], abandon[i], arrival[i], within[i], definition)
    return levels


@njit(cache=True, error_model="numpy")
def _meets(
    sums: Cells, load: float, agents: float, aht: float, abandon: float, pace: Cells, goal: Cells, definition: int
) -> bool:
    """Whether `agents` meet `goal`: (share in time, within seconds, ASA, occupancy, abandoned), nan for none."""
    arrival = load / aht
    within = 0.0 if math.isnan(goal[1]) else goal[1]
    _line(sums, load, agents, aht, abandon, within, math.inf, pace)
    if not math.isnan(goal[0]):
        level = service_level(sums, abandon, arrival, within, definition)
        if not 1.0 - level <= (1.0 - goal[0]) * (1.0 + TIE):
            return False
    answered = sums[NO_WAIT] + sums[ANSWERED_LATER]
    if not math.isnan(goal[2]) and not sums[WAIT_ANSWERED] <= goal[2] * answered * (1.0 + TIE):
        return False
    if not math.isnan(goal[3]) and sums[BUSY] > goal[3] * agents * (1.0 + 1e-9):
        return False
    return math.isnan(goal[4]) or abandon == 0.0 or abandon * sums[QUEUE] <= goal[4] * arrival * (1.0 + TIE)


@njit(cache=True, error_model="numpy")
def fewest_agents_cells(
    load: Cells, aht: Cells, patience: Cells, pace: Cells, goals: NDArray[np.float64], definition: int
) -> Cells:
    """Fewest agents (at least 1) of each cell, any model; `goals` (cells, 5) as in `_meets`.

    Gallops from a guess, then halves. The guess takes over the spare agents of the cell before, in units of the
    square root of the load: neighbouring intervals are alike. It changes the time, never the answer.
    """
    fewest, sums, spare = np.zeros(len(load)), np.zeros(11), 0.0
    for i in range(len(load)):
        if load[i] <= 0.0:
            continue
        agents_alone, root, abandon = load[i] * pace[-1] / len(pace), math.sqrt(load[i]), 1.0 / patience[i]
        high, low, stride = max(1.0, math.floor(agents_alone + spare * root + 0.5)), 0.0, 1.0
        if _meets(sums, load[i], high, aht[i], abandon, pace, goals[i], definition):
            low = high - 1.0
            while low > 0.0 and _meets(sums, load[i], low, aht[i], abandon, pace, goals[i], definition):
                high, stride = low, 2.0 * stride
                low = max(0.0, low - stride)
        else:
            low, high = high, high + stride
            while not _meets(sums, load[i], high, aht[i], abandon, pace, goals[i], definition):
                stride *= 2.0
                low, high = high, high + stride
        while high - low > 1.0:
            middle = math.floor(0.5 * (low + high))
            if _meets(sums, load[i], middle, aht[i], abandon, pace, goals[i], definition):
                high = middle
            else:
                low = middle
        fewest[i], spare = high, (high - agents_alone) / root
    return fewest
