"""Lessons kept in a plan directory come back as they were, and a damaged file is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from staffplan.forecast.intraday.gain import Gain, Score
from staffplan.forecast.intraday.learnt import Learnt
from staffplan.forecast.intraday.model import Memory
from staffplan.forecast.intraday.update import Teaching
from staffplan.plan.learnt import FILE_NAME, keep_learnt, read_learnt

SCORE = Score(np.array([0.1, np.inf]), np.array([1 / 3, 2.0]), np.array([0.0, 1.0]), helps=True)
HOURS = np.array([9, 10])
GAIN = Gain(HOURS, HOURS, SCORE, replace(SCORE, helps=False), np.ones((7, 2)), np.zeros((7, 2)), np.array([0.5, 0.1]))
LESSON = Learnt(Teaching(Memory(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 1.0), GAIN), None, 40)


def test_lessons_come_back_to_the_last_digit(tmp_path: Path) -> None:
    keep_learnt(tmp_path, {}, {"a": LESSON})
    [(name, found)] = read_learnt(tmp_path).items()
    assert (name, repr(found)) == ("a", repr(LESSON))


def test_a_damaged_file_has_no_lessons(tmp_path: Path) -> None:
    assert read_learnt(tmp_path) == {}
    for text in ("{", "[]", '{"a": {"contacts": 3}}'):
        (tmp_path / FILE_NAME).write_text(text)
        assert read_learnt(tmp_path) == {}
