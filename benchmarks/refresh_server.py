"""A fast ATS on loopback for the refresh benchmark: prepared pages, in Kombo's, Crelate's and a plain format.

Run by ``refresh.py``: ``python benchmarks/refresh_server.py JOBS PAGE LATENCY_MS`` prints its address and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TEXT = "<p>" + "We look for somebody who likes to look after people. " * 28 + "</p>"
"""Makes a job about 2 KB."""


def main() -> None:
    """Serve until standard input ends."""
    jobs, page, latency = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 1000
    asyncio.run(_serve(Pages(jobs, page), latency))


async def _serve(pages: Pages, latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Connection(pages, latency), "127.0.0.1", 0)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


class Pages:
    """Every page as it goes over the wire, made before the clock starts."""

    def __init__(self, jobs: int, size: int) -> None:
        self.jobs = jobs
        self.size = size
        for start in range(0, jobs, size):
            self.kombo(start), self.crelate(start), self.plain(start)

    def answer(self, target: str) -> bytes:
        """Return the answer to a request's target."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query))
        start = int(query.get("offset") or query.get("cursor") or 0)
        if "updated_after" in query or "modified_after" in query:
            return self.changed(parts.path)
        if "remote_ids" in query:
            return self.one_of_kombo(int(query["remote_ids"]))
        if parts.path.startswith("/crelate/jobs/"):
            return self.one_of_crelate(int(parts.path[-12:]))
        if parts.path.startswith("/kombo"):
            return self.kombo(start)
        return self.crelate(start) if parts.path.startswith("/crelate") else self.plain(start)

    @cache  # noqa: B019 - lives as long as the process
    def kombo(self, start: int) -> bytes:
        """Return a page whose cursor leads to the next."""
        following = str(start + self.size) if start + self.size < self.jobs else None
        return _http(_kombo(self._numbers(start), following))

    @cache  # noqa: B019
    def crelate(self, start: int) -> bytes:
        """Return a page that says how many rows there are in all."""
        return _http(_crelate(self._numbers(start), self.jobs, more=start + self.size < self.jobs))

    @cache  # noqa: B019
    def plain(self, start: int) -> bytes:
        """Return Crelate's rows as a bare page, which is the simplest a general tool can be given."""
        return _http({"data": _crelate(self._numbers(start), self.jobs, more=False)["Data"], "total": self.jobs})

    def changed(self, path: str) -> bytes:
        """Return ten jobs whose names are others than in the whole list."""
        numbers = range(10)
        if path.startswith("/kombo"):
            return _http(_kombo(numbers, None, name="Head Nurse"))
        return _http(_crelate(numbers, len(numbers), more=False, name="Head Nurse"))

    def one_of_kombo(self, number: int) -> bytes:
        """Return a page of one job."""
        return _http(_kombo((number,), None))

    def one_of_crelate(self, number: int) -> bytes:
        """Return one job."""
        return _http({"Data": _crelate((number,), 1, more=False)["Data"][0], "Errors": []})

    def _numbers(self, start: int) -> range:
        return range(start, min(start + self.size, self.jobs))


def _kombo(numbers: Iterable[int], following: str | None, *, name: str = "Registered Nurse") -> dict[str, Any]:
    rows = [
        {
            "id": f"{number:024d}",
            "remote_id": str(number),
            "name": f"{name} {number}",
            "job_code": f"R-{number}",
            "description": TEXT,
            "status": "OPEN",
            "employment_type": "FULL_TIME",
            "department": "Nursing",
            "post_url": f"https://jobs.example/{number}",
            "remote_work_status": "ON_SITE",
            "location": {"city": "Chicago", "country": "US", "raw": "Chicago, IL", "state": "IL"},
            "custom_fields": {"shift": "nights"},
            "remote_created_at": "2026-01-01T00:00:00.000Z",
            "remote_updated_at": "2026-01-02T00:00:00.000Z",
        }
        for number in numbers
    ]
    return {"status": "success", "data": {"next": following, "results": rows}}


def _crelate(numbers: Iterable[int], total: int, *, more: bool, name: str = "Registered Nurse") -> dict[str, Any]:
    rows = [
        {
            "Id": f"00000000-0000-4000-8000-{number:012d}",
            "Name": f"{name} {number}",
            "PortalDescription": TEXT,
            "PortalCity": "Chicago",
            "PortalState": "IL",
            "PortalCompanyName": "Mercy Health",
            "IsOnHold": False,
            "JobTypeIds": [{"Id": "1", "Title": "Permanent"}],
            "CustomFields": {"shift": "nights"},
            "CreatedOn": "2026-01-01T00:00:00.35Z",
            "ModifiedOn": "2099-01-02T00:00:00.35Z" if name != "Registered Nurse" else "2026-01-02T00:00:00.35Z",
        }
        for number in numbers
    ]
    return {"Data": rows, "Metadata": {"TotalRecords": total, "MoreRecords": more}, "Errors": []}


class _Connection(asyncio.Protocol):
    """One client connection; requests have no body and come one after another."""

    def __init__(self, pages: Pages, latency: float) -> None:
        self._pages = pages
        self._latency = latency
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            answer = self._pages.answer(head.split(b" ", 2)[1].decode())
            if self._latency:
                asyncio.get_running_loop().call_later(self._latency, self._transport.write, answer)
            else:
                self._transport.write(answer)


def _http(payload: object) -> bytes:
    body = json.dumps(payload).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


if __name__ == "__main__":
    main()
