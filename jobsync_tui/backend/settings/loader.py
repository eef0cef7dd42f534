"""Reading the configuration file, and saying with file, line and key what is wrong in it."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ..core.errors import AccessDenied, ConfigError, JobsyncError
from ..core.ownership import named_files, require_ours
from ..core.text import clean
from .locate import KeyPath, key_lines, line_of
from .paths import read_regular
from .schema import Settings

_MAX_BYTES = 1_000_000
_MOST_TRIED = 3_000
"""Lines of a text that is no TOML up to which the place of the fault is looked for."""

_WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "tuple_type": "must be a list",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "dict_type": "must be a table",
}
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}
"""Kinds of problems that have a bound, in words, and where pydantic keeps the bound."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What tells one state of a file from another without reading it.

    Size and time of modification can be set to what they were, as ``rsync -t`` and a restored copy do; the time of the last change of the
    inode (``ctime``) cannot.
    """

    modified_ns: int
    changed_ns: int
    size: int
    inode: int
    device: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileStamp:
        """Return the stamp of a file by its status."""
        return cls(status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev)


def load_settings(path: Path) -> Settings:
    """Read the configuration file at ``path``.

    Raises:
        ConfigError: It is missing, unreadable or wrong, or others could write or replace it, or the program or the certificates that it
            names; the message names the file, and the line and the key where there are such.
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
    require_ours(path, "the configuration file")
    if len(content) > _MAX_BYTES:
        raise ConfigError(f"{_shown(path)}: the configuration file is larger than {_MAX_BYTES} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError(f"{_shown(path)}, line {line}: the configuration file is not UTF-8 text") from None
    settings = parse_settings(text, path)
    if settings.notify.command is not None:
        program, *arguments = named_files(settings.notify.command)
        require_ours(program, "the program of notify.command")
        for argument in arguments:
            require_ours(argument, "named by an argument of notify.command, it")
    if settings.network.ca_bundle is not None:
        require_ours(settings.network.ca_bundle, "the file of network.ca_bundle")
    return settings, FileStamp.of(status)


def parse_settings(text: str, path: Path) -> Settings:
    """Return the configuration that ``text`` holds; ``path`` is where it stands, for messages and for relative file names.

    Raises:
        ConfigError: It is not TOML, or not this configuration.
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        line = _broken_line(text)
        where = f", line {line}" if line else ""
        words = "look for a quotation mark, a bracket or a value that is missing or wrong, or a key that is there twice"
        raise ConfigError(f"{_shown(path)}{where}: not TOML: {words}") from None
    except RecursionError:
        raise ConfigError(f"{_shown(path)}: the configuration file is nested too deep") from None
    if "path" in document:
        raise ConfigError(f"{_shown(path)}, line {line_of(('path',), key_lines(text))}: path is not a known key")
    try:
        return Settings.model_validate({**document, "path": path}, context={"base": path.parent})
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
    raise _first_problem(problems, document, text, path)


def _not_readable(path: Path) -> JobsyncError:
    """Return the error for a file that this account may not read: somebody else's is a matter of access, one's own of its mode."""
    try:
        is_own = path.stat().st_uid == os.geteuid()
    except OSError:
        is_own = False
    if is_own:
        return ConfigError(f"{_shown(path)}: the configuration file cannot be read by its owner", remedy=f"chmod 600 {_shown(path)}")
    return AccessDenied(f"{_shown(path)}: the configuration file is not readable for this account")


def _broken_line(text: str) -> int | None:
    """Return the line on which the first statement begins that cannot be read: behind the longest beginning that can be, 1 and up.

    The parser's own words would have the line in them, and have been worded otherwise before. A text of thousands of lines is not tried.
    """
    lines = text.split("\n")
    if len(lines) > _MOST_TRIED:
        return None
    good = next((count for count in range(len(lines) - 1, 0, -1) if _is_toml("\n".join(lines[:count]))), 0)
    return next((number for number, line in enumerate(lines, 1) if number > good and line.strip()), good + 1)


def _is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return False
    return True


def _first_problem(problems: Sequence[ErrorDetails], document: Mapping[str, Any], text: str, path: Path) -> ConfigError:
    """Return the error for the topmost problem, saying how many more there are; a required key that is there, mistyped, is not missing."""
    lines = key_lines(text)
    meant = {(*detail["loc"][:-1], _meant(detail["loc"])) for detail in problems if detail["type"] == "extra_forbidden"}
    told = [detail for detail in problems if detail["type"] != "missing" or detail["loc"] not in meant]
    found = sorted((line_of(place, lines), _dotted(place, document), _words(detail)) for detail in told for place in [_place(detail)])
    line, key, words = found[0]
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return ConfigError(f"{_shown(path)}, line {line}: {key} {words}{more}")


def _place(detail: ErrorDetails) -> KeyPath:
    context = detail.get("ctx") or {}
    return (*detail["loc"], *context.get("key", ()))


def _words(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        near = _meant(detail["loc"])
        return "is not a known key" if near is None else f"is not a known key; did you mean {near}?"
    if kind == "enum":
        return f"must be {(detail.get('ctx') or {}).get('expected', 'another word')}"
    if kind in _WORDS:
        return _WORDS[kind]
    context = detail.get("ctx") or {}
    if kind == "problem":
        return clean(str(context.get("words")), limit=300)
    if kind in _BOUNDS:
        words, name = _BOUNDS[kind]
        return f"must be {words} {context.get(name)}"
    return f"is not as it should be ({kind})"


def _meant(place: Sequence[str | int]) -> str | None:
    """Return the key that was meant, where one of that table is like it."""
    model: Any = Settings
    for part in place[:-1]:
        if isinstance(part, str) and hasattr(model, "model_fields"):
            field = model.model_fields.get(part)
            model = _inner_model(field.annotation) if field else None
    names = [field.alias or name for name, field in getattr(model, "model_fields", {}).items() if name != "path" or model is not Settings]
    return next(iter(difflib.get_close_matches(str(place[-1]), names, n=1)), None)


def _inner_model(annotation: Any) -> Any:
    """Return the model inside an annotation such as ``tuple[Model, ...] | None``."""
    if hasattr(annotation, "model_fields"):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None


def _dotted(place: KeyPath, document: Mapping[str, Any]) -> str:
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
