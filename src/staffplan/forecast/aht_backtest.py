"""How the ways to predict handling times would have done: errors in the work that contacts bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from staffplan.errors import Note
from staffplan.forecast.accuracy import bias, totals, wape
from staffplan.forecast.aht.model import GIVEN, LEVEL, METHODS, AhtModel, believable, every_aht
from staffplan.forecast.backtest import Trial
from staffplan.forecast.history.series import Flags, Floats, QueueSeries
from staffplan.forecast.notes import Writer
from staffplan.tables.schema import doubt_of_unit

SIX_WEEKS, LAST_WEEK = "six_week_mean", "same_interval_last_week"
AHT_METHODS = (*METHODS, SIX_WEEKS, LAST_WEEK)
"""Those that compete, and two that planners use, from the rows as they come: nothing left out."""
FEW_CONTACTS = 100.0
"""With fewer contacts the level of the handling time is known to about a tenth at best."""
NOT_BETTER = 1.005
"""An error above this many times that of the six weeks' mean is no tie any more."""
IN_WORDS = {"level": "one level", "weekday": "level x weekday", "slot": "level x time of day"}


@dataclass(frozen=True)
class AhtErrors:
    """Errors in work over the work that came, as the columns of the AHT backtest."""

    workload_wape: float
    workload_wape_day: float
    workload_wape_with_forecast: float
    bias: float


@dataclass(frozen=True)
class AhtTrial:
    """Errors of each method, pooled over the origins at which a handling time was known."""

    errors: Mapping[str, AhtErrors]
    origins: int


def try_aht(series: QueueSeries, trial: Trial | None, volume_method: str) -> AhtTrial | None:
    """Every method from the origins of the trial of contacts, which `volume_method` foretold; None where none can.

    Work is counted where its handling time can be believed.
    """
    if trial is None:
        return None
    seconds, origins = _foretold(series, trial)
    counted = believable(series)[trial.day, trial.slot] & np.isfinite(seconds[LEVEL])
    if not counted.any():
        return None
    errors = {name: _errors(series, trial, volume_method, seconds[name], counted) for name in AHT_METHODS}
    return AhtTrial(errors, origins)


def _foretold(series: QueueSeries, trial: Trial) -> tuple[dict[str, Floats], int]:
    """(cells,) seconds by method as foretold at each cell's origin, NaN where nothing was known yet; origins used."""
    found = {name: np.full(len(trial.day), np.nan) for name in AHT_METHODS}
    used = 0
    for origin in np.unique(trial.origin).tolist():
        own = trial.origin == origin
        tables = _tables(series.until(origin))
        used += bool(tables)
        for name, table in tables.items():
            found[name][own] = table[series.grid.weekday[trial.day[own]], trial.slot[own]]
    return found, used


def _tables(past: QueueSeries) -> Mapping[str, Floats]:
    """(7, slots) seconds by method; empty where no handling time is known."""
    learnt = {name: model.level_seconds * model.ratio for name, model in every_aht(past).items()}
    if not learnt:
        return {}
    plain = _plain_mean(past, 42)
    last = np.full(learnt[LEVEL].shape, plain)
    last[past.grid.weekday[-7:]] = np.where(past.handled[-7:] > 0, past.aht_seconds[-7:], plain)
    return {**learnt, SIX_WEEKS: np.full(last.shape, plain), LAST_WEEK: last}


def _plain_mean(past: QueueSeries, days: int) -> float:
    """Mean over the contacts of so many days, the last of which is the last with a handling time."""
    end = int(np.flatnonzero((past.handled > 0).any(axis=1))[-1]) + 1
    recent = slice(max(end - days, 0), end)
    contacts = past.handled[recent]
    return float((contacts * np.nan_to_num(past.aht_seconds[recent])).sum() / contacts.sum())


def _errors(series: QueueSeries, trial: Trial, volume_method: str, seconds: Floats, counted: Flags) -> AhtErrors:
    day, slot = trial.day[counted], trial.slot[counted]
    aht, contacts = series.aht_seconds[day, slot], series.handled[day, slot]
    came, foretold = contacts * aht, contacts * seconds[counted]
    group = trial.day_of_origin[counted]
    offered = trial.actual[counted] * aht
    forecast = trial.predicted[volume_method][counted] * seconds[counted]
    return AhtErrors(
        wape(came, foretold),
        wape(totals(came, group), totals(foretold, group)),
        wape(offered, forecast),
        bias(came, foretold),
    )


def aht_rows(queue: str, model: AhtModel, tested: AhtTrial | None) -> list[dict[str, object]]:
    """Rows of the AHT backtest: every method, blank where nothing could be tested; none if nothing was learnt."""
    if model.method == GIVEN:
        return []
    return [
        {
            "queue": queue,
            "method": name,
            "chosen": "yes" if name == model.method else "no",
            "origins": tested.origins if tested else 0,
            **(asdict(tested.errors[name]) if tested else {}),
        }
        for name in AHT_METHODS
    ]


def about_aht(writer: Writer, series: QueueSeries, model: AhtModel, tested: AhtTrial | None) -> list[Note]:
    """What was left out, how thin the ground is, and how good the handling times would have been."""
    if model.method == GIVEN:
        return []
    notes: list[Note] = []
    doubted = (series.handled > 0) & ~believable(series)
    if doubted.any():
        odd = series.aht_seconds[doubted]
        span = f"{odd.min():,.0f} to {odd.max():,.0f} s, usual {model.level_seconds:,.0f} s"
        message = (
            f"{len(odd)} intervals have impossible handling times ({span}); they are left "
            "out of the handling time model"
        )
        notes += [writer.left_out(message)]
    doubt = doubt_of_unit(model.level_seconds)
    notes += [writer.warning(doubt)] if doubt else []
    contacts = float(series.handled[believable(series)].sum())
    if contacts < FEW_CONTACTS:
        notes += [writer.warning(f"the handling time is based on only {contacts:,.0f} contacts")]
    return notes + ([_about_errors(writer, model, tested)] if tested else [])


def _about_errors(writer: Writer, model: AhtModel, tested: AhtTrial) -> Note:
    own, mean = tested.errors[model.method], tested.errors[SIX_WEEKS]
    words = IN_WORDS.get(model.method, "level x weekday x time of day")
    message = (
        f"handling time: {words}, {model.level_seconds:,.0f} s; workload error {100 * own.workload_wape:.1f} "
        f"% with actual contacts (average of the last six weeks: {100 * mean.workload_wape:.1f} "
        f"%), {100 * own.workload_wape_with_forecast:.1f} % with forecast contacts"
    )
    if own.workload_wape > NOT_BETTER * mean.workload_wape:
        return writer.warning(f"{message}; NOT better than that average")
    return writer.assumption(message)
