"""What other systems export, as a history: presets (data), their recognition, and two readers, of intervals and of
single contacts."""

from staffplan.ingest.asked import Asked
from staffplan.ingest.call_log import contacts_of, with_call_times
from staffplan.ingest.history import read_history
from staffplan.ingest.preset import Preset, all_presets, read_preset
from staffplan.ingest.step import Ingested, ingest
from staffplan.ingest.tables import Rejects

__all__ = [
    "Asked",
    "Ingested",
    "Preset",
    "Rejects",
    "all_presets",
    "contacts_of",
    "ingest",
    "read_history",
    "read_preset",
    "with_call_times",
]
