"""Secrets: where the configuration says they are, their values, which never show themselves, and taking them out of any text."""

from __future__ import annotations

import ctypes
import os
import resource
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ..core.errors import ConfigError
from ..core.ownership import weakness
from .paths import read_regular
from .redaction import redact, register

__all__ = ["Secret", "SecretKind", "SecretRef", "SecretUnavailable", "redact", "register", "resolve"]

KEYRING_SERVICE = "jobsync"
"""The service name under which the system's keyring keeps our entries."""

_MAX_BYTES = 64 * 1024


class SecretUnavailable(ConfigError):
    """A secret that the configuration names cannot be had: the variable is not set, the file is missing or too open, and so on."""

    code = "secret_unavailable"


class SecretKind(StrEnum):
    """Where a secret is kept."""

    ENV = "env"
    FILE = "file"
    KEYRING = "keyring"


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret is, as the configuration says it: ``{ env = NAME }``, ``{ file = PATH }`` or ``{ keyring = NAME }``."""

    kind: SecretKind
    name: str

    def describe(self) -> str:
        """Return in words where the secret is."""
        places = {SecretKind.ENV: "environment variable", SecretKind.FILE: "file", SecretKind.KEYRING: "keyring entry"}
        return f"{places[self.kind]} {self.name}"


class Secret:
    """A secret's value. It shows itself only when asked by `reveal`, never by printing, formatting or pickling."""

    __slots__ = ("_value",)

    def __init__(self, value: str, *, masked: bool = True) -> None:
        """Hold ``value``; where ``masked``, `redact` takes it out of every text from now on."""
        self._value = value
        if masked:
            register(value)

    def reveal(self) -> str:
        """Return the value."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not pickled")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


def resolve(ref: SecretRef | str, base_dir: Path) -> Secret:
    """Read the secret that ``ref`` names; a text is a value that may stand in the configuration, such as a user id.

    Before that, this process is told to leave no core dump.

    Args:
        ref: The reference, or the literal value.
        base_dir: The folder that relative file names are relative to: the configuration's.

    Raises:
        SecretUnavailable: With the remedy; the value is never part of the message.
    """
    if isinstance(ref, str):
        return Secret(ref, masked=False)
    forbid_core_dumps()
    if ref.kind is SecretKind.ENV:
        value = os.environ.get(ref.name)
    elif ref.kind is SecretKind.FILE:
        value = _read_file(base_dir / _at_home(ref))
    else:
        value = _read_keyring(ref.name)
    if not value:
        state = "is empty" if value == "" else "is not set"
        raise SecretUnavailable(f"The secret in {ref.describe()} {state}", remedy=f"Set {ref.describe()} for the account that runs jobsync")
    return Secret(value)


def _at_home(ref: SecretRef) -> Path:
    try:
        return Path(ref.name).expanduser()
    except RuntimeError:
        raise SecretUnavailable(
            f"The secret in {ref.describe()} is in a home directory that is not known", remedy="Name it from /"
        ) from None


def _read_file(path: Path) -> str:
    try:
        content, status = read_regular(path, _MAX_BYTES)
    except OSError as error:
        raise SecretUnavailable(
            f"The secret file {path} cannot be read: {error.strerror}", remedy=f"Make {path} a file with mode 0600, owned by this account"
        ) from error
    weak = weakness(path)
    if weak is not None and weak.path != path:
        raise SecretUnavailable(f"The secret file {path} can be replaced by others: {weak.path} {weak.words}", remedy=weak.remedy)
    if status.st_uid not in {os.geteuid(), 0}:
        raise SecretUnavailable(
            f"The secret file {path} belongs to another account", remedy="Let the account that runs jobsync own it, with mode 0600"
        )
    if status.st_mode & 0o077:
        raise SecretUnavailable(
            f"The secret file {path} is open to other accounts (mode {stat.S_IMODE(status.st_mode):04o})", remedy=f"chmod 600 {path}"
        )
    try:
        return content.decode().strip("\r\n")
    except UnicodeDecodeError:
        raise SecretUnavailable(f"The secret file {path} is not UTF-8 text", remedy="Write the secret as one line of text") from None


def _read_keyring(name: str) -> str | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise SecretUnavailable(
            f"The secret in keyring entry {name} cannot be read: keyring support is not installed",
            remedy="Install jobsync-tui[keyring], or keep the secret in a file with mode 0600",
        ) from None
    try:
        value = keyring.get_password(KEYRING_SERVICE, name)
    except KeyringError as error:
        raise SecretUnavailable(
            f"The secret in keyring entry {name} cannot be read: {type(error).__name__}",
            remedy="Unlock the keyring of the account that runs jobsync, or keep the secret in a file with mode 0600",
        ) from None
    return str(value) if value is not None else None


_PR_SET_DUMPABLE = 4


def forbid_core_dumps() -> None:
    """Have this process leave no core dump from now on.

    The limit alone does not stop dumps that the kernel hands to a program, so that on Linux the kernel is told that the memory is
    nobody's to read; a debugger of the same account is kept out by that too.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
