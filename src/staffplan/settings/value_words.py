"""A setting with a value that cannot be: where it stands in the file, what is so, what to write instead."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from staffplan.errors import Problem, nearest

TAGS = ("rule", "change")
"""Settings that say of which kind an entry of a list is."""
OF_A_KEY = "[key]"
"""What pydantic adds to the path where the name of a setting itself is wrong."""
WORDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("{value} is not above {gt}", "write a number above {gt}"),
    "greater_than_equal": ("{value} is below {ge}", "write {ge} or more"),
    "less_than": ("{value} is not below {lt}", "write a number below {lt}"),
    "less_than_equal": ("{value} is above {le}", "write {le} or less"),
    "int_parsing": ("{value} is not a whole number", "write a whole number without quotes or a unit, 4"),
    "int_parsing_size": ("{value} is too large", "write a smaller whole number"),
    "int_type": ("{value} is not a whole number", "write a whole number without quotes or a unit, 4"),
    "int_from_float": ("{value} is not a whole number", "write a whole number, 4"),
    "float_parsing": ("{value} is not a number", "write a number without quotes or a unit, with a point: 0.5"),
    "float_type": ("{value} is not a number", "write a number without quotes or a unit, with a point: 0.5"),
    "decimal_parsing": ("{value} is not a number", 'write a number with a point: "0.92"'),
    "decimal_type": ("{value} is not a number", 'write a number with a point: "0.92"'),
    "finite_number": ("{value} is not a number that can be used", "write an ordinary number"),
    "bool_parsing": ("{value} is neither true nor false", "write true or false, without quotes"),
    "bool_type": ("{value} is neither true nor false", "write true or false, without quotes"),
    "string_type": ("{value} is not a text", 'write it in quotes: "{value}"'),
    "string_pattern_mismatch": ("{value} is not three capital letters", "write a currency's code, EUR"),
    "literal_error": ("{value} is not one of the values allowed", "write {expected}"),
    "tuple_type": ("{value} is not a list", "write a list in square brackets: [{toml}]"),
    "dict_type": ("{value} is not a group of settings", "write [{path}.NAME] and its settings below"),
    "model_type": ("{value} is not a group of settings", "write [{path}]"),
    "model_attributes_type": ("{value} is not a group of settings", 'write {{ rule = "daily_rest", hours = 11 }}'),
    "too_short": ("the list is empty", "name at least {min_length}, or leave the setting out"),
    "date_from_datetime_parsing": ("{value} is not a day", "write 2026-12-31"),
    "date_from_datetime_inexact": ("{value} is not a day", "write 2026-12-31"),
    "date_parsing": ("{value} is not a day", "write 2026-12-31"),
    "date_type": ("{value} is not a day", "write 2026-12-31"),
    "string_too_short": ("the text is empty", "write a text in quotes"),
    "string_too_long": ("the text is too long", "write at most {max_length} characters"),
    "missing": ("the setting is missing", ""),
}
"""What is so and what to do, by pydantic's kinds of errors; those that name other settings are in `_problem`."""


def value_problems(details: Sequence[Any], source: str, model: type[BaseModel]) -> list[Problem]:
    """pydantic's errors on `model` as problems at `source:section.key`; a value of several possible kinds has one."""
    found = [(*_written(detail["loc"], model), detail) for detail in details if not _follows(detail)]
    inside = [path for path, branch, _ in found if branch]
    problems: dict[str, list[Problem]] = {}
    for path, branch, detail in found:
        deeper = any(len(other) > len(path) and other[: len(path)] == path for other in inside)
        if not (branch and deeper):
            problem = _problem(path, detail, source, model)
            problems.setdefault(problem.place if branch else f"{problem}", []).append(problem)
    return [_one_of_several(same) for same in problems.values()]


def _follows(detail: Any) -> bool:
    """Whether a list is short only as some of its entries, problems of their own, cannot be used."""
    if detail["type"] != "too_short":
        return False
    entries: int = len(detail["input"])
    least: int = detail["ctx"]["min_length"]
    return entries >= least


def _one_of_several(same: Sequence[Problem]) -> Problem:
    if len(same) == 1:
        return same[0]
    value, *_ = same[0].message.partition(" is ")
    ways = ", or ".join(problem.hint.removeprefix("write ") for problem in same)
    return Problem(same[0].place, f"{value} cannot stand here", f"write {ways}")


def _problem(path: tuple[str, ...], detail: Any, source: str, model: type[BaseModel]) -> Problem:
    """One of pydantic's errors in our words."""
    kind, value, place = detail["type"], detail.get("input"), f"{source}:{'.'.join(path)}"
    match kind:
        case "extra_forbidden":
            return Problem(place, "unknown setting", nearest(path[-1], _keys_at(detail["loc"][:-1], model)))
        case "union_tag_invalid" | "union_tag_not_found":
            return _unknown_kind(place, value, _kinds_at(detail["loc"], model))
    if kind in WORDS:
        message, hint = (_filled(words, path, detail) for words in WORDS[kind])
        return Problem(place, message, hint)
    return _of_ours(place, value, detail["msg"])


def _unknown_kind(place: str, value: object, kinds: Sequence[Any]) -> Problem:
    """An entry of a list whose kind, such as its rule, is unknown or not given."""
    key, names = next(key for key in TAGS if key in kinds[0].model_fields), [_tag(kind) for kind in kinds]
    name = str(value[key]) if isinstance(value, dict) and key in value else ""
    message = f"{name!r} is not a {key}" if name else "the setting is missing"
    return Problem(f"{place}.{key}", message, nearest(name, names))


def _kinds_at(path: Sequence[str | int], model: type[BaseModel]) -> list[Any]:
    """The kinds of value that may stand at a place of the file."""
    *_, (_, _, inside) = _walk(path, model)
    return [kind for each in _kinds(inside) for kind in _kinds(_bare(each))]


def _filled(words: str, path: tuple[str, ...], detail: Any) -> str:
    """The words with the value seen, as Python shows and as TOML writes it, its place and its limits in them."""
    value, limits = detail.get("input"), detail.get("ctx", {})
    numbers = {name: f"{limit:g}" if isinstance(limit, float) else str(limit) for name, limit in limits.items()}
    return words.format(**numbers, path=".".join(path), value=_shown(value), toml=json.dumps(value, default=str))


def _shown(value: object) -> str:
    return "a list" if isinstance(value, list) else "a group" if isinstance(value, dict) else _plain(value)


def _plain(value: object) -> str:
    """A day as it is written; anything else as Python shows it."""
    return str(value) if isinstance(value, date) else repr(value)


def _of_ours(place: str, value: object, message: str) -> Problem:
    """What a check of ours said: "what is so; what to do"."""
    said, _, hint = message.removeprefix("Value error, ").partition("; ")
    said_already = isinstance(value, str) and repr(value) in said
    shown = f"{value!r}: " if isinstance(value, str | int | float) and not said_already else ""
    return Problem(place, f"{shown}{said[0].lower()}{said[1:]}", hint)


def _keys_at(path: Sequence[str | int], model: type[BaseModel]) -> list[str]:
    """Keys allowed at a place of the file."""
    inside = next((inside for *_, inside in reversed(list(_walk(path, model)))), model)
    return list(getattr(inside, "model_fields", {}))


def _written(path: Sequence[str | int], model: type[BaseModel]) -> tuple[tuple[str, ...], bool]:
    """The part of pydantic's path that stands in the file, and whether a branch of a union was left out of it."""
    steps = list(_walk([part for part in path if part != OF_A_KEY], model))
    branch = any(left_out and _tag(inside) != part for part, left_out, inside in steps)
    return tuple(str(part) for part, left_out, _ in steps if not left_out), branch


def _walk(path: Sequence[str | int], model: type[BaseModel]) -> Iterator[tuple[str | int, bool, Any]]:
    """Each part of the path, whether it names a kind of value (a rule, a branch of a union) and not a setting, and
    what stands there."""
    inside: Any = model
    for part in path:
        kinds = _kinds(inside)
        fields = getattr(inside, "model_fields", {})
        left_out = len(kinds) > 1
        if left_out:
            inside = next((kind for kind in kinds if part == _tag(kind) or _called(kind) == _head(part)), None)
        elif part in fields:
            inside = fields[part].annotation
        else:
            inside = get_args(inside)[-1 if get_origin(inside) is dict else 0] if get_args(inside) else None
        inside = _bare(inside)
        yield part, left_out, inside


def _bare(annotation: Any) -> Any:
    """The annotation without what it is annotated with, and without its None where one kind is left."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    kinds = _kinds(annotation)
    return _bare(kinds[0]) if len(kinds) == 1 and kinds[0] is not annotation else annotation


def _kinds(annotation: Any) -> list[Any]:
    """The kinds of value of a union; one where it is none."""
    if get_origin(annotation) not in (Union, UnionType):
        return [annotation]
    return [kind for kind in get_args(annotation) if kind is not type(None)]


def _tag(kind: Any) -> str:
    """The name by which an entry of a list says that it is of this kind; "" for other kinds of value."""
    fields = getattr(kind, "model_fields", {})
    return next((str(fields[key].default) for key in TAGS if key in fields), "")


def _called(kind: Any) -> str:
    """How pydantic calls a kind in its paths, up to what is inside it."""
    return getattr(get_origin(kind) or kind, "__name__", "")


def _head(part: str | int) -> str:
    return str(part).partition("[")[0]
