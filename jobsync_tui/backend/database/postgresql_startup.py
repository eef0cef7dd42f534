"""Why a PostgreSQL server let nobody in: the SQLSTATE, which libpq hears and does not hand on.

All that libpq gives of a login that failed is a text, in the language of the server. So the server is asked once more, by the first message
of its protocol (version 3, which every server since 7.4 speaks), and its answer is read as far as it goes without a password.
"""

from __future__ import annotations

import socket
import struct
from contextlib import suppress
from typing import Any, BinaryIO

_VERSION = 3 << 16
_LONGEST = 30_000
"""Bytes of a message before the login; what is longer comes from no such server."""

_ASKS_FOR_MORE = "28000"
"""What stands for the refusal of a server that wanted a password or a certificate: it let us as far as that, and then not in."""


def why_refused(attempt: Any, timeout: float) -> str:
    """Return the SQLSTATE by which a server turns a login away, an empty text where none can be learned.

    Args:
        attempt: What psycopg's error keeps of the connection that failed (its ``pgconn``): where it went, and as whom.
        timeout: Seconds that connecting, and each answer, may take.
    """
    told = ""
    with suppress(OSError, struct.error), _connected(attempt, timeout) as connection, connection.makefile("rb") as answers:
        connection.sendall(_login(attempt.user, attempt.db))
        told = _state(answers)
    return told


def _connected(attempt: Any, timeout: float) -> socket.socket:
    host, port = (attempt.hostaddr or attempt.host).decode(), int(attempt.port)
    if not host.startswith(("/", "@")):
        return socket.create_connection((host, port), timeout)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(timeout)
    try:
        path = f"{host}/.s.PGSQL.{port}"
        # The name of a socket in the abstract space of Linux begins with a zero byte.
        connection.connect(f"\0{path[1:]}" if host.startswith("@") else path)
    except BaseException:
        connection.close()
        raise
    return connection


def _login(user: bytes, database: bytes) -> bytes:
    fields = b"".join(part + b"\0" for part in (b"user", user, b"database", database or user)) + b"\0"
    return struct.pack("!ii", len(fields) + 8, _VERSION) + fields


def _state(answers: BinaryIO) -> str:
    """Read messages until one says no, asks for more than a name, or lets us in."""
    while True:
        kind, length = struct.unpack("!ci", answers.read(5))
        if not 4 <= length <= _LONGEST:
            return ""
        body = answers.read(length - 4)
        if kind == b"E":
            return next((field[1:].decode("ascii", "replace") for field in body.split(b"\0") if field.startswith(b"C")), "")
        if kind == b"R" and body[:4] != b"\0\0\0\0":
            return _ASKS_FOR_MORE
        if kind == b"Z":
            return ""
