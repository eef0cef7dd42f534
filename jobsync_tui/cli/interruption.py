"""Ending in order: while something is written, a first signal lets the job in flight finish, and a second ends the process at once."""

from __future__ import annotations

import asyncio
import select
import signal
import sys
from types import TracebackType
from typing import Self

import click

from .output import say

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interruption:
    """Whether the process was asked to end; ``event`` is set as soon as it is.

    Within ``async with interruption:`` the signals that end a process set the event, once; afterwards, and outside, they do what they
    always do.
    """

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self._before: dict[signal.Signals, signal._HANDLER] = {}

    @property
    def happened(self) -> bool:
        """Whether the process was asked to end."""
        return self.event.is_set()

    async def __aenter__(self) -> Self:
        self._before = {each: signal.getsignal(each) for each in _SIGNALS}
        for each in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(each, self._first_signal)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for each, handler in self._before.items():
            asyncio.get_running_loop().remove_signal_handler(each)
            signal.signal(each, handler)

    def _first_signal(self) -> None:
        for each in _SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        self.event.set()
        say("Interrupted: the job in flight is finished first; once more ends at once")


_YES, _NO = frozenset({"y", "yes"}), frozenset({"", "n", "no"})
_GLANCE = 0.2
"""Seconds after which the wait for an answer looks whether the process was interrupted."""


def confirm(question: str, number: int | None = None) -> bool:
    """Ask on standard error and wait for the answer; Ctrl+C is one, and ends the command.

    asyncio's own handler would only note the signal and let the question wait on.

    Args:
        question: Ends with a question mark.
        number: What has to be typed for a yes, where so much is at stake that a letter is not enough.

    Raises:
        click.Abort: Ctrl+C, or nobody is there to answer.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return _is_yes(question) if number is None else _answer(f"{question} Type {number} to confirm: ") == str(number)
    except KeyboardInterrupt:
        raise click.Abort from None
    finally:
        signal.signal(signal.SIGINT, before)


def _is_yes(question: str) -> bool:
    while (answer := _answer(f"{question} [y/N]: ").lower()) not in _YES | _NO:
        say("Type y or n")
    return answer in _YES


def _answer(prompt: str) -> str:
    """Return the line that is typed.

    Not by `input`: a signal that comes while the line editor starts is lost to it, and the question would wait on.
    """
    click.echo(prompt, nl=False, err=True)
    while not select.select([sys.stdin], [], [], _GLANCE)[0]:
        pass
    line = sys.stdin.buffer.readline()
    if not line:
        raise click.Abort
    return line.decode(errors="replace").strip()
