"""What is spoken now, and the words for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from staffplan.words.catalog import SOURCE, catalog, known_language

_SPOKEN: ContextVar[str] = ContextVar("language", default=SOURCE)


def language() -> str:
    """Code of the language spoken, "en"."""
    return _SPOKEN.get()


@contextmanager
def speaking(name: str) -> Iterator[None]:
    """Everything made inside is in this language."""
    before = _SPOKEN.set(known_language(name))
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def tr(text: str, **values: object) -> str:
    """The text in the language spoken, with the values at their {names}; English where there is no translation."""
    said = catalog(_SPOKEN.get()).gettext(text) if text else ""
    return said.format_map(values) if values else said


def one_or_many(number: int, one: str, many: str) -> str:
    """The form of a noun that follows the number."""
    return catalog(_SPOKEN.get()).ngettext(one, many, number)


def mark(text: str) -> str:
    """The text as it is: it is translated where it is shown, not where the module is read."""
    return text
