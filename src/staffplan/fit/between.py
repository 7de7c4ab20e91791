"""What agents need between two calls while someone waits: work that a log's handling times may leave out."""

from __future__ import annotations

import math

import pandas as pd

from staffplan.fit.estimates import Estimate, within

FEWEST = 30


def gaps_before(calls: pd.DataFrame) -> pd.Series:
    """Seconds from the end of the agent's call before, of whichever queue, to the answer of each call.

    nan where the call had not been waiting since before that end, so that the agent could not have answered at once.
    """
    served = calls[calls["answered"] & (calls["agent"] != "") & calls["handling_seconds"].notna()]
    begin = (served["arrival"] - calls["arrival"].min()).dt.total_seconds() + served["wait_seconds"]
    line = pd.DataFrame({"agent": served["agent"], "wait": served["wait_seconds"], "begin": begin})
    line = line.assign(end=line["begin"] + served["handling_seconds"]).sort_values(["agent", "begin"])
    gap = line["begin"] - line.groupby("agent")["end"].shift(1)
    return gap.where((gap >= 0) & (gap < line["wait"])).reindex(calls.index)


def between_calls(calls: pd.DataFrame) -> list[Estimate]:
    """The mean of `gap` over calls of one queue.

    A gap longer than the waits of the log is never seen, so that this is a lower bound; short breaks are in it.
    """
    gaps = calls["gap"].dropna()
    if len(gaps) < FEWEST:
        return []
    method = (
        "from the end of an agent's call to the next answer, only where the call was already waiting; a lower limit"
    )
    error = float(gaps.std()) / math.sqrt(len(gaps))
    return [within("between_calls_seconds", float(gaps.mean()), error, len(gaps), method, least=0.0)]
