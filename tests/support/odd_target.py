"""A target that keeps to docs/target-api.yaml and is still not what its clients imagine: an independent reading of that document.

It shares no code with the client, with the embedded target or with `tenzo_server`: a small HTTP server of its own, on a loopback socket
and a thread of its own. `odd_ways.Ways` says how it behaves, and can be changed while it serves. What it did to its jobs is in `writes`,
what it was asked in `asked`; what people do there is `add`, `edit` and `remove`.

Run as a program it serves until its standard input ends, and prints its address first: ``python -m tests.support.odd_target normalizing``.
"""

from __future__ import annotations

import asyncio
import copy
import json
import sys
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.odd_ways import DONE_FIRST, ODD, Alert, Ways
from tests.support.patience import PATIENCE

KEY = "tenzo_pk_0123456789abcdef"
SYNCED = (
    *("name", "description", "location", "department", "employment_type", "status", "url", "custom", "template_type"),
    *("templates", "folder", "settings", "follow_up_user", "interview_instructions"),
)
"""The fields of the document's `OwnedFields`."""

Document = dict[str, Any]


@dataclass(frozen=True)
class Write:
    """A change that a client made, as the target saw it."""

    kind: str
    job_id: str
    external_id: str | None
    version: int
    sent: Document


@dataclass(frozen=True)
class _Answer:
    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class _Stored:
    """A job, and what those see of it who read too early: the state before and until when."""

    job: Document
    before: Document | None = None
    until: float = 0.0
    reads: int = 0


class OddTarget:
    """The target's state, and what it is asked to do with it."""

    def __init__(self, ways: Ways | None = None, *, names: bool = True) -> None:
        self.ways = ways or Ways()
        self.names = names
        self.writes: list[Write] = []
        self.asked: list[str] = []
        self.keys: list[str] = []
        self.troubles: deque[Alert | None] = deque()
        self.templates = ["ICU screen", "General screen"]
        self.folders = ["Mercy/ICU"]
        self.users = ["dana@example.com"]
        self.url = ""
        self._lock = threading.RLock()
        self._news = threading.Condition(self._lock)
        self._stored: dict[str, _Stored] = {}
        self._keys: dict[str, str] = {}
        self._last = 0

    # ---- what people do there, and what tests look at -----------------------------------------------------------------

    @property
    def jobs(self) -> dict[str, Document]:
        """The jobs as they are, by id."""
        with self._lock:
            return {job_id: copy.deepcopy(stored.job) for job_id, stored in self._stored.items()}

    def of(self, external_id: str) -> list[Document]:
        """Return the jobs that carry the external id."""
        return [job for job in self.jobs.values() if job.get("external_id") == external_id]

    def add(self, **values: Any) -> str:
        """Put a job there; returns its id."""
        with self._lock:
            self._last += 1
            job_id = f"job-{self._last}"
            candidates = [{"name": "Ada", "stage": "Call Completed"}]
            self._stored[job_id] = _Stored({"id": job_id, "version": 1, "active": True, "candidates": candidates, **values})
            return job_id

    def edit(self, job_id: str, **values: Any) -> None:
        """Change a job as a person there does."""
        with self._lock:
            job = self._stored[job_id].job
            job.update(values)
            job["version"] += 1

    def remove(self, job_id: str) -> None:
        """Delete a job as a person there does."""
        with self._lock:
            del self._stored[job_id]

    def caught_up(self) -> None:
        """Let every read see everything from now on, whatever the lag was."""
        with self._lock:
            for stored in self._stored.values():
                stored.until, stored.reads = 0.0, 0

    def unowned(self, among: Collection[str] | None = None) -> str:
        """Return what no sync owns, as one text; only of some jobs where their ids are given."""
        hidden = {*SYNCED, "version", "external_id"}
        jobs = {job_id: job for job_id, job in sorted(self.jobs.items()) if among is None or job_id in among}
        return json.dumps({job_id: {k: v for k, v in job.items() if k not in hidden} for job_id, job in jobs.items()})

    @property
    def operations(self) -> list[Write]:
        """What clients changed, by the name that the chaos runs use."""
        return self.writes

    @property
    def requests(self) -> list[str]:
        """What was asked, by the name that the chaos runs use."""
        return self.asked

    def wait_idle(self) -> None:
        """Return when nothing is under way; every request is answered before the next one is read."""

    def wait_for_requests(self, number: int, over: Callable[[], bool]) -> None:
        """Return when that many requests have been read, or when ``over`` says that no more will come."""
        with self._news:
            while len(self.asked) < number and not over():
                self._news.wait(timeout=0.05)

    # ---- what a request does ------------------------------------------------------------------------------------------

    def handle(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[Alert | None, _Answer]:
        """Do what a request asks, or what its trouble leaves of it."""
        with self._news:
            self.asked.append(f"{method} {path}")
            trouble = self.troubles.popleft() if self.troubles else None
            self._news.notify_all()
            if trouble is not None and trouble not in DONE_FIRST:
                return trouble, _Answer(0)
            return trouble, self._do(method, path, headers, body)

    def _do(self, method: str, path: str, headers: dict[str, str], body: bytes) -> _Answer:
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        pieces = [unquote(piece) for piece in parts.path.split("/")[1:]]
        if headers.get("authorization") != f"Bearer {KEY}":
            return _wrong(401, "unauthorized", "This key is not known.")
        if pieces == ["v1", "jobs"] and method == "GET":
            return self._page(query)
        if pieces == ["v1", "jobs"] and method == "POST":
            return self._post(json.loads(body), headers.get("idempotency-key", ""))
        if pieces[:2] == ["v1", "jobs"] and len(pieces) == 3:
            stored = self._stored.get(pieces[2])
            if stored is None or (method == "GET" and pieces[2] in self.ways.hidden):
                return _wrong(404, "not_found", "No such job.")
            return self._read(stored) if method == "GET" else self._patch(stored, json.loads(body), headers.get("if-match"))
        if self.names and method == "GET" and pieces[-1] in {"templates", "folders", "users"}:
            return _Answer(200, {"data": [{"id": f"n{i}", "name": name} for i, name in enumerate(getattr(self, pieces[-1]))], "next": None})
        return _wrong(404, "not_found", "Nothing is here.")

    def _page(self, query: dict[str, str]) -> _Answer:
        ways, wanted, cursor = self.ways, query.get("external_id"), query.get("cursor", "")
        found = [shown for stored in list(self._stored.values()) if (shown := self._visible(stored)) is not None]
        if wanted is not None and not ways.unfiltered:
            found = [job for job in found if self._meant(job.get("external_id"), wanted)]
        rows = [self._told(job, "lists") for job in found for _ in range(1 + ways.repeats)]
        start = int(cursor or 0)
        if ways.foreign_first and wanted is not None:
            pages = [[], *([row] for row in rows)]
            content, more = (pages[start] if start < len(pages) else []), start + 1 < len(pages)
            after = start + 1
        else:
            size = 1 if ways.repeats else ways.page
            content, after = rows[start : start + size], start + size
            more = after < len(rows)
        document: Document = {"data": content}
        if ways.circles:
            document["next"] = "1"
        elif more:
            document["next"] = after if ways.numbered else str(after)
        elif ways.end != "missing":
            document["next"] = ways.end
        return _Answer(200, document)

    def _meant(self, external_id: str | None, wanted: str) -> bool:
        if external_id is None or not self.ways.loose:
            return external_id == wanted
        return unicodedata.normalize("NFKC", external_id).casefold() == unicodedata.normalize("NFKC", wanted).casefold()

    def _read(self, stored: _Stored) -> _Answer:
        job = self._visible(stored, counted=True)
        if job is None:
            return _wrong(404, "not_found", "No such job.")
        if self.ways.reads_other:
            job = self._another(job)
        told = self._told(job, "reads")
        return _Answer(200, {"data": [told]} if self.ways.reads_as_list else told, self._tag(job))

    def _post(self, sent: Document, key: str) -> _Answer:
        if len(key) < 16:
            return _wrong(400, "no_key", "An Idempotency-Key of 16 to 64 characters is needed.")
        if set(sent) - {*SYNCED, "external_id"}:
            return _wrong(422, "unknown_field", "That is not a field of a job.")
        self.keys.append(key)
        if self.ways.taken is not None:
            self.ways.taken()
        if self.ways.refuses_creates > 0 or self.ways.taken is not None:
            self.ways.refuses_creates -= 1
            return _wrong(409, "conflict", "Not now.")
        known = None if self.ways.keyless else self._keys.get(key)
        if known is None:
            known = self.add()
            self._keys[key] = known
            stored = self._stored[known]
            external_id = None if self.ways.drops_external_id else sent["external_id"]
            self._change(stored, {**sent, "external_id": external_id}, made=True)
            self.writes.append(Write("create", known, sent["external_id"], 1, sent))
        if self.ways.in_progress > 0:
            self.ways.in_progress -= 1
            return _wrong(409, "in_progress", "A request with this key is in progress.")
        return self._written(self._stored[known].job, self.ways.created)

    def _patch(self, stored: _Stored, sent: Document, match: str | None) -> _Answer:
        job = stored.job
        if match is not None and dict(self._tag(job)).get("ETag") not in {None, match}:
            return _wrong(412, "changed", "The job is not as it was read.")
        if set(sent) - {*SYNCED, "external_id"}:
            return _wrong(422, "unknown_field", "That is not a field of a job.")
        self._change(stored, sent)
        if self.ways.on_patch is not None:
            self.ways.on_patch(job)
        self.writes.append(Write("update", job["id"], job.get("external_id"), job["version"], sent))
        status, times = self.ways.refuses_after
        if times > 0:
            self.ways.refuses_after = (status, times - 1)
            return _wrong(status, "conflict", "Somebody was faster.")
        return self._written(job, self.ways.patched)

    def _change(self, stored: _Stored, sent: Document, *, made: bool = False) -> None:
        job = stored.job
        before = None if made else copy.deepcopy(job)
        for name, value in sent.items():
            if name in {"custom", "settings"} and isinstance(value, dict):
                inner = dict(job.get(name) or {})
                for key, item in value.items():
                    self._put(inner, key, f"{name}.{key}", item)
                job[name] = inner
            else:
                self._put(job, name, name, value)
        if not made:
            job["version"] += 1
        if self.ways.lag or self.ways.lag_reads:
            stored.before, stored.until, stored.reads = before, time.monotonic() + self.ways.lag, self.ways.lag_reads

    def _put(self, into: Document, key: str, name: str, value: Any) -> None:
        kept = value if value is None or name not in self.ways.keeps else self.ways.keeps[name](value)
        if kept is None:
            into.pop(key, None)
        elif isinstance(kept, dict) and isinstance(into.get(key), dict):
            merged = dict(into[key])
            for inner, item in kept.items():
                self._put(merged, inner, f"{name}.{inner}", item)
            into[key] = merged
        else:
            into[key] = kept

    # ---- what is seen -------------------------------------------------------------------------------------------------

    def _visible(self, stored: _Stored, *, counted: bool = False) -> Document | None:
        behind = time.monotonic() < stored.until or stored.reads > 0
        if counted and stored.reads > 0:
            stored.reads -= 1
        return stored.before if behind else stored.job

    def _told(self, job: Document, where: str) -> Document:
        told = copy.deepcopy(job)
        if self.ways.bare_null:
            told = {name: told.get(name, "") for name in SYNCED if name not in {"custom", "settings", "templates"}} | told
        if self.ways.silent in {where, "everywhere"}:
            told.pop("external_id", None)
        elif self.ways.respell is not None and told.get("external_id"):
            told["external_id"] = self.ways.respell(told["external_id"])
        if self.ways.version == "none":
            told.pop("version", None)
        elif self.ways.version == "text":
            told["version"] = f"v{told['version']}"
        return told

    def _tag(self, job: Document) -> tuple[tuple[str, str], ...]:
        kinds = {"weak": f'W/"{job["version"]}"', "strong": f'"{job["id"]}-{job["version"]}"'}
        return (("ETag", kinds[self.ways.etag]),) if self.ways.etag in kinds else ()

    def _written(self, job: Document, status: int) -> _Answer:
        if self.ways.body == "none":
            return _Answer(status)
        if self.ways.body == "other":
            job = self._another(job)
        told = self._told(job, "reads")
        shapes = {"id": {"id": told["id"]}, "list": {"data": [told]}}
        return _Answer(status, shapes.get(self.ways.body, told), self._tag(job))

    def _another(self, job: Document) -> Document:
        return next((stored.job for job_id, stored in self._stored.items() if job_id != job["id"]), job)


def _wrong(status: int, code: str, message: str) -> _Answer:
    return _Answer(status, {"error": {"code": code, "message": message}})


async def _serve(target: OddTarget, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection, one after the other."""
    try:
        while (line := await reader.readline()).strip():
            method, path, _ = line.decode("ascii").split(" ", 2)
            headers = {}
            while field_line := (await reader.readline()).decode("latin-1").strip():
                name, _, value = field_line.partition(":")
                headers[name.lower()] = value.strip()
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            trouble, answer = target.handle(method, path, headers, body)
            if trouble in {Alert.RESET_BEFORE, Alert.RESET_AFTER}:
                break
            writer.write(_bytes(trouble, answer))
            await writer.drain()
            if trouble is Alert.CUT:
                writer.close()
                await writer.wait_closed()
    except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
        return  # the client is gone, or the server ends
    finally:
        writer.transport.abort()


def _bytes(trouble: Alert | None, answer: _Answer) -> bytes:
    kind, status = "application/json", answer.status
    content = b"" if answer.body is None else json.dumps(answer.body).encode()
    if trouble in {Alert.BROKEN_BEFORE, Alert.BROKEN_AFTER, Alert.AWAY}:
        status, content = (503 if trouble is Alert.AWAY else 500), b'{"error": {"code": "broken", "message": "Not now."}}'
    elif trouble in {Alert.PAGE, Alert.PAGE_AFTER}:
        kind, status, content = "text/html", 200, b"<!doctype html><title>Sign in</title>"
    length = len(content)
    if trouble is Alert.CUT:
        content = content[: length // 2]
    lines = [f"HTTP/1.1 {status} .", f"Content-Type: {kind}", *(f"{name}: {value}" for name, value in answer.headers)]
    if status != 204:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + content


@contextmanager
def odd_target(ways: Ways | None = None, *, names: bool = True) -> Iterator[OddTarget]:
    """Serve on a loopback port of the system's choice while the block runs."""
    target = OddTarget(ways, names=names)
    loop = asyncio.new_event_loop()
    started = threading.Event()

    async def serve() -> None:
        ended = asyncio.Event()
        target_ended.append(lambda: loop.call_soon_threadsafe(ended.set))
        server = await asyncio.start_server(lambda reader, writer: _serve(target, reader, writer), "127.0.0.1", 0)
        target.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        started.set()
        async with server:
            await ended.wait()
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in others:
                task.cancel()
            await asyncio.wait(others)
        await asyncio.sleep(0)  # the transports say good-bye

    target_ended: list[Callable[[], object]] = []
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    started.wait(PATIENCE)
    try:
        yield target
    finally:
        target_ended[0]()
        thread.join(PATIENCE)
        loop.close()


if __name__ == "__main__":
    with odd_target(ODD[sys.argv[1]]()) as running:
        print(running.url, flush=True)  # noqa: T201
        sys.stdin.read()
