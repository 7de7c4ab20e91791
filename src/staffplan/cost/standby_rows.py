"""What each row of standby and of call-outs pays its person: the cost's own cents, for payrolls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from staffplan.clock import local_dates
from staffplan.cost.exchange import HOME, Exchange
from staffplan.cost.people import hourly_wages, make_frame, norms_of, paid_time
from staffplan.cost.standby import STANDBY, Piece, StandbyBook, standby_pay
from staffplan.settings.cost import CostSettings
from staffplan.settings.roster import WorkPlanSettings
from staffplan.site import Site
from staffplan.tables.people import Workforce
from staffplan.tables.roster import Roster


@dataclass(frozen=True)
class PaidRow:
    """A duty or a call-out. `line`: of the cost report; `row`: its position in its table; `minutes`: those that the
    roster does not pay already; `cents`: beside what the roster pays, in its `currency` (HOME: the plan's)."""

    line: str
    agent_id: str
    day: date
    row: int
    minutes: int
    cents: int
    currency: str = HOME

    @property
    def is_duty(self) -> bool:
        return self.line.startswith(STANDBY)


@dataclass(frozen=True)
class PaidRows:
    """All that is paid on the days asked for, and how many rows are not, by reason."""

    rows: tuple[PaidRow, ...] = ()
    left_out: Mapping[str, int] | None = None


def paid_rows(
    book: StandbyBook,
    roster: Roster,
    workforce: Workforce,
    days: Sequence[date],
    *,
    work_plans: Mapping[str, WorkPlanSettings],
    settings: CostSettings,
    site: Site,
) -> PaidRows:
    """The rows of the days; those in the plan's currency add up to the cost's lines, cent by cent."""
    plain = settings.model_copy(update={"premiums": ()})
    zone = site.calendar.timezone
    norms = norms_of(workforce, days, work_plans, timezone=zone)
    frame = make_frame(roster, workforce, (), days, site)
    paid = paid_time(roster, workforce, frame, days, work_plans=work_plans, settings=plain, site=site, norms=norms)
    wages = hourly_wages(workforce, frame, plain, work_plans)
    found = standby_pay(book, paid, wages, days, site, exchange=Exchange.of(plain))
    of_duties = book.duties.frame["schedule_date"].dt.date.tolist()
    of_calls = local_dates(pd.DatetimeIndex(book.call_outs.frame["start"]), zone).tolist()

    def row(piece: Piece) -> PaidRow:
        day = (of_duties if piece.line.startswith(STANDBY) else of_calls)[piece.row]
        minutes = piece.minutes - piece.rostered
        return PaidRow(piece.line, frame.agents[piece.agent], day, piece.row, minutes, piece.cents, piece.currency)

    return PaidRows(tuple(map(row, found.pieces)), found.left_out)
