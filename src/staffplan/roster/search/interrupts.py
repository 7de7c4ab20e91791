"""Ctrl-C as a wish to end the search, so that what was found is finished and kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def ends(stopped: threading.Event) -> Iterator[None]:
    """Within it the first Ctrl-C sets `stopped`; a second one raises KeyboardInterrupt as ever.

    Signals reach the main thread only: in any other nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
