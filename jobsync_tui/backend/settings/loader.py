"""Reading the configuration file, and saying with file, line and key what is wrong in it."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import AccessDenied, ConfigError, JobsyncError
from ..paths import read_regular
from ..text import clean
from .locate import key_lines, line_of
from .schema import Settings
from .tables import Place, Problem, Problems, read_table

_MAX_BYTES = 1_000_000
_TOML_PLACE = re.compile(r"\s*\((?:at line (\d+), column \d+|at end of document)\)$")


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells one state of a file from another without reading it."""

    modified_ns: int
    size: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileStamp:
        """Return the stamp of a file by its status."""
        return cls(status.st_mtime_ns, status.st_size, status.st_ino)


def load_settings(path: Path) -> Settings:
    """Read the configuration file at ``path``.

    Raises:
        ConfigError: It is missing, unreadable, writable by others or wrong; the message names the file, and the line and the key where
            there are such.
        AccessDenied: It belongs to somebody else, who does not let this account read it.
    """
    return load_stamped(path)[0]


def load_stamped(path: Path) -> tuple[Settings, FileStamp]:
    """Read the configuration file and return it with the stamp of the very file that was read. Errors as in `load_settings`."""
    try:
        content, status = read_regular(path, _MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(
            f"{_shown(path)}: there is no configuration file",
            remedy="jobsync init writes one; -c FILE names another; jobsync demo needs none",
        ) from None
    except PermissionError as error:
        raise _not_readable(path) from error
    except OSError as error:
        raise ConfigError(f"{_shown(path)}: the configuration file cannot be read: {error.strerror}") from error
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigError(
            f"{_shown(path)}: the configuration file can be written by others (mode {stat.S_IMODE(status.st_mode):04o})",
            remedy=f"chmod 600 {_shown(path)}",
        )
    if len(content) > _MAX_BYTES:
        raise ConfigError(f"{_shown(path)}: the configuration file is larger than {_MAX_BYTES} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError(f"{_shown(path)}, line {line}: the configuration file is not UTF-8 text") from None
    return parse_settings(text, path), FileStamp.of(status)


def parse_settings(text: str, path: Path) -> Settings:
    """Return the configuration that ``text`` holds; ``path`` is where it stands, for messages and for relative file names.

    Raises:
        ConfigError: It is not TOML, or not this configuration.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(str(error), text, path) from None
    except RecursionError:
        raise ConfigError(f"{_shown(path)}: the configuration file is nested too deep") from None
    try:
        return read_table(Settings, document, path.parent, path=path)
    except Problems as problems:
        raise _first_problem(problems.found, document, text, path) from None


def _not_readable(path: Path) -> JobsyncError:
    """Return the error for a file that this account may not read: somebody else's is a matter of access, one's own of its mode."""
    try:
        is_own = path.stat().st_uid == os.geteuid()
    except OSError:
        is_own = False
    if is_own:
        return ConfigError(f"{_shown(path)}: the configuration file cannot be read by its owner", remedy=f"chmod 600 {_shown(path)}")
    return AccessDenied(f"{_shown(path)}: the configuration file is not readable for this account")


def _syntax_error(message: str, text: str, path: Path) -> ConfigError:
    place = _TOML_PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
    # Only tomllib's fixed words are repeated: an excerpt of the file could be a secret somebody pasted.
    words = message[: place.start()] if place else message
    return ConfigError(f"{_shown(path)}, line {line}: not TOML: {clean(words.partition(':')[0], limit=120)}")


def _first_problem(problems: Sequence[Problem], document: Mapping[str, Any], text: str, path: Path) -> ConfigError:
    """Return the error for the topmost problem, saying how many more there are."""
    lines = key_lines(text)
    found = sorted((line_of(each.place, lines), _dotted(each.place, document), clean(each.words, limit=300)) for each in problems)
    line, key, words = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return ConfigError(f"{_shown(path)}, line {line}: {key} {words}{more}")


def _dotted(place: Place, document: Mapping[str, Any]) -> str:
    """Return a key's place as people write it, an integration by its id: ``integrations[greenhouse].base_url``."""
    words = ""
    value: Any = document
    for part in place:
        value = _step(value, part)
        if isinstance(part, int):
            name = value.get("id", value.get("user", value.get("name"))) if isinstance(value, dict) else None
            words += f"[{clean(name, limit=64) if isinstance(name, str) and name else part}]"
        else:
            words += f"{'.' if words else ''}{clean(part, limit=64)}"
    return words or "the file"


def _step(value: Any, part: str | int) -> Any:
    try:
        return value[part]
    except (KeyError, IndexError, TypeError):
        return None


def _shown(path: Path) -> str:
    return clean(str(path))
