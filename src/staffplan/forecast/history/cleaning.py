"""Outages, spikes, odd days, stuck counters: found against the same weekday of the weeks around.

Each is a finding, whether it is left out of what is learnt or not: `forecast.clean` decides that, kind by kind.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from staffplan.forecast.history.absent import missing_cells
from staffplan.forecast.history.dispersion import Dispersion, fit_dispersion
from staffplan.forecast.history.series import Flags, Floats, QueueSeries, Whole
from staffplan.forecast.history.stuck import repeated_days, stuck_runs
from staffplan.settings.forecast import CLEANED

WEEKS_AROUND = 4
"""A day is compared with the same weekday of this many weeks before and after."""
LOW_SHARE = 0.25
"""An interval of an outage has less than this share of what the day's level promises."""
HIGH_SHARE = 2.5
"""An interval of a spike has more than this many times what the day's level promises."""
LOW_SIGMAS = 5.0
"""The contacts missing in an outage exceed this many standard deviations of chance..."""
HIGH_SIGMAS = 8.0
"""...and those too many in a spike this many: to delete what customers did is the worse mistake."""
LOW_DAY = 0.2
"""Days with less than this share of their expected contacts, between usual ones, were a closure nobody listed."""
HIGH_DAY = 3.0
"""A single day with more than this many times its expected contacts is odd, when its neighbours are usual."""
USUAL_LOW, USUAL_HIGH = 0.5, 2.0
"""Levels of the days around an odd one."""
LEVEL_SIGMAS = 4.5
"""An odd day lies this many standard deviations of ordinary days' levels away (robust, of logs)."""
LONGEST_CLOSURE_DAYS = 28
"""Longer quiet is a new level: the weeks around would say so too."""
LONGEST_SILENCE_DAYS = 14
"""Days without any contact at the very end are a feed that stopped, up to this many; beyond, the queue has ended."""
CONTACTS_TO_JUDGE_A_LEVEL = 5.0
"""The day's level is found from stretches of the day with this many contacts at least."""
FEW_CONTACTS = 3.0
"""Below this mean of a cell nothing is trimmed."""
SETTING = {
    "outage": "outages",
    "missing rows": "partial_days",
    "spike": "spikes",
    "odd day": "odd_days",
    "closure": "odd_days",
    "no contacts at the end": "odd_days",
    "stuck": "stuck",
    "repeated day": "stuck",
}
"""What each kind of finding is called in `forecast.clean`."""


@dataclass(frozen=True)
class Finding:
    """Slots `start` to `end` (exclusive) of a day that are not what customers did; `removed`: not learnt from."""

    kind: str
    """One of SETTING's keys."""
    day: int
    start: int
    end: int
    contacts: float
    expected: float
    """What the weeks around promised; NaN where they say nothing."""
    removed: bool = True


@dataclass(frozen=True)
class Cleaned:
    """Ordinary days without what was removed; `expected` is what the weeks around say, for every day."""

    offered: Floats
    expected: Floats
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Judged:
    """Ordinary days beside what was expected of them: all (days, slots), `level` (days,)."""

    ordinary: Floats
    expected: Floats
    level: Floats
    """The day's contacts against the expected, outages and spikes not counted; NaN unknown."""
    promised: Floats
    """Expected x level."""
    chance: Dispersion


def removed_kinds(clean: bool | Collection[str]) -> frozenset[str]:
    """The kinds that `forecast.clean` names: true is all of them, false none."""
    if isinstance(clean, bool):
        return frozenset(CLEANED if clean else ())
    return frozenset(clean)


def clean(series: QueueSeries, *, remove: bool | Collection[str]) -> Cleaned:
    """Ordinary days of the series: special days are left out, and so is every finding of a kind in `remove`."""
    ordinary = np.where((series.label == "")[:, None], series.offered, np.nan)
    judged = _judge(ordinary)
    quiet, high_day = _quiet_days(judged), _high_days(judged)
    odd = (high_day | (quiet != ""))[:, None]
    kinds = {
        "odd day": np.isfinite(ordinary) & (high_day | (quiet == "odd day"))[:, None],
        "closure": np.isfinite(ordinary) & (quiet == "closure")[:, None],
        "no contacts at the end": np.isfinite(ordinary) & (quiet == "no contacts at the end")[:, None],
        "outage": _runs_too_low(judged) & ~odd,
        "spike": _runs_too_high(judged) & ~odd,
        "stuck": stuck_runs(ordinary),
        "repeated day": repeated_days(ordinary),
    }
    wanted = removed_kinds(remove)
    kept = ordinary.copy()
    findings: list[Finding] = []
    for kind, cells in kinds.items():
        taken = SETTING[kind] in wanted
        whole_days = kind in WHOLE_DAYS
        shown = judged.expected if whole_days else judged.promised
        findings += _findings(kind, cells, ordinary, shown, whole_days=whole_days, removed=taken)
        if taken:
            kept[cells] = np.nan
    expected = judged.expected if not findings else expected_from_weeks_around(kept)
    return Cleaned(kept, expected, tuple(sorted(findings, key=lambda found: (found.day, found.start, found.kind))))


WHOLE_DAYS = ("odd day", "closure", "no contacts at the end", "repeated day")


def missing_stretches(series: QueueSeries, remove: bool | Collection[str]) -> tuple[Finding, ...]:
    """Absent rows within a day, taken for zeros, where so many contacts were expected that data are missing: runs of
    them, and single ones of a feed that leaves out more than its zeros (absent.py).

    They are told from an outage by the rows: a feed that stops writes none, a line that is down writes zeros.
    """
    if series.absent is None or not series.absent.any():
        return ()
    ordinary = np.where((series.label == "")[:, None], series.offered, np.nan)
    judged = _judge(ordinary)
    cells = _significant_runs(series.absent, judged, LOW_SIGMAS, low=True)
    present = np.where(series.absent, np.nan, ordinary)
    cells |= missing_cells(present, series.absent & np.isfinite(ordinary), expected_from_weeks_around(present))
    taken = SETTING["missing rows"] in removed_kinds(remove)
    return tuple(_findings("missing rows", cells, ordinary, judged.promised, whole_days=False, removed=taken))


def without(series: QueueSeries, findings: Collection[Finding]) -> QueueSeries:
    """The series with the cells of removed findings not known."""
    offered = series.offered.copy()
    for found in findings:
        if found.removed:
            offered[found.day, found.start : found.end] = np.nan
    absent = None if series.absent is None else series.absent & np.isfinite(offered)
    return replace(series, offered=offered, absent=absent)


def expected_from_weeks_around(offered: Floats) -> Floats:
    """(days, slots): mean of the same cell in the weeks around, lowest and highest dropped, the day itself left out.

    NaN with fewer than three such cells. Nothing is dropped where few contacts come: the highest of small counts
    lies further from their mean than the lowest, and the mean would come out too low.
    """
    known = np.isfinite(offered)
    contacts = np.where(known, offered, 0.0)
    floor = np.where(known, offered, np.inf)
    count, total, highest = np.zeros(offered.shape), np.zeros(offered.shape), np.zeros(offered.shape)
    lowest = np.full(offered.shape, np.inf)
    for days in range(7, min(7 * WEEKS_AROUND, len(offered) - 1) + 1, 7):
        for here, there in ((slice(days, None), slice(None, -days)), (slice(None, -days), slice(days, None))):
            count[here] += known[there]
            total[here] += contacts[there]
            np.maximum(highest[here], contacts[there], out=highest[here])
            np.minimum(lowest[here], floor[there], out=lowest[here])
    enough = count >= 3
    expected = np.divide(total, count, out=np.full(offered.shape, np.nan), where=enough)
    trimmed = expected >= FEW_CONTACTS
    middle = total[trimmed] - lowest[trimmed] - highest[trimmed]
    expected[trimmed] = middle / (count[trimmed] - 2)
    return np.asarray(expected, dtype=float)


def _judge(ordinary: Floats) -> Judged:
    expected = expected_from_weeks_around(ordinary)
    usable = np.isfinite(ordinary) & np.isfinite(expected)
    contacts, promise = _stretches(np.where(usable, ordinary, 0.0), np.where(usable, expected, 0.0))
    level = _day_levels(contacts, promise)
    chance = fit_dispersion(contacts, promise * level[:, None])
    return Judged(ordinary, expected, level, expected * level[:, None], chance)


def _stretches(contacts: Floats, promise: Floats) -> tuple[Floats, Floats]:
    """Both added up over as few neighbouring slots as promise CONTACTS_TO_JUDGE_A_LEVEL on average."""
    filled = promise > 0
    slots = promise.shape[1]
    mean = float(promise[filled].mean()) if filled.any() else 0.0
    width = slots if mean * slots <= CONTACTS_TO_JUDGE_A_LEVEL else -int(-CONTACTS_TO_JUDGE_A_LEVEL // mean)
    starts = np.arange(0, slots, width)
    return np.add.reduceat(contacts, starts, axis=1), np.add.reduceat(promise, starts, axis=1)


def _day_levels(contacts: Floats, promise: Floats) -> Floats:
    """(days,): contacts over promise, stretches far off the day's level not counted; NaN without a promise."""
    usable = promise > 0
    level = np.ones(len(contacts))
    for _ in range(3):
        promised = promise * level[:, None]
        near = usable & (contacts >= LOW_SHARE * promised) & (contacts <= HIGH_SHARE * promised)
        counted = np.where(near.any(axis=1, keepdims=True), near, usable)
        total = np.where(counted, promise, 0.0).sum(axis=1)
        came = np.where(counted, contacts, 0.0).sum(axis=1)
        level = np.divide(came, total, out=np.full(len(total), np.nan), where=total > 0)
    return level


def _runs_too_low(judged: Judged) -> Flags:
    return _significant_runs(judged.ordinary < LOW_SHARE * judged.promised, judged, LOW_SIGMAS, low=True)


def _runs_too_high(judged: Judged) -> Flags:
    return _significant_runs(judged.ordinary > HIGH_SHARE * judged.promised, judged, HIGH_SIGMAS, low=False)


def _significant_runs(flagged: Flags, judged: Judged, sigmas: float, *, low: bool) -> Flags:
    """The flagged cells that lie in runs whose contacts are this unlikely.

    For runs that are high, one contact is added to the promise: a promise of nearly nothing is itself only known
    to about one contact.
    """
    flagged = flagged & np.isfinite(judged.ordinary) & np.isfinite(judged.promised)
    if not flagged.any():
        return flagged
    before = np.concatenate([np.zeros((len(flagged), 1), dtype=bool), flagged[:, :-1]], axis=1)
    run = np.cumsum(flagged & ~before)[flagged.ravel()]
    promised = judged.promised[flagged]
    contacts = np.bincount(run, judged.ordinary[flagged]).astype(float)
    total = np.bincount(run, promised).astype(float)
    evenness = np.divide(np.bincount(run, promised**2), total**2, out=np.ones(len(total)), where=total > 0)
    sure = judged.chance.sigmas(contacts, total if low else total + 1, evenness) > sigmas
    sure &= contacts < total if low else contacts > total
    kept = np.zeros(flagged.shape, dtype=bool)
    kept[flagged] = sure[run]
    return kept


def _far_off(judged: Judged, days: Whole) -> Flags:
    """(days,): the level lies beyond both chance and what levels of ordinary days vary by."""
    known = np.isfinite(judged.ordinary) & np.isfinite(judged.expected)
    expected = np.where(known, judged.expected, 0.0)
    total = expected.sum(axis=1)[days]
    contacts = np.where(known, judged.ordinary, 0.0).sum(axis=1)[days]
    evenness = np.divide((expected**2).sum(axis=1)[days], total**2, out=np.ones(len(total)), where=total > 0)
    logs = np.log(np.maximum(judged.level[days], 1e-3))
    scatter = 1.4826 * float(np.median(np.abs(logs - np.median(logs))))
    beyond_chance = judged.chance.sigmas(contacts, total, evenness) > LOW_SIGMAS
    return np.asarray(beyond_chance & (np.abs(logs) > LEVEL_SIGMAS * scatter))


def _quiet_days(judged: Judged) -> np.ndarray:
    """(days,): "odd day" or "closure" (one or more quiet days between usual ones), silence at the end, or ""."""
    kinds = np.full(len(judged.level), "", dtype=object)
    days = np.flatnonzero(np.isfinite(judged.level))
    if len(days) < 2:
        return kinds
    level = judged.level[days]
    quiet = (level < LOW_DAY) & _far_off(judged, days)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(int)))
    for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        length = int(days[end - 1] - days[start]) + 1
        usual_before = start == 0 or level[start - 1] >= USUAL_LOW
        if end == len(days) and length <= LONGEST_SILENCE_DAYS and end - start > 1 and not level[start:].any():
            kinds[days[start:end]] = "no contacts at the end"
        elif usual_before and _ends(level, end, length):
            kinds[days[start:end]] = "odd day" if end - start == 1 else "closure"
    return kinds


def _ends(level: Floats, end: int, length: int) -> bool:
    """Whether the quiet is over again soon; at the end of the history only a single day can be told."""
    if end == len(level):
        return length == 1
    return bool(level[end] >= USUAL_LOW and length <= LONGEST_CLOSURE_DAYS)


def _high_days(judged: Judged) -> Flags:
    """(days,): far above the expected, while the nearest known days are not. The last day may be a beginning."""
    high = np.zeros(len(judged.level), dtype=bool)
    days = np.flatnonzero(np.isfinite(judged.level))
    if len(days) >= 3:
        level = judged.level[days]
        alone = (level[:-2] < USUAL_HIGH) & (level[2:] < USUAL_HIGH)
        far = _far_off(judged, days)[1:-1]
        high[days[1:-1]] = (level[1:-1] > HIGH_DAY) & alone & far
    return high


def _findings(
    kind: str, cells: Flags, offered: Floats, promised: Floats, *, whole_days: bool, removed: bool
) -> list[Finding]:
    findings: list[Finding] = []
    for day in np.flatnonzero(cells.any(axis=1)).tolist():
        edges = np.flatnonzero(np.diff(np.concatenate([[0], cells[day].astype(int), [0]]))).tolist()
        bounds = [(edges[0], edges[-1])] if whole_days else zip(edges[::2], edges[1::2], strict=True)
        for start, end in bounds:
            run = slice(start, end)
            known = np.isfinite(promised[day, run])
            total = float(promised[day, run][known].sum()) if known.any() else float("nan")
            findings.append(Finding(kind, day, start, end, float(np.nansum(offered[day, run])), total, removed))
    return findings
