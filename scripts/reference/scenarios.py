"""The reference of scenarios.toml, made from the models of its settings."""

from __future__ import annotations

from reference.settings import group_text, groups
from staffplan.settings.scenarios import ScenarioFile

HEAD = """# Scenarios

This page lists everything that `scenarios.toml` may hold, the file of [staffplan scenario and
staffplan savings](../how-to/scenarios.md).
Shares are numbers from 0 to 1. An unknown setting is an error.

This page is made from the code: `python scripts/make_reference.py`.
"""


def scenarios_page() -> str:
    """The whole page as Markdown."""
    schema = ScenarioFile.model_json_schema()
    models, inside = schema["$defs"], schema["properties"]["scenario"]
    plain = {name: one for name, one in schema["properties"].items() if name not in ("scenario", "harm")}
    parts = [HEAD, group_text("scenarios.toml", {**schema, "properties": plain})]
    parts.append(group_text("[harm]", models["HarmSettings"]))
    scenario = models["ScenarioSettings"]
    changes = scenario["properties"]["changes"]
    own = {name: one for name, one in scenario["properties"].items() if name != "changes"}
    parts.append(group_text("[[scenario]]", {**scenario, "properties": own}))
    assert inside["type"] == "array"
    parts += [group_text(title, model) for title, model in groups("scenario.changes", changes, models)]
    return "\n".join(parts)
