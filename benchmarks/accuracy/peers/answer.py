"""What a peer answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from accuracy.lessons import Floats, Lesson

QUANTILES = (0.025, 0.1, 0.9, 0.975)


@dataclass(frozen=True)
class Answer:
    """Expected contacts and, from peers that have them, quantiles; zero where closed."""

    offered: Floats
    """(horizon days, slots)"""
    quantiles: Floats | None = None
    """(4, horizon days, slots): QUANTILES."""

    @classmethod
    def open_only(cls, lesson: Lesson, offered: Floats, quantiles: Floats | None = None) -> Answer:
        """Counts are not negative, and closed is zero."""
        clean = np.where(lesson.open_ahead, np.maximum(np.nan_to_num(offered), 0.0), 0.0)
        if quantiles is None:
            return cls(clean)
        return cls(clean, np.where(lesson.open_ahead, np.maximum(np.nan_to_num(quantiles), 0.0), 0.0))
