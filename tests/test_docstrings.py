"""Every public function on arrays gives their shape: by name in parentheses, as `(days, slots)` or `(intervals,)`."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import staffplan

PACKAGE = Path(staffplan.__file__).parent
ALIAS = re.compile(r"^(\w+) = NDArray\[", re.MULTILINE)
DIMENSION = r"(?:\.\.\.|\w+(?:\s+[\w+-]+){0,4})"
SHAPE = re.compile(rf"\({DIMENSION},(?:\s+{DIMENSION})?(?:,\s+{DIMENSION})*\)|[Oo]f\s(?:any|one)\sshape")
"""Dimensions by name, with a comma; `arrays of one shape` or `of any shape` where each element is treated alone."""
WITHOUT = {
    "staffplan.roster.rules.automaton:joined",
    "staffplan.roster.rules.counts:bounded",
    "staffplan.roster.rules.hours:last_of_week",
    "staffplan.roster.rules.team:Finished.can",
}
"""Functions that name no shape yet: the list only gets shorter."""


def name_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def aliases(sources: dict[str, str], trees: dict[str, ast.Module]) -> dict[str, set[str]]:
    """Names that mean an array, by module: NDArray, its aliases there, and aliases imported from another module."""
    own = {name: set(ALIAS.findall(source)) for name, source in sources.items()}
    found = {}
    for name, tree in trees.items():
        taken = {
            alias.name
            for node in tree.body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
            if alias.name in own.get(node.module or "", set())
        }
        found[name] = own[name] | taken | {"NDArray"}
    return found


def public_functions(tree: ast.Module | ast.ClassDef) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions of the module and methods of its classes, without those that begin with an underscore."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from (
                (f"{node.name}.{name}", function) for name, function in public_functions(ast.Module(node.body))
            )
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield node.name, node


def takes_or_gives(function: ast.FunctionDef, arrays: set[str]) -> bool:
    """Whether an annotation of the function names an array; a list or a mapping of arrays counts too."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    annotations = [argument.annotation for argument in every] + [function.returns]
    names = {
        node.id
        for annotation in annotations
        if annotation
        for node in ast.walk(annotation)
        if isinstance(node, ast.Name)
    }
    return bool(names & arrays)


def without_shape(sources: dict[str, str]) -> list[str]:
    """Public functions on arrays whose docstring is missing or names no shape, as module:function."""
    trees = {module: ast.parse(source) for module, source in sources.items()}
    arrays = aliases(sources, trees)
    return [
        f"{module}:{name}"
        for module, tree in trees.items()
        for name, function in public_functions(tree)
        if takes_or_gives(function, arrays[module]) and not SHAPE.search(ast.get_docstring(function) or "")
    ]


def test_every_public_function_on_arrays_names_a_shape() -> None:
    sources = {name_of(path): path.read_text(encoding="utf-8") for path in sorted(PACKAGE.rglob("*.py"))}
    assert set(without_shape(sources)) <= WITHOUT


def test_a_function_on_arrays_without_docstring_or_without_shape_is_found() -> None:
    sources = {
        "staffplan.a": "Floats = NDArray[float]\n"
        "def bare(x: Floats) -> float:\n    return 0.0\n"
        'def vague(x: Floats) -> float:\n    """Sum (in hours) of x."""\n'
        'def named(x: Floats) -> float:\n    """Sum of `x` (days, slots)."""\n'
        'def alike(x: Floats) -> Floats:\n    """Twice `x`, of any shape."""\n'
        "def _private(x: Floats) -> float:\n    return 0.0\n"
        "def scalar(x: float) -> float:\n    return x\n",
        "staffplan.b": "from staffplan.a import Floats\n"
        "class Held:\n    def total(self) -> dict[str, Floats]:\n        return {}\n",
    }
    assert without_shape(sources) == ["staffplan.a:bare", "staffplan.a:vague", "staffplan.b:Held.total"]
