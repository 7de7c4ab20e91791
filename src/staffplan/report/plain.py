"""matplotlib, without the settings that a file or the environment of whoever runs it would give it."""

from __future__ import annotations

from staffplan.process.surroundings import settings_ignored

with settings_ignored():
    import matplotlib as mpl

__all__ = ["mpl"]
