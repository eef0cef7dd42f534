"""A proxy before a PostgreSQL server that cuts a connection at its commit: before the server hears of it, or before it can answer."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

COMMIT = b"COMMIT"


class Cut(StrEnum):
    """Where the connection breaks."""

    BEFORE = "the commit never reaches the server"
    AFTER = "the server commits and its answer is lost"


class CuttingProxy:
    """Hands bytes on in both directions; the next commit is cut once ``cut`` is set.

    Attributes:
        port: Where it listens on this machine.
        cuts: How many commits it has cut.
    """

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.cut: Cut | None = None
        self.cuts = 0

    def serve(self) -> None:
        """Take connections until it is closed."""
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self._server_port))
                threading.Thread(target=self._up, args=(client, server), daemon=True).start()
                threading.Thread(target=_hand_on, args=(server, client), daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        # Closing alone does not wake a thread that waits in accept.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(65536):
                if COMMIT in data and self.cut is not None:
                    how, self.cut = self.cut, None
                    self.cuts += 1
                    client.shutdown(socket.SHUT_RDWR)
                    if how is Cut.AFTER:
                        server.sendall(data)
                        server.shutdown(socket.SHUT_WR)  # the server reads what was sent before it notices
                        return
                    server.shutdown(socket.SHUT_RDWR)
                    return
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)


def _hand_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for each in (source, sink):
        each.close()


@contextmanager
def cutting(port: int) -> Iterator[CuttingProxy]:
    """Run a proxy before the server at ``port``."""
    proxy = CuttingProxy(port)
    thread = threading.Thread(target=proxy.serve)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.close()
        thread.join()
