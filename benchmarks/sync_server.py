"""An ATS and a target on one loopback port that answer every call after the same time, for the sync benchmark.

Run by ``sync.py``: ``python benchmarks/sync_server.py JOBS LATENCY_MS`` prints its address, serves until its input ends, and prints how
many calls it answered.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TEXT = "<p>" + "We look for somebody who likes to look after people. " * 28 + "</p>"
"""Makes a job about 2 KB."""


def main() -> None:
    """Serve until standard input ends."""
    asyncio.run(_serve(World(int(sys.argv[1])), float(sys.argv[2]) / 1000))


async def _serve(world: World, latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(world, latency), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()
    print(json.dumps(world.calls), flush=True)


def ats_row(number: str | int) -> dict[str, str]:
    """Return a job as the ATS has it."""
    return {"id": str(number), "name": f"Registered Nurse {number}", "description": TEXT, "department": "Nursing"}


class World:
    """The ATS's jobs, which are made as they are asked for, and the target's."""

    def __init__(self, jobs: int) -> None:
        self.ats_jobs = jobs
        self.jobs: dict[str, dict[str, Any]] = {}
        self.by_external: dict[str, str] = {}
        self.calls: dict[str, int] = {}

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any]:
        """Return status and document."""
        parts = urlsplit(target)
        place = [unquote(piece) for piece in parts.path.strip("/").split("/")]
        kind = f"{method} {place[0]}" if place[0] == "ats" else f"{method} {'/'.join(place[:2])}{'/ID' if len(place) > 2 else ''}"
        self.calls[kind] = self.calls.get(kind, 0) + 1
        match method, place:
            case "GET", ["ats", number]:
                return 200, ats_row(number)
            case "GET", ["v1", "jobs"]:
                found = self.by_external.get(parse_qs(parts.query)["external_id"][0])
                return 200, {"data": [] if found is None else [self.jobs[found]]}
            case "GET", ["v1", "jobs", job_id]:
                return 200, self.jobs[job_id]
            case "POST", ["v1", "jobs"]:
                sent = json.loads(body)
                job_id = f"tz_{len(self.jobs)}"
                self.jobs[job_id] = {"id": job_id, "version": 1, **sent}
                self.by_external[sent["external_id"]] = job_id
                return 201, self.jobs[job_id]
            case "PATCH", ["v1", "jobs", job_id]:
                self.jobs[job_id] |= json.loads(body) | {"version": self.jobs[job_id]["version"] + 1}
                return 200, self.jobs[job_id]
        return 404, {}


class _Connection(asyncio.Protocol):
    """Enough of HTTP/1.1 for one client that keeps its connections and sends one request at a time."""

    transport: asyncio.Transport

    def __init__(self, world: World, latency: float) -> None:
        self._world = world
        self._latency = latency
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self.transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if not end:
            return
        fields = head.decode("ascii").split("\r\n")
        lengths = [field.partition(":")[2] for field in fields if field.lower().startswith("content-length:")]
        if len(body) < int(lengths[0] if lengths else 0):
            return
        self._received = b""
        method, target, _ = fields[0].split(" ")
        asyncio.get_running_loop().call_later(self._latency, self._answer, method, target, body)

    def _answer(self, method: str, target: str, body: bytes) -> None:
        status, document = self._world.answer(method, target, body)
        content = json.dumps(document).encode()
        etag = f'ETag: W/"{document["version"]}"\r\n' if "version" in document else ""
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{etag}Content-Length: {len(content)}\r\n\r\n"
        self.transport.write(head.encode() + content)


if __name__ == "__main__":
    main()
