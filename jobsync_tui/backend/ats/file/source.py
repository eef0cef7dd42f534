"""The exported file on the disk: found by its path or pattern, opened without ever waiting for it, and told apart by its first bytes."""

from __future__ import annotations

import codecs
import glob
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import NoReturn, TextIO

from ...core.errors import PermissionMissing, UnexpectedAnswer, Unreachable
from ...core.text import clean

SERVICE = "File"
SAMPLE = 64 * 1024
MAX_LINE = 16 * 1024 * 1024
"""Longest line, in characters; one that never ends would be held in memory whole."""

_CHUNK = 1024 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHERS = (
    (b"\x1f\x8b", "it is compressed (gzip)", "Unpack it first."),
    (b"BZh", "it is compressed (bzip2)", "Unpack it first."),
    (b"%PDF", "it is a PDF, not an export", "Export CSV, JSON or an Excel workbook."),
)


def candidates(path: Path) -> list[Path]:
    """Return the files that a path or pattern names, the newest first.

    Raises:
        Unreachable: A pattern names none.
    """
    if not glob.has_magic(str(path)) or path.exists():
        return [path]
    anchor = Path(path.anchor)
    found = list(anchor.glob(str(path.relative_to(anchor))))
    dated = sorted(((_changed(each), str(each), each) for each in found), reverse=True)
    if not dated:
        raise Unreachable(
            f"There is no file that fits {clean(str(path), limit=300)}", service=SERVICE, remedy="Export it again, or mend `path`."
        )
    return [each for _, _, each in dated]


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def stamp(path: Path) -> str:
    """Return text that changes when the file does, also where a copy keeps its size and its time: those, the inode, and when that changed.

    Raises:
        Unreachable: There is no such file.
        PermissionMissing: It may not be read.
        UnexpectedAnswer: It is no regular file, or a link out of its folder.
    """
    with open_file(path) as stream:
        state = os.fstat(stream.fileno())
    return f"{state.st_size}-{state.st_mtime_ns}-{state.st_ctime_ns}-{state.st_ino}-{state.st_dev}"


def beginning(path: Path, most: int) -> bytes:
    """Return the first bytes of the file.

    Raises:
        UnexpectedAnswer: It has more than ``most`` bytes, or is of a kind that is no export.
    """
    with open_file(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        head = stream.read(SAMPLE)
    if size > most:
        fail(
            path,
            f"it has {size:,} bytes, more than the {most:,} that are read",
            "Export fewer columns, split the file, or raise max_bytes under [files].",
        )
    for mark, what, remedy in _OTHERS:
        if head.startswith(mark):
            fail(path, what, remedy)
    return head


def encoding_of(path: Path, head: bytes) -> tuple[str, bool]:
    """Return the encoding of a text file, and whether it is only presumed: without a mark, what is not UTF-8 is taken for Windows-1252.

    Raises:
        UnexpectedAnswer: It is neither, or UTF-8 that is damaged.
    """
    marked = next((name for mark, name in _BOMS if head.startswith(mark)), None)
    if marked is not None:
        return marked, False
    if b"\0" in head[:200]:
        fail(
            path,
            "it has zero bytes in it, as UTF-16 without its mark has",
            'If it is text, set encoding = "utf-16-le" (or "utf-16-be"), or save it as UTF-8.',
        )
    valid = invalid = 0
    line: int | None = None
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    lines = 1
    with open_file(path) as stream:
        while chunk := stream.read(_CHUNK):
            text = decoder.decode(chunk)
            if not text.isascii():
                bad = [place for place, each in enumerate(text) if "\udc80" <= each <= "\udcff"]
                invalid += len(bad)
                valid += sum(each > "\x7f" for each in text) - len(bad)
                if bad and line is None:
                    line = lines + text.count("\n", 0, bad[0])
            lines += text.count("\n")
    left = decoder.getstate()[0]
    if left and not invalid and valid:
        fail(path, "it ends in the middle of a character", "Export it again; it may have been cut off.")
    if not invalid and not left:
        return "utf-8", False
    if valid >= max(invalid, 1):
        not_text(path, "utf-8", line)
    return "cp1252", True


def not_text(path: Path, encoding: str, line: int | None = None) -> NoReturn:
    """Say that bytes are no text in the encoding."""
    name = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "cp1252": "UTF-8 and not Windows-1252"}.get(encoding, encoding.upper())
    where = f", line {line:,}" if line else ""
    fail(path, f"it is not {name} text{where}", "Save it as UTF-8 (in Excel: CSV UTF-8), or set `encoding`.")


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[TextIO]:
    """Open a text file whose undecodable bytes become an error."""
    with open_file(path) as raw, TextIOWrapper(raw, encoding=encoding, newline="") as stream:
        try:
            yield stream
        except UnicodeError:
            not_text(path, encoding)


def lines_of(path: Path, stream: TextIO) -> Iterator[str]:
    """Yield the lines of a text, none of which is without an end."""
    for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE), ""), 1):
        if len(line) >= MAX_LINE:
            fail(path, f"line {number:,} has more than {MAX_LINE:,} characters", "Look whether this is an export.")
        yield line.replace("\0", "") if "\0" in line else line


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a file into our errors."""
    name = clean(str(path), limit=300)
    try:
        yield
    except FileNotFoundError as error:
        raise Unreachable(f"There is no file {name}", service=SERVICE, remedy="Export it again, or mend `path`.") from error
    except PermissionError as error:
        raise PermissionMissing(f"The file {name} may not be read", service=SERVICE, remedy="Let this account read it.") from error
    except OSError as error:
        raise Unreachable(f"The file {name} cannot be read: {error.strerror}", service=SERVICE) from error


@contextmanager
def open_file(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file in its folder, and nothing else: a pipe may never begin, and a device never end."""
    # Not blocking: opening a pipe that nobody writes to would wait for ever.
    with _opening(path), open(path, "rb", opener=_not_blocking) as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            fail(path, "it is not a regular file", "Name the exported file itself in `path`.")
        if path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
            fail(path, "it is a link that leads out of its folder", "Name the exported file itself in `path`.")
        yield stream


def _not_blocking(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


def fail(path: Path, what: str, remedy: str | None, cause: BaseException | None = None) -> NoReturn:
    """Say that the file cannot be read, why, and what to do."""
    raise UnexpectedAnswer(f"{clean(path.name, limit=120)} cannot be read: {what}", service=SERVICE, remedy=remedy) from cause
