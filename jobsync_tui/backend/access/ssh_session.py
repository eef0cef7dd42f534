"""What sshd says of the session that a process runs in: where it came from, and by which key it was opened.

It is for the audit record only, and taken only under ``--as``, where the environment is sshd's and not the person's. It decides nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path

from ..settings.paths import read_regular

CONNECTION = "SSH_CONNECTION"
"""Client address, client port, server address, server port; set by sshd for every session, over anything the client sent."""

AUTHENTICATION = "SSH_USER_AUTH"
"""Names the file with the session's authentication methods, where sshd has ``ExposeAuthInfo yes``."""

_MAX_BYTES = 64 * 1024


def is_ssh(environment: Mapping[str, str]) -> bool:
    """Return whether the process was started by sshd."""
    return CONNECTION in environment


def session_origin(environment: Mapping[str, str]) -> dict[str, str]:
    """Return ``client`` (an IP address) and ``key`` (a fingerprint as ``ssh-keygen -l`` prints it), each where it is known."""
    found = {"client": _client(environment.get(CONNECTION, "")), "key": _key(environment.get(AUTHENTICATION))}
    return {name: value for name, value in found.items() if value is not None}


def fingerprint(blob: str) -> str | None:
    """Return the SHA-256 fingerprint of a public key as it stands in an ``authorized_keys`` line; None if it is no base64 text."""
    try:
        raw = base64.b64decode(blob, validate=True)
    except (binascii.Error, ValueError):
        return None
    return f"SHA256:{base64.b64encode(hashlib.sha256(raw).digest()).decode().rstrip('=')}" if raw else None


def _client(connection: str) -> str | None:
    address = connection.partition(" ")[0]
    try:
        return str(ipaddress.ip_address(address.partition("%")[0]))
    except ValueError:
        return None


def _key(path: str | None) -> str | None:
    if path is None:
        return None
    try:
        content, status = read_regular(Path(path), _MAX_BYTES)
    except (OSError, ValueError):
        return None
    if status.st_uid not in {os.geteuid(), 0} or status.st_mode & 0o022:
        return None
    for line in content.decode("ascii", "replace").splitlines():
        method, *rest = line.split()
        if method == "publickey" and len(rest) >= 2:
            return fingerprint(rest[1])
    return None
