"""JSON, JSON lines and XML as tables: one row for each of the objects that repeat, with dotted names of columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

import numpy as np
import pandas as pd

from staffplan.errors import DataError, Problem
from staffplan.files.records import Records

KEYS = (("metric",), ("Metric", "Name"))
"""Keys of objects in a list whose values name the object, the second inside the first: [{"metric": "nOffered", ...}]
and [{"Metric": {"Name": "CONTACTS_QUEUED"}, ...}] become a column each."""
DEEPEST = 60
Plain = dict[str, str]


def json_records(text: str, place: str) -> Records:
    """The table in a JSON document, or in lines of JSON. Raises DataError where it cannot be read."""
    try:
        return _records(_json(text), place)
    except (ValueError, RecursionError) as error:
        raise DataError(Problem(place, f"the JSON cannot be read: {error}", "export it again")) from error


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
    return [json.loads(line) for line in lines]


def xml_records(data: bytes, place: str) -> Records:
    """The table in an XML document. Raises DataError where it cannot be read, or declares entities or a type."""
    try:
        return _records(_xml(data), place)
    except expat.ExpatError as error:
        raise DataError(Problem(place, f"the XML cannot be read: {error}", "export it again")) from error
    except _RefusedError as error:
        hint = "staffplan reads plain XML alone, as entities can fill the memory"
        raise DataError(Problem(place, "the XML declares a document type", hint)) from error


class _RefusedError(Exception):
    """The document declares what plain data does not need."""


def _xml(data: bytes) -> Any:
    """Nested objects: an element with children is an object, several of one name are a list, others are text."""
    parser = expat.ParserCreate()
    stack: list[tuple[dict[str, Any], list[str]]] = [({}, [])]

    def refuse(*_: object) -> None:
        raise _RefusedError

    def start(_: str, attributes: dict[str, str]) -> None:
        if len(stack) > DEEPEST:
            raise _RefusedError
        stack.append((dict(attributes), []))

    def end(name: str) -> None:
        children, texts = stack.pop()
        value: Any = children or "".join(texts).strip()
        above = stack[-1][0]
        if name in above:
            above[name] = [*above[name], value] if isinstance(above[name], list) else [above[name], value]
        else:
            above[name] = value

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: stack[-1][1].append(text)
    parser.Parse(data, True)
    return next(iter(stack[0][0].values()))


def _records(value: Any, place: str) -> Records:
    rows = list(_flat(_repeating(value), ""))
    if not rows or not any(rows):
        raise DataError(Problem(place, "the document holds no list of rows", "export it again"))
    frame = pd.DataFrame(rows, dtype=object).fillna("")
    return Records(place, frame.assign(_row=np.arange(len(frame), dtype=np.int64) + 1), header_row=0)


def _repeating(value: Any) -> Any:
    """The part of a document that holds the rows: of an object with lists of objects in it, the longest list."""
    if isinstance(value, dict):
        lists = [inner for inner in value.values() if _is_list_of_objects(inner)]
        if lists:
            return max(lists, key=len)
        nested = [inner for inner in value.values() if isinstance(inner, dict)]
        if len(nested) == 1 and len(value) == 1:
            return _repeating(nested[0])
    return value


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(inner, dict) for inner in value)


def _flat(value: Any, name: str) -> Iterator[Plain]:
    """Rows of a value: those of each object of a list; an object's own cells go with every row inside it."""
    if isinstance(value, list):
        for inner in value:
            yield from _flat(inner, name)
    elif isinstance(value, dict):
        yield from _flat_object(value, name)
    else:
        yield {name: _text(value)}


def _flat_object(value: dict[str, Any], name: str) -> Iterator[Plain]:
    cells: Plain = {}
    inside: list[tuple[str, list[Any]]] = []
    for key, inner in value.items():
        path = f"{name}.{key}" if name else str(key)
        if _is_list_of_objects(inner):
            named = _named(inner)
            if named is None:
                inside.append((path, inner))
                continue
            inner = named
        if isinstance(inner, dict):
            rows = list(_flat(inner, path))
            if len(rows) > 1:
                inside.append((path, [inner]))
            else:
                cells |= rows[0] if rows else {}
        elif isinstance(inner, list):
            cells[path] = ", ".join(_text(part) for part in inner)
        else:
            cells[path] = _text(inner)
    if not inside:
        yield cells
        return
    path, rows_inside = max(inside, key=lambda part: len(part[1]))
    for row in _flat(rows_inside, path):
        yield cells | row


def _named(objects: list[dict[str, Any]]) -> dict[str, Any] | None:
    """A list whose objects name themselves as one object of them; None for other lists."""
    for key, *inside in KEYS:
        names = [inner.get(key) for inner in objects]
        for name in inside:
            names = [value.get(name) if isinstance(value, dict) else None for value in names]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            rest = [{k: v for k, v in inner.items() if k != key} for inner in objects]
            return dict(zip(map(str, names), rest, strict=True))
    return None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
