"""What a flag of the command line set, and is wrong, is told by the flag's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from staffplan.errors import ConfigError, Problem, UsageError


def settings_given(items: Sequence[str] | None) -> tuple[dict[str, object], dict[str, str]]:
    """Settings given with --set, by dotted name, and the flag of each for `flags_named`."""
    from staffplan.plan.directory import parse_overrides

    changes = parse_overrides(list(items or ()))
    return changes, {name: f"--set {name}" for name in changes}


@contextmanager
def flags_named(flags: Mapping[str, str]) -> Iterator[None]:
    """Inside, a ConfigError about settings that `flags` gave ("plan.weeks": "--weeks") names the flags.

    It becomes a UsageError where nothing else is wrong. A setting may be named by its end alone: "asa_seconds".
    """
    try:
        yield
    except ConfigError as error:
        told = [(problem, _flag_of(problem, flags)) for problem in error.problems]
        named = dict.fromkeys(
            Problem(flag, problem.message, problem.hint) if flag else problem for problem, flag in told
        )
        raise (UsageError if all(flag for _, flag in told) else ConfigError)(named) from error


def _flag_of(problem: Problem, flags: Mapping[str, str]) -> str:
    """The flag that set what the problem is about, or that it names; "" where none did."""
    if problem.place.startswith("--"):
        return problem.place
    setting = f".{problem.place.rpartition(':')[2]}."
    return next((flag for name, flag in flags.items() if f".{name}." in setting), "")
