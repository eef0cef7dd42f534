"""A new integration for the configuration file: its table as text, checked by the reader's own models, and added behind what is there.

What stands in the file stays as it is, comments included: the table is appended, and nothing is written anew.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ..core.errors import UsageError
from ..core.named_files import from_root
from .loader import load_settings, parse_settings
from .paths import ensure_directory, open_private
from .schema import IntegrationSettings
from .secrets import SecretKind, SecretRef
from .values import LITERAL_CREDENTIALS

SECRETS = "secrets"
"""The folder beside the configuration in which typed secrets are kept, a file each."""

PLACES = "Give NAME=PLACE, where PLACE is env:VARIABLE, file:PATH (mode 0600, yours alone) or keyring:ENTRY"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIntegration:
    """An integration that is to be added.

    Attributes:
        base_url: None for the provider's own.
        credentials: By their names: where a secret is, or the text itself where it is none.
        path: Of the provider ``file``.
        further: Further lines of the table, in TOML.
    """

    id: str
    name: str
    provider: str
    base_url: str | None = None
    credentials: Mapping[str, SecretRef | str]
    path: str | None = None
    further: tuple[str, ...] = ()

    def table(self) -> str:
        """Return the table as it stands in the file."""
        keys = {"id": self.id, "name": self.name, "provider": self.provider, "base_url": self.base_url, "path": self.path}
        lines = ["[[integrations]]", *(f"{key} = {_quoted(value)}" for key, value in keys.items() if value is not None)]
        if self.credentials:
            places = ", ".join(f"{name} = {_place(value)}" for name, value in self.credentials.items())
            lines.append(f"credentials = {{ {places} }}")
        return "\n".join([*lines, *self.further]) + "\n"


def problem_with(key: str, value: str, provider: str) -> str | None:
    """Return what is wrong with one key of an integration's table, in words that follow its name; None where nothing is."""
    try:
        IntegrationSettings.model_validate({"id": "new", "provider": provider, **({"path": "x"} if provider == "file" else {}), key: value})
    except ValidationError as error:
        return str(error.errors(include_url=False, include_input=False)[0].get("ctx", {}).get("words", "is not as it should be"))
    return None


def credential(name: str, text: str) -> SecretRef | str:
    """Return the credential that ``text`` names on a command line: ``env:NAME``, ``file:PATH``, ``keyring:NAME``, or one that is no secret.

    Raises:
        UsageError: It is a secret itself, or names no place. The text is not repeated.
    """
    kind, colon, place = text.partition(":")
    if colon and kind in set(SecretKind) and place:
        return SecretRef(SecretKind(kind), str(from_root(Path(place))) if kind == SecretKind.FILE else place)
    if name in LITERAL_CREDENTIALS and text:
        return text
    raise UsageError(
        f"{name} must say where the secret is, not what it is",
        remedy=PLACES,
    )


def keep_secret(config: Path, name: str, secret: str) -> SecretRef:
    """Write a secret that was typed into a file of its own beside the configuration, mode 0600, and return where it is.

    Raises:
        UsageError: It cannot be written.
    """
    folder = ensure_directory(config.parent / SECRETS)
    for number in range(1, 1000):
        path = folder / (name if number == 1 else f"{name}-{number}")
        try:
            with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "w", encoding="utf-8") as file:
                file.write(secret + "\n")
        except FileExistsError:
            continue
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}", remedy="Keep the secret in an environment variable") from error
        return SecretRef(SecretKind.FILE, f"{SECRETS}/{path.name}")
    raise UsageError(f"{folder} is full of secrets of that name", remedy=f"Remove those of {name} that nothing uses")


def write_new(path: Path, text: str) -> None:
    """Write a configuration where none is, with mode 0600.

    Raises:
        ConfigError: The text is no configuration.
        UsageError: There is one, or it cannot be written.
    """
    parse_settings(text, path)
    ensure_directory(path.parent)
    try:
        with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise exists_already(path) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def add_to(path: Path, new: NewIntegration) -> None:
    """Add an integration to the configuration that is there.

    Raises:
        ConfigError: The file is no configuration, or would be none with it.
        UsageError: The id is taken, or the file cannot be written, or has its integrations in a form that no table can follow.
    """
    if load_settings(path).integration(new.id) is not None:
        raise UsageError(f"There is an integration {new.id} already", remedy="--id ID gives the new one another id")
    text = path.read_text(encoding="utf-8-sig")
    table = ("" if text.endswith("\n") or not text else "\n") + "\n" + new.table()
    _require_tables(text, path, new)
    parse_settings(text + table, path)
    try:
        with path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            try:
                file.write(table.encode())
                file.flush()
            except OSError:
                file.truncate(end)
                raise
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", remedy=f"Add this to it by hand:\n{new.table()}") from error


def exists_already(path: Path) -> UsageError:
    """Return the refusal to write over a configuration."""
    return UsageError(
        f"{path} exists already and is left as it is", remedy="jobsync init --add adds an integration to it; -c FILE names another place"
    )


def _require_tables(text: str, path: Path, new: NewIntegration) -> None:
    """Refuse a file whose integrations are a list in brackets, behind which TOML allows no table of that name."""
    try:
        tomllib.loads(text + "\n[[integrations]]\n")
    except tomllib.TOMLDecodeError:
        raise UsageError(
            f"{path} has its integrations in one list, to which none can be added here",
            remedy=f"Add it to the list by hand:\n{new.table()}",
        ) from None


def _place(value: SecretRef | str) -> str:
    return _quoted(value) if isinstance(value, str) else f"{{ {value.kind} = {_quoted(value.name)} }}"


def _quoted(text: str) -> str:
    """Return a text as TOML writes it; control characters, which the models refuse, are escaped all the same."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(each):04x}" if ord(each) < 0x20 or ord(each) == 0x7F else each for each in escaped) + '"'
