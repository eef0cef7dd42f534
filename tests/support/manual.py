"""The manual page, docs/jobsync.1, made from the commands; the wheel puts it into share/man."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import Path

import click

from jobsync_tui.backend.core.errors import ExitCode
from jobsync_tui.cli.main import cli
from jobsync_tui.cli.options import global_options

MANUAL = Path(__file__).parents[2] / "docs" / "jobsync.1"

_ENDS = {
    ExitCode.OK: "Done, or nothing was to be done.",
    ExitCode.FAULT: "A fault in the program.",
    ExitCode.USAGE: "The command line, the configuration or the rules are wrong.",
    ExitCode.NOT_ELIGIBLE: "A job is not eligible.",
    ExitCode.NOT_FOUND: "There is no such job, or whatever was named.",
    ExitCode.DENIED: "You may not do that.",
    ExitCode.REMOTE: "The ATS or the target failed, or what became of a write is unknown.",
    ExitCode.BUSY: "Somebody else is at it, or it changed meanwhile.",
    ExitCode.INTERRUPTED: "It was interrupted.",
}


def manual() -> str:
    """Return the page as roff (man(7))."""
    top = click.Context(cli, info_name="jobsync")
    lines = [
        '.TH JOBSYNC 1 "" "jobsync" "User commands"',
        ".SH NAME",
        r"jobsync \- put jobs from applicant tracking systems into Tenzo, by rules",
        ".SH SYNOPSIS",
        r".B jobsync",
        r"[\fICOMMAND\fR] [\fIOPTIONS\fR]",
        ".SH DESCRIPTION",
        *_text(cli.help),
        ".SH GLOBAL OPTIONS",
        *_options(global_options(), top),
        ".SH COMMANDS",
        *_commands(cli, top),
        ".SH EXIT STATUS",
        *(line for code, words in _ENDS.items() for line in (".TP", f".B {code.value}", _plain(words))),
        ".SH ENVIRONMENT",
        ".TP",
        ".B JOBSYNC_CONFIG",
        "The configuration file, instead of the usual place.",
        ".SH FILES",
        r".B jobsync paths",
        "shows where the configuration, the database and the log are.",
    ]
    return "\n".join(lines) + "\n"


def _commands(group: click.Group, above: click.Context) -> Iterator[str]:
    everywhere = {option.name for option in global_options()}
    for name in group.list_commands(above):
        command = group.get_command(above, name)
        assert command is not None
        inside = click.Context(command, info_name=name, parent=above)
        yield f'.SS "{_plain(inside.command_path)}"'
        yield from _text(command.help)
        own = [param for param in command.params if isinstance(param, click.Option) and param.name not in everywhere]
        arguments = " ".join(piece for piece in command.collect_usage_pieces(inside) if piece != "[OPTIONS]")
        yield from (".PP", f".B {_plain(f'{inside.command_path} {arguments}'.strip())}", r"[\fIOPTIONS\fR]" if own else "")[
            : 3 if own else 2
        ]
        yield from _options(own, inside)
        if isinstance(command, click.Group):
            yield from _commands(command, inside)


def _options(options: list[click.Option], inside: click.Context) -> Iterator[str]:
    for option in options:
        record = option.get_help_record(inside)
        if record is not None:
            yield from (".TP", f".B {_plain(record[0])}", _plain(" ".join(record[1].split())))


def _text(text: str | None) -> Iterator[str]:
    for number, paragraph in enumerate(inspect.cleandoc(text or "").replace("\b", "").split("\n\n")):
        if number:
            yield ".PP"
        yield _plain(" ".join(paragraph.split()))


def _plain(text: str) -> str:
    """Return ``text`` as roff that means nothing else."""
    escaped = text.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped
