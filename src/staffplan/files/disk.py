"""Every change that staffplan makes on a disk, one small function each, so that a test can interrupt each of them."""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from pathlib import Path


def make_folder(path: Path, mode: int = 0o777) -> None:
    """Make a folder; its permissions are `mode` without those that the umask takes away."""
    path.mkdir(mode)


def write(path: Path, data: bytes) -> None:
    """Write a new file, with the permissions that the umask leaves. Raises FileExistsError where there is one."""
    with path.open("xb") as file:
        file.write(data)


def set_mode(path: Path, mode: int) -> None:
    path.chmod(mode)


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's names, are on the disk. Without a wait where it cannot tell."""
    folder = path.is_dir()
    if folder and sys.platform == "win32":
        return
    handle = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as error:
        if not folder or error.errno != errno.EINVAL:
            raise
    finally:
        os.close(handle)


def move(source: Path, target: Path) -> None:
    """Give a file another name on the same disk, in place of a file that has it."""
    source.replace(target)


def remove(path: Path) -> None:
    path.unlink()


def remove_folder(path: Path) -> None:
    """Remove an empty folder."""
    path.rmdir()


def sha256(path: Path) -> str | None:
    """Hash of a file's bytes; None where there is no file, or a folder."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
