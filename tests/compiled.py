"""Where the tests keep machine code: beside the Python that runs them, so that it outlives a checkout."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

SOURCES = Path(__file__).parent.parent / "src" / "staffplan"


def keep_beside_python() -> None:
    """Set numba's cache folder, before numba is imported, unless it is set already.

    The folder's name holds a hash of every file that has compiled functions: numba notices a changed file, but not
    that a function in it was compiled into those of another file.
    """
    if sys.prefix != sys.base_prefix:
        folder = Path(sys.prefix) / "numba-cache" / _hash_of_compiled_files()
        os.environ.setdefault("NUMBA_CACHE_DIR", str(folder))


def _hash_of_compiled_files() -> str:
    texts = (path.read_bytes() for path in sorted(SOURCES.rglob("*.py")))
    return hashlib.sha256(b"".join(text for text in texts if b"njit" in text)).hexdigest()[:16]
