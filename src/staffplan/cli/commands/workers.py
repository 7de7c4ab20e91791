"""The flags that say who does the work."""

from __future__ import annotations

from typing import Annotated

import typer

from staffplan.errors import Problem, UsageError
from staffplan.process.workers import Workers

Jobs = Annotated[int | None, typer.Option("--jobs", min=1, help="Number of processes (default: automatic).")]
Cluster = Annotated[
    str | None,
    typer.Option("--cluster", help="Address of a Dask cluster to use: tcp://host:8786 or tls://host:8786."),
]


def workers_of(jobs: int | None, cluster: str | None) -> Workers:
    """Who does the work, as the flags say; UsageError where they contradict each other."""
    if jobs is not None and cluster is not None:
        hint = "remove --jobs: a cluster uses all its workers"
        raise UsageError(Problem("--jobs", "cannot be given together with --cluster", hint))
    return Workers(jobs, cluster)
