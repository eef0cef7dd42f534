"""Ways in which a server misbehaves on the wire."""

from __future__ import annotations

import asyncio
import zlib
from functools import cache

from .ats_server import Answer, Fault

MANY = 1000
"""More times than any client tries."""

WEB_PAGE = Answer(b"<!doctype html><html><title>Sign in</title></html>", headers={"Content-Type": "text/html"})
EMPTY_OBJECT = Answer({})


async def truncated(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Announce the whole body and send half of it."""
    writer.write(answer.head() + answer.body[: len(answer.body) // 2])
    await writer.drain()


async def reset(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Take the request, do what it asks, and drop the connection without a word."""
    writer.transport.abort()


async def hang(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Never answer; ends when the server does."""
    await asyncio.Event().wait()


async def drip(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Send the body a byte at a time, each soon enough that no single read takes long."""
    writer.write(answer.head(length=10_000))
    for _ in range(10_000):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


async def flood(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Send 200 MB of JSON without saying how long it is."""
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"data": "')
    block = b"x" * (1024 * 1024)
    for _ in range(200):
        writer.write(block)
        await writer.drain()


def bomb(megabytes: int = 100) -> Answer:
    """Return an answer of some hundred kilobytes that unpacks to ``megabytes``."""
    return Answer(_packed(megabytes), headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})


def redirect(location: str, status: int = 302) -> Answer:
    """Return a redirect."""
    return Answer(b"", status=status, headers={"Location": location})


def too_many(headers: dict[str, str] | None = None) -> Answer:
    """Return a 429."""
    return Answer({"message": "slow down"}, status=429, headers=headers or {})


def failing(status: int = 500) -> Answer:
    """Return an outage."""
    return Answer({"message": "oops"}, status=status)


@cache
def _packed(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    block = b" " * (1024 * 1024)
    return packer.compress(b"[") + b"".join(packer.compress(block) for _ in range(megabytes)) + packer.compress(b"]") + packer.flush()


WIRE_FAULTS: dict[str, Fault] = {"truncated": truncated, "reset": reset}
