"""The way to the terminal, for terminals that go away: over SSH a client may die or freeze at any moment, and work goes on meanwhile.

Textual's own driver waits for the terminal to take what is written, on the loop on which everything else runs; it spins when the terminal
is gone; and it starts anew on the SIGCONT that comes with a hang-up. Each of these kept a sync in flight from ending. It also tells the
sizes of a terminal that changes quickly in the wrong order. Rests on private names of Textual, which is pinned exactly.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
import termios
import time
from contextlib import suppress
from io import TextIOWrapper
from pathlib import Path
from queue import Full
from typing import IO, TYPE_CHECKING, Any

from textual import constants
from textual.drivers import linux_driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.events import MouseEvent, Resize
from textual.geometry import Size
from textual.widgets import Input, TextArea

from .keyboard import Keyboard
from .keystrokes import Translator

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import App
    from textual.message import Message

STOP_SECONDS = 5.0
"""How long the end waits for a terminal that takes nothing: until then it is given back, if it takes something again."""

_LOOK = 0.1
"""Seconds between two looks whether reading is over."""

PROMPT_SECONDS = 0.5
"""How long a terminal that takes what is written needs for it at the most."""

_CANCEL = "\x18"
"""Ends a sequence that was cut off, without a trace."""

_MOUSE_ON = "\x1b[?1000h\x1b[?1002h\x1b[?1006h"
"""Clicks, and moves while a button is held: a pointer that only passes by costs no byte."""

_MOUSE_OFF = "\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1016l"

_RESTORE = f"{_CANCEL}\x1b[?2026l\x1b[<u{_MOUSE_OFF}\x1b[?2004l\x1b[?1004l\x1b[?2048l\x1b[?7h\x1b[?1049l\x1b[?25h".encode()
"""What takes back everything that the application switched on in a terminal."""

_KEYS_AGAIN = "" if constants.DISABLE_KITTY_KEY else "\x1b[<u\x1b[>25u"
"""The keys as they were asked for at the start; what was asked for then is taken back first, so that it is never there twice."""

_TAKE_AGAIN = f"\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[?1004h{_KEYS_AGAIN}"
"""What switches on again what a shell may have switched off, the mouse aside."""


class OutputThread(WriterThread):
    """Writes to the terminal without ever making the application wait.

    Where the terminal does not keep up, whole frames are left out and the screen is painted anew once it has caught up; where it is
    gone, everything is left out.
    """

    repaint: Callable[[], object] | None = None
    """Called, on this thread, when frames were left out and the terminal takes more."""

    def __init__(self, file: IO[str]) -> None:
        super().__init__(file)
        self._is_gone = False
        self._is_behind = False
        self._is_over = False
        self.left_out = 0
        """How many texts were left out."""
        self.restores_at_the_end = False
        """Whether what gives the terminal back is written at the end, since it was among what was left out."""

    def write(self, text: str) -> None:
        """Queue ``text``; never waits."""
        if self._is_gone or self._is_behind:
            self.left_out += 1
            return
        try:
            self._queue.put_nowait(text)
        except Full:
            self.left_out += 1
            self._is_behind = True
            self._wake()

    def run(self) -> None:
        """Write what is queued, until told to stop or the terminal is gone."""
        descriptor = self._file.fileno()
        encoding = getattr(self._file, "encoding", None) or "utf-8"
        try:
            while (text := self._queue.get()) is not None:
                _write_all(descriptor, text.encode(encoding, "replace"))
                if self._is_over:
                    _write_all(descriptor, _RESTORE)
                    return
                if self._is_behind and self._queue.empty():
                    self._catch_up(descriptor)
            if self.restores_at_the_end:
                _write_all(descriptor, _RESTORE)
        except OSError:
            self._is_gone = True

    def stop(self) -> None:
        """Let what is queued be written, for a while; where the terminal takes nothing, only what gives it back once it does."""
        if self._is_gone:
            return
        with suppress(Full):
            self._queue.put(None, timeout=PROMPT_SECONDS)
        self.join(PROMPT_SECONDS)
        self._is_over = True
        self._wake()
        self.join(STOP_SECONDS - 2 * PROMPT_SECONDS)

    @property
    def is_left_behind(self) -> bool:
        """Whether the terminal has not taken what gives it back."""
        return self.is_alive()

    def _wake(self) -> None:
        """Let the thread look at what it was told. It may have written everything meanwhile; while the queue is full it has not."""
        with suppress(Full):
            self._queue.put_nowait("")

    def _catch_up(self, descriptor: int) -> None:
        _write_all(descriptor, _CANCEL.encode())
        self._is_behind = False
        if self.repaint is not None:
            self.repaint()


class TerminalDriver(LinuxDriver):
    """Textual's driver, with a terminal that may go away or freeze."""

    def __init__(self, app: App[object], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = self._drawn_on = _terminal()
        self._raw: list[Any] | None = None

    def start_application_mode(self) -> None:
        """Take the terminal over."""
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's own
        self._loop.add_signal_handler(signal.SIGWINCH, self._tell_size)
        self._tell_size()  # it may have changed before anybody listened
        with suppress(termios.error):
            self._raw = termios.tcgetattr(self.fileno)
        if isinstance(self._writer_thread, OutputThread):
            self._writer_thread.repaint = lambda: self._loop.call_soon_threadsafe(self._repaint)

    def stop_application_mode(self) -> None:
        """Give the terminal back."""
        output = self._writer_thread
        before = output.left_out if isinstance(output, OutputThread) else 0
        super().stop_application_mode()
        if isinstance(output, OutputThread):
            output.restores_at_the_end = output.left_out > before

    def run_input_thread(self) -> None:
        """Read keys until the end. A terminal that is gone, and a fault in here, end the application in order, each in its own way."""
        try:
            self._read_keys()
        except Exception as error:  # noqa: BLE001 - whatever it is, it goes the way of every fault
            self._loop.call_soon_threadsafe(self._failed, error)

    def _read_keys(self) -> None:
        keyboard = Keyboard()
        translator = Translator(keyboard, self._is_typing)
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_until(keyboard.deadline)):
                    data = _read(self.fileno)
                    if not data:
                        self._loop.call_soon_threadsafe(self._lost)
                        return
                    tokens = keyboard.feed(data, time.monotonic())
                else:
                    tokens = keyboard.tick(time.monotonic())
                for token in tokens:
                    for message in filter(self._is_here, translator.messages(token)):
                        self.process_message(message)

    def close(self) -> None:
        """Give the terminal back, and say so where it does not take that."""
        super().close()
        if isinstance(self._writer_thread, OutputThread) and self._writer_thread.is_left_behind:
            self._tell_app("terminal_left_behind")

    def turn_mouse(self) -> bool:
        """Take the mouse, or leave it to the terminal, and return whether it is taken now."""
        if self._mouse:
            self._disable_mouse_support()
        self._mouse = not self._mouse
        self._enable_mouse_support()
        return self._mouse

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write(_MOUSE_ON)

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write(_MOUSE_OFF)

    def _get_terminal_size(self) -> tuple[int, int]:
        try:
            return os.get_terminal_size(self._drawn_on.fileno())
        except OSError:
            return super()._get_terminal_size()

    def _tell_size(self) -> None:
        """Tell the application how large the terminal is now.

        Runs on the loop, one at a time: a signal that comes while Textual's own handler has read the size and not told it yet tells the
        new size first, and the application stays at the old one.
        """
        size = Size(*self._get_terminal_size())
        self.send_message(Resize(size, size))

    def abandon(self) -> None:
        """Give the terminal back without waiting for anything; for an end that is at once."""
        if self.attrs_before is not None:
            with suppress(termios.error, OSError):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        with suppress(OSError, ValueError):
            descriptor = self._drawn_on.fileno()
            os.set_blocking(descriptor, False)
            try:
                os.write(descriptor, _RESTORE)
            finally:
                os.set_blocking(descriptor, True)

    def _query_in_band_window_resize(self) -> None:
        """Ask nothing: the size comes with a signal. A report in the line of the keys would be believed whatever it says."""

    def _is_here(self, message: Message) -> bool:
        """Return whether ``message`` is not about a place outside the screen: a mouse there would take the focus from everything."""
        return not isinstance(message, MouseEvent) or self._app.size.region.contains(int(message.x), int(message.y))

    def _is_typing(self) -> bool:
        return isinstance(self._app.screen_stack[-1].focused if self._app.screen_stack else None, Input | TextArea)

    def _lost(self) -> None:
        self._tell_app("terminal_lost")

    def _tell_app(self, news: str) -> None:
        """Call the application's method or hook of that name, where it has one."""
        told = getattr(self._app, news, None)
        if told is not None:
            told()

    def _failed(self, error: Exception) -> None:
        self._app._handle_exception(error)  # noqa: SLF001 - the way of every fault

    def repaint(self) -> None:
        """Paint everything anew."""
        self.write("\x1b[H\x1b[2J")
        self._repaint()

    def _repaint(self) -> None:
        for screen in self._app.screen_stack:
            screen.refresh()

    def _sigtstp_application(self, *_: object) -> None:
        """Stay: a process that is stopped holds its leases and answers nobody."""

    def _sigcont_application(self, *_: object) -> None:
        """Take the terminal again, if it is there and ours: `kill -STOP` stops every process. A hang-up comes with this signal too."""
        self._loop.call_soon_threadsafe(self._come_back)

    def _come_back(self) -> None:
        with suppress(termios.error, OSError):
            if self._raw is None or self._writer_thread is None or os.tcgetpgrp(self.fileno) != os.getpgrp():
                return
            termios.tcsetattr(self.fileno, termios.TCSANOW, self._raw)
            self.write(_TAKE_AGAIN)
            self._enable_mouse_support()
            self.repaint()


def _terminal() -> TextIOWrapper:
    """Return what is drawn on: where errors go, else where output goes, else the terminal that the process belongs to."""
    for file in (sys.__stderr__, sys.__stdout__):
        if file is not None and file.isatty():
            return file
    return Path("/dev/tty").open("w", encoding="utf-8")


def _until(deadline: float | None) -> float:
    """Return for how long to wait for keys; not for long, so that the end is noticed."""
    return _LOOK if deadline is None else max(0.0, min(_LOOK, deadline - time.monotonic()))


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


# The driver makes its thread by this name, in the middle of taking the terminal over.
setattr(linux_driver, "WriterThread", OutputThread)  # noqa: B010 - a name of Textual's, declared a class
