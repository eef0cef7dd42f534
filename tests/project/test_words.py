"""What people read is plain English: words that only this house knows are gone, or explained where they stand (docs/wording.md)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import jobsync_tui
from jobsync_tui.cli.main import cli

PACKAGE = Path(jobsync_tui.__file__).parent
SHOWN = {"app", "cli", "commands", "documents", "editor", "screens", "session", "widgets"}
"""Rooms whose texts are for people; of the others it is what their errors say."""

ERRORS = re.compile("(Error|Failure|Denied|Found|Needed|Refused|Conflict|Permitted|Answer|Busy|Finding|Unreachable)$")

GONE = (
    r"judg(e|es|ed|ing|ement)\b",
    r"\bforesee|\bforesight",
    r"\bmisses \{|\bunsure\b",
    r"\bga?i?ves? way\b",
    r"\b(un)?fold(ed|s)?\b",
    r"\bof then\b|\bby itself\b|\bin vain\b",
    r"\blook(ed|ing|s)? over\b",
    r"\bturns? the order\b",
    r"\bthree-valued\b",
    r"\bslots?\b",
    r"\bnobody can be asked\b",
    r"\bputs? back\b|\bgives? up\b|\bgiven up\b",
    r"\bin trouble\b",
)
"""What no text says: a plainer word stands for each."""

EXPLAINED = {
    r"(?<!jobsync )\bleases?\b": r"sync|job",
    r"(?<!rules )\bshadows?\b(?! rules?)": r"test mode",
    r"(?<!rules )\bcoverage\b": r"match|eligible",
    r"\bdigest\b": r"plan",
    r"(?<!jobsync )\badopts?\b": r"link",
    r"\bprune\b": r"delete|record",
    r"\bworkers?\b": r"automatic|postgresql|runs?\b",
    r"\bexternal ids?\b": r"tenzo|target|job",
    r"\boperation ids?\b": r"sync|audit|undo",
}
"""Words that a recruiting admin does not know, and what explains each in the text where it stands."""


def literals(file: Path) -> Iterator[str]:
    """Yield the texts of a file with {} for what is put in; docstrings are for other eyes."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        skipped |= set(node.values) if isinstance(node, ast.JoinedStr) else {node.value} if isinstance(node, ast.Expr) else set()
    for node in ast.walk(tree) if file.relative_to(PACKAGE).parts[0] in SHOWN else errors(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in skipped:
            yield node.value


def errors(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield what the errors of a module are made of."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ERRORS.search(ast.unparse(node.func)):
            yield from ast.walk(node)


def helps(command: click.Command, words: str) -> Iterator[tuple[str, str]]:
    """Yield what --help says of a command and of all below it."""
    context = click.Context(command, info_name=words)
    yield f"{words} --help", " ".join(command.get_help(context).split())
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from helps(found, f"{words} {name}")


@pytest.fixture(scope="module")
def texts() -> list[tuple[str, str]]:
    """Collect every text that people read, with where it stands."""
    # Examples are commands; --help shows each beside the words that explain it.
    files = ((file, text) for file in sorted(PACKAGE.rglob("*.py")) if file.name != "examples.py" for text in literals(file))
    return [*((str(file.relative_to(PACKAGE)), text) for file, text in files if " " in text.strip()), *helps(cli, "jobsync")]


def test_texts_are_found(texts: list[tuple[str, str]]) -> None:
    places = {place.partition("/")[0] for place, _ in texts}
    assert {"screens", "documents", "cli", "backend", "jobsync sync --help", "jobsync rules shadow add --help"} <= places
    assert len(texts) > 2000


@pytest.mark.parametrize("word", GONE)
def test_words_of_the_old_house_are_gone(word: str, texts: list[tuple[str, str]]) -> None:
    assert [found for found in texts if re.search(word, found[1], re.IGNORECASE)] == []


@pytest.mark.parametrize("word", EXPLAINED)
def test_a_word_of_our_own_never_stands_alone(word: str, texts: list[tuple[str, str]]) -> None:
    alone = [
        (place, text)
        for place, text in texts
        if not text.isupper()
        and re.search(word, text, re.IGNORECASE)
        and not re.search(EXPLAINED[word], re.sub(word, "", text, flags=re.IGNORECASE), re.IGNORECASE)
    ]
    assert alone == []
