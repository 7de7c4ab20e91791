"""Files inside gzip and zip archives, up to a size that is safe to read."""

from __future__ import annotations

import io
import zipfile
import zlib

from staffplan.errors import DataError, Problem

MOST_BYTES = 2_000_000_000
"""Unpacked, all files of an archive together: an archive of a few kilobytes can hold more than a memory does."""
MOST_FILES = 1000
_PIECE = 1 << 20
GZIP = b"\x1f\x8b"
ZIP = b"PK\x03\x04"
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
BINARY_PART, OPEN_DOCUMENT_PART = "xl/workbook.bin", "META-INF/manifest.xml"


def is_workbook(data: bytes) -> bool:
    """Whether this is a workbook of any kind: .xlsx, .xls, .xlsb or .ods."""
    return data.startswith(OLD_WORKBOOK) or is_open_workbook(data) or _holds(data, BINARY_PART, OPEN_DOCUMENT_PART)


def is_open_workbook(data: bytes) -> bool:
    """Whether this is an .xlsx."""
    return _holds(data, "[Content_Types].xml") and not _holds(data, BINARY_PART)


def _holds(data: bytes, *names: str) -> bool:
    """Whether a zip archive holds one of these files."""
    if not data.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return bool(set(names).intersection(archive.namelist()))
    except zipfile.BadZipFile:
        return False


def unpacked_bytes(data: bytes) -> int:
    """What the files of a zip archive come to, as it says itself."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(member.file_size for member in archive.infolist())


def unpacked(data: bytes, place: str, most_bytes: int = MOST_BYTES) -> dict[str, bytes]:
    """The files in a gzip or zip archive by their place; other data as they are.

    Raises DataError for a damaged archive, one that unpacks to more than `most_bytes`, and one that asks a password.
    """
    try:
        if data.startswith(GZIP):
            return {place: _gunzipped(data, place, most_bytes)}
        if data.startswith(ZIP) and not is_workbook(data):
            return _unzipped(data, place, most_bytes)
    except (zlib.error, zipfile.BadZipFile, EOFError, NotImplementedError) as error:
        raise DataError(Problem(place, "the archive is damaged", "pack it again")) from error
    except RuntimeError as error:  # what zipfile raises for a file that is encrypted
        raise DataError(Problem(place, "the archive asks for a password", "unpack it, and give the files")) from error
    return {place: data}


def _gunzipped(data: bytes, place: str, most_bytes: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while data:
        reader = zlib.decompressobj(wbits=31)
        while not reader.eof:
            piece = reader.decompress(data, _PIECE)
            if not piece and not reader.eof and not reader.unconsumed_tail:
                raise EOFError
            data = reader.unconsumed_tail
            pieces.append(piece)
            size += len(piece)
            if size > most_bytes:
                raise DataError(_too_large(place, most_bytes))
        data = reader.unused_data.lstrip(b"\x00")
    return b"".join(pieces)


def _unzipped(data: bytes, place: str, most_bytes: int) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
        if len(members) > MOST_FILES or sum(m.file_size for m in members) > most_bytes:
            raise DataError(_too_large(place, most_bytes))
        found: dict[str, bytes] = {}
        left = most_bytes
        for member in members:
            with archive.open(member) as file:
                found[f"{place}[{member.filename}]"] = file.read(left + 1)
            left -= len(found[f"{place}[{member.filename}]"])
            if left < 0:
                raise DataError(_too_large(place, most_bytes))
    if not found:
        raise DataError(Problem(place, "the archive holds no file", "pack it again"))
    return found


def _too_large(place: str, most_bytes: int) -> Problem:
    message = f"the archive unpacks to more than {most_bytes / 1e9:g} GB, or to more than {MOST_FILES} files"
    return Problem(place, message, "unpack it, and give the files")
