"""Export: a plan's tables in the shapes that other systems load."""

from staffplan.export.presets import PRESETS, Preset
from staffplan.export.source import Exported, Ids, Source

__all__ = ["PRESETS", "Exported", "Ids", "Preset", "Source"]
