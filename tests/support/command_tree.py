"""The commands there are, found in the program and not in a list that could be forgotten."""

from __future__ import annotations

from collections.abc import Iterator

import click

from jobsync_tui.cli.main import cli


def command_paths() -> tuple[str, ...]:
    """Return every command that does something, by its words; the application, which has none, is an empty text."""
    return tuple(_paths(cli, ()))


def _paths(command: click.Command, words: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield " ".join(words)
        return
    if command.invoke_without_command:
        yield " ".join(words)
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None, name
        yield from _paths(found, (*words, name))
