"""Docstrings say what there is: each parameter that they explain is one, and each error that they announce is a class."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_ENTRY = re.compile(r"    (?P<names>[\w*,. `]+?): ")


def classes(trees: Iterable[ast.Module]) -> set[str]:
    """Return what an error can be named: the classes of the modules, what they import, and Python's own."""
    found = set(dir(builtins))
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update(alias.asname or alias.name for alias in node.names)
    return found


def entries(docstring: str, section: str) -> list[str]:
    """Return the names that a section of a docstring explains."""
    found: list[str] = []
    inside = False
    for line in docstring.splitlines():
        if line and not line.startswith(" "):
            inside = line == f"{section}:"
        elif inside and (entry := _ENTRY.match(line)) and not line.startswith(" " * 5):
            found += [name.strip(" `*") for name in entry["names"].split(",")]
    return found


def parameters(node: Documented) -> set[str]:
    """Return what a function, or the class, is called with."""
    if isinstance(node, ast.ClassDef):
        made = next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
        if made is None:
            return {each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)}
        node = made
    taken = node.args
    every = [*taken.posonlyargs, *taken.args, *taken.kwonlyargs, taken.vararg, taken.kwarg]
    return {each.arg for each in every if each is not None}


def wrong(tree: ast.Module, known: set[str]) -> Iterator[str]:
    """Give what docstrings of a module explain that is not there, among the classes that are ``known``."""
    for node in ast.walk(tree):
        if not isinstance(node, Documented):
            continue
        docstring = ast.get_docstring(node) or ""
        yield from (f"{node.name}: no parameter {name}" for name in entries(docstring, "Args") if name not in parameters(node))
        for name in entries(docstring, "Raises"):
            if name.partition(".")[0] not in known:
                yield f"{node.name}: no error {name}"


def test_a_docstring_explains_only_what_there_is() -> None:
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "jobsync_tui").rglob("*.py"))}
    known = classes(trees.values())
    assert [f"{path.relative_to(ROOT)}: {each}" for path, tree in trees.items() for each in wrong(tree, known)] == []


def test_what_is_not_there_is_seen() -> None:
    source = '''
def f(one, *, two):
    """Do.

    Args:
        one, two: Are there.
        three: Is not.
            four: Is no entry.

    Raises:
        ValueError, Vanished: The second is not there.
    """
'''
    assert list(wrong(ast.parse(source), set(dir(builtins)))) == ["f: no parameter three", "f: no error Vanished"]
