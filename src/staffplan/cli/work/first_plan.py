"""What `init --from` does before it writes: look at the exports, ask, lay out a first plan."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd

from staffplan.cli.work.common import interval_of
from staffplan.cli.work.ingest import Done, ingest_asked
from staffplan.clock import OpeningHours, SiteCalendar, public_holidays
from staffplan.errors import DataError, Problem, nearest, place_of
from staffplan.files.read import tables_in
from staffplan.files.write import table_bytes
from staffplan.forecast.channels import channel_named
from staffplan.forecast.history.hours import in_words
from staffplan.forecast.learnt_hours import learnt_hours
from staffplan.plan.countries import country_of_zone, likeliest_zone, zone_of_this_computer
from staffplan.plan.first_settings import MAIL_HOURS, FirstPlan, FirstQueue, first_settings
from staffplan.settings.plan import known_zone
from staffplan.settings.queues import Channel
from staffplan.tables.history import CHANNELS, WORK_TYPE, ContactHistory
from staffplan.tables.people import Agents
from staffplan.tables.units import DurationUnit

AGENTS_HEADER = "agent_id,name,staffing_group,skills,work_plan,hourly_rate\n"
ORDERS = ("day/month/year", "month/day/year")
USUAL_HOURS = "09:00-17:00"
NO_COUNTRY = "none"
FLAGS = {
    "date_order": "--date-order",
    "aht_unit": "--aht-unit",
    "profile": "--profile",
    "timezone": "--timezone",
    "channels": "--channel",
}
"""By question: the flag that answers it."""
_OFFSET = re.compile(r"[+-]\d{2}:?\d{2}$")
_CHANGE = re.compile(r"\s*(.+?)\s*=\s*([a-z]+)\s*")
MOST_QUEUES_SHOWN = 12


@dataclass(frozen=True)
class Question:
    """What an export does not tell. `check` turns an answer into the one that is kept; ValueError, in words."""

    key: str
    text: str
    default: str
    check: Callable[[str], str] = str

    @property
    def flag(self) -> str:
        return FLAGS[self.key]


Ask = Callable[[Question], str]


@dataclass(frozen=True)
class Given:
    """What the command line gives."""

    exports: Sequence[Path]
    folder: Path
    preset: str | None = None
    mapping: Path | None = None
    timezone: str | None = None
    country: str | None = None
    interval: int | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    """Answers to questions, by their key."""
    channels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FirstFiles:
    """The files of a new folder, and what was assumed for them."""

    files: Mapping[str, bytes]
    assumed: tuple[str, ...]
    history: ContactHistory


def look_at(given: Given, ask: Ask, tell: Callable[[Done], None]) -> FirstFiles:
    """Read the exports, ask what they do not tell, and lay out the files of a first plan.

    At most five questions: order of the days, unit of the handling times, and hours for totals, where the exports
    leave them open; the zone; the channels. Raises DataError where the exports cannot be read.
    """
    answers = dict(given.answers)
    zone = given.timezone or zone_of_offsets(given.exports) or zone_of_this_computer()
    done = _read(given, answers, zone, ask)
    tell(done)
    timezone, why = _zone(given, zone, ask)
    if timezone != zone:
        done = _read(given, answers, timezone, ask)
    first = _laid_out(given, done, answers, (timezone, why), ask)
    files = {
        "plan.toml": first_settings(first).encode(),
        ContactHistory.file_name: table_bytes(done.history.frame, timezone),
        Agents.file_name: AGENTS_HEADER.encode(),
    }
    if len(done.rejects):
        files[done.rejects.file_name] = table_bytes(done.rejects.frame)
    return FirstFiles(files, tuple(_assumed(first)), done.history)


def _laid_out(given: Given, done: Done, answers: Mapping[str, str], zone: tuple[str, str], ask: Ask) -> FirstPlan:
    """All that the settings are made of. zone: its name, and how it is known."""
    timezone, why = zone
    country, country_why = _country(given, timezone)
    history = done.report["history"]
    after = date.fromisoformat(history["last_day"]) + timedelta(days=1)
    return FirstPlan(
        name=given.folder.resolve().name,
        exports=", ".join(path.name for path in given.exports),
        period=f"{history['first_day']} to {history['last_day']}",
        next_monday=after + timedelta(days=-after.weekday() % 7),
        timezone=timezone,
        timezone_why=why,
        country=country,
        country_why=country_why,
        interval_minutes=interval_of(done.history.frame, "queue"),
        queues=_queues(given, done, timezone, country, ask),
        reading={**answers, **({"preset": given.preset} if given.preset else {})},
        next_export=_next_export(given),
    )


def _next_export(given: Given) -> str:
    folder = place_of(given.folder)
    history, settings = (shlex.quote(f"{folder}/{name}") for name in ("history.csv", "plan.toml"))
    mapped = "" if given.mapping is None else f" --map {shlex.quote(place_of(given.mapping))}"
    return f"staffplan ingest EXPORT -o {history} --append -c {settings}{mapped}"


def _read(given: Given, answers: dict[str, str], zone: str, ask: Ask) -> Done:
    """The exports as a history; what stops the reading and can be answered is asked, and then read again."""
    while True:
        settings: dict[str, object] = {f"input.{key}": value for key, value in answers.items() if key != "profile"}
        settings |= {"plan.timezone": zone}
        settings |= {} if given.interval is None else {"plan.interval_minutes": given.interval}
        try:
            done = ingest_asked(
                given.exports,
                None,
                settings,
                from_preset=given.preset,
                mapping=given.mapping,
                within_seconds=20.0,
                profile=answers.get("profile"),
                append_to=None,
            )
            question = _unit_asked(done, answers)
        except DataError as error:
            question = _asked_by(error, answers)
            if question is None:
                raise
        if question is None:
            return done
        answers[question.key] = ask(question)


def _asked_by(error: DataError, answers: Mapping[str, str]) -> Question | None:
    """The question whose answer would let the exports be read; None where there is none."""
    hints = " ".join(problem.hint for problem in error.problems)
    said = error.problems[0].message
    if "input.date_order" in hints and "date_order" not in answers:
        return Question("date_order", f"{said}. In which order are the days?", ORDERS[0], _one_of(ORDERS))
    if "input.aht_unit" in hints and "aht_unit" not in answers:
        return Question("aht_unit", f"{said}. What are the handling times?", "m:ss", _one_of(get_args(DurationUnit)))
    if "--profile" in hints and "are totals by" in said and "profile" not in answers:
        text = f"{said}. Over which hours shall they be spread (hours, or a file with a typical week)?"
        return Question("profile", text, USUAL_HOURS)
    return None


def _unit_asked(done: Done, answers: Mapping[str, str]) -> Question | None:
    """The question about handling times that no center has."""
    doubts = [note.message for note in done.notes if note.kind == "question" and "--aht-unit" in note.message]
    if not doubts or "aht_unit" in answers:
        return None
    default = "minutes" if "minutes" in doubts[0] else "milliseconds"
    said = doubts[0].partition(";")[0]
    return Question("aht_unit", f"{said} In which unit are they?", default, _one_of(get_args(DurationUnit)))


def _one_of(words: Sequence[str]) -> Callable[[str], str]:
    def check(answer: str) -> str:
        if answer.strip().lower() not in words:
            raise ValueError(f"{answer!r} is not one of: {', '.join(words)}")
        return answer.strip().lower()

    return check


def zone_of_offsets(exports: Iterable[Path]) -> str | None:
    """The likeliest zone whose clock has the offsets that the times show; None where they show none."""
    for path in exports:
        for records in tables_in(path):
            for name in records.frame.columns:
                texts = records.frame[name].astype(str)
                if name == "_row" or not texts.head(20).str.contains(_OFFSET).all():
                    continue
                instants = pd.to_datetime(texts, utc=True, errors="coerce", format="ISO8601")
                local = pd.to_datetime(texts.str.replace(_OFFSET, "", regex=True), errors="coerce", format="ISO8601")
                known = (instants.notna() & local.notna()).to_numpy()
                if known.any():
                    minutes = (local - instants.dt.tz_localize(None)).dt.total_seconds().to_numpy() / 60
                    offsets = np.rint(minutes[known]).astype(np.int64)
                    return likeliest_zone(pd.DatetimeIndex(instants[known]), offsets)
    return None


def _zone(given: Given, found: str, ask: Ask) -> tuple[str, str]:
    if given.timezone is not None:
        return given.timezone, "as given"
    text = "In which time zone is the center? Times without an offset are read in it."
    answer = ask(Question("timezone", text, found, known_zone))
    return answer, "ASSUMPTION: not told by the export" if answer == found else "as answered"


def _country(given: Given, timezone: str) -> tuple[str | None, str]:
    country = given.country or country_of_zone(timezone)
    if country is None or country == NO_COUNTRY:
        return None, "write the country, and its public holidays are known"
    if given.country is None:
        return country, f"ASSUMPTION: public holidays of the country of {timezone}"
    public_holidays(country, [2025])
    return country, "public holidays, as given"


def _queues(given: Given, done: Done, timezone: str, country: str | None, ask: Ask) -> tuple[FirstQueue, ...]:
    """The queues of the history with channels as answered and hours as learnt."""
    names = sorted(map(str, done.history.frame["queue"].unique()))
    channels = {name: _channel(name, done) for name in names}
    for name, channel in given.channels.items():
        if name not in channels:
            raise DataError(Problem("--channel", f"there is no queue {name!r} in the exports", nearest(name, names)))
        channels[name] = (channel, "as given")
    if set(names) - set(given.channels):
        channels = _confirmed(channels, ask)
    hours = _hours(done.history, timezone, country)
    live = [name for name in names if WORK_TYPE[channels[name][0]] != "deferred"]
    volume = done.history.frame.groupby("queue")["offered"].sum()
    main = max(live, key=lambda name: float(volume[name]), default=None)
    known = done.history.frame.groupby("queue")["aht_seconds"].count()
    queues = [FirstQueue(name, *channels[name], *hours[name], bool(known[name])) for name in names]
    return tuple(_with_mail_hours(queue, main, hours) if queue.is_deferred else queue for queue in queues)


def _with_mail_hours(
    queue: FirstQueue, main: str | None, hours: Mapping[str, tuple[OpeningHours | None, str]]
) -> FirstQueue:
    """Mail comes around the clock: when it is worked the history does not tell."""
    told = None if main is None else hours[main][0]
    if told is None:
        return replace(queue, hours=MAIL_HOURS, hours_why="ASSUMPTION: when mail is worked, the export does not tell")
    return replace(queue, hours=told, hours_why=f"as {main}; for mail an ASSUMPTION: it is worked in these hours")


def _channel(queue: str, done: Done) -> tuple[str, str]:
    named = channel_named(queue)
    if named is not None:
        return named, "by the queue's name"
    if all(table.get("offered", "").startswith("every ticket") for table in done.report["tables"]):
        return "email", "the export has tickets"
    return "voice", "ASSUMPTION: the name says no other channel"


def _confirmed(channels: dict[str, tuple[str, str]], ask: Ask) -> dict[str, tuple[str, str]]:
    """The channels, with the changes that the answer names: Shop = chat, Orders = email."""
    shown = [f"{name}: {channel}" for name, (channel, _) in channels.items()]
    more = f" and {len(shown) - MOST_QUEUES_SHOWN} more" if len(shown) > MOST_QUEUES_SHOWN else ""
    text = f"Channels: {', '.join(shown[:MOST_QUEUES_SHOWN])}{more}. Right? (yes, or changes: Shop=chat, Mail=email)"
    answer = ask(Question("channels", text, "yes", lambda answer: _changes_checked(answer, channels)))
    changed = dict(_changes(answer))
    return {name: (changed[name], "as answered") if name in changed else told for name, told in channels.items()}


def _changes(answer: str) -> Iterable[tuple[str, str]]:
    found = [_CHANGE.fullmatch(part) for part in answer.split(",")]
    return [(match[1], match[2]) for match in found if match]


def _changes_checked(answer: str, known: Iterable[str]) -> str:
    if answer.strip().lower() in ("yes", "y", ""):
        return "yes"
    for part in answer.split(","):
        parse_channel(part, known)
    return answer


def parse_channel(text: str, known: Iterable[str] | None = None) -> tuple[str, str]:
    """Queue and channel of "Shop=chat". Raises ValueError, in words, where they are not."""
    match = _CHANGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text.strip()!r} is not in the form QUEUE=CHANNEL; write for example Shop=chat")
    if known is not None and match[1] not in known:
        raise ValueError(f"there is no queue {match[1]!r}; {nearest(match[1], list(known))}")
    if match[2] not in CHANNELS:
        raise ValueError(f"{match[2]!r} is not a channel; write one of: {', '.join(get_args(Channel))}")
    return match[1], match[2]


def _hours(history: ContactHistory, timezone: str, country: str | None) -> dict[str, tuple[OpeningHours | None, str]]:
    """By queue the hours that the forecast would learn, and how they are known; None where they changed."""
    starts = history.frame["interval_start"]
    years = range(starts.min().year - 1, starts.max().year + 2)
    days = () if country is None else public_holidays(country, years)
    calendar = SiteCalendar.of(timezone, interval_of(history.frame, "queue"), days)
    found: dict[str, tuple[OpeningHours | None, str]] = {}
    for name, timetable in learnt_hours(history, calendar).items():
        if len(timetable.periods) > 1:
            since = timetable.periods[-1][0]
            said = (
                f"they changed on {since}, to {in_words(timetable.latest)}, so they are learnt anew at each forecast"
            )
            found[name] = None, said
        else:
            found[name] = timetable.latest, "opening hours learnt from the times at which contacts came"
    return found


def _assumed(first: FirstPlan) -> Iterable[str]:
    """What was assumed, a line each."""
    yield f"time zone {first.timezone} ({first.timezone_why.removeprefix('ASSUMPTION: ')})"
    if first.country:
        yield f"public holidays of {first.country} ({first.country_why.removeprefix('ASSUMPTION: ')})"
    for queue in first.queues[:MOST_QUEUES_SHOWN]:
        hours = in_words(queue.hours) if queue.hours is not None else queue.hours_why
        aht = "" if queue.has_handling_times else "; no handling times in the export: 300 s"
        yield f"{queue.name}: {queue.channel} ({queue.channel_why.removeprefix('ASSUMPTION: ')}); {hours}{aht}"
    if len(first.queues) > MOST_QUEUES_SHOWN:
        yield f"{len(first.queues) - MOST_QUEUES_SHOWN} more queues, in plan.toml"
    yield "service goals, shrinkage, shifts, contracts and rules: usual values, marked ASSUMPTION in plan.toml"
