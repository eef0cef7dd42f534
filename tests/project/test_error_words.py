"""Nothing is decided by the words of an error: a release words them otherwise, and a server in its own language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "jobsync_tui"
SAID = re.compile(r"\b(?:str|repr)\(\w+\)|\.args\b")
LOOKS = frozenset({"startswith", "endswith", "find", "index", "count", "search", "match", "fullmatch"})


class _Unasserted(ast.NodeTransformer):
    """Takes out what is asserted: a test of our own words."""

    def visit_Assert(self, node: ast.Assert) -> None:
        """Leave nothing of it."""


def decided_by_words(source: str) -> Iterator[str]:
    """Yield what compares or searches the text of an error, not of our own kinds, that was caught or handed on."""
    if not SAID.search(source):  # most files, at the cost of none of them being parsed
        return
    tree = _Unasserted().visit(ast.parse(source))
    own = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    own |= {name.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level for name in node.names}
    caught = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name]
    errors = {node.name for node in caught if node.type and ast.unparse(node.type) not in own}
    errors |= {
        node.arg for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation and "Exception" in ast.unparse(node.annotation)
    }
    texts = {text for name in errors for text in (f"str({name})", f"repr({name})", f"{name}.args")}
    for node in ast.walk(tree):
        looks = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOOKS
        if (looks or isinstance(node, ast.Compare)) and any(text in ast.unparse(node) for text in texts):
            yield ast.unparse(node)


@pytest.mark.parametrize(
    "decision", ["'no such' in str(error)", "error.args[0] == 'gone'", "str(error).startswith('x')", "re.search('x', str(error))"]
)
def test_a_decision_is_found(decision: str) -> None:
    assert [*decided_by_words(f"try:\n    go()\nexcept Gone as error:\n    found = {decision}\n")] == [ast.unparse(ast.parse(decision))]


def test_an_error_is_told_by_its_type_its_attributes_or_a_look_at_what_it_is_about() -> None:
    found = {
        str(path.relative_to(PACKAGE)): [*decided_by_words(path.read_text(encoding="utf-8"))] for path in sorted(PACKAGE.rglob("*.py"))
    }
    assert {path: decisions for path, decisions in found.items() if decisions} == {}
