"""Pay of standby and of call-outs: down to the rows that say who stood by and who was called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from staffplan.cost.standby import STANDBY, Piece, StandbyBook
from staffplan.settings.standby import StandbySettings
from staffplan.trace.amount import NOWHERE, Amount, Place, money, rows_of
from staffplan.trace.ask import Question
from staffplan.trace.sources import Sources


def formula_of_standby(sources: Sources, question: Question, amount: Amount, rates: Amount) -> Amount:
    """A person's standby, or call-outs, of a month: a part for each row."""
    frame = sources.books.frame
    agent, period = frame.agents.index(question.agent), frame.periods.index(question.month)
    own = [one for one in sources.books.standby.of(question.line) if (one.agent, one.period) == (agent, period)]
    make = _duty if question.line.startswith(STANDBY) else _call_out
    return replace(amount, parts=lambda: [make(sources, one, rates) for one in own])


def _book(sources: Sources) -> StandbyBook:
    return sources.books.on_call


def _kind(sources: Sources, piece: Piece) -> tuple[StandbySettings, Place]:
    """The settings that a piece is paid by, and where they stand."""
    name = piece.line.partition(": ")[2]
    number = next(n for n, kind in enumerate(_book(sources).kinds) if kind.name == name)
    return _book(sources).kinds[number], sources.setting("standby", number)


def _setting(text: str, place: Place) -> Amount:
    return Amount("setting", None, "", text, place)


def _duty(sources: Sources, piece: Piece, rates: Amount) -> Amount:
    """What one duty pays: as the row says, which the settings gave."""
    table, (kind, place) = _book(sources).duties, _kind(sources, piece)
    row = table.frame.iloc[piece.row]
    span = f"{sources.clock(row['start'])} to {sources.clock(row['end'])}"
    pays = [f"{kind.per_duty:,.2f} for it"] * bool(kind.per_duty)
    pays += [f"{piece.minutes:,} minutes / 60 x {kind.per_hour:,.2f} an hour"] * bool(kind.per_hour)
    how = f"{span}: {' + '.join(pays) or 'nothing is paid for it'}"
    what = f"{kind.name} on {row['schedule_date']:%a %Y-%m-%d}"
    rule = _setting(f"per_duty = {kind.per_duty:g}, per_hour = {kind.per_hour:g}", place)
    at = rows_of(table, [piece.row]) if table.source else NOWHERE
    return Amount(what, money(piece.cents), sources.name_of(piece.currency), how, at, sources=lambda: [rule])


def _call_out(sources: Sources, piece: Piece, rates: Amount) -> Amount:
    """What one call-out pays beside the roster: hours at the base rate, at least so many, and the share in
    addition."""
    table, (kind, place) = _book(sources).call_outs, _kind(sources, piece)
    row = table.frame.iloc[piece.row]
    worked = f"({piece.minutes:,} minutes x {1 + kind.call_out_share:.4g}"
    worked += f" - {piece.rostered:,} that the roster pays" * bool(piece.rostered)
    how = f"{worked}) / 60 x {float(rates.value or Fraction(0)):,.10g} an hour"
    span = f"{sources.clock(row['start'])} to {sources.clock(row['end'])}"
    what = f"called on {row['start'].tz_convert(sources.zone):%a %Y-%m-%d}, {span}"
    rule = _setting(
        f"call_out_hours_min = {kind.call_out_hours_min:g}, call_out_share = {kind.call_out_share:g}", place
    )
    found: Sequence[Amount] = [rates, rule]
    return Amount(
        what,
        money(piece.cents),
        sources.name_of(piece.currency),
        how,
        rows_of(table, [piece.row]),
        sources=lambda: found,
    )
