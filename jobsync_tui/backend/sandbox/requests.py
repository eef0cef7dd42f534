"""What every sandbox ATS needs to answer a request: the request taken apart, and answers put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec

from ..http import Reply, Request

T = TypeVar("T")

MAINTENANCE_PAGE = b"<!doctype html><html><head><title>Down for maintenance</title></head><body><h1>Back soon</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request taken apart: path below the ATS's base address, query, headers by lower-case name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    url: str

    def number(self, name: str, default: int, *, most: int) -> int:
        """Return a query value as a number between 1 and ``most``."""
        text = self.query.get(name, "")
        return min(max(int(text), 1), most) if text.isdecimal() else default


class AtsServer(Protocol):
    """A sandbox ATS."""

    base_url: str

    async def __call__(self, request: Request) -> Reply:
        """Answer one request as the ATS would."""


def take_apart(request: Request, base_url: str) -> Asked:
    """Return the request as its parts, the path relative to ``base_url`` where it lies below it."""
    parts = urlsplit(request.url)
    prefix = urlsplit(base_url).path
    path = parts.path.removeprefix(prefix) if parts.netloc == urlsplit(base_url).netloc else parts.path
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Asked(request.method, path, dict(parse_qsl(parts.query)), headers, request.url)


def answer(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """Return a JSON answer."""
    return Reply(status, {"content-type": "application/json", **(headers or {})}, msgspec.json.encode(body), "")


def maintenance() -> Reply:
    """Return the web page that an ATS shows while it is being worked on, with the status of success, as they do."""
    return Reply(200, {"content-type": "text/html"}, MAINTENANCE_PAGE, "")


def stamp(moment: datetime) -> str:
    """Return a time as these APIs write it: milliseconds and Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_stamp(text: str) -> datetime:
    """Return the time that a query names."""
    return datetime.fromisoformat(text)


def chunk(items: Sequence[T], start: int, size: int) -> Sequence[T]:
    """Return one page of a listing."""
    return items[start : start + size]
