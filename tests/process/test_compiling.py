"""The compiler's time is not that of the work which needs it."""

from __future__ import annotations

import time

from staffplan.process.compiler import njit
from staffplan.process.compiling import seconds_compiling


def test_only_the_compiler_counts_and_only_where_it_is_at_work() -> None:
    @njit
    def doubled(number: int) -> int:
        return 2 * number

    begun = time.monotonic()
    took = seconds_compiling(lambda: doubled(2))
    assert 0 < took <= time.monotonic() - begun
    assert seconds_compiling(lambda: doubled(3)) == 0
