"""Ctrl-C as a wish to end a long piece of work, so that what was found is finished and kept."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from staffplan.process.ctrl_c import wish


@contextmanager
def ends(stopped: threading.Event) -> Iterator[None]:
    """Within it the first Ctrl-C sets `stopped`; a second one does what it did before (raise KeyboardInterrupt).

    Signals reach the main thread only: in any other nothing changes, nor where Ctrl-C is ignored.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    pressed: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        if pressed:  # not stopped.is_set(): the second may come while the first holds the lock of `stopped`
            before(number, frame)
        pressed.append(number)
        wish()
        stopped.set()

    signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
