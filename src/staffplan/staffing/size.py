"""The reverse question: given so many agents, what would customers wait?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from staffplan.settings import Definition
from staffplan.staffing.erlang import waiting_line


def waits_by_agents(
    offered: float,
    aht_seconds: float,
    *,
    agents: Sequence[int],
    interval_minutes: float,
    answer_within_seconds: float,
    patience_seconds: float | None = None,
    definition: Definition = "excluding_short_abandons",
) -> pd.DataFrame:
    """One row for each number of agents: service_level, asa_seconds, wait_probability, occupancy, abandon_rate.

    Erlang C without patience (agents who do not suffice: everyone waits for ever), else Erlang A.
    """
    heads = np.asarray(list(agents), dtype=np.float64)
    line = waiting_line(
        offered * aht_seconds / (interval_minutes * 60),
        heads,
        aht_seconds=aht_seconds,
        answer_within_seconds=answer_within_seconds,
        patience_seconds=np.inf if patience_seconds is None else patience_seconds,
    )
    return pd.DataFrame(
        {
            "agents": heads.astype(int),
            "service_level": line.service_level(definition),
            "asa_seconds": line.asa_seconds,
            "wait_probability": line.wait_probability,
            "occupancy": line.occupancy,
            "abandon_rate": line.abandon_rate,
        }
    )
