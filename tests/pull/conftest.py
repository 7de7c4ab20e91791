"""The tests of the pulls share a small Genesys Cloud (genesys_server.py)."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
