"""The command staffplan, as `python -m staffplan` too."""

from __future__ import annotations

import os
import sys

from staffplan.process.ctrl_c import ending_in_130


def main() -> None:
    """Run the command line and exit with the code of the result."""
    sys.exit(ending_in_130(_run))


def _run() -> int:
    from staffplan.cli import run

    return run()


def _leave_out_the_working_folder() -> None:
    """`python -m` looks first into the folder one works in: a numpy.py there would be run in place of the library."""
    source = __file__.rsplit(os.sep, 2)[0]
    if not sys.flags.safe_path and sys.path[0] != source:
        del sys.path[0]


if __name__ == "__main__":
    _leave_out_the_working_folder()
    main()
