"""The catalogs: one gettext file for each language, `catalogs/ru.po`, read as it stands."""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

SOURCE = "en"
"""The language of the code."""


@cache
def languages() -> tuple[str, ...]:
    """English, and those with a catalog."""
    found = (file.name for file in files("staffplan.words").joinpath("catalogs").iterdir())
    return (SOURCE, *sorted(name.removesuffix(".po") for name in found if name.endswith(".po")))


def known_language(name: str) -> str:
    """The name of a language; ValueError, in words, where it has no catalog."""
    if name not in languages():
        raise ValueError(f"{name!r} is not a language of staffplan; write one of {', '.join(languages())}")
    return name


@cache
def catalog(language: str) -> NullTranslations:
    """The words of a language. It is compiled in memory: a compiled copy on disk could differ from its source."""
    if language == SOURCE:
        return NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    text = files("staffplan.words").joinpath("catalogs", f"{known_language(language)}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(text), locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)
