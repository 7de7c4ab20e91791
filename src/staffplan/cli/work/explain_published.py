"""What `explain-day LEDGER DAY` does between reading the command line and writing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from staffplan.cli.output.json_rows import records
from staffplan.cli.output.say import say, show_json, show_text
from staffplan.cli.work.delivery import put, say_notes
from staffplan.cli.work.group_day import group_day
from staffplan.cli.work.published_changes import with_changes_of
from staffplan.cli.work.published_day import (
    busy_groups,
    day_contacts,
    day_states,
    groups_of,
    not_published,
    published_day,
)
from staffplan.clock import midnight
from staffplan.control.day import DayTold, explain_group
from staffplan.cost.exchange import Exchange
from staffplan.errors import Note, Problem, UsageError
from staffplan.files.write import table_bytes
from staffplan.plan.text import text_table
from staffplan.settings.config import Config
from staffplan.simulate.scene import group_promise
from staffplan.tables.control import DayCauses

if TYPE_CHECKING:
    from staffplan.cli.work.delivery import Hashes

EXPLAINED = {
    "volume": "contacts in all",
    "shape": "when they came",
    "handling time": "handling time",
    "roster fit": "roster against requirement",
    "changes": "changes of the roster on the day",
    "absence": "absence",
    "lateness": "late, long breaks, off queue",
    "chance": "chance, and what the model leaves out",
}
WIDEST = 50
"""Signs of the waterfall for 100 points of service level."""


@dataclass(frozen=True)
class Asked:
    """The command line."""

    ledger: Path
    day: str | None
    queue: str | None
    actuals: Sequence[Path]
    states: Path | None
    plan: Path | None = None


@dataclass(frozen=True)
class Explained:
    """The day of each planning group, and what to know beside it."""

    groups: Mapping[str, DayTold]
    zone: str
    currency: str
    day: pd.Timestamp
    notes: tuple[Note, ...]

    @property
    def causes(self) -> DayCauses:
        """Of all groups."""
        frames = [told.causes.frame for told in self.groups.values()]
        return DayCauses.of(pd.concat(frames, ignore_index=True))


def explained(asked: Asked) -> Explained:
    """Raises UsageError and DataError."""
    _refuse_half(asked)
    published = published_day(asked.ledger, str(asked.day))
    changed: list[Note] = []
    if asked.plan is not None:
        published, changed = with_changes_of(published, asked.plan)
    groups, notes = groups_of(published, asked.queue)
    came = day_contacts(published, asked.actuals)
    groups, quiet = busy_groups(groups, came)
    notes += [*changed, *quiet, *not_published(published, came)]
    states = None if asked.states is None else day_states(published, asked.states)
    if states is None:
        said = "no log of states (--states): the absences that the settings expect count in every world"
        notes.append(Note("explain-day", "left out", "absence, lateness", said))
    day, rate = pd.Timestamp(published.day), _usual_rate(published.config)
    found = {}
    for name, queues in groups.items():
        made, assumed = group_day(published, queues, came, states)
        notes += assumed
        found[name] = explain_group(name, day, made, group_promise(list(queues)).service_level, rate)
    return Explained(found, published.zone, published.config.plan.currency, day, tuple(notes))


def _usual_rate(config: Config) -> float:
    """Base pay of an hour, in the plan's currency: the default, or the mean of the contracts."""
    exchange, plans = Exchange.of(config.cost), config.work_plans.values()
    given = [exchange.units(one.hourly_rate, one.currency) for one in plans if one.hourly_rate is not None]
    return config.cost.default_hourly_rate or (sum(given) / len(given) if given else 0.0)


def _refuse_half(asked: Asked) -> None:
    problems = []
    if asked.day is None:
        problems.append(
            Problem("DAY", "is missing", "staffplan explain-day ledger/ 2026-12-01 --actuals history.csv")
        )
    if not asked.actuals:
        problems.append(Problem("--actuals", "is missing", "give the contacts that came, in the form of the history"))
    if problems:
        raise UsageError(problems)


def tell(found: Explained, output: Path | None, before: Hashes, *, as_json: bool) -> None:
    """A table and sentences for each planning group, or JSON; then the file and the page."""
    say_notes(found.notes)
    files = [] if output is None else [output, page_beside(output)]
    if as_json:
        rows, notes = records(found.causes.frame, found.zone), [vars(note) for note in found.notes]
        mended = {name: _mended_json(told) for name, told in found.groups.items()}
        show_json({"written": [str(path) for path in files], "causes": rows, "mending": mended, "notes": notes})
    else:
        show_text("\n\n".join(text for name, told in found.groups.items() for text in _texts(name, told, found)))
    if output is not None:
        from staffplan.report.day_page import day_page

        said = {name: list(sentences(told, found)) for name, told in found.groups.items()}
        page = day_page(found.causes.frame, EXPLAINED, said, f"{found.day:%a %d %b %Y}")
        put({output: table_bytes(found.causes.frame, found.zone), page_beside(output): page.encode()}, before)
        for path in files:
            say(f"wrote {path}")


def page_beside(output: Path) -> Path:
    """The page with the picture, next to the table."""
    return output.with_suffix(".html")


def _mended_json(told: DayTold) -> dict[str, Any] | None:
    mend = told.mending
    if mend is None:
        return None
    return {"people_by_hour": mend.hours, "service_level": mend.level, "kept": mend.is_enough, "cost": mend.cost}


def _texts(name: str, told: DayTold, found: Explained) -> Iterator[str]:
    own = told.causes.frame
    planned, was = (100 * float(own[column].iloc[0]) for column in ("service_planned", "service_actual"))
    measured = "measured" if "chance" in set(own["cause"]) else "as the simulation finds it"
    change = f"{planned:.1f} % planned, {was:.1f} % {measured}: {was - planned:+.1f} points"
    yield f"{found.day:%a %d %b %Y}, {name}: {change}"
    ordered = own.reindex(own["contribution"].abs().sort_values(ascending=False, kind="stable").index)
    header = ("cause", "points", "error", "better if as planned", "by itself", "")
    rows, level = [], planned
    for row in ordered.to_dict("records"):
        rows.append((*_cells(row), _bar(level, 100 * row["contribution"])))
        level += 100 * row["contribution"]
    yield text_table(rows, header, right=range(1, 5))
    yield "\n".join(sentences(told, found))


def _cells(row: Mapping[Any, Any]) -> tuple[str, ...]:
    others = ("" if pd.isna(row[name]) else f"{100 * row[name]:+.1f}" for name in ("repaired", "alone"))
    return (EXPLAINED[row["cause"]], f"{100 * row['contribution']:+.1f}", f"± {100 * row['error']:.1f}", *others)


def _bar(level: float, change: float) -> str:
    """A step of the waterfall from one level to the next, of a scale from 0 to 100."""
    scale = WIDEST / 100
    first = min(level, level + change)
    width = max(1, round(abs(change) * scale))
    return " " * max(0, round(first * scale)) + ("+" if change >= 0 else "-") * width


def sentences(told: DayTold, found: Explained) -> Iterator[str]:
    """The largest causes, what chance may do, and what would have kept the goal."""
    causes = told.causes.frame[told.causes.frame["cause"] != "chance"]
    sure = causes[causes["contribution"].abs() > 2 * causes["error"]]
    ordered = sure.sort_values("contribution")
    for title, own in (("What cost most", ordered[ordered["contribution"] < 0].head(3)),
                       ("What helped", ordered[ordered["contribution"] > 0].iloc[::-1].head(2))):  # fmt: skip
        named = zip(own["cause"], own["contribution"], strict=True)
        if len(own):
            yield f"{title}: {', '.join(f'{EXPLAINED[cause]} ({100 * points:+.1f})' for cause, points in named)}."
    scatter = f"chance alone moves such a day by {100 * told.scatter:.1f} points"
    yield f"With everything as it was, {scatter} (standard deviation; {told.repetitions} repetitions)."
    if told.mending is not None:
        yield _mend_sentence(told, found)


def _mend_sentence(told: DayTold, found: Explained) -> str:
    mend = told.mending
    assert mend is not None
    hours = sum(mend.hours)
    if not hours:
        return (
            f"The goal is missed by chance: with the day as it was it is kept on average ({100 * mend.level:.1f} %)."
        )
    spans = ", ".join(_spans(mend.hours, found))
    cost = f", about {found.currency} {mend.cost:,.0f} of base pay" if mend.cost else ""
    end = "would have kept the goal" if mend.is_enough else "would not yet have kept the goal"
    return f"{hours} hours more on queue{cost} {end} ({100 * mend.level:.1f} %): {spans}."


def _spans(hours: Sequence[int], found: Explained) -> Iterator[str]:
    """Hours with the same number of people more, joined; hours are counted from midnight, clock change or not."""
    start = 0
    for number in range(1, len(hours) + 1):
        if number < len(hours) and hours[number] == hours[start]:
            continue
        if hours[start]:
            begin = midnight(found.day.date(), found.zone).tz_convert(found.zone)
            first, last = (begin + pd.Timedelta(hours=at) for at in (start, number))
            yield f"{hours[start]} from {first:%H:%M} to {last:%H:%M}"
        start = number
