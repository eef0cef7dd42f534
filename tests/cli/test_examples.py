"""The help of every command ends with an example, and each example is a command line that the program takes."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest

from jobsync_tui.cli.examples import EXAMPLES
from jobsync_tui.cli.main import cli
from tests.support.examples import parse


def helps(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield what every command, groups too, says of itself, by its words."""
    context = click.Context(command, info_name="jobsync", max_content_width=100)
    yield " ".join(words), command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from helps(found, (*words, name))


def test_the_help_of_every_command_ends_with_its_examples() -> None:
    told = dict(helps(cli))
    assert set(told) == set(EXAMPLES)
    for words, text in told.items():
        lines = [each.strip() for each in text.splitlines()]
        assert lines[-len(EXAMPLES[words]) :] == list(EXAMPLES[words]), words


@pytest.mark.parametrize(("words", "line"), [(words, line) for words, lines in EXAMPLES.items() for line in lines])
def test_an_example_is_taken_by_the_program(words: str, line: str) -> None:
    name, *arguments = shlex.split(line)
    assert name == "jobsync"
    taken = parse(tuple(arguments))
    if words:
        assert f"{taken.command_path} ".startswith(f"jobsync {words} "), "an example of another command"


def test_what_the_program_does_not_take_is_found() -> None:
    with pytest.raises(click.UsageError):
        parse(("sync", "--no-such-option"))
    with pytest.raises(click.UsageError):
        parse(("rules", "shadow", "add", "trial"))
