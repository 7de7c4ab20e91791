"""The reference of the commands, made from the functions behind them."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from typer.models import ArgumentInfo, OptionInfo

from reference.markdown import doc, one_line, table
from staffplan.cli.main import app

HEAD = """# Commands

`staffplan COMMAND --help` prints the same text in the terminal. Results go to stdout. Messages and progress go to
stderr. A file is overwritten only with `--force`. [Exit codes](exit-codes.md) are the same for all commands.

"""
TAIL = "This page is made from the code: `python scripts/make_reference.py`.\n"
NOT_RUN = "<!-- not run: a form, not a session -->"
WORDS: dict[object, str] = {Path: "path", str: "text", int: "whole number", float: "number"}


@dataclass(frozen=True)
class Parameter:
    """An argument or an option of a command."""

    name: str
    info: ArgumentInfo | OptionInfo
    kind: object
    """A type, or an enumeration of the choices."""
    repeated: bool
    default: object
    """inspect.Parameter.empty where it must be given."""

    @property
    def required(self) -> bool:
        return self.default is inspect.Parameter.empty


def commands_page() -> str:
    """The whole page as Markdown, commands in the order of the help."""
    commands = [(str(command.name), command.callback) for command in app.registered_commands if command.callback]
    index = "".join(f"- [`{name}`](#{name}): {_first_line(function)}\n" for name, function in commands)
    return HEAD + index + "\n" + "\n".join(_command(name, function) for name, function in commands) + "\n" + TAIL


def _command(name: str, function: Callable[..., object]) -> str:
    parameters = list(_parameters(function))
    arguments = [p for p in parameters if isinstance(p.info, ArgumentInfo)]
    options = [p for p in parameters if isinstance(p.info, OptionInfo) and not p.info.hidden]
    words = [p.name.upper() if p.required else f"[{p.name.upper()}]" for p in arguments]
    words += [f"{_flags(p)[0]} {p.name.upper()}" for p in options if p.required]
    usage = f"{NOT_RUN}\n```text\nstaffplan {' '.join([name, *words, '[OPTIONS]'])}\n```"
    parts = [f"## {name}", usage, *_help(function)]
    if arguments:
        needed = {True: "must be given", False: "optional"}
        rows = [(f"`{p.name.upper()}`", needed[p.required], p.info.help or "") for p in arguments]
        parts.append(table(("argument", "", "meaning"), rows))
    rows = [(_names(p), _value(p), _default(p), p.info.help or "") for p in options]
    parts.append(table(("option", "value", "default", "meaning"), rows))
    return "\n\n".join(parts) + "\n"


def _parameters(function: Callable[..., object]) -> Iterator[Parameter]:
    hints = typing.get_type_hints(function, include_extras=True)
    for name, parameter in inspect.signature(function).parameters.items():
        kind, *extras = typing.get_args(hints[name])
        info = next(extra for extra in extras if isinstance(extra, ArgumentInfo | OptionInfo))
        inner, repeated = _plain(kind)
        yield Parameter(name, info, inner, repeated, parameter.default)


def _plain(kind: object) -> tuple[object, bool]:
    """The type without `| None` and `list`, and whether it was a list."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        kind = next(part for part in typing.get_args(kind) if part is not types.NoneType)
    repeated = typing.get_origin(kind) is list
    return (typing.get_args(kind)[0] if repeated else kind), repeated


def _first_line(function: Callable[..., object]) -> str:
    return one_line(doc(function).split("\n\n")[0])


def _help(function: Callable[..., object]) -> Iterator[str]:
    """The help's paragraphs; a run of examples becomes one block."""
    examples: list[str] = []
    for paragraph in (*doc(function).split("\n\n"), ""):
        example = re.fullmatch(r"(?:Examples?: ?)?(staffplan .*)?", one_line(paragraph))
        if example and paragraph:
            examples += [example[1]] if example[1] else []
            continue
        if examples:
            yield f"{NOT_RUN}\n```text\n" + "\n".join(examples) + "\n```"
            examples = []
        if paragraph:
            yield one_line(paragraph)


def _names(parameter: Parameter) -> str:
    return ", ".join(f"`{flag}`" for flag in _flags(parameter))


def _flags(parameter: Parameter) -> list[str]:
    """The flags as typed; within Annotated typer keeps the first of them as the default."""
    declared = [flag for flag in (parameter.info.default, *(parameter.info.param_decls or ())) if _is_flag(flag)]
    return declared or [f"--{parameter.name.replace('_', '-')}"]


def _is_flag(word: object) -> bool:
    return isinstance(word, str) and word.startswith("-")


def _value(parameter: Parameter) -> str:
    if parameter.kind is bool:
        return ""
    least = parameter.info.min
    kinds = typing.get_args(parameter.kind) or (parameter.kind,)
    words = _choices(parameter.kind) or " ".join(WORDS[kind] for kind in kinds)
    words += "" if least is None else f" from {least:g}"
    return words + (", may be repeated" if parameter.repeated else "")


def _choices(kind: object) -> str:
    is_enumeration = isinstance(kind, type) and issubclass(kind, Enum)
    return " or ".join(f"`{choice.value}`" for choice in kind) if is_enumeration else ""


def _default(parameter: Parameter) -> str:
    if parameter.required:
        return "must be given"
    default = parameter.default.value if isinstance(parameter.default, Enum) else parameter.default
    return "" if default is None or default is False else f"`{default}`"
