"""Ctrl-C ends the process with INTERRUPTED, whatever it is in the middle of.

Python raises KeyboardInterrupt, and compiled libraries may lose it or turn it into another error: in a callback of
ctypes it is printed and forgotten, while a library is imported it becomes an ImportError. So it is noted here that
somebody asked, and what does not end by itself is ended. Files are whole at any moment (staffplan.files.together).
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
import time
from types import SimpleNamespace

TYPE_CHECKING = False
"""typing's, without the tenth of a second that loading typing takes: until `ending_in_130`, Ctrl-C is Python's."""
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType
    from typing import NoReturn

INTERRUPTED = 130
"""The exit code after Ctrl-C."""
KEPT = "interrupted; finished results are kept"
GRACE_SECONDS = 2.0
"""How long the process may take to end by itself."""
_SHOW_CURSOR = "\x1b[?25h"
_state = SimpleNamespace(asked=False, wished=False)


def asked() -> bool:
    """Whether Ctrl-C was pressed to end what `ending_in_130` does."""
    return bool(_state.asked)


def wish() -> None:
    """Note a Ctrl-C that ends only a part of the work, whose results are used: the exit code is INTERRUPTED too."""
    _state.wished = True


def ending_in_130(work: Callable[[], int]) -> int:
    """Do the work; its exit code, or INTERRUPTED after Ctrl-C. From then on Ctrl-C ends the process at once.

    It is for the main thread. A process that was started to ignore Ctrl-C, as "command &" in a script, goes on so.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        return work()
    try:
        signal.signal(signal.SIGINT, _ask)
        code = work()
        signal.signal(signal.SIGINT, _leave)
    except BaseException:
        if not asked():
            raise
        code = 1
    if (asked() or _state.wished) and code != INTERRUPTED:
        code = INTERRUPTED
        os.write(2, f"{KEPT}\n".encode())
    return code


def _ask(number: int, frame: FrameType | None) -> NoReturn:
    """The first Ctrl-C asks, and the second does not wait. No lock is taken here: the main thread may hold it."""
    if asked():
        _leave(number, frame)
    _state.asked = True
    _thread.start_new_thread(_leave_later, ())
    raise KeyboardInterrupt


def _leave_later() -> None:
    time.sleep(GRACE_SECONDS)
    _leave(signal.SIGINT, None)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    cursor = _SHOW_CURSOR if sys.stderr is not None and sys.stderr.isatty() else ""
    os.write(2, f"{cursor}{KEPT}\n".encode())
    os._exit(INTERRUPTED)
