"""The reference of exit codes, made from the errors and what the command line adds to them."""

from __future__ import annotations

from reference.markdown import doc, one_line, table
from staffplan.errors import StaffplanError
from staffplan.process.ctrl_c import INTERRUPTED

HEAD = """# Exit codes

Every command ends with one of these codes. Messages go to stderr, results to stdout.
A message names the place (`file:row:column`, or the setting), what is wrong, and what to do.
All problems of a file are reported together.

"""
DONE = (0, "done", "The command did what it was asked to do. Its notes may still hold warnings.")
BUG = (1, "bug", "An error in staffplan itself. Please report it with the lines printed.")
STOPPED = (INTERRUPTED, "interrupted", "Ctrl-C. What was finished before is kept; the best roster so far too.")
TAIL = """
Code 5 also follows a roster that was written but breaks a rule. `roster` and `plan` write the best roster they found,
and `check.csv` lists the broken rules. `check` exits with 5 when any roster breaks a rule, one edited by hand too.
`track --fail-on-alarm` exits with 5 while an alarm is open.
Understaffed intervals and wishes that were not granted are reported, but they are no error.

This page is made from the code: `python scripts/make_reference.py`.
"""


def exit_codes_page() -> str:
    """The whole page as Markdown."""
    errors = sorted(StaffplanError.__subclasses__(), key=lambda error: error.exit_code)
    rows = [DONE, BUG, *((e.exit_code, e.heading, one_line(doc(e))) for e in errors), STOPPED]
    cells = [(f"`{code}`", *words) for code, *words in rows]
    return HEAD + table(("code", "printed as", "meaning"), cells) + "\n" + TAIL
