"""Settings of honest access: when a promised interval counts as honest."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from staffplan.settings.base import Positive, Section, Share


class AccessSettings(Section):
    """When a promise to be there is honest (`staffplan access`). The defaults are staffplan's own; no standard names
    them."""

    answered_share: Annotated[float, Field(gt=0, lt=1)] = 0.9
    """Share of contacts that are answered within wait_seconds, at least: nine of ten callers, not the average one."""
    wait_seconds: Positive = 300.0
    """Longest wait of these contacts, seconds."""
    spare_people: int = Field(default=1, ge=0, le=100)
    """People of an interval who may be missing, sick or on a break, and the rest still keep the two limits above. 0:
    somebody who is alone is no reason to call an interval thin."""
    kept_share: Share = 0.8
    """Deferred work: share of the simulated days on which the promise is kept, at least. A promise that is kept on
    average and on fewer days is thin."""
    replications: int = Field(default=60, ge=1, le=10_000)
    """Repetitions of the period, simulated to see the tail of the waits."""
    change_seconds: Positive = 20.0
    """Time limit of the search for the cheapest change, seconds for each planning group."""
