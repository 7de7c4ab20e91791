"""What standby and call-outs pay: each duty and each call-out is rounded to the cent once.

A duty belongs to the month of its day, a call-out to that in which it begins. Nobody is paid twice: minutes of a
call-out that the roster pays are left to the roster, and only the share in addition is paid for them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from staffplan.clock import local_dates
from staffplan.cost.exact import Ints, exact, half_up
from staffplan.cost.exchange import HOME, Exchange
from staffplan.cost.people import Frame, PaidTime, Wage
from staffplan.errors import Note
from staffplan.settings.standby import StandbySettings
from staffplan.site import Site
from staffplan.tables.standby import CallOuts, Standby

STANDBY, CALL_OUT = "standby: ", "call-outs: "
MINUTE = pd.Timedelta(minutes=1)


@dataclass(frozen=True)
class StandbyBook:
    """Who stood by, who was called, and what the settings pay for it."""

    duties: Standby = field(default_factory=Standby.empty)
    call_outs: CallOuts = field(default_factory=CallOuts.empty)
    kinds: Sequence[StandbySettings] = ()


@dataclass(frozen=True)
class Piece:
    """One duty or call-out as it is paid. `row`: its position in its table; `minutes`: paid for; `rostered`: minutes
    among them that the roster pays; `cents`: beside what the roster pays, of `currency`."""

    line: str
    agent: int
    period: int
    row: int
    minutes: int
    rostered: int
    cents: int
    currency: str


@dataclass(frozen=True)
class StandbyPay:
    """All pieces, and how many rows of the two tables nobody can be paid for, by reason."""

    pieces: tuple[Piece, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """Lines of the cost report, in the order of the settings."""
        return list(dict.fromkeys(piece.line for piece in self.pieces))

    def of(self, line: str) -> tuple[Piece, ...]:
        """The pieces of one line."""
        return tuple(piece for piece in self.pieces if piece.line == line)

    def summed(self, line: str, frame: Frame, what: str) -> Ints:
        """(agents, periods): `cents` or `minutes` of a line; cents in the currency of each agent's."""
        found = np.zeros((len(frame.agents), len(frame.periods)), dtype=np.int64)
        for piece in self.of(line):
            found[piece.agent, piece.period] += getattr(piece, what)
        return found

    def currencies(self, line: str, frame: Frame) -> list[str]:
        """What each agent is paid a line in: the same in all months."""
        found = [HOME] * len(frame.agents)
        for piece in self.of(line):
            found[piece.agent] = piece.currency
        return found


def duty_cents(kind: StandbySettings, hours: Fraction) -> int:
    """What a duty of so many hours pays."""
    return half_up((exact(kind.per_duty) + exact(kind.per_hour) * hours) * 100)


def standby_pay(
    book: StandbyBook, paid: PaidTime, wages: Sequence[Wage], days: Sequence[date], site: Site, *, exchange: Exchange
) -> StandbyPay:
    """Duties and call-outs of the plan's days, by the names of the settings; others are counted as left out.

    A duty is paid in the currency of its settings, a call-out in that of the person's wage.
    """
    order = [f"{lead}{kind.name}" for kind in book.kinds for lead in (STANDBY, CALL_OUT)]
    left: dict[str, int] = {}
    found = [*_duties(book, paid.frame, days, left, exchange), *_calls(book, paid, wages, days, site, left)]
    return StandbyPay(tuple(sorted(found, key=lambda piece: (order.index(piece.line), piece.row))), left)


def _duties(
    book: StandbyBook, frame: Frame, days: Collection[date], left: dict[str, int], exchange: Exchange
) -> Iterator[Piece]:
    rows = book.duties.frame
    for row, day in enumerate(rows["schedule_date"].dt.date):
        known = _known(book, frame, rows.iloc[row], day in days, left)
        if known is None:
            continue
        kind, agent = known
        minutes = round((rows["end"].iloc[row] - rows["start"].iloc[row]) / MINUTE)
        amount = float(rows["amount"].iloc[row])
        given = not np.isnan(amount)
        cents = half_up(Fraction(Decimal(str(amount))) * 100) if given else duty_cents(kind, Fraction(minutes, 60))
        currency = exchange.known(kind.currency)
        yield Piece(f"{STANDBY}{kind.name}", agent, _month(day, frame), row, minutes, 0, cents, currency)


def _calls(
    book: StandbyBook,
    paid: PaidTime,
    wages: Sequence[Wage],
    days: Collection[date],
    site: Site,
    left: dict[str, int],
) -> Iterator[Piece]:
    rows = book.call_outs.frame
    dates = local_dates(pd.DatetimeIndex(rows["start"]), site.calendar.timezone).tolist()
    for row, day in enumerate(dates):
        known = _known(book, paid.frame, rows.iloc[row], day in days, left)
        if known is None:
            continue
        kind, agent = known
        begin, end = (round(rows[name].iloc[row].timestamp()) // 60 for name in ("start", "end"))
        minutes = max(end - begin, half_up(exact(kind.call_out_hours_min) * 60))
        spans = paid.spans
        own = np.minimum(spans.end, begin + minutes) - np.maximum(spans.start, begin)
        rostered = int(np.maximum(own, 0)[spans.agent == agent].sum())
        due = minutes * (1 + exact(kind.call_out_share)) - rostered
        wage, line = wages[agent], f"{CALL_OUT}{kind.name}"
        cents = half_up(due * wage.rate * 100 / 60)
        yield Piece(line, agent, _month(day, paid.frame), row, minutes, rostered, cents, wage.currency)


def _known(
    book: StandbyBook, frame: Frame, row: pd.Series, is_planned: bool, left: dict[str, int]
) -> tuple[StandbySettings, int] | None:
    """Settings and person of a row; None, and the reason counted, where it cannot be paid."""
    kind = next((kind for kind in book.kinds if kind.name == row["standby"]), None)
    reason = ""
    if kind is None:
        reason = f"the settings have no standby {row['standby']!r}"
    elif row["agent_id"] not in frame.agents:
        reason = f"{row['agent_id']} is neither in agents.csv nor on the roster"
    elif not is_planned:
        reason = "not on a day of the plan"
    if kind is None or reason:
        left[reason] = left.get(reason, 0) + 1
        return None
    return kind, frame.agents.index(row["agent_id"])


def _month(day: date, frame: Frame) -> int:
    return frame.periods.index(f"{day:%Y-%m}")


def left_out_notes(pay: StandbyPay) -> Iterator[Note]:
    """Rows that are not in the cost."""
    for reason, count in pay.left_out.items():
        rows = f"{count} row{'s' * (count > 1)} of standby or call-outs"
        yield Note("cost", "warning", Standby.file_name, f"{rows} not paid: {reason}")
