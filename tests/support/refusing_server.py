"""A server that answers every login by the bytes that a test names: PostgreSQL's refusals in any language, and what is no PostgreSQL."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_ENCRYPTED = frozenset({80877103, 80877104})
"""What a client sends first to ask for TLS and GSSAPI, in place of its version of the protocol."""


ASKS_A_PASSWORD = b"R" + struct.pack("!ii", 8, 3)


def fatal(state: str, words: str) -> bytes:
    """Return the message by which a server refuses, with that SQLSTATE."""
    fields = (
        b"".join(kind + text.encode() + b"\0" for kind, text in ((b"S", "FATAL"), (b"V", "FATAL"), (b"C", state), (b"M", words))) + b"\0"
    )
    return b"E" + struct.pack("!i", len(fields) + 4) + fields


@contextmanager
def refusing(answer: bytes) -> Iterator[str]:
    """Have a server answer every login so, and hang up; gives its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_serve, args=(listener, answer))
    thread.start()
    try:
        yield f"postgresql://anybody@127.0.0.1:{listener.getsockname()[1]}/jobsync"
    finally:
        # Closing alone does not wake a thread that waits in accept.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _serve(listener: socket.socket, answer: bytes) -> None:
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            with client, suppress(OSError):
                while _version(client) in _ENCRYPTED:
                    client.sendall(b"N")
                client.sendall(answer)


def _version(client: socket.socket) -> int:
    """Take in a client's first message, and return its version of the protocol."""
    length, version = struct.unpack("!ii", client.recv(8, socket.MSG_WAITALL).ljust(8, b"\0"))
    client.recv(max(0, length - 8), socket.MSG_WAITALL)
    return int(version)
