"""What is written to a terminal that does not keep up: whole frames are left out, the last picture and the terminal's return never."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Full, Queue

import pytest

from jobsync_tui.terminal.driver import OutputThread
from tests.support.patience import PATIENCE

FRAME = "x" * 65536
"""As much as a pipe holds."""


class Pipe:
    """A terminal that takes what is written only while somebody reads it."""

    def __init__(self) -> None:
        self._theirs, ours = os.pipe()
        self.file = os.fdopen(ours, "w")
        self.read = b""
        self._reading = threading.Thread(target=self._read, daemon=True)

    def thaw(self) -> None:
        """Read from now on."""
        self._reading.start()

    def end(self) -> bytes:
        """Close it and return all that came."""
        self.file.close()
        self._reading.join(PATIENCE)
        os.close(self._theirs)
        return self.read

    def _read(self) -> None:
        while data := os.read(self._theirs, 65536):
            self.read += data


@contextmanager
def output_to(pipe: Pipe) -> Iterator[OutputThread]:
    """Give a thread that writes to ``pipe``, with its queue filled: the pipe takes no more than its first frames."""
    output = OutputThread(pipe.file)
    output.start()
    while output.left_out == 0:
        output.write(FRAME)
    yield output
    output.stop()


class EmptiedJustNow(Queue[str | None]):
    """Is full, and written out before anybody can note that: what a machine does that runs the other thread first."""

    def __init__(self, pipe: Pipe) -> None:
        super().__init__(30)
        self._pipe = pipe
        self._is_waited_at = threading.Event()

    def get(self, block: bool = True, timeout: float | None = None) -> str | None:
        """Return the next, waiting for it."""
        if self.empty():
            self._is_waited_at.set()
        return super().get(block, timeout)

    def put_nowait(self, item: str | None) -> None:
        """Queue it, or find the queue full, at which the other thread waits when that is told.

        Raises:
            Full: It was.
        """
        self._is_waited_at.clear()
        try:
            super().put_nowait(item)
        except Full:
            self._pipe.thaw()
            assert self._is_waited_at.wait(PATIENCE)
            raise


def test_what_was_left_out_is_painted_anew_although_the_queue_emptied_at_that_moment() -> None:
    pipe = Pipe()
    output = OutputThread(pipe.file)
    output._queue = EmptiedJustNow(pipe)
    painted = threading.Event()
    output.repaint = painted.set
    output.start()
    while output.left_out == 0:
        output.write(FRAME)
    assert painted.wait(PATIENCE)
    output.write("the last picture")
    output.stop()
    assert not output.is_left_behind
    assert pipe.end().endswith(b"the last picture")


def test_an_end_that_comes_while_the_queue_is_full_is_heard() -> None:
    pipe = Pipe()
    with output_to(pipe) as output:
        pipe.thaw()
    assert not output.is_left_behind
    pipe.end()


@pytest.mark.parametrize("is_owed", [True, False])
def test_a_terminal_whose_return_was_left_out_gets_it_at_the_end(*, is_owed: bool) -> None:
    pipe = Pipe()
    with output_to(pipe) as output:
        output.restores_at_the_end = is_owed
        pipe.thaw()
    assert pipe.end().endswith(b"\x1b[?1049l\x1b[?25h") is is_owed
