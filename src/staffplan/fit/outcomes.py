"""What became of each call, from the words a log has for it; and which rows cannot be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Note, Problem
from staffplan.fit.tables import CallLog
from staffplan.tables.names import ABANDONED_WORDS, ANSWERED_WORDS, plain_word

ANSWERED, ABANDONED, OTHER = "answered", "abandoned", "other"


@dataclass(frozen=True)
class OutcomeWords:
    """Which words of the outcome column mean an answer, and which that the caller hung up; case does not matter."""

    answered: frozenset[str] = ANSWERED_WORDS
    abandoned: frozenset[str] = ABANDONED_WORDS

    @classmethod
    def of(cls, answered: Iterable[str], abandoned: Iterable[str]) -> OutcomeWords:
        """The words given, or the usual ones where none are."""
        own = frozenset(map(plain_word, answered)), frozenset(map(plain_word, abandoned))
        return cls(own[0] or ANSWERED_WORDS - own[1], own[1] or ABANDONED_WORDS - own[0])

    def kind(self, word: str) -> str:
        word = plain_word(word)
        if word in self.answered:
            return ANSWERED
        return ABANDONED if word in self.abandoned else OTHER


def sorted_out(log: CallLog, words: OutcomeWords) -> tuple[pd.DataFrame, list[Note]]:
    """The calls answered or abandoned, with `answered` (a flag) for the outcome; and what was left out.

    A call without a wait stays: handling times, arrivals and redials do not need it. Raises DataError where no call
    was answered.
    """
    distinct = {word: words.kind(word) for word in log.frame["outcome"].unique()}
    kinds = log.frame["outcome"].map(distinct)
    if ANSWERED not in distinct.values():
        raise DataError(_no_answers(log))
    known = log.frame[kinds != OTHER]
    calls = known.assign(answered=(kinds[kinds != OTHER] == ANSWERED).to_numpy())
    notes = [*_other_notes(log, kinds), *_twin_notes(log), *_wait_notes(log, calls)]
    return calls.drop(columns="outcome").reset_index(drop=True), notes


def _wait_notes(log: CallLog, calls: pd.DataFrame) -> list[Note]:
    """Calls whose wait is not known, answered and abandoned apart."""
    blank = calls["wait_seconds"].isna()
    if not blank.any():
        return []
    abandoned = int((blank & ~calls["answered"]).sum())
    message = f"{int(blank.sum()):,} calls have no wait ({abandoned:,} of them abandoned; first in row "
    message += f"{calls.loc[blank, 'row'].iloc[0]:.0f}): they are used for all that needs no wait"
    return [Note("fit", "left out", log.source, message)]


def _no_answers(log: CallLog) -> Problem:
    there = ", ".join(f"{word} ({count})" for word, count in log.frame["outcome"].value_counts().head(10).items())
    hint = "name the words for answered calls (--answered WORD) and for abandoned calls (--abandoned WORD)"
    return Problem(log.source, f"no outcome is known as answered; outcomes in the file: {there}", hint)


def _other_notes(log: CallLog, kinds: pd.Series) -> list[Note]:
    other = log.frame.loc[kinds == OTHER, "outcome"].value_counts()
    if not len(other):
        return []
    listed = ", ".join(f"{word} {count:,}" for word, count in other.items())
    message = f"{other.sum():,} calls with other outcomes: {listed}; --answered and --abandoned name further words"
    return [Note("fit", "left out", log.source, message)]


def _twin_notes(log: CallLog) -> list[Note]:
    twins = int(log.frame.drop(columns="row").duplicated().sum())
    if not twins:
        return []
    message = f"{twins:,} rows are exact duplicates in every column read; they are kept"
    return [Note("fit", "warning", log.source, message)]


def waited(calls: pd.DataFrame) -> np.ndarray:
    """Whether each call had to wait at all: not answered in the second it arrived."""
    at_once = calls["answered"].to_numpy(dtype=bool) & (calls["wait_seconds"].to_numpy(dtype=float) == 0)
    return np.asarray(~at_once)
