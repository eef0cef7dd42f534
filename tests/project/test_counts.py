"""Counts agree with their nouns: "1 rule differs", not "1 rules differ"."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobsync_tui.backend.core.text import counted

PACKAGE = Path(__file__).parents[2] / "jobsync_tui"
SPOKEN = sorted(
    path for folder in ("cli", "documents", "screens", "widgets", "session", "app") for path in (PACKAGE / folder).rglob("*.py")
)
NOUNS = re.compile(
    r"^(?: \w+)? (?:jobs|rules|fields|rows|findings|revisions|integrations|actions|conditions|entries|links|workers|operations|values|steps"
    r"|warnings|failures|tables|shadows|settings|templates|lists|differ)\b"
)
CONSTANT = re.compile(r"^[\w.]*\b_?[A-Z][A-Z_]+$")


@pytest.mark.parametrize(("number", "told"), [(0, "0 jobs"), (1, "1 job"), (2, "2 jobs"), (1204, "1,204 jobs")])
def test_one_is_said_as_one(number: int, told: str) -> None:
    assert counted(number, "job") == told


def test_a_verb_goes_with_its_noun() -> None:
    assert counted(1, "rule differs", "rules differ") == "1 rule differs"
    assert counted(3, "rule differs", "rules differ") == "3 rules differ"


def uncounted(source: str) -> Iterator[str]:
    """Yield the numbers that stand before a plural that does not ask how many they are."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            for value, text in zip(node.values, node.values[1:], strict=False):
                if isinstance(value, ast.FormattedValue) and isinstance(text, ast.Constant) and NOUNS.match(str(text.value)):
                    said = ast.unparse(value.value)
                    if not CONSTANT.match(said):
                        yield said


@pytest.mark.parametrize("path", SPOKEN, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_what_is_said_leaves_the_plural_to_one_helper(path: Path) -> None:
    assert [*uncounted(path.read_text(encoding="utf-8"))] == [], "use backend.text.counted"


def test_the_check_finds_what_it_is_for() -> None:
    assert [*uncounted("""f"{len(found)} rules differ, {MOST} rows, {counted(n, 'job')} left\"""")] == ["len(found)"]
