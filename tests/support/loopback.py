"""In-process ATSs behind real sockets: one HTTP server on a loopback port, in a thread, for commands that run a loop of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from jobsync_tui.backend.http import Reply, Request, Responder


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, responders: Mapping[str, Responder]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.responders = responders


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        name = self.path.split("/")[1]
        url = f"http://{self.headers['host']}{self.path}"
        responder = self.server.responders.get(name)
        reply = Reply(404) if responder is None else asyncio.run(_reply(responder, Request(self.command, url, dict(self.headers), body)))
        self.send_response(reply.status)
        for header, value in reply.headers.items():
            self.send_header(header, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PATCH = _answer  # noqa: N815 - http.server's names

    def log_message(self, *args: object) -> None:
        """Say nothing."""


async def _reply(responder: Responder, request: Request) -> Reply:
    return await responder(request)


@contextmanager
def on_loopback(responders: Mapping[str, Responder]) -> Iterator[str]:
    """Serve each responder below ``/<name>`` and give the address that they are all below."""
    with _Server(responders) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
