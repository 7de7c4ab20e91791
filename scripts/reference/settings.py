"""The reference of plan.toml, made from the settings' own models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from staffplan.settings.config import Config

HEAD = """# Settings

This page lists everything that `plan.toml` may hold. There is one part for each `[section]`; `NAME` stands for a name
that you choose. A setting without "must be given" has a default. An unknown setting is an error.

- Shares are numbers from 0 to 1, never percent.
- Paths are relative to the file that names them.
- Weekdays are written `mon`, `mon-fri`, `sat,sun`, `sun-thu` or `daily`.
- Hours of a day are written `08:00-12:00, 13:00-17:00`, `22:00-06:00` (past midnight), `24h` or `closed`.
- `staffplan plan --set plan.weeks=2` replaces a setting. The other commands have options for some of them.

This page is made from the code: `python scripts/make_reference.py`.
"""
KINDS = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false"}
Schema = Mapping[str, Any]


def settings_page() -> str:
    """The whole page as Markdown."""
    schema = Config.model_json_schema()
    models = schema["$defs"]
    parts = [HEAD]
    for name, section in schema["properties"].items():
        for title, model in groups(name, section, models):
            parts.append(group_text(title, model))
    return "\n".join(parts)


def groups(title: str, schema: Schema, models: Schema) -> Iterator[tuple[str, Schema]]:
    """The group of settings that a schema stands for, and those inside it, each with its TOML heading."""
    if schema.get("type") == "array" and _is_group(schema["items"]):
        for choice in schema["items"].get("oneOf", [schema["items"]]):
            yield from groups(f"[{title}]", choice, models)
    elif "$ref" in schema:
        model = models[schema["$ref"].rsplit("/", 1)[1]]
        yield f"[{title}]", model
        for name, inner in model["properties"].items():
            yield from groups(f"{title.strip('[]')}.{name}", _given(inner), models)
    elif _is_group(_by_name(schema)):
        yield from groups(f"{title}.NAME", _by_name(schema), models)


def _by_name(schema: Schema) -> Any:
    """The schema of what stands under any name, or under names of a form."""
    return next(iter(schema.get("patternProperties", {}).values()), schema.get("additionalProperties", {}))


def _is_group(schema: Any) -> bool:
    return isinstance(schema, Mapping) and ("$ref" in schema or "oneOf" in schema)


def _given(schema: Schema) -> Schema:
    """The schema of a value that is there: without the null that stands for "left out"."""
    choices = [choice for choice in schema.get("anyOf", []) if choice.get("type") != "null"]
    return {**schema, **choices[0], "others": choices[1:]} if choices else schema


def group_text(title: str, model: Schema) -> str:
    rows = [_row(name, schema, model) for name, schema in model["properties"].items()]
    lines = ["| setting | value | default | meaning |", "|---|---|---|---|", *rows]
    kinds = {name: schema["const"] for name, schema in model["properties"].items() if "const" in schema}
    title += "".join(f", {name} = {_toml(kind)}" for name, kind in kinds.items())
    return f"## `{title}`\n\n{_one_line(model['description'])}\n\n" + "\n".join(lines) + "\n"


def _row(name: str, schema: Schema, model: Schema) -> str:
    given = _given(schema)
    values = " or ".join(_value(choice) for choice in (given, *given.get("others", ())))
    cells = (f"`{name}`", values, _default(name, schema, model), _one_line(schema["description"]))
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _value(schema: Schema) -> str:
    """What may be written, in words."""
    if "const" in schema:
        return f'`"{schema["const"]}"`'
    if "enum" in schema:
        return " or ".join(f"`{_toml(choice)}`" for choice in schema["enum"])
    if _is_group(schema):
        return "group"
    if "anyOf" in schema and "type" not in schema:
        return " or ".join(_value(choice) for choice in schema["anyOf"])
    match schema.get("type"):
        case None:
            return "any value"
        case "array":
            return f"list of {_plural(_value(schema['items']))}"
        case "object":
            return f"{_plural(_value(_by_name(schema)))} by name"
        case "string" if "format" in schema:
            return "day, `2026-12-31`"
        case "string" if "pattern" in schema:
            return f"text of the form `{schema['pattern']}`"
        case kind:
            return " ".join((KINDS[str(kind)], *_bounds(schema)))


def _plural(words: str) -> str:
    return {"text": "texts", "group": "groups"}.get(words, words)


def _bounds(schema: Schema) -> Iterator[str]:
    words = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
    return (f"{word} {schema[key]:g}" for key, word in words.items() if key in schema)


def _default(name: str, schema: Schema, model: Schema) -> str:
    if name in model.get("required", ()):
        return "must be given"
    default = schema.get("default")
    return "none" if default in (None, [], {}) else f"`{_toml(default)}`"


def _toml(value: Any) -> str:
    """A value as plan.toml would hold it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case dict():
            inside = [f"{key} = {_toml(inner)}" for key, inner in value.items() if inner != []]
            return f"{{ {', '.join(inside)} }}"
        case _:
            return f"{value:g}"
