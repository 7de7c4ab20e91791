"""Independent pieces of work, done by one process, by several, or by a Dask cluster, with the same results.

A piece is the arguments of one call. What it gives may depend on nothing else; then it does not matter who does it,
or in which order. Linear algebra runs on one thread everywhere, because sums split over threads round differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from staffplan.errors import Problem, UsageError
from staffplan.process.surroundings import working_folder_not_imported

if TYPE_CHECKING:
    from distributed import Client

Result = TypeVar("Result")

ROWS_FOR_A_PROCESS = 250_000
"""Rows to learn from that keep a process busy for longer than it takes to start."""
ANSWER_WITHIN_SECONDS = 5.0
"""A cluster that has not answered by then is not there."""
SAME_EVERYWHERE = ("staffplan", "numpy", "pandas", "scipy", "numba")
"""Packages that compute: other versions of them might give other digits."""
CERTIFICATES = ", ".join(
    f"DASK_DISTRIBUTED__COMM__TLS__{name}" for name in ("CA_FILE", "CLIENT__CERT", "CLIENT__KEY")
)
"""Settings of distributed for an encrypted cluster, as variables of the environment.

Source: https://distributed.dask.org/en/stable/tls.html, https://docs.dask.org/en/stable/configuration.html
"""
INSTALL_CLUSTER = "pip install 'staffplan[cluster]'"


@dataclass(frozen=True)
class Workers:
    """Who does the work: so many processes of this machine, or the Dask cluster whose scheduler is at `cluster`."""

    jobs: int | None = None
    """None: as many as pay, at most one for each core."""
    cluster: str | None = None
    """Like tcp://host:8786, or tls:// with certificates. Then `jobs` does not count: all its workers are used."""

    def processes(self, pieces: int, rows: int) -> int:
        """How many processes for this many pieces with so many rows together; 1 is the process that asks."""
        from joblib import cpu_count

        wanted = min(cpu_count(), rows // ROWS_FOR_A_PROCESS) if self.jobs is None else self.jobs
        return max(1, min(wanted, pieces))


AS_MANY_AS_PAY = Workers()


def _nothing(_number: int, _answer: object) -> None:
    """Keep nothing before all is done."""


def do_all(
    function: Callable[..., Result],
    pieces: Iterable[tuple[Any, ...]],
    workers: Workers,
    *,
    processes: int,
    on_done: Callable[[int], None],
    keep: Callable[[int, Result], None] = _nothing,
) -> list[Result]:
    """The function's answer to each piece, in the order of the pieces; `on_done` is told each piece as it is done.

    `keep` gets each answer as soon as it is there, in this process: what is kept is not lost to an error or Ctrl-C.

    Function and pieces travel to other processes, so they are plain values. An error of a piece ends all the work
    and is raised here, as Ctrl-C does. Raises UsageError where the cluster cannot be used.
    """
    from joblib import delayed
    from threadpoolctl import threadpool_limits

    done: dict[int, Result] = {}
    if workers.cluster is None and processes == 1:
        with threadpool_limits(limits=1):
            for number, piece in enumerate(pieces):
                done[number] = function(*piece)
                keep(number, done[number])
                on_done(number)
    else:
        calls = (delayed(_one_thread)(function, number, *piece) for number, piece in enumerate(pieces))
        with _parallel(workers, processes) as parallel:
            for number, result in parallel(calls):
                done[number] = result
                keep(number, result)
                on_done(number)
    return [done[number] for number in sorted(done)]


def _one_thread(function: Callable[..., Result], number: int, *piece: Any) -> tuple[int, Result]:
    """The number of a piece and the answer to it, in a process of workers: the limit stays for the next piece."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(limits=1)
    return number, function(*piece)


@contextmanager
def _parallel(workers: Workers, processes: int) -> Iterator[Any]:
    """joblib's Parallel on the processes or the cluster; it gives answers as they come.

    Pieces are sent one by one and whole: in one array of shared memory they could not be written to, as at home.
    """
    from joblib import Parallel, parallel_config

    how = {"return_as": "generator_unordered", "batch_size": 1}
    if workers.cluster is None:
        with working_folder_not_imported():
            yield Parallel(processes, "loky", inner_max_num_threads=1, max_nbytes=None, **how)
        return
    with _client(workers.cluster) as client, parallel_config(backend="dask", client=client):
        yield Parallel(**how)


@contextmanager
def _client(address: str) -> Iterator[Client]:
    """A connection to a cluster that has workers and computes as this machine does; UsageError otherwise."""
    from socket import create_connection

    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ModuleNotFoundError as error:
        problem = Problem("--cluster", "the package distributed is not installed", INSTALL_CLUSTER)
        raise UsageError(problem) from error
    _refuse_without_certificates(address)
    try:
        # A Client that finds nobody complains when it is collected as garbage: knock first.
        create_connection(get_address_host_port(address), ANSWER_WITHIN_SECONDS).close()
        client = Client(address, timeout=ANSWER_WITHIN_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        hint = "give the address that dask scheduler prints, like tcp://host:8786, or leave out --cluster"
        raise UsageError(Problem("--cluster", f"no Dask scheduler answers at {address}", hint)) from error
    with client:
        problems = differences(client.get_versions(packages=list(SAME_EVERYWHERE)), address)
        if problems:
            raise UsageError(problems)
        yield client


def _refuse_without_certificates(address: str) -> None:
    """Raise UsageError for an encrypted address where distributed's settings name no certificates to use."""
    if not address.startswith("tls://"):
        return
    from distributed.security import Security

    try:
        missing = Security().get_connection_args("client").get("ssl_context") is None
        message = "is encrypted, and no certificates are set"
    except OSError as error:
        missing, message = True, f"is encrypted, and the certificates that are set cannot be read: {error}"
    if missing:
        hint = f"set {', '.join(CERTIFICATES)} to files, as the how-to on scripts shows"
        raise UsageError(Problem("--cluster", f"{address} {message}", hint))


def differences(versions: dict[str, Any], address: str) -> list[Problem]:
    """What keeps the cluster from computing as this machine does: no workers, or other versions there."""
    if not versions["workers"]:
        hint = f"start one on each machine that is to work: dask worker {address}"
        return [Problem("--cluster", f"the cluster at {address} has no workers", hint)]
    here = _versions_of(versions["client"])
    problems = []
    for worker, told in sorted(versions["workers"].items()):
        there = _versions_of(told)
        other = [f"{name} {there[name] or 'not installed'} (here {here[name]})" for name in here]
        other = [words for name, words in zip(here, other, strict=True) if there[name] != here[name]]
        if other:
            message = f"the worker {worker} computes with {', '.join(other)}"
            problems.append(Problem("--cluster", message, "install the same versions on every machine"))
    return problems


def _versions_of(machine: dict[str, Any]) -> dict[str, str | None]:
    """Versions of what computes on one machine; of Python the first two numbers."""
    python = ".".join(str(machine["host"]["python"]).split(".")[:2])
    return {"python": python, **{name: machine["packages"].get(name) for name in SAME_EVERYWHERE}}
