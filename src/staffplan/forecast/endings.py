"""Which queues of the history are not forecast, as they have ended or go on under another name; and what is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from staffplan.errors import ENDED, QUESTION, Note
from staffplan.forecast.history.endings import (
    ENDED_AFTER_DAYS,
    REPLACED_AFTER_DAYS,
    WORTH_A_WORD_DAYS,
    QueueDays,
    Silence,
    silences,
)
from staffplan.forecast.history.successors import Succession, successions
from staffplan.site import Queue, Site

BARE_KEY = r"[A-Za-z0-9_-]+"


@dataclass(frozen=True)
class Endings:
    """Queues that are not forecast, each with the reason in words, and what to know of them and to be asked."""

    reasons: Mapping[str, str]
    notes: tuple[Note, ...]


def find_endings(rows: pd.DataFrame, site: Site, first_day: date) -> Endings:
    """`rows` are the history before `first_day`, histories joined already.

    A queue that borrows a history, or opens later, has not ended.
    """
    by_hand = {name: queue for name, queue in site.queues.items() if _ended_by_then(queue, first_day)}
    notes = [_as_set(queue, rows) for queue in by_hand.values()]
    reasons = {name: f"it has ended, as set (queues.{name}.ended)" for name in by_hand}
    if not _any_silent(rows):
        return Endings(reasons, tuple(notes))
    days = QueueDays.of(rows, site.calendar)
    found = silences(days, [name for name in days.names if name not in by_hand and _may_end(name, site)])
    found = {name: silence for name, silence in found.items() if not _opens_later(site, silence)}
    goes_on = {name: silence for name, silence in found.items() if _ended(site, name) is False}
    judged = {name: silence for name, silence in found.items() if _ended(site, name) is None}
    followed = _followed(rows, days, judged, site)
    replaced = {name for succession in followed for name in succession.old}
    ended = {name: silence for name, silence in judged.items() if _has_ended(silence, name in replaced)}
    notes += [_has_ended_note(silence) for silence in ended.values()]
    notes += [_question(succession, ended) for succession in followed]
    notes += [_odd(silence) for name, silence in judged.items() if name not in ended and silence.is_odd]
    notes += [_goes_on(silence) for silence in goes_on.values() if silence.is_odd]
    reasons |= {name: f"no contact since {silence.last}: it has ended" for name, silence in ended.items()}
    return Endings(reasons, tuple(notes))


def _ended(site: Site, name: str) -> date | bool | None:
    return site.queues[name].ended if name in site.queues else None


def _ended_by_then(queue: Queue, first_day: date) -> bool:
    return queue.ended is True or (isinstance(queue.ended, date) and queue.ended <= first_day)


def _may_end(name: str, site: Site) -> bool:
    return name not in site.queues or site.queues[name].like is None


def _opens_later(site: Site, silence: Silence) -> bool:
    opens = site.queues[silence.queue].opens if silence.queue in site.queues else None
    return opens is not None and opens > silence.last


def _any_silent(rows: pd.DataFrame) -> bool:
    """Whether some queue's last contact lies days before that of the whole history."""
    last = rows[rows["offered"] > 0].groupby("queue")["interval_start"].max()
    return len(last) > 0 and bool(last.max() - last.min() > pd.Timedelta(days=WORTH_A_WORD_DAYS))


def _has_ended(silence: Silence, replaced: bool) -> bool:
    return silence.has_ended_after(REPLACED_AFTER_DAYS if replaced else ENDED_AFTER_DAYS)


def _followed(rows: pd.DataFrame, days: QueueDays, judged: Mapping[str, Silence], site: Site) -> Sequence[Succession]:
    """What may have come in the place of queues that are silent for long enough."""
    silent = {name: silence for name, silence in judged.items() if silence.has_ended_after(REPLACED_AFTER_DAYS)}
    gone = {name for name, silence in silent.items() if silence.has_ended_after(ENDED_AFTER_DAYS)}
    known = {name for name, queue in site.queues.items() if queue.like is not None or queue.was or queue.ended}
    return successions(rows, days, silent, [name for name in days.names if name not in {*gone, *known}])


def _has_ended_note(silence: Silence) -> Note:
    message = (
        f"{_seen(silence)}: treated as ended and not forecast; if it continues, write "
        f"{_setting(silence.queue)} = false"
    )
    return Note("forecast", ENDED, silence.queue, message)


def _seen(silence: Silence) -> str:
    """What the history shows of a silence."""
    pause = f"; {silence.longest_pause} in its longest gap before" if silence.longest_pause else ""
    others = f"{silence.silent_days} days on which other queues have rows{pause}"
    if silence.writes_zeros:
        return f"all its rows since {silence.gone_from} are zero: open, but without contacts ({others})"
    return f"no contact since {silence.last} ({others})"


def _odd(silence: Silence) -> Note:
    message = (
        f"{_seen(silence)}: too short to decide; it is forecast as a continuing queue; "
        f"if it has ended, write {_setting(silence.queue)} = {silence.gone_from}"
    )
    return Note("forecast", QUESTION, silence.queue, message)


def _goes_on(silence: Silence) -> Note:
    message = f"{_seen(silence)}: still forecast, as set (queues.{silence.queue}.ended = false)"
    return Note("forecast", "assumption", silence.queue, message)


def _as_set(queue: Queue, rows: pd.DataFrame) -> Note:
    """The setting's word, and where the history contradicts it."""
    gone_from = queue.ended if isinstance(queue.ended, date) else None
    since = f" on {gone_from}" if gone_from else ""
    message = f"it has ended{since}, as set (queues.{queue.name}.ended): it is not forecast"
    own = rows[(rows["queue"] == queue.name) & (rows["offered"] > 0)]
    last = own["interval_start"].max()
    if gone_from and len(own) and last.date() > gone_from:
        message += f", though its last contact is on {last:%Y-%m-%d}"
    return Note("forecast", ENDED, queue.name, message)


def _question(succession: Succession, ended: Mapping[str, Silence]) -> Note:
    """Whether one came in another's place, and what to write if so and if not."""
    old, new = " and ".join(succession.old), " and ".join(succession.new)
    together = "" if len(succession.old) == len(succession.new) else " together"
    place, who = (succession.new[0], "it") if len(succession.new) == 1 else (old, new)
    asked = {
        (1, 1): f"is it {old} under a new name?",
        (2, 1): f"were {old} merged into it?",
        (1, 2): f"was {old} split into these two?",
    }[len(succession.old), len(succession.new)]
    names = [json.dumps(name, ensure_ascii=False) for name in succession.old]
    was = names[0] if len(names) == 1 else f"[{', '.join(names)}]"
    then = " and ".join(f"[queues.{_key(name)}] was = {was}" for name in succession.new)
    if_not = ", ".join(f"{_setting(name)} = {ended[name].gone_from}" for name in succession.old if name in ended)
    message = (
        f"{who} began on {succession.began}, when {old} stopped, with "
        f"{succession.level:.2f} times its contacts{together}{_shape(succession)}: "
        f"{asked} If so, write {then}; if not, {if_not}"
    )
    return Note("forecast", QUESTION, place, message)


def _shape(succession: Succession) -> str:
    if np.isnan(succession.similarity):
        return ", too few contacts to compare the weeks"
    others = "" if np.isnan(succession.unrelated) else f", other queues {succession.unrelated:.2f}"
    return f", weeks alike by {succession.similarity:.2f} of 1{others}"


def _setting(queue: str) -> str:
    return f"[queues.{_key(queue)}] ended"


def _key(name: str) -> str:
    """A queue's name as TOML writes it in a heading."""
    return name if re.fullmatch(BARE_KEY, name) else json.dumps(name, ensure_ascii=False)
