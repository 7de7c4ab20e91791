"""Every text of the code is in every catalog, translated, with the same names in braces."""

from __future__ import annotations

import importlib
import io
import re
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from staffplan.words import SOURCE, languages

pytestmark = pytest.mark.filterwarnings("ignore:Skipping f-string")
TRANSLATED = [name for name in languages() if name != SOURCE]
Text = str | tuple[str, ...]


@pytest.fixture(scope="module")
def texts() -> set[Text]:
    """Every text that the code translates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[2] / "scripts")
        return {text for text, _ in importlib.import_module("make_messages").texts()}


def catalog_of(language: str) -> Catalog:
    text = files("staffplan.words").joinpath("catalogs", f"{language}.po").read_bytes()
    return read_po(io.BytesIO(text), locale=language)


def names_in(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def test_there_are_german_and_russian() -> None:
    assert languages() == ("en", "de", "ru")


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalog_has_the_texts_of_the_code_and_no_others(language: str, texts: set[Text]) -> None:
    known = {message.id for message in catalog_of(language) if message.id}
    assert {text if isinstance(text, str) else text[0] for text in texts} == {
        text if isinstance(text, str) else text[0] for text in known
    }, "run make messages, and translate what is new"


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated_with_the_same_names_and_edges(language: str) -> None:
    for message in catalog_of(language):
        if not message.id:
            continue
        sources = [message.id] if isinstance(message.id, str) else list(message.id)
        said = [message.string] if isinstance(message.string, str) else list(message.string)
        assert not message.fuzzy, message.id
        assert all(said), f"{message.id!r} is not translated"
        wanted = names_in(sources[0])
        assert all(names_in(form) == wanted for form in said), message.id
        assert all(form.endswith(" ") == sources[-1].endswith(" ") for form in said), message.id


@pytest.mark.parametrize(("language", "forms"), [("de", 2), ("ru", 3)])
def test_what_is_counted_has_as_many_forms_as_the_language(language: str, forms: int) -> None:
    catalog = catalog_of(language)
    assert catalog.num_plurals == forms
    counted = [message for message in catalog if isinstance(message.id, tuple)]
    assert counted
    assert all(len(message.string) == forms for message in counted)
