"""Every failure a user can cause or fix: place, problem, remedy."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

LONGEST_VALUE, LONGEST_MESSAGE = 80, 1000
"""Characters of a value, and of a message, that are printed."""
MOST_NAMES = 20
"""Names that a message lists."""
_LONG_VALUE = re.compile(rf"(['\"])(.{{{LONGEST_VALUE},}})\1|(?<!\S)\S{{{2 * LONGEST_VALUE},}}", re.DOTALL)


def shortened(text: str) -> str:
    """A text as it is printed: of a long value in it the beginning and its length, of a long text the beginning."""
    short = _LONG_VALUE.sub(lambda found: _beginning(found[0], LONGEST_VALUE, found[1] or ""), text)
    return short if len(short) <= LONGEST_MESSAGE else _beginning(short, LONGEST_MESSAGE)


def _beginning(text: str, length: int, end: str = "") -> str:
    return f"{text[:length]}...{end} ({len(text):,} characters)"


def listed(names: Iterable[object]) -> str:
    """Names with commas between, as many as a reader takes in; the rest are counted."""
    every = [str(name) for name in names]
    more = len(every) - MOST_NAMES
    return ", ".join(every[:MOST_NAMES]) + (f" and {more:,} more" if more > 0 else "")


@dataclass(frozen=True, order=True)
class Problem:
    """One problem: `place` (file:row:column, or setting), message, and remedy."""

    place: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place, message, hint = map(shortened, (self.place, self.message, self.hint))
        line = f"{place}: {message}" if place else message
        return f"{line}\n    {hint}" if hint else line


class StaffplanError(Exception):
    """Base of every error a user can fix; carries all problems found, not only the first."""

    exit_code: ClassVar[int] = 1
    heading: ClassVar[str] = "staffplan cannot continue"

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[StaffplanError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class UsageError(StaffplanError):
    """The command line asks for something that cannot be done as written."""

    exit_code = 2
    heading = "wrong command line"


class UnansweredError(UsageError):
    """A command has questions, and there is no terminal to ask them on."""

    heading = "nothing was written: there are questions, and no terminal to ask them on"


class ConfigError(StaffplanError):
    """A setting is missing, unknown or out of range."""

    exit_code = 3
    heading = "the settings cannot be used"


class DataError(StaffplanError):
    """A table breaks its schema."""

    exit_code = 4
    heading = "the data cannot be used"


class InfeasibleError(StaffplanError):
    """No roster satisfies all mandatory rules; the problems name the smallest conflict found."""

    exit_code = 5
    heading = "no roster satisfies all mandatory rules"


class NoSolutionError(StaffplanError):
    """Time ran out before any solution was found."""

    exit_code = 6
    heading = "no solution was found within the time limit"


LEFT_EMPTY = "left empty"
"""Kind of a note on a day with a need and nobody on duty, though people who could work have hours to spare."""
ENDED, QUESTION = "ended", "question"
"""Kinds of notes that come after everything else: queues that are no longer planned, and questions to the planner."""
KIND_WORDS = {"broken promise": "missed service goal", LEFT_EMPTY: "nobody on duty", "left out": "not included"}
"""Kinds of notes as people read them, where the words differ."""


@dataclass(frozen=True, order=True)
class Note:
    """Something a reader of the result should know: a warning, an assumption, what was left out.

    Notes are data: they travel with the result and are printed in the report.
    `kind` is one of "assumption", "warning", "broken promise", "left out", "changed by hand",
    "wish not granted", "left empty", "ended", "question".
    """

    step: str
    kind: str
    place: str
    message: str


def place_of(path: Path) -> str:
    """How a file is called in messages: relative to the working folder where that is shorter."""
    relative = os.path.relpath(path)
    return relative if len(relative) < len(str(path)) else str(path)


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Control characters but tab and line break, and those that turn the direction of the text around them.

Source: Unicode Standard Annex 9, Unicode Bidirectional Algorithm, section 2 (directional formatting characters)
"""


def visible(text: str) -> str:
    """The text with characters that nobody sees, and that change how others are shown, in the form \\u202e.

    In JSON this form means the character itself.
    """
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def nearest(word: str, known: Sequence[str]) -> str:
    """'did you mean X?' for a misspelt name, or the list of known names when nothing is near."""
    padded = zeros_lost(word, known)
    if padded:
        return f"did a spreadsheet drop the zeros: {word} -> {padded}?"
    match = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if match:
        return f"did you mean {match[0]}?"
    return f"known: {listed(sorted(known))}" if known else ""


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """ "; did you mean X?" for a misspelt name, as the end of a hint; nothing where no name is near."""
    found = nearest(word, known)
    return "" if not found or found.startswith("known: ") else f"; {found}"


def zeros_lost(word: str, known: Iterable[str]) -> str:
    """The one known name that is this number with zeros in front; nothing where there is none, or several."""
    found = [name for name in known if name != word and name.lstrip("0") == word]
    return found[0] if word.isdigit() and len(found) == 1 else ""
