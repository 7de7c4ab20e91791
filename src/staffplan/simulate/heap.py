# mypy: disallow-untyped-decorators=False
"""A heap of agents by the time at which they finish next; each agent knows its place."""

from __future__ import annotations

from typing import Any

from staffplan.process.compiler import njit
from staffplan.simulate.records import Floats, Ints

compiled = njit(cache=True, forceinline=True, error_model="numpy")
"""Inlined by force: a call that passes all arrays costs more than most of these functions do."""


@compiled
def rise(agents: Any, heap: Ints, due_at: Floats, place: int) -> None:
    """Move the agent at `place` of the heap up until its parent finishes no later. `heap`, agents, and `due_at`,
    seconds: (agents in the heap,); both are changed."""
    agent, time = heap[place], due_at[place]
    while place > 0:
        parent = (place - 1) >> 1
        if due_at[parent] <= time:
            break
        heap[place], due_at[place] = heap[parent], due_at[parent]
        agents[heap[place]].heap_place = place
        place = parent
    heap[place], due_at[place] = agent, time
    agents[agent].heap_place = place


@compiled
def sink(agents: Any, heap: Ints, due_at: Floats, place: int) -> None:
    """Move the agent at `place` of the heap down until both children finish no earlier. `heap`, agents, and `due_at`,
    seconds: (agents in the heap,); both are changed."""
    agent, time, size = heap[place], due_at[place], len(heap)
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and due_at[child + 1] < due_at[child]:
            child += 1
        if due_at[child] >= time:
            break
        heap[place], due_at[place] = heap[child], due_at[child]
        agents[heap[place]].heap_place = place
        place = child
    heap[place], due_at[place] = agent, time
    agents[agent].heap_place = place
