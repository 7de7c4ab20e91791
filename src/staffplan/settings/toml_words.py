"""What is wrong with the text of a settings file, before any setting can be read: the line, and how to write it."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from staffplan.errors import ConfigError, Problem

_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)
_BARE_NAME = re.compile(r"[A-Za-z0-9_-]+")
_NAMES = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'[^']*'|[^.]+?)\s*(?:\.|$)""")
_SIMPLE_WORDS = {
    "Unclosed array": ("a list is not closed", "close it with ]"),
    "Unclosed inline table": ("a group in braces is not closed", "close it with }, on the line where it begins"),
    "Unterminated string": ("a text is not closed", "close it with the quote that it begins with"),
    "Expected '\"'": ("a text is not closed", "close it with the quote that it begins with"),
    'Expected "\'"': ("a text is not closed", "close it with the quote that it begins with"),
    "Illegal character '\\n'": ("a text is not closed on its line", "close it with the quote that it begins with"),
    "Unescaped '\\'": (
        "a text in double quotes holds a backslash",
        r"write paths with /, or in single quotes: 'C:\data'",
    ),
    "Invalid date or datetime": ("a day that no calendar has", "write 2026-12-31"),
    "Invalid statement": ("the line does not begin with a name", "write name = value, [section] or # remark"),
    "Invalid initial character for a key": ("a name is missing", "write name = value; in braces { name = value }"),
    "Illegal character": ("an invisible character stands here", "delete it and type the line again"),
    "Found invalid character": ("an invisible character stands here", "delete it and type the line again"),
}
"""What the parser reports, by how it begins: what is so, what to do."""


DEEPEST = 20
"""Lists and groups inside each other; no setting has more than five."""
_LONG_NUMBER = re.compile(r"\d[\d_]{1000}")


def read_toml(text: str, source: str) -> dict[str, Any]:
    """The values of a settings file. Raises ConfigError, at its line, where it is not TOML, or not such a file."""
    try:
        raw = tomllib.loads(text)
    except RecursionError as error:
        raise ConfigError(_too_deep(text, source)) from error
    except ValueError as error:
        raise ConfigError(toml_problem(error, text, source)) from error
    if _depth_reached(raw) > DEEPEST:
        raise ConfigError(_too_deep(text, source))
    return raw


def _depth_reached(raw: object) -> int:
    """How many lists and groups lie inside each other, up to one too many."""
    depth, level = 0, [raw]
    while level and depth <= DEEPEST:
        inside = [part for part in level if isinstance(part, dict | list)]
        level = [own for part in inside for own in (part.values() if isinstance(part, dict) else part)]
        depth += bool(inside)
    return depth


def _too_deep(text: str, source: str) -> Problem:
    lines = [sum(map(line.count, "[{.")) for line in text.splitlines()]
    message = "lists or groups stand inside each other too many times"
    return Problem(f"{source}:{lines.index(max(lines)) + 1}", message, "close the brackets that are left open")


def toml_problem(error: Exception, text: str, source: str) -> Problem:
    """A parser's error at `source:line:column`, in words; `text` is the file's."""
    lines = text.splitlines() or [""]
    match = _PLACE.fullmatch(str(error))
    number = _LONG_NUMBER.search(text)
    if match is None and number is not None:
        row = text.count("\n", 0, number.start()) + 1
        return Problem(f"{source}:{row}", "a number has more than 1,000 digits", "write a smaller number")
    if match is None:
        return Problem(source, *_words(str(error), ""))
    if match[2] is None:
        return Problem(f"{source}:{len(lines)}", *_words(match[1], lines[-1]))
    line = lines[min(int(match[2]), len(lines)) - 1]
    return Problem(f"{source}:{match[2]}:{match[3]}", *_words(match[1], line))


def _words(reported: str, line: str) -> tuple[str, str]:
    """What is so and what to do, of a parser's message on a line."""
    for begins, words in _SIMPLE_WORDS.items():
        if reported.startswith(begins):
            return words
    if "table declaration" in reported:
        return _about_header(line)
    if reported.startswith("Expected '=' after a key"):
        return _about_name(line)
    if reported.startswith(("Expected newline", "Invalid value")):
        return _about_value(line)
    if "twice" in reported or "overwrite" in reported or "Duplicate" in reported or "namespace" in reported:
        return (
            f"{_named(line)} is given a second time",
            "keep one of the two; a section stands once, all its settings in it",
        )
    return f"this is not TOML ({reported})", 'write name = value, texts in quotes: name = "text"'


def _named(line: str) -> str:
    """The section or the setting that a line is about."""
    header = re.match(r"\s*(\[.*\])", line)
    return header[1] if header else line.partition("=")[0].strip() or "a setting"


def _about_header(line: str) -> tuple[str, str]:
    """[queues.Customer Service], or a header whose bracket is not closed."""
    plain = line.partition("#")[0].strip()
    names = _NAMES.findall(plain.strip("[]"))
    opened = len(plain) - len(plain.lstrip("["))
    written = f"{'[' * opened}{'.'.join(quoted_name(name) for name in names)}{']' * opened}"
    if all(quoted_name(name) == name for name in names):
        return "the section's name is not closed, or something follows it", f"write {written} on a line of its own"
    return "a name with a space or a special character needs quotes", f"write {written}"


def quoted_name(name: str) -> str:
    """A name as it stands in the file: with quotes where it needs them and has none."""
    bare = _BARE_NAME.fullmatch(name) or name[:1] in ('"', "'")
    return name if bare else json.dumps(name, ensure_ascii=False)


def _about_name(line: str) -> tuple[str, str]:
    """use me = 3; weeks: 3; a word alone."""
    name, equals, value = line.partition("=")
    if equals:
        written = ".".join(quoted_name(part) for part in _NAMES.findall(name.strip()))
        return "a name with a space or a special character needs quotes", f"write {written} = {value.strip()}"
    name, colon, value = line.partition(":")
    if colon:
        return "a setting is written with =, not with a colon", f"write {name.strip()} = {value.strip()}"
    return f"{line.strip()!r} has no value", f"write {line.strip()} = value"


def _about_value(line: str) -> tuple[str, str]:
    """hours = 08:00-20:00; share = 0,5; weekend = True; a value that is missing."""
    name, _, rest = line.partition("=")
    name, value = name.strip(), rest.partition("#")[0].strip()
    if not value:
        return f"{name} has no value", f"write {name} = value, or leave the line out"
    comma, day = re.fullmatch(r"(-?\d+),(\d+)", value), re.fullmatch(r"(\d\d?)[./](\d\d?)[./](\d{4})", value)
    if comma:
        return f"{value} is not a number", f"write {name} = {comma[1]}.{comma[2]}"
    if day:
        return f"{value} is not a day", f"write year, month and day: {name} = {day[3]}-{day[2]:0>2}-{day[1]:0>2}"
    if value.lower() in ("true", "false"):
        return f"{value} is not a value", f"write {name} = {value.lower()}"
    if re.fullmatch(r"0\d+", value):
        return f"{value} is not a number", f'write {name} = {int(value)}, or "{value}" for a text'
    if name.startswith("["):
        return "something follows the section's name", "begin a new line after ]"
    plain = re.sub(r"[“”„‚‘’\"]", "", value)
    return f"{value} is not a value", f'a text stands in straight quotes: {name} = "{plain}"'


def dotted_names(key: str) -> list[str]:
    """The names of a setting's place: queues."Customer Service".goal has three, as in a file or without quotes."""
    try:
        return _path(tomllib.loads(f"{key} = 0"))
    except tomllib.TOMLDecodeError:
        return key.split(".")


def _path(nested: object) -> list[str]:
    names: list[str] = []
    while isinstance(nested, dict):
        (name, nested), *_ = nested.items()
        names.append(name)
    return names
