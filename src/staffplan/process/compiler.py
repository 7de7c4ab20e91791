"""numba's compiler, without the settings that a file of the working folder would give it."""

from __future__ import annotations

from staffplan.process.surroundings import settings_ignored

with settings_ignored():
    from numba import njit
    from numba.core import config

config._config_fname = ""
"""numba would read the file ".numba_config.yaml" again before each compilation."""

__all__ = ["njit"]
