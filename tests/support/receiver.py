"""A receiver of webhooks on a loopback port: it answers, or takes what comes and says nothing for as long as it is not hung up on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_ANSWER = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n"


@dataclass
class SilentReceiver:
    """What it was sent.

    Attributes:
        url: Where it listens.
        silent: Whether it does not answer.
        ids: Of the messages that came, in order.
        asked: Set when one came.
        hung_up: Set when the other end of one that was not answered is gone.
    """

    url: str = ""
    silent: bool = True
    ids: list[str] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one request."""
        head = await reader.readuntil(b"\r\n\r\n")
        lines = [line.partition(b": ") for line in head.split(b"\r\n")]
        self.ids += [value.decode() for name, _, value in lines if name.lower() == b"jobsync-id"]
        self.asked.set()
        if self.silent:
            with suppress(ConnectionError):
                await reader.read()
            self.hung_up.set()
        else:
            writer.write(_ANSWER)
        writer.close()


@asynccontextmanager
async def a_silent_receiver() -> AsyncIterator[SilentReceiver]:
    """Listen for the length of the block."""
    receiver = SilentReceiver()
    async with await asyncio.start_server(receiver.take, "127.0.0.1", 0) as server:
        receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        yield receiver
