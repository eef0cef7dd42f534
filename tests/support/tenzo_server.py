"""A target on a socket, written from docs/target-api.yaml alone and sharing no code with the client or the embedded target.

It answers on threads of its own, keeps a log of every operation that changed something, and misbehaves on request: the next requests can
be given faults, and every create can commit late, after its connection is gone.

Run as a program it serves until its standard input ends, and prints its address first.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.patience import PATIENCE

KEY = "tenzo_pk_0123456789abcdef"
OWNED = frozenset(
    (
        "name",
        "description",
        "location",
        "department",
        "employment_type",
        "status",
        "url",
        "custom",
        "template_type",
        "templates",
        "folder",
        "settings",
        "follow_up_user",
        "interview_instructions",
    )
)


class Fault(StrEnum):
    """What can be done to one request."""

    RESET_BEFORE = "reset before it is read"
    RESET_AFTER = "reset after it is done"
    ERROR_500_BEFORE = "500 before it is done"
    ERROR_500_AFTER = "500 after it is done"
    UNAVAILABLE = "503"
    RATE_LIMITED = "429"
    TRUNCATED = "half a body after it is done"
    WEB_PAGE = "a web page with 200"
    EMPTY_OBJECT = "an empty object with 200 after it is done"
    UNAUTHORIZED = "401"
    UNPROCESSABLE = "422"
    REDIRECT = "a redirect"


DOES_IT = frozenset({Fault.RESET_AFTER, Fault.ERROR_500_AFTER, Fault.TRUNCATED, Fault.EMPTY_OBJECT})


@dataclass(frozen=True)
class Operation:
    """A change of the target, as the target saw it."""

    number: int
    kind: str
    job_id: str
    external_id: str | None
    version: int
    fields: tuple[str, ...]
    key: str | None = None


@dataclass
class TenzoServer:
    """The state of the target and the knobs on it. ``requests`` lists method and path of every request that was read."""

    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    templates: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    missing_lists: set[str] = field(default_factory=set)
    faults: deque[Fault | None] = field(default_factory=deque)
    page_size: int = 100
    latency: float = 0.0
    commit_late: float = 0.0
    url: str = ""

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.settled = threading.Condition(self.lock)
        self.in_flight = 0
        self._keys: dict[str, tuple[str, str]] = {}
        self._number = 0
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answered: list[tuple[str, str, int, bytes, dict[str, str]]] = []

    def add(self, **values: Any) -> str:
        """Put a job there as a person would; returns its id."""
        with self.lock:
            job_id = f"tz_{len(self.jobs) + 1}"
            self.jobs[job_id] = {"id": job_id, "version": 1, "active": True, "candidates": [], "interviews": [], **values}
            return job_id

    def edit(self, job_id: str, **values: Any) -> None:
        """Change a job as a person would."""
        with self.lock:
            self.jobs[job_id] |= values
            self.jobs[job_id]["version"] += 1

    def foreign(self) -> str:
        """Return everything in the jobs that a sync does not own, as one text."""
        hidden = OWNED | {"version", "external_id"}
        with self.lock:
            rest = {job_id: {k: v for k, v in job.items() if k not in hidden} for job_id, job in sorted(self.jobs.items())}
            return json.dumps(rest, sort_keys=True)

    def wait_idle(self) -> None:
        """Return when no late commit is outstanding."""
        with self.settled:
            self.settled.wait_for(lambda: self.in_flight == 0, timeout=PATIENCE)

    def wait_for_requests(self, number: int, over: Callable[[], bool]) -> None:
        """Return when that many requests have been read, or when ``over`` says that no more will come."""
        with self.settled:
            while len(self.requests) < number and not over():
                self.settled.wait(timeout=0.05)

    # What a request does. Each returns status, body and headers.

    def act(self, method: str, target: str, headers: dict[str, str], body: bytes) -> tuple[int, Any, dict[str, str]]:
        parts = urlsplit(target)
        query = parse_qs(parts.query, keep_blank_values=True)
        if headers.get("authorization") != f"Bearer {KEY}":
            return problem(401, "unauthorized", "The API key is not valid.")
        place = [unquote(piece) for piece in parts.path.strip("/").split("/")]
        with self.lock:
            match method, place:
                case "GET", ["v1", "jobs"]:
                    return self.listing(query)
                case "GET", ["v1", "jobs", job_id]:
                    return self.shown(job_id)
                case "POST", ["v1", "jobs"]:
                    return self.create(headers, json.loads(body))
                case "PATCH", ["v1", "jobs", job_id]:
                    return self.patch(job_id, headers, json.loads(body))
                case "GET", ["v1", ("templates" | "folders" | "users") as kind] if kind not in self.missing_lists:
                    rows = [{"id": f"{kind}_{n}", "name": name} for n, name in enumerate(getattr(self, kind))]
                    return 200, {"data": rows}, {}
        return problem(404, "not_found", "There is nothing here.")

    def listing(self, query: dict[str, list[str]]) -> tuple[int, Any, dict[str, str]]:
        rows = [job for _, job in sorted(self.jobs.items())]
        if "external_id" in query:
            return 200, {"data": [job for job in rows if job.get("external_id") == query["external_id"][0]]}, {}
        start = int(query.get("cursor", [""])[0] or 0)
        end = start + self.page_size
        return 200, {"data": rows[start:end], "next": str(end) if end < len(rows) else None}, {}

    def shown(self, job_id: str, status: int = 200) -> tuple[int, Any, dict[str, str]]:
        if job_id not in self.jobs:
            return problem(404, "not_found", f"There is no job {job_id}.")
        job = self.jobs[job_id]
        return status, json.loads(json.dumps(job)), {"ETag": f'W/"{job["version"]}"'}

    def create(self, headers: dict[str, str], sent: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        key = headers.get("idempotency-key")
        if not key:
            return problem(400, "no_key", "Send an Idempotency-Key.")
        if refusal := self.unacceptable(sent):
            return refusal
        known = self._keys.get(key)
        if known is not None:
            same = known[1] == json.dumps(sent, sort_keys=True)
            return self.shown(known[0], 201) if same else problem(409, "key_reused", "This key was used with other fields.")
        job_id = f"tz_{len(self.jobs) + 1}"
        kept = {name: value for name, value in sent.items() if value is not None}
        self.jobs[job_id] = {"id": job_id, "version": 1, "active": True, "candidates": [], "interviews": [], **kept}
        self._keys[key] = (job_id, json.dumps(sent, sort_keys=True))
        self.note("create", job_id, sent, key)
        return self.shown(job_id, 201)

    def patch(self, job_id: str, headers: dict[str, str], sent: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        if headers.get("content-type") != "application/merge-patch+json":
            return problem(415, "wrong_type", "Send a merge patch.")
        if job_id not in self.jobs:
            return problem(404, "not_found", f"There is no job {job_id}.")
        if refusal := self.unacceptable(sent):
            return refusal
        job = self.jobs[job_id]
        if "if-match" in headers and headers["if-match"] != f'W/"{job["version"]}"':
            return problem(412, "changed", "The job is not as you read it.")
        self.jobs[job_id] = merged(job, sent) | {"version": job["version"] + 1}
        self.note("update", job_id, sent, None)
        return self.shown(job_id)

    def unacceptable(self, sent: dict[str, Any]) -> tuple[int, Any, dict[str, str]] | None:
        foreign = sorted(set(sent) - OWNED - {"external_id"})
        if foreign:
            return problem(422, "not_yours", f"These are not yours to write: {foreign}")
        return None

    def note(self, kind: str, job_id: str, sent: dict[str, Any], key: str | None) -> None:
        self._number += 1
        job = self.jobs[job_id]
        self.operations.append(Operation(self._number, kind, job_id, job.get("external_id"), job["version"], tuple(sorted(sent)), key))


def merged(present: Any, patch: Any) -> Any:
    """Apply a JSON Merge Patch (RFC 7396, section 2)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(present) if isinstance(present, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def problem(status: int, code: str, message: str) -> tuple[int, Any, dict[str, str]]:
    """Return an error as the API answers it."""
    return status, {"error": {"code": code, "message": message}}, {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer leaves in one piece
    disable_nagle_algorithm = True
    state: TenzoServer

    def _handle(self) -> None:
        state = self.state
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with state.lock:
            state.requests.append(f"{self.command} {self.path}")
            state.seen.append((self.command, self.path, headers, body))
            fault = state.faults.popleft() if state.faults else None
            state.settled.notify_all()
        if state.latency:
            time.sleep(state.latency)
        if fault is not None and fault not in DOES_IT:
            self._misbehave(fault, None)
            return
        if state.commit_late and self.command in {"POST", "PATCH"}:
            self._late(headers, body)
            return
        answer = state.act(self.command, self.path, headers, body)
        if fault is None:
            self._answer(*answer)
        else:
            self._misbehave(fault, answer)

    do_GET = do_POST = do_PATCH = _handle  # noqa: N815 - the library's names

    def _late(self, headers: dict[str, str], body: bytes) -> None:
        """Do it after a while, whether the client is still there or not."""
        state = self.state
        with state.lock:
            state.in_flight += 1
        time.sleep(state.commit_late)
        try:
            answer = state.act(self.command, self.path, headers, body)
        finally:
            with state.settled:
                state.in_flight -= 1
                state.settled.notify_all()
        self._answer(*answer)

    def _answer(self, status: int, body: Any, headers: dict[str, str]) -> None:
        content = json.dumps(body).encode()
        self.state.answered.append((self.command, self.path, status, content, headers))
        self._send(status, content, headers, len(content))

    def _send(self, status: int, content: bytes, headers: dict[str, str], announced: int, kind: str = "application/json") -> None:
        try:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(announced))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()
        except OSError:
            self.close_connection = True  # the client is gone

    def _misbehave(self, fault: Fault, answer: tuple[int, Any, dict[str, str]] | None) -> None:
        status, body, headers = answer or (0, None, {})
        match fault:
            case Fault.RESET_BEFORE | Fault.RESET_AFTER:
                self._reset()
            case Fault.ERROR_500_BEFORE | Fault.ERROR_500_AFTER:
                self._answer(*problem(500, "internal", "Something broke."))
            case Fault.UNAVAILABLE:
                self._answer(*problem(503, "unavailable", "Not now."))
            case Fault.RATE_LIMITED:
                told, content, _ = problem(429, "slow_down", "Too many requests.")
                self._answer(told, content, {"Retry-After": "1"})
            case Fault.TRUNCATED:
                whole = json.dumps(body).encode()
                self._send(status, whole[: len(whole) // 2], headers, len(whole))
                self._reset()
            case Fault.WEB_PAGE:
                page = b"<!doctype html><title>Sign in</title>"
                self._send(200, page, {}, len(page), "text/html")
            case Fault.EMPTY_OBJECT:
                self._answer(200, {}, {})
            case Fault.UNAUTHORIZED:
                self._answer(*problem(401, "unauthorized", "The API key was revoked."))
            case Fault.UNPROCESSABLE:
                self._answer(*problem(422, "invalid", "That cannot be."))
            case Fault.REDIRECT:
                self._answer(302, {}, {"Location": "https://elsewhere.example/v1/jobs"})

    def _reset(self) -> None:
        self.close_connection = True
        linger_none = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        try:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_none)
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing on standard error."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take it that a client may go away at any moment."""


@contextmanager
def serving(state: TenzoServer | None = None, report: Callable[[str], None] | None = None) -> Iterator[TenzoServer]:
    """Serve on a loopback port of the system's choice while the block runs."""
    state = state or TenzoServer()
    handler = type("Handler", (_Handler,), {"state": state})
    server = _Server(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    if report is not None:
        report(state.url)
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    with serving(report=lambda url: print(url, flush=True)):  # noqa: T201
        sys.stdin.read()
