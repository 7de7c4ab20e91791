"""What the report is made of: the results of every step, as they stand in the plan directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from staffplan.errors import Note
from staffplan.settings.plan import AssumptionSettings
from staffplan.settings.priced_rules import SoftSection
from staffplan.site import Site
from staffplan.tables.access import AccessVerdicts
from staffplan.tables.cost import CostReport
from staffplan.tables.forecast import Backtest, VolumeForecast
from staffplan.tables.history import ContactHistory
from staffplan.tables.people import Workforce
from staffplan.tables.requirement import StaffingRequirement
from staffplan.tables.roster import Roster
from staffplan.tables.standby import Standby
from staffplan.tables.waits import Coverage, DayService
from staffplan.tables.wishes import Fairness
from staffplan.words import SOURCE


@dataclass(frozen=True)
class ReportData:
    """Everything the page, the workbook and the pictures may show; nothing in it is a clock time of the run.

    `facts` holds single numbers of a step by name, facts["roster"]["bound"]; `changed_by_hand` the names of
    files edited since a step wrote them; `provenance` pairs of file name and short sha256. `fairness` is None in
    plans of earlier versions; `soft_rules` are the site's rules with a price.
    """

    title: str
    currency: str
    site: Site
    history: ContactHistory
    forecast: VolumeForecast
    backtest: Backtest
    requirement: StaffingRequirement
    roster: Roster
    coverage: Coverage
    waits: DayService
    cost: CostReport
    workforce: Workforce | None = None
    """Teams, skills, time off and wishes; None where the people are known from the roster alone."""
    fairness: Fairness | None = None
    standby: Standby | None = None
    """None where the settings have no standby."""
    access: AccessVerdicts | None = None
    """None as long as no `staffplan access` has written into the plan."""
    soft_rules: tuple[SoftSection, ...] = ()
    assumptions: tuple[AssumptionSettings, ...] = ()
    """What the settings say is taken for granted."""
    notes: tuple[Note, ...] = ()
    facts: Mapping[str, Mapping[str, float | str]] = field(default_factory=dict)
    changed_by_hand: tuple[str, ...] = ()
    provenance: tuple[tuple[str, str], ...] = ()
    language: str = SOURCE
    """Of the pages, the workbook and the words in pictures."""
