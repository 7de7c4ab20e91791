"""Names that exports give to the columns of a history and of a call log, compared as `plain` has them."""

from __future__ import annotations

import re
from collections.abc import Mapping

_UNIT = re.compile(
    r"\s*[(\[]\s*(?:in )?(?:s|secs?|seconds|mins?|minutes|ms|h|hrs|hh:mm:ss|mm:ss|hh:mm|с|сек|мин)\s*[)\]]\s*$"
)


def plain(name: str) -> str:
    """A column's name in small letters, its words with one blank between, without a unit at its end."""
    name = _UNIT.sub("", name.replace("\ufeff", "").replace("\u00a0", " ").casefold().strip())
    return " ".join(re.sub(r"[\W_]+", " ", name.replace("%", " percent ")).split())


HISTORY_NAMES: Mapping[str, tuple[str, ...]] = {
    "interval_start": (
        *("interval start", "interval start time", "start interval", "startinterval", "interval begin", "date time"),
        *("datetime", "timestamp", "start time", "start date", "period start", "period", "interval", "start"),
        *("time", "date", "day", "month", "week", "half hour", "hour", "intervall", "intervallbeginn", "zeit"),
        *("zeitpunkt", "datum", "uhrzeit", "tag", "intervalo", "inicio", "fecha", "hora", "intervalle", "debut"),
        *("heure", "jour", "интервал", "время", "дата", "начало", "день"),
    ),
    "interval_end": (
        *("interval end", "interval end time", "end interval", "end time", "period end", "end", "ende", "fin"),
        *("intervallende", "конец", "окончание"),
    ),
    "date": ("date", "day", "call date", "start date", "datum", "tag", "fecha", "jour", "дата", "день"),
    "time": (
        *("time", "interval", "interval start", "start time", "start", "hour", "half hour", "uhrzeit", "zeit"),
        *("intervall", "hora", "intervalo", "heure", "интервал", "время", "час"),
    ),
    "queue": (
        *("queue", "queue name", "skill", "skill name", "skill group", "group", "split", "team", "program"),
        *("department", "category", "line of business", "lob", "campaign", "service", "warteschlange", "gruppe"),
        *("cola", "servicio", "file", "file d attente", "очередь", "группа"),
    ),
    "offered": (
        *("offered", "calls offered", "offered calls", "contacts offered", "calls", "total calls", "inbound calls"),
        *("total contacts", "contacts", "interactions", "volume", "incoming", "incoming calls", "presented"),
        *("calls presented", "received", "calls received", "arrivals", "count", "angeboten", "anrufe", "eingehend"),
        *("ofrecidas", "llamadas", "recibidas", "recus", "appels", "appels recus", "поступило", "звонки", "вызовы"),
    ),
    "handled": (
        *("handled", "answered", "connected", "acd calls", "calls handled", "calls answered", "contacts handled"),
        *("angenommen", "beantwortet", "atendidas", "contestadas", "traites", "repondus", "принято", "обработано"),
    ),
    "abandoned": (
        *("abandoned", "abandoned count", "abandon count", "aband calls", "abandoned calls", "calls abandoned"),
        *("lost", "dropped", "verloren", "abgebrochen", "abandonadas", "perdidas", "abandonnes", "потеряно"),
    ),
    "aht": (
        *("aht seconds", "aht", "average handle time", "average handling time", "avg handle time"),
        *("avg handling time", "mean handling time", "tmo", "bearbeitungszeit", "dmt"),
        *("среднее время обработки", "сво"),
    ),
    "answered_within_threshold": ("answered within threshold", "answered within sl", "answered in sl"),
}
"""By column of a history, and by part of its start: names that mean it, the most certain first."""
CALL_NAMES: Mapping[str, tuple[str, ...]] = {
    "arrival": (
        *("arrival", "arrival time", "arrived", "arrived at", "call time", "call start", "call start time"),
        *("start time", "start", "queued at", "timestamp", "date time", "datetime", "interval start"),
    ),
    "queue": (
        *("queue", "queue name", "skill", "split", "call type", "type", "service", "campaign", "group", "line"),
        *("team", "department"),
    ),
    "wait_seconds": (
        *("wait seconds", "wait", "wait time", "waiting time", "waiting seconds", "waiting time in seconds"),
        *("queue time", "queue seconds", "q time", "queue wait time", "time in queue", "seconds in queue"),
        *("speed of answer in seconds", "speed of answer"),
    ),
    "outcome": (
        *("outcome", "disposition", "result", "call result", "call outcome", "status", "call status"),
        *("answered y n", "answered", "abandoned", "abandoned y n"),
    ),
    "handling_seconds": (
        *("handling seconds", "handling time", "handle time", "handle seconds", "service seconds", "service time"),
        *("ser time", "aht seconds", "aht", "call duration", "duration", "talk time", "talk duration"),
        *("avgtalkduration", "avg talk duration"),
    ),
    "agent": ("agent", "agent id", "agent name", "server", "server id", "operator"),
    "customer": (
        *("customer", "customer id", "caller", "caller id", "client", "client id", "account", "ani"),
        "phone number",
    ),
    "answered_at": ("answered at", "time answered", "answer time", "call answered", "connected at"),
    "ended_at": ("ended at", "end time", "call end time", "call end", "call ended", "end"),
}
"""By column of a call log: names that mean it, the most certain first."""
CALL_PARTS: Mapping[str, tuple[str, ...]] = {
    "talk": ("talk time", "talk duration", "talk seconds", "conversation time"),
    "hold": ("hold time", "hold duration", "hold seconds"),
    "after_work": (
        *("wrap up time", "wrapup time", "wrap time", "wrap up", "wrap up seconds", "after call work"),
        *("after call work time", "after contact work time", "acw", "acw time", "acw seconds"),
    ),
}
"""The same of the parts of a handling time, where no column has all of it."""
ANSWERED_WORDS = frozenset(
    {"answered", "answer", "agent", "handled", "served", "connected", "completed", "complete", "yes", "y", "true"}
)
ABANDONED_WORDS = frozenset(
    {"abandoned", "abandon", "aband", "abn", "hang", "hangup", "hang up", "hung up", "lost", "no", "n", "false"}
)


def plain_word(word: str) -> str:
    """A word of an outcome in small letters, without underscores and hyphens."""
    return " ".join(word.lower().replace("_", " ").replace("-", " ").split())


_FLAGS = {"answered": ("answered", "abandoned"), "abandoned": ("abandoned", "answered")}
"""By the first word of a column that says yes or no: what each of the two means."""
_YES, _NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")


def outcome_word(column: str, word: str) -> str:
    """A cell of an outcome column as `plain_word` has it; yes or no as what the column's name asks."""
    said, asked = plain_word(word), plain(column).split(" ")[0]
    yes, no = _FLAGS.get(asked, (said, said))
    return yes if said in _YES else no if said in _NO else said
