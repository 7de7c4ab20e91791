"""The hand-off workbook as data: of which roster it was made, and what its grids say now.

The writer of the workbook and its reader share the names here. Words stand in English; a workbook has them in its
language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from staffplan.errors import Problem
from staffplan.words import SOURCE, mark, speaking, tr

MARK_SHEET = "staffplan"
"""The hidden sheet that says of which roster the workbook was made."""
MARK_WARNING = "staffplan import reads this sheet; leave it as it is"
FORM = "1"
AGENT, NAME = mark("agent"), mark("name")
"""Headers of the columns that say whose row it is."""
ON_CALL = mark("oc")
"""Standby, in the cell of its day."""
OTHER_HEADERS = (
    mark("team"),
    mark("contract"),
    mark("days"),
    mark("paid hours"),
    mark("nights"),
    mark("weekends"),
)
"""Headers of the other columns that are no days."""
AT_WORK, PAID_HOURS = mark("agents at work"), mark("paid hours")
NEEDED, ROSTERED = mark("needed on queue, h"), mark("rostered on queue, h")
NET, SHORT = mark("net, h"), mark("understaffed, h")
FOOT = (AT_WORK, PAID_HOURS, NEEDED, ROSTERED, NET, SHORT)
"""What stands in the column of names in a row that belongs to nobody."""
OFF_WORDS = mark("off; day off; free")
"""What a person may write for a day without work."""
TIME_OFF_WORDS = mark("vacation; sick; leave")
"""What a person may write for time off, beside the kinds and codes of the plan."""
DayOf = tuple[str, date]


@dataclass(frozen=True)
class RosterState:
    """Which state of a plan a roster is: the last change in the log (0: none) and its hash, and the hash of the file
    of shifts."""

    change: int
    change_hash: str
    shifts_sha256: str


@dataclass(frozen=True)
class BookDay:
    """What somebody does on a day: a shift with its times and elapsed minutes, or whole-day time off of a kind.

    `code`: what stands for it in a grid. `parts`: time off for parts of the day, as the grid words it.
    """

    code: str = ""
    shift: str = ""
    minutes: int = 0
    times: str = ""
    kind: str = ""
    parts: str = ""

    @property
    def meant(self) -> tuple[str, int, str]:
        """What has to be the same in two days that are the same."""
        return self.shift, self.minutes, self.kind

    @property
    def words(self) -> str:
        """ "day 12:00 (12:00-20:00)", "off", "vacation"."""
        if self.shift:
            return f"{self.shift} ({self.times})"
        return self.kind or "off"


DAY_OFF = BookDay()


@dataclass(frozen=True)
class BookMark:
    """Of which roster a workbook was made. `days`: what is no plain day off; `people`: name by identifier."""

    plan: str
    first: date
    last: date
    state: RosterState
    people: Mapping[str, str]
    days: Mapping[DayOf, BookDay]
    kinds: Mapping[str, str] = field(default_factory=dict)
    """Kind of time off by its code."""
    language: str = SOURCE

    def word(self, text: str) -> str:
        """An English text as the workbook has it."""
        with speaking(self.language):
            return tr(text)

    def words(self, *texts: str) -> frozenset[str]:
        """English texts as they may stand in the workbook, in its language too, in small letters. In a text "; " is
        between words of one meaning."""
        said = [*texts, *map(self.word, texts)]
        return frozenset(word.casefold() for text in said for word in text.split("; "))

    def day(self, key: DayOf) -> BookDay:
        return self.days.get(key, DAY_OFF)


@dataclass(frozen=True)
class BookCell:
    """One cell of a grid: where it is, and its text."""

    place: str
    day: date
    text: str


@dataclass(frozen=True)
class BookRow:
    """One row of a grid: where it begins, whose it says to be, and its cells under days."""

    place: str
    agent: str
    name: str
    cells: tuple[BookCell, ...]


@dataclass(frozen=True)
class BookGrid:
    """One sheet with people down and days across."""

    sheet: str
    days: tuple[date, ...]
    rows: tuple[BookRow, ...]


@dataclass(frozen=True)
class RosterBook:
    """A workbook that came back. `problems`: what cannot be read in its grids."""

    mark: BookMark
    grids: tuple[BookGrid, ...]
    problems: tuple[Problem, ...] = ()
