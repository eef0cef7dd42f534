"""Whose a file is, and who else could write it or put another in its place: what sshd calls StrictModes.

A file is safe where it and every folder on the way to it, from the root on and through every symbolic link, belongs to the account or to
root and cannot be written by others. A folder that anybody may write is safe where it is sticky, as ``/tmp`` is: there nobody can rename
or remove what belongs to somebody else, so that it rests on whose the things in it are, which is looked at too.
"""

from __future__ import annotations

import os
import pwd
import re
import shlex
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import ConfigError

_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
_MOST_LINKS = 40
"""Symbolic links on one way, as the kernel counts them."""
_BETWEEN_WORDS = re.compile(r"[\s=,:;@&|<>()'\"`\0]+")
"""What parts the words of an argument: of an option, of a text for a shell, of a list of folders."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """What is wrong with a file, or with a folder or a link on the way to it, in words that follow its name, and what mends it."""

    path: Path
    words: str
    remedy: str


def account_name(uid: int) -> str:
    """Return the name of the account with that number, or ``uid-N`` where the system knows none."""
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid-{uid}"
    return name


def weakness(path: Path) -> Weakness | None:
    """Return the first thing that lets another account write ``path`` or put something in its place, None where nothing does.

    A way that ends before it is at the file is evaluated as far as it goes: who may make what is missing decides.
    """
    for step, status in _way(path):
        if status.st_uid not in {os.geteuid(), 0}:
            owner = account_name(os.geteuid())
            return Weakness(step, f"belongs to {account_name(status.st_uid)}", f"chown -h {owner} {shlex.quote(str(step))}")
        takes_no_content = stat.S_ISLNK(status.st_mode) or stat.S_ISCHR(status.st_mode) or stat.S_ISSOCK(status.st_mode)
        is_shared = stat.S_ISDIR(status.st_mode) and status.st_mode & stat.S_ISVTX
        if status.st_mode & _OTHERS_WRITE and not takes_no_content and not is_shared:
            words = f"can be written by others (mode {stat.S_IMODE(status.st_mode):04o})"
            is_plain = stat.S_ISREG(status.st_mode) and not status.st_mode & stat.S_IXUSR
            return Weakness(step, words, f"chmod {'600' if is_plain else 'go-w'} {shlex.quote(str(step))}")
    return None


def named_files(command: Sequence[str]) -> tuple[Path, ...]:
    """Return the program of a command that starts in ``/``, and the files and folders that are there and that its arguments name.

    An argument is looked at as a whole, word by word (``--rc=/etc/x``, ``exec /opt/page.sh``), and behind the letters of an option
    (``-I/opt/lib``): an interpreter runs what it is given, so that it counts as much as the program.
    """
    words = [word for argument in command[1:] for word in (argument, *_BETWEEN_WORDS.split(argument)) if word and "\0" not in word]
    words += [word[word.index("/") :] for word in words if word.startswith("-") and "/" in word]
    found = [path for word in dict.fromkeys(words) if os.path.lexists(path := Path("/", word))]
    return (Path(command[0]), *found)


def require_ours(path: Path, what: str) -> None:
    """Refuse a file that others could write or replace.

    Args:
        path: The file; it need not exist.
        what: What it is to jobsync, such as ``the configuration file``.

    Raises:
        ConfigError: Names what is open to whom, and the command that closes it.
    """
    found = weakness(path)
    if found is None:
        return
    if found.path == path:
        raise ConfigError(f"{path}: {what} {found.words}, and must be this account's or root's alone", remedy=found.remedy)
    raise ConfigError(f"{path}: {what} can be replaced by others: {found.path} on the way to it {found.words}", remedy=found.remedy)


def _way(path: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Yield everything on the way to a file as it is without following links: folders, links, and the file itself at the end."""
    left = list(reversed(Path(os.path.abspath(path)).parts))  # noqa: PTH100 - resolve() would follow the links that are looked at
    at = Path(left.pop())
    yield at, at.lstat()
    links = 0
    while left:
        part = left.pop()
        if part == os.pardir:
            at = at.parent
            continue
        step = at / part
        try:
            status = step.lstat()
        except OSError:
            return
        yield step, status
        if not stat.S_ISLNK(status.st_mode):
            at = step
            continue
        links += 1
        if links > _MOST_LINKS:
            return
        target = step.readlink()
        at = Path(target.anchor) if target.is_absolute() else at
        left += reversed(target.parts[1:] if target.is_absolute() else target.parts)
