"""Ending in order: while something is written, a first signal lets the job in flight finish, for a few seconds; a second ends at once."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from types import FrameType, TracebackType
from typing import Any, Self, TypeVar

import click

from .output import say
from .runner import report_interrupted

T = TypeVar("T")

DEADLINE = 9.0
"""Seconds after the first signal in which a command has ended, whatever hangs."""

LEFT_OPEN = "What was under way is in the journal: jobsync recover settles it, and so does every start"

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_until_signal(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine as `asyncio.run` does, every signal that ends a process being to it what Ctrl+C is there.

    A first one cancels the work, which ends in order within `DEADLINE` seconds; a second one breaks into whatever runs. A handler of the
    loop would hear nothing while the loop itself is kept from running.

    Raises:
        KeyboardInterrupt: The process was asked to end.
    """
    asked = False

    async def listening() -> T:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def end(_number: int, _frame: FrameType | None) -> None:
            nonlocal asked
            if asked or task is None or task.done():
                raise KeyboardInterrupt
            asked = True
            _begin_deadline()
            task.cancel()
            loop.call_soon_threadsafe(lambda: None)  # the loop may sleep until something comes in

        with _handling(end):
            return await work

    try:
        return asyncio.run(listening())
    except asyncio.CancelledError:
        if asked:
            raise KeyboardInterrupt from None
        raise


@contextmanager
def _handling(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Have the signals that end a process call ``handler`` instead, but for those that are ignored, as SIGHUP is under nohup."""
    in_charge = threading.current_thread() is threading.main_thread()
    before = {each: found for each in _SIGNALS if (found := signal.getsignal(each)) is not signal.SIG_IGN} if in_charge else {}
    try:
        for each in before:
            signal.signal(each, handler)
        yield
    finally:
        for each, found in before.items():
            signal.signal(each, found)


def _begin_deadline() -> None:
    # On a thread of its own: what hangs may be the loop itself.
    deadline = threading.Timer(DEADLINE, _at_deadline)
    deadline.daemon = True
    deadline.start()


def _at_deadline() -> None:
    code = report_interrupted(sys.argv[1:], "Interrupted while something was waited for that did not end", LEFT_OPEN)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code)


class Interruption:
    """Whether the process was asked to end; ``event`` is set as soon as it is.

    Within ``async with interruption:`` the signals that end a process set the event, once; afterwards, and outside, they do what they
    always do. `DEADLINE` seconds after the first one the process ends whatever hangs: a target, an ATS, a hook, the database. The journal
    has what was under way, and the next start settles it.
    """

    def __init__(self) -> None:
        self.event = asyncio.Event()
        self._before: dict[signal.Signals, signal._HANDLER] = {}

    @property
    def happened(self) -> bool:
        """Whether the process was asked to end."""
        return self.event.is_set()

    async def __aenter__(self) -> Self:
        self._before = {each: found for each in _SIGNALS if (found := signal.getsignal(each)) is not signal.SIG_IGN}
        for each in self._before:
            asyncio.get_running_loop().add_signal_handler(each, self._first_signal)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for each, handler in self._before.items():
            asyncio.get_running_loop().remove_signal_handler(each)
            signal.signal(each, handler)

    def _first_signal(self) -> None:
        for each in self._before:
            asyncio.get_running_loop().remove_signal_handler(each)
            signal.signal(each, signal.SIG_DFL)
        self.event.set()
        _begin_deadline()
        say("Interrupted: the job in flight is finished first; once more ends at once")

    async def asking(self, work: Awaitable[T]) -> T:
        """Return what ``work`` comes to; once the process is asked to end, the work is asked to stop."""
        task = asyncio.ensure_future(work)
        asked = asyncio.create_task(self.event.wait())
        try:
            await asyncio.wait({task, asked}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                task.cancel()
            return await task
        finally:
            asked.cancel()


_YES, _NO = frozenset({"y", "yes"}), frozenset({"", "n", "no"})
_GLANCE = 0.2
"""Seconds after which the wait for an answer looks whether the process was interrupted."""


def confirm(question: str, number: int | None = None) -> bool:
    """Ask on standard error and wait for the answer; Ctrl+C, or another signal that ends a process, is one, and ends the command.

    Args:
        question: Ends with a question mark.
        number: What has to be typed for a yes, where so much is at stake that a letter is not enough.

    Raises:
        click.Abort: Ctrl+C, or nobody is there to answer.
    """
    with _interruptible():
        if number is not None:
            return answer(f"{question} Type {number} to confirm: ") == str(number)
        while (given := answer(f"{question} [y/N]: ").lower()) not in _YES | _NO:
            say("Type y or n")
        return given in _YES


def answer(prompt: str) -> str:
    """Ask on standard error and return the line that is typed, without blanks around it.

    Not by `input`: a signal that comes while the line editor starts is lost to it, and the question would wait on.

    Raises:
        click.Abort: Ctrl+C, another signal that ends a process, or nobody is there to answer.
    """
    with _interruptible():
        click.echo(prompt, nl=False, err=True)
        while not select.select([sys.stdin], [], [], _GLANCE)[0]:
            pass
        line = sys.stdin.buffer.readline()
    if not line:
        raise click.Abort
    return line.decode(errors="replace").strip()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Have a signal that ends a process end a question: asyncio's own handler would only note it and let the question wait on."""
    try:
        with _handling(signal.default_int_handler):
            yield
    except KeyboardInterrupt:
        raise click.Abort from None
