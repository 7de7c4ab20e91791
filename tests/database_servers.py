"""Real servers for the tests that read databases, from Debian's packages; nothing of theirs stays behind."""

from __future__ import annotations

import contextlib
import functools
import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from pathlib import Path

PASSWORD = "s3cret#pass"
QUOTED = "s3cret%23pass"
"""The password as a URL has it."""
PLAIN_USERS = ("postgres", "mysql", "nobody")
"""Users that a server can run as, where the tests are run by root: PostgreSQL refuses root."""
START_SECONDS = 60


class NotStartedError(Exception):
    """A server is not installed, or does not start here."""


def _program(name: str, folders: str) -> Path:
    found = [Path(where) for where in [shutil.which(name)] if where]
    found += sorted(Path("/").glob(f"{folders}/{name}"), reverse=True)
    if not found:
        raise NotStartedError(f"{name} is not installed")
    return found[0]


@functools.cache
def _renamed() -> tuple[str, ...]:
    """What makes root another user of the same rights, where the system lets it."""
    command = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
    with contextlib.suppress(OSError):
        if os.geteuid() == 0 and subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    return ()


def _user() -> str | None:
    """Another user to run as, for root."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    is_root = os.geteuid() == 0 and not _renamed()
    return next((name for name in PLAIN_USERS if name in known), None) if is_root else None


def _ran(command: Sequence[str | Path], folder: Path) -> None:
    told = [*_renamed(), *command]
    done = subprocess.run(
        told, cwd=folder, user=_user(), capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        raise NotStartedError(f"{Path(command[0]).name}: {(done.stderr or done.stdout).strip()[-300:]}")


@contextlib.contextmanager
def _folder() -> Generator[Path]:
    """A folder that the server's user may write to, with a short name, as sockets need."""
    with tempfile.TemporaryDirectory(prefix="sp-", ignore_cleanup_errors=True) as name:
        user = _user()
        if user is not None:
            shutil.chown(name, user)
        yield Path(name)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextlib.contextmanager
def _running(command: Sequence[str | Path], folder: Path, port: int) -> Generator[None]:
    """A server from the moment that it answers on its port until the end."""
    log = (folder / "server.log").open("wb")
    with log, subprocess.Popen([*_renamed(), *command], cwd=folder, user=_user(), stdout=log, stderr=log) as server:
        try:
            until = time.monotonic() + START_SECONDS
            while not _answers(port):
                if server.poll() is not None or time.monotonic() > until:
                    raise NotStartedError((folder / "server.log").read_text(errors="replace").strip()[-300:])
                time.sleep(0.1)
            yield
        finally:
            server.terminate()
            server.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def postgresql() -> Generator[str]:
    """URL of a PostgreSQL server, user planner. Raises NotStartedError."""
    bin_ = _program("initdb", "usr/lib/postgresql/*/bin").resolve().parent
    with _folder() as folder:
        (folder / "password").write_text(PASSWORD)
        if (user := _user()) is not None:
            shutil.chown(folder / "password", user)
        make = [bin_ / "initdb", "-D", folder / "data", "-U", "planner", "--auth=scram-sha-256", "-E", "UTF8"]
        _ran([*make, f"--pwfile={folder / 'password'}", "--locale=C", "--no-sync"], folder)
        port = _free_port()
        told = (
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={folder}",
            "fsync=off",
            "timezone=Europe/Madrid",
        )
        options = [part for setting in told for part in ("-c", setting)]
        with _running([bin_ / "postgres", "-D", folder / "data", "-p", str(port), *options], folder, port):
            yield f"postgresql://planner:{QUOTED}@127.0.0.1:{port}/postgres"


@contextlib.contextmanager
def mariadb() -> Generator[str]:
    """URL of a MariaDB server, user planner. Raises NotStartedError."""
    make, serve = _program("mariadb-install-db", "usr/bin"), _program("mariadbd", "usr/sbin")
    with _folder() as folder:
        user = _user() or getpass.getuser()
        plain = ["--no-defaults", f"--datadir={folder / 'data'}"]
        _ran([make, *plain, "--auth-root-authentication-method=normal", "--skip-test-db"], folder)
        first = folder / "first.sql"
        first.write_text(
            "CREATE DATABASE calls CHARACTER SET utf8mb4;\n"
            f"CREATE USER planner@'%' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON calls.* TO planner@'%';\n"
        )
        first.chmod(0o644)
        port = _free_port()
        told = [f"--socket={folder / 's'}", f"--port={port}", "--bind-address=127.0.0.1", f"--user={user}"]
        told += [f"--init-file={first}", "--skip-name-resolve", f"--pid-file={folder / 'pid'}", "--skip-log-bin"]
        with _running([serve, *plain, *told], folder, port):
            yield f"mariadb://planner:{QUOTED}@127.0.0.1:{port}/calls"
