"""Settings of the scorecard: targets of what is measured."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from staffplan.settings.base import Section, Share


class ScorecardSettings(Section):
    """Targets of `staffplan scorecard`, for all queues together. None is set by itself. Goals of queues are targets
    too, and a target in the KPI file comes before the one here."""

    forecast_error: Share | None = None
    """Error of an interval (WAPE), at most."""
    forecast_bias: Share | None = None
    """Forecast less actual, as a share of the actual, at most in either direction."""
    required_covered: Share | None = None
    """Share of the hours required that have somebody on queue, at least."""
    occupancy: Share | None = None
    """Share of time on queue that is spent on contacts, at most."""
    days_kept: Share | None = None
    """Share of days on which each planning group keeps its goal, at least."""
    honest: Share | None = None
    """Share of promised intervals that are honest (`staffplan access`), at least."""
    staffed: Share | None = None
    """Share of intervals with a requirement in which somebody is on queue, at least."""
    csat: Share | None = None
    """Satisfied customers of those asked, at least."""
    nps: Annotated[float, Field(ge=-100, le=100)] | None = None
    """Promoters less detractors, -100 to 100, at least."""
    ces: Annotated[float, Field(ge=1, le=7)] | None = None
    """Mean answer to "it was easy", 1 to 7, at least."""
    fcr: Share | None = None
    """Contacts resolved at the first, at least."""
    quality: Share | None = None
    """Score of the contacts that were listened to or read, at least."""
    attrition: Share | None = None
    """People who leave in a week, at most."""
    absenteeism: Share | None = None
    """Unplanned absence, of the hours rostered, at most."""
    engagement: Share | None = None
    """Score of the survey of agents, at least."""
    avoidable: Share | None = None
    """Contacts whose cause lies in another department, at most."""
    transferred: Share | None = None
    """Contacts passed on to somebody else, at most."""
    reached: Share | None = None
    """Customers who get through at the first try, at least."""
    informed: Share | None = None
    """Contacts for which the agent had the information needed, at least."""
