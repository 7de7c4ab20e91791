"""What other systems export, as a history: presets (data), their recognition, and two readers, of intervals and of
single contacts."""

from staffplan.ingest.history import read_history
from staffplan.ingest.preset import Preset, all_presets, read_preset
from staffplan.ingest.step import Asked, Ingested, ingest
from staffplan.ingest.tables import Rejects

__all__ = ["Asked", "Ingested", "Preset", "Rejects", "all_presets", "ingest", "read_history", "read_preset"]
