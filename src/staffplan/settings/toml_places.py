"""On which line of a settings file a setting stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from staffplan.settings.toml_words import dotted_names

Path = tuple[str | int, ...]
"""Names, and places in a list from 0: ("roster", "rules", 2)."""
_TOKEN = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r"|(?P<text>\"\"\"(?:\\.|[^\\])*?\"\"\"|'''.*?'''|\"(?:\\.|[^\"\\\n])*\"|'[^'\n]*')"
    r"|(?P<line>\n)|(?P<mark>[][{},=])|(?P<word>[^\s\"'\[\]{},=#]+)",
    re.DOTALL,
)


class _Token(NamedTuple):
    text: str
    line: int


def lines_of(text: str) -> Mapping[Path, int]:
    """The line, from 1, of every section, key and entry of a list in the text of a TOML file that can be read."""
    return _Reader(list(_tokens(text))).read()


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """The line of a setting, or of what it stands in where it is left out; None where nothing of it is there."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def _tokens(text: str) -> Iterator[_Token]:
    line, seen = 1, 0
    for match in _TOKEN.finditer(text):
        line, seen = line + text.count("\n", seen, match.start()), match.start()
        if match.lastgroup != "comment":
            yield _Token(match[0], line)


@dataclass
class _Reader:
    """Walks the tokens once; `at` is the next one."""

    tokens: list[_Token]
    at: int = 0
    found: dict[Path, int] = field(default_factory=dict)

    def read(self) -> dict[Path, int]:
        section: Path = ()
        self._past_lines()
        while self.at < len(self.tokens):
            if self.tokens[self.at].text == "[":
                section = self._header()
            else:
                self._pair(section)
            self._past_lines()
        return self.found

    def _next(self) -> str:
        return self.tokens[self.at].text if self.at < len(self.tokens) else "\n"

    def _past_lines(self) -> None:
        while self.at < len(self.tokens) and self._next() == "\n":
            self.at += 1

    def _names(self, *ends: str) -> Path:
        """The names up to one of the marks, which is passed too."""
        parts = []
        while self._next() not in ends:
            parts.append(self._next())
            self.at += 1
        self.at += 1
        return tuple(dotted_names("".join(parts)))

    def _note(self, path: Path, line: int) -> Path:
        self.found.setdefault(path, line)
        return path

    def _header(self) -> Path:
        line = self.tokens[self.at].line
        repeated = self.tokens[self.at + 1].text == "["
        self.at += 1 + repeated
        path = self._within_lists(self._names("]"))
        if repeated:
            self.at += 1
            self._note(path, line)
            path = (*path, sum(1 for known in self.found if known[:-1] == path))
        return self._note(path, line)

    def _within_lists(self, names: Path) -> Path:
        """Names below a list of sections are of its last entry."""
        path: Path = ()
        for name in names:
            entries = [known[-1] for known in self.found if known[:-1] == path and isinstance(known[-1], int)]
            path = (*path, *entries[-1:], name)
        return path

    def _pair(self, section: Path) -> None:
        line = self.tokens[self.at].line
        self._value(self._note((*section, *self._names("=")), line))

    def _value(self, path: Path) -> None:
        match self._next():
            case "[":
                self._list(path)
            case "{":
                self._group(path)
            case _:
                while self._next() not in ("\n", ",", "]", "}"):
                    self.at += 1

    def _list(self, path: Path) -> None:
        number, self.at = 0, self.at + 1
        self._past_lines()
        while self._next() != "]":
            self._value(self._note((*path, number), self.tokens[self.at].line))
            number += 1
            self._past_comma()
        self.at += 1

    def _group(self, path: Path) -> None:
        self.at += 1
        self._past_lines()
        while self._next() != "}":
            self._pair(path)
            self._past_comma()
        self.at += 1

    def _past_comma(self) -> None:
        self._past_lines()
        self.at += self._next() == ","
        self._past_lines()
