"""How long the compiler is at work; to load what it made before does not count."""

from __future__ import annotations

from collections.abc import Callable

from staffplan.process.surroundings import settings_ignored

with settings_ignored():
    from numba.core.event import TimingListener, install_listener


def seconds_compiling(work: Callable[[], object]) -> float:
    """Seconds of some work in which functions were compiled.

    Source: https://numba.readthedocs.io/en/stable/developer/event_api.html ("numba:compile").
    """
    with install_listener("numba:compile", TimingListener()) as timer:
        work()
    return float(timer.duration) if timer.done else 0.0
