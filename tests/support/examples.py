"""Commands as the documents and the help show them: taken out of their text, and parsed as the program parses them, but not run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import click

from jobsync_tui.cli.main import cli

_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ENDS = re.compile(r"# ends with (\d+)$")


@dataclass(frozen=True, slots=True)
class Example:
    """A command line of ours.

    Attributes:
        line: As it stands there.
        words: Its arguments, without the name of the program.
        into: The file that its output goes to, if any.
        code: What it ends with.
    """

    line: str
    words: tuple[str, ...]
    into: str | None = None
    code: int = 0


def examples_in(document: str) -> list[Example]:
    """Return the commands in the console blocks of a document, in their order."""
    return [found for block in _BLOCK.findall(document) for line in block.splitlines() for found in _read(line)]


def _read(line: str) -> Iterator[Example]:
    if not line.startswith("$ jobsync"):
        return
    ends = _ENDS.search(line)
    words = shlex.split(line.removeprefix("$ "), comments=True)[1:]
    into = words[words.index(">") + 1] if ">" in words else None
    yield Example(line, tuple(words[: words.index(">")] if into else words), into, int(ends[1]) if ends else 0)


def parse(words: tuple[str, ...]) -> click.Context:
    """Parse a command line down to its last command and return that one's context; nothing is run.

    Raises:
        click.ClickException: It is none of ours.
    """
    context = cli.make_context("jobsync", list(words))
    while isinstance(context.command, click.Group) and (rest := [*context._protected_args, *context.args]):
        name, command, further = context.command.resolve_command(context, rest)
        assert command is not None
        context = command.make_context(name, further, parent=context)
    return context
