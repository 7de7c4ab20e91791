"""A workspace to start from: the demo's settings and sample files, which the package carries."""

from __future__ import annotations

from pathlib import Path

from staffplan.errors import Problem, UsageError
from staffplan.files.together import write_together
from staffplan.files.write import refuse_existing

SAMPLES = ("history.csv", "agents.csv", "time_off.csv", "availability.csv", "special_days.csv", "wishes.csv")
_REPOSITORY = Path(__file__).parents[3]


def starter_files() -> dict[str, bytes]:
    """Files of the workspace by name; paths in the settings are those of the workspace."""
    carried = Path(__file__).parents[1] / "starter"
    samples = carried if carried.is_dir() else _REPOSITORY / "data" / "samples"
    settings = carried / "demo.toml" if carried.is_dir() else _REPOSITORY / "configs" / "demo.toml"
    if not settings.is_file():
        raise UsageError(
            Problem("init", "this installation contains no sample files", "install staffplan from its package")
        )
    text = settings.read_text(encoding="utf-8").replace("../data/samples/", "")
    return {"plan.toml": text.encode()} | {name: (samples / name).read_bytes() for name in SAMPLES}


def write_starter(folder: Path, *, force: bool) -> list[Path]:
    """Write the workspace; UsageError, before anything is written, when a file is there and not `force`."""
    files = starter_files()
    before = refuse_existing([folder / name for name in files], force=force)
    write_together(folder, files, expected={path.name: sha for path, sha in before.items()})
    return list(before)
