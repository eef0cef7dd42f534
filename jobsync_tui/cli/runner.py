"""Running a command: every way in which it can end becomes an exit code and, where something went wrong, one plain message."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

import click

if TYPE_CHECKING:
    from ..backend.core.errors import FilterError

COMPLETION_VARIABLE = "_JOBSYNC_COMPLETE"
"""Set by the shell's completion script when it asks what could stand at the cursor."""

# The exit codes of the contract that are decided before anything of the backend is imported.
_OK, _FAULT, _USAGE, _INTERRUPTED = 0, 1, 2, 130

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What writing to a disk without room is answered: the machine's fault, not the program's."""

_TAKES_NOTHING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})
"""What writing to a stream is answered where it takes no more. An error of a file that is opened names the file."""


def run(command: click.Command, arguments: Sequence[str]) -> int:
    """Run ``command`` and return its exit code. Errors are printed here and nowhere else."""
    as_json = _wants_json(arguments)
    try:
        # The shell's script calls with no argument. Where there are some, they are meant: behind an SSH key they say who somebody is, and
        # a client who could send variables would say it otherwise in the line to be completed.
        if COMPLETION_VARIABLE in os.environ and not arguments:
            return _complete(command)
        # Not `command.main`, which ends the process by itself where a pipe breaks.
        with command.make_context("jobsync", list(arguments)) as context:
            code = command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _report(_INTERRUPTED, "interrupted", "Interrupted", None, as_json=as_json)
    except click.ClickException as error:
        return _report_usage(error, as_json=as_json)
    except BrokenPipeError:
        return _reader_left()
    except Exception as error:  # noqa: BLE001 - the one place where nothing may pass
        return _report_error(error, as_json=as_json)
    return code if isinstance(code, int) else _OK


def report_interrupted(arguments: Sequence[str], message: str, remedy: str) -> int:
    """Say that the command with these arguments was interrupted, as it says all its errors, and return its exit code."""
    return _report(_INTERRUPTED, "interrupted", message, remedy, as_json=_wants_json(arguments))


def _complete(command: click.Command) -> int:
    from .shells import answer

    return answer(command, os.environ[COMPLETION_VARIABLE])


def _wants_json(arguments: Sequence[str]) -> bool:
    """Return whether the caller asked for JSON, even where the command line cannot be parsed."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


def _report_usage(error: click.ClickException, *, as_json: bool) -> int:
    remedy = None
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        commands = ", ".join(error.ctx.command.list_commands(error.ctx)) if isinstance(error.ctx.command, click.Group) else ""
        error = click.UsageError(f"{error.ctx.command_path} needs a command: {commands}", error.ctx)
    if isinstance(error, click.UsageError) and error.ctx is not None:
        remedy = f"{error.ctx.command_path} --help shows the usage"
    return _report(_USAGE, "usage", error.format_message(), remedy, as_json=as_json)


def _report_error(error: Exception, *, as_json: bool) -> int:
    from ..backend.core.errors import FilterError, JobsyncError

    found: BaseException = error
    while isinstance(found, BaseExceptionGroup) and len(found.exceptions) == 1:
        found = found.exceptions[0]
    if isinstance(found, FilterError):
        return _report_filter(found, as_json=as_json)
    if isinstance(found, JobsyncError):
        return _report(int(found.exit_code), found.code, found.message, found.remedy, as_json=as_json)
    if isinstance(found, BrokenPipeError):
        return _reader_left()
    if isinstance(found, OSError) and found.filename is None and found.errno in _TAKES_NOTHING:
        return _output_lost(found)
    if isinstance(found, OSError) and found.errno in _NO_ROOM:
        where = "" if found.filename is None else f"{found.filename}: "
        return _report(_USAGE, "disk_full", f"{where}{found.strerror}", "Make room and try again", as_json=as_json)
    return _report(_FAULT, "fault", f"A fault in jobsync: {type(found).__name__}: {found}", _log_fault(found), as_json=as_json)


def _report_filter(error: FilterError, *, as_json: bool) -> int:
    """Report what is wrong with a filter, with its place: a mark under it on a terminal, its number in JSON."""
    from .filter_mark import marked

    where = f"at character {error.position + 1}"
    words = f"The filter is wrong {where}: {error.message}"
    details: dict[str, object] = {"position": error.position}
    return _report(int(error.exit_code), error.code, words, error.remedy, as_json=as_json, details=details, lines=marked(error))


def _log_fault(error: BaseException) -> str:
    """Put the traceback into the log, where it is read with care, and return the words that say where it is."""
    import logging

    from ..backend.core.errors import ConfigError
    from ..backend.settings.logs import ROOT, set_up_logging
    from ..backend.settings.paths import places

    try:
        log = places().log
    except ConfigError as no_log:
        return f"{no_log.message}, so that the details are lost. {no_log.remedy}"
    if not logging.getLogger(ROOT).handlers:
        set_up_logging(log)
    logging.getLogger(f"{ROOT}.cli").error("fault", exc_info=error)
    return f"The details are in {log}"


def _report(
    code: int,
    word: str,
    message: str,
    remedy: str | None,
    *,
    as_json: bool,
    details: Mapping[str, object] | None = None,
    lines: Sequence[str] = (),
) -> int:
    """Print an error and return ``code``; ``details`` go into the document, ``lines`` below the words."""
    from ..backend.settings.redaction import redact
    from .output import print_json, say

    words = redact(message)
    hint = None if remedy is None else redact(remedy)
    try:
        if as_json:
            print_json({"error": {"code": word, "message": words, "remedy": hint, **(details or {})}})
            sys.stdout.flush()
        else:
            say(f"jobsync: {words}")
            for line in lines:
                say(f"         {line}")
            if hint is not None:
                say(f"         {hint}")
    except BrokenPipeError:
        _reader_left()
    except OSError:
        if not as_json:
            _silence(sys.stderr)
        else:
            _silence(sys.stdout)
            return _report(code, word, message, remedy, as_json=False)
    return code


def _reader_left() -> int:
    """End quietly where whoever read our output has gone, as in ``jobsync jobs | head``."""
    _silence(sys.stdout)
    return _OK


def _output_lost(error: OSError) -> int:
    """Say, on standard error whatever was asked for, that standard output takes no more, as on a disk that is full."""
    _silence(sys.stdout)
    message = f"The output could not be written: {error.strerror}"
    return _report(_USAGE, "output", message, "Make room, or send the output elsewhere", as_json=False)


def _silence(stream: TextIO) -> None:
    """Send what is left of a stream nowhere: the interpreter flushes it once more when it ends, which must not complain either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
