"""Single cases with prices: the number of agents at which agents, waiting and hanging up together cost least."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from scipy.optimize import minimize_scalar
from scipy.special import ndtr

from staffplan.staffing.cases import DEFINITIONS
from staffplan.staffing.models.arrays import Array
from staffplan.staffing.models.erlang import WaitingLine, agents_needed, waiting_line
from staffplan.tables.schema import Column, Table, number, text

CHUNK = 512
"""Numbers of agents whose costs are computed together."""
AROUND, MOST_STEPS = 5, 40
"""Agents shown below and above the marked ones, and rows at most (larger teams are shown in steps of several)."""
SMALLEST_GAIN_POINTS, SMALLEST_GAIN_CONTACTS = 0.001, 1e-6
"""Points of service level, and contacts an hour, below which a step gains nothing that has a price."""
SMALLEST_Y, LARGEST_Y = 1e-9, 30.0
"""Safety factors of the square-root rule that are looked at."""


@dataclass(frozen=True)
class Prices:
    """What an agent's hour, an hour of a waiting contact, and a contact that hangs up cost."""

    agent_hour: float
    waiting_hour: float = 0.0
    abandon: float = 0.0

    @classmethod
    def of(cls, row: dict[Any, Any]) -> Prices:
        """The prices of a checked case; a blank one is 0."""
        return cls(*(float(np.nan_to_num(row[f"in_{name}_cost"])) for name in ("agent", "wait", "abandon")))


@dataclass(frozen=True)
class Cheapest:
    """The cheapest number of agents of a case, and what it costs an hour."""

    agents: int
    cost_per_hour: float
    free_agents: int
    """The cheapest number without any target."""
    free_cost_per_hour: float
    preview: float
    """By the square-root rule; nan where customers hang up, or chat."""


class MarginalAgents(Table):
    """What each further agent changes: service, wait, share that hangs up, occupancy, and money an hour.

    `mark` says which row is the cheapest, the one that meets the targets, and the square-root preview. The step is
    that from the row above: `step_cost_per_hour` is what these agents cost, `net_step_cost_per_hour` that less what
    their customers' waiting no longer costs. `cost_per_point` is the price an hour of one more point of service
    level, `cost_per_contact_saved` that of each contact that no longer hangs up.
    """

    columns: ClassVar[tuple[Column, ...]] = (
        number("agents"),
        text("mark", blank=True),
        number("service_level", 0, 1, blank=True),
        number("asa_seconds", blank=True),
        number("abandon_rate", 0, 1, blank=True),
        number("occupancy", 0, 1, blank=True),
        number("agents_cost_per_hour"),
        number("waiting_cost_per_hour"),
        number("abandon_cost_per_hour", blank=True),
        number("cost_per_hour"),
        number("step_cost_per_hour", blank=True),
        number("net_step_cost_per_hour", None, blank=True),
        number("cost_per_point", blank=True),
        number("cost_per_contact_saved", blank=True),
    )
    key: ClassVar[tuple[str, ...]] = ("agents",)
    file_name: ClassVar[str] = "size_agents.csv"


def cost_per_hour(line: WaitingLine, prices: Prices) -> Array:
    """Money an hour of the agents and of the contacts that wait and hang up. Of any shape, that of the line."""
    heads = line.agents.reshape(line.shape)
    lost = _abandons_per_hour(line) * prices.abandon if prices.abandon else 0.0
    return np.asarray(heads * prices.agent_hour + _waiting(line) * prices.waiting_hour + lost)


def _waiting(line: WaitingLine) -> Array:
    """Mean number of contacts waiting; 0 where none come, even to nobody."""
    return np.where(line.arrivals_per_second > 0, line.queue_length, 0.0)


def _abandons_per_hour(line: WaitingLine) -> Array:
    return np.asarray(line.abandon_rate * line.arrivals_per_second * 3600)


def cheapest_agents(load: float, prices: Prices, case: dict[str, Any], *, at_least: float = 0.0) -> Cheapest:
    """The whole number of agents with the smallest cost an hour, and that of at least so many (for the targets).

    `case`: the other arguments of `waiting_line`, of one case. Every number is looked at until the agents alone cost
    more than the best found: with customers who hang up the cost need not fall and rise only once.
    """
    free = _scan(load, prices, case, _fewest(load, case))
    kept = free if free[0] >= at_least else _scan(load, prices, case, math.ceil(at_least))
    plain = _waits_for_ever(case) and len(case["pace"]) == 1
    preview = square_root_agents(load, prices.waiting_hour / prices.agent_hour) if plain else math.nan
    return Cheapest(*kept, *free, preview)


def _waits_for_ever(case: dict[str, Any]) -> bool:
    return bool(np.all(np.isinf(case["patience_seconds"])))


def _fewest(load: float, case: dict[str, Any]) -> int:
    """The fewest agents with whom the queue does not grow without limit."""
    return int(agents_needed(load, **case).fewest.item()) if _waits_for_ever(case) else 0


def _scan(load: float, prices: Prices, case: dict[str, Any], first: int) -> tuple[int, float]:
    """Agents from `first` on with the smallest cost, the fewest of equals, and the cost."""
    best, least = first, math.inf
    while first * prices.agent_hour < least:
        heads = np.arange(first, first + CHUNK, dtype=np.float64)
        costs = cost_per_hour(_line(load, heads, case), prices)
        place = int(np.argmin(costs))
        if costs[place] < least:
            best, least = first + place, float(costs[place])
        first += CHUNK
    return best, least


def _line(load: float, heads: Array, case: dict[str, Any], within: float = 0.0) -> WaitingLine:
    return waiting_line(np.full(len(heads), load), heads, answer_within_seconds=within, **case)


def square_root_agents(load_erlangs: float, wait_to_agent_cost: float) -> float:
    """The cheapest number of agents by the square-root rule, R + y*(r) sqrt(R) rounded up.

    nan without load or waiting cost.

    Source: S. Borst, A. Mandelbaum, M. Reiman, Dimensioning large call centers (Operations Research 52, 2004).
    """
    if load_erlangs <= 0 or wait_to_agent_cost <= 0:
        return math.nan
    return float(math.ceil(load_erlangs + safety_factor(wait_to_agent_cost) * math.sqrt(load_erlangs)))


def safety_factor(wait_to_agent_cost: float) -> float:
    """y*(r): where y + r P(y) / y is smallest, P(y) = 1 / (1 + y Phi(y) / phi(y)) the Halfin-Whitt chance of a wait.

    Source: Borst, Mandelbaum, Reiman 2004, as above.
    """

    def cost(log_y: float) -> float:
        y = math.exp(log_y)
        waits = 1.0 / (1.0 + y * float(ndtr(y)) * math.sqrt(2 * math.pi) * math.exp(y * y / 2))
        return y + wait_to_agent_cost * waits / y

    bounds = (math.log(SMALLEST_Y), math.log(LARGEST_Y))
    return math.exp(minimize_scalar(cost, bounds=bounds, method="bounded", options={"xatol": 1e-10}).x)


def size_priced(row: dict[Any, Any], load: Array, case: dict[str, Any], fewest: float) -> dict[str, float]:
    """The answers that prices give a case, by column. `load`: (1,). `fewest`: agents for its targets, nan without."""
    prices = Prices.of(row)
    found = cheapest_agents(float(load[0]), prices, case, at_least=float(np.nan_to_num(fewest)))
    answers = {
        "out_cheapest_agents": float(found.agents),
        "out_cost_per_hour": found.cost_per_hour,
        "out_preview_agents": found.preview,
    }
    if fewest == fewest:
        answers["out_free_agents"] = float(found.free_agents)
        answers["out_targets_cost_per_hour"] = found.cost_per_hour - found.free_cost_per_hour
    return answers


def marginal_agents(answer: dict[Any, Any], load: Array, case: dict[str, Any]) -> MarginalAgents:
    """The numbers of agents around those that an answered case marks, with what each step costs. `load`: (1,)."""
    marks = _marks(answer)
    first = max(_fewest(float(load[0]), case), min(marks) - AROUND)
    heads = heads_shown(first, max(marks) + AROUND, tuple(marks))
    prices, within = Prices.of(answer), answer["in_T_s"]
    line = _line(float(load[0]), heads, case, float(np.nan_to_num(within)))
    frame = steps_of(line, prices)
    definition = DEFINITIONS.get(answer["in_sl_definition"], answer["in_sl_definition"])
    level = line.service_level(definition) if within == within else np.full(len(heads), np.nan)
    gained = np.diff(level, prepend=np.nan) * 100
    frame["service_level"] = level
    frame["cost_per_point"] = _price(frame["step_cost_per_hour"], gained, SMALLEST_GAIN_POINTS)
    frame["mark"] = [marks.get(int(n), "") for n in heads]
    if _waits_for_ever(case):
        frame[["abandon_rate", "abandon_cost_per_hour", "cost_per_contact_saved"]] = np.nan
    return MarginalAgents.of(frame)


def steps_of(line: WaitingLine, prices: Prices) -> pd.DataFrame:
    """Waits and costs of each number of agents of a line, (numbers,), and of the step from the one before."""
    heads, lost, cost = line.agents, _abandons_per_hour(line), cost_per_hour(line, prices)
    step = np.diff(heads, prepend=np.nan) * prices.agent_hour
    return pd.DataFrame(
        {
            "agents": heads,
            "asa_seconds": np.where(np.isfinite(line.asa_seconds), line.asa_seconds, np.nan),
            "abandon_rate": line.abandon_rate,
            "occupancy": line.occupancy,
            "agents_cost_per_hour": heads * prices.agent_hour,
            "waiting_cost_per_hour": _waiting(line) * prices.waiting_hour,
            "abandon_cost_per_hour": lost * prices.abandon,
            "cost_per_hour": cost,
            "step_cost_per_hour": step,
            "net_step_cost_per_hour": np.diff(cost, prepend=np.nan),
            "cost_per_contact_saved": _price(step, -np.diff(lost, prepend=np.nan), SMALLEST_GAIN_CONTACTS),
        }
    )


def _price(cost: pd.Series | Array, gained: Array, smallest: float) -> Array:
    """Cost for each unit gained; nan where less than the smallest gain is gained."""
    return np.asarray(cost) / np.where(gained >= smallest, gained, np.nan)


def _marks(answer: dict[Any, Any]) -> dict[int, str]:
    """What the marked numbers of agents are called."""
    named = (
        ("out_cheapest_agents", "cheapest"),
        ("out_free_agents", "cheapest without targets"),
        ("out_min_agents", "targets"),
        ("out_preview_agents", "preview"),
    )
    marks: dict[int, list[str]] = {}
    for column, name in named:
        if answer[column] == answer[column]:
            marks.setdefault(int(answer[column]), []).append(name)
    return {agents: ", ".join(names) for agents, names in marks.items()}


def heads_shown(first: int, last: int, marked: tuple[int, ...]) -> Array:
    """Whole numbers of agents from first to last, (numbers,): in equal steps, and every marked one."""
    step = math.ceil((last - first + 1) / MOST_STEPS)
    return np.union1d(np.arange(first, last + 1, step, dtype=np.float64), np.array(marked, dtype=np.float64))
