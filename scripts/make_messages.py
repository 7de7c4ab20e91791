"""Bring the catalogs up to the code: every text that is translated, in every language. `make messages` runs it.

New texts come in without a translation, and texts that are gone leave. tests/words fails as long as one is empty.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).parents[1] / "src" / "staffplan"
CATALOGS = SOURCE / "words" / "catalogs"
KEYWORDS = {"_": (1,), "tr": (1,), "mark": (1,), "one_or_many": (2, 3), "plural": (2, 3)}
METHODS = [
    ("**.py", "python"),
    ("**/templates/*.j2", "jinja2.ext:babel_extract"),
    ("**/templates/*.js", "javascript"),
]


def texts() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Every text, one and many where it counts something, with the module it stands in."""
    for file, _, message, _, _ in extract_from_dir(SOURCE, METHODS, keywords=KEYWORDS):
        yield (message if isinstance(message, str) else tuple(message)), file


def updated(language: str, text: bytes) -> bytes:
    """A catalog with the texts of the code, and the translations that it had."""
    old = read_po(io.BytesIO(text), locale=language)
    new = Catalog(locale=language, header_comment=old.header_comment, project="staffplan", fuzzy=False)
    for message, file in texts():
        key = message if isinstance(message, str) else message[0]
        known = old.get(key)
        new.add(message, string=known.string if known is not None else None, locations=[(file, 0)])
    out = io.BytesIO()
    for message_of in new:
        message_of.flags.discard("python-format")
    write_po(out, new, width=0, sort_output=True, include_lineno=False, omit_header=True)
    head = f'# staffplan in {new.locale.english_name}.\nmsgid ""\nmsgstr ""\n'
    kept = ("Content-Type: text/plain; charset=utf-8", f"Language: {language}", f"Plural-Forms: {new.plural_forms}")
    return (head + "".join(f'"{line}\\n"\n' for line in kept) + "\n").encode() + out.getvalue()


if __name__ == "__main__":
    for path in sorted(CATALOGS.glob("*.po")):
        path.write_bytes(updated(path.stem, path.read_bytes()))
