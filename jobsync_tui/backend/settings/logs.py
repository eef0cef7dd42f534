"""The log: one rotating file, for its owner only, with no secret and no foreign control character in it."""

from __future__ import annotations

import fcntl
import logging
import logging.handlers
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from ..core.errors import UsageError
from ..core.text import clean
from .paths import ensure_directory, open_private
from .redaction import redact

ROOT = "jobsync_tui"
"""Every logger of the program is below this name."""

LIBRARIES = ("asyncio", "procrastinate", "psycopg")
"""Libraries whose warnings go the same way; what they say by themselves is for whoever reads the log, not for a terminal."""

MAX_BYTES = 5_000_000
BACKUPS = 3

_FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(process)d %(name)s: %(message)s"


class SafeFormatter(logging.Formatter):
    """Takes secrets and control characters out of a whole record, tracebacks included. A record is one line; its traceback is indented."""

    converter = staticmethod(time.gmtime)

    def __init__(self, fmt: str = _FORMAT) -> None:
        super().__init__(fmt, datefmt="%Y-%m-%dT%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Return the record's own line."""
        return clean(redact(super().formatMessage(record)))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """Return the traceback, each line marked as a continuation."""
        text = clean(redact(super().formatException(ei)), lines=True)
        return "\n".join(f"    {line}" for line in text.splitlines())


class PrivateRotatingHandler(logging.handlers.RotatingFileHandler):
    """A rotating file with mode 0600 that several processes may write: only one of them rotates, and the others follow."""

    def _open(self) -> TextIOWrapper:
        return open(self.baseFilename, "a", encoding="utf-8", errors="backslashreplace", opener=_appending)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record to the file that now has the name."""
        with suppress(OSError):
            if self.stream is not None and self._was_replaced():
                self.stream.close()
                self.stream = self._open()
        super().emit(record)

    def close(self) -> None:
        """Close the file; what a full disk did not take is lost with it, silently as in `handleError`."""
        with suppress(OSError):
            super().close()

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        """Rotate, unless another process just did."""
        with _exclusive(Path(f"{self.baseFilename}.lock")):
            if self._was_replaced():
                return
            super().doRollover()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Stay silent: a full disk must not take the program down, nor write over a screen."""

    def _was_replaced(self) -> bool:
        if self.stream is None:
            return False
        mine = os.fstat(self.stream.fileno())
        try:
            named = os.stat(self.baseFilename)  # noqa: PTH116 - compared with the fstat above
        except FileNotFoundError:
            return True
        return (mine.st_dev, mine.st_ino) != (named.st_dev, named.st_ino)


def set_up_logging(log_file: Path, *, verbose: bool = False) -> None:
    """Send the program's log to ``log_file``, and with ``verbose`` to standard error too. A second call replaces the first.

    A log that cannot be opened is no reason to stop: then there is none, and ``jobsync doctor`` says so.
    """
    logger = logging.getLogger(ROOT)
    tear_down_logging()
    logger.setLevel(logging.DEBUG if verbose else logging.INFO)
    logger.propagate = False
    with suppress(OSError, UsageError):
        ensure_directory(log_file.parent)
        _attach(logger, PrivateRotatingHandler(log_file, maxBytes=MAX_BYTES, backupCount=BACKUPS))
    if verbose:
        _attach(logger, logging.StreamHandler(sys.stderr))
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    for library in map(logging.getLogger, LIBRARIES):
        library.setLevel(logging.WARNING)
        library.propagate = False
        for handler in logger.handlers:
            library.addHandler(handler)


def tear_down_logging() -> None:
    """Close every handler that `set_up_logging` attached, and have records go on to the loggers above as before."""
    logger = logging.getLogger(ROOT)
    for each in map(logging.getLogger, (ROOT, *LIBRARIES)):
        each.propagate = True
    for handler in tuple(logger.handlers):
        for each in map(logging.getLogger, (ROOT, *LIBRARIES)):
            each.removeHandler(handler)
        handler.close()


def _attach(logger: logging.Logger, handler: logging.Handler) -> None:
    handler.setFormatter(SafeFormatter())
    logger.addHandler(handler)


def _appending(path: str, flags: int) -> int:
    return open_private(Path(path), flags | os.O_APPEND)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    descriptor = open_private(path, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
