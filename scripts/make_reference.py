"""Make the pages of docs/reference from the code: settings, files, commands, exit codes.

python scripts/make_reference.py [--out DIR]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from reference.commands import commands_page
from reference.exit_codes import exit_codes_page
from reference.files import files_page
from reference.scenarios import scenarios_page
from reference.settings import settings_page

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"


def reference_pages() -> dict[str, str]:
    """The text of every page by its file name."""
    return {
        "settings.md": settings_page(),
        "scenarios.md": scenarios_page(),
        "files.md": files_page(),
        "commands.md": commands_page(),
        "exit-codes.md": exit_codes_page(),
    }


def main() -> int:
    """Write every page to --out (default: docs/reference)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=FOLDER)
    out = parser.parse_args().out
    for name, text in reference_pages().items():
        (out / name).write_text(text, encoding="utf-8")
        print(f"wrote {out / name}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
