"""What a connection says of a request on its way: whether it went out, and whether its answer came after it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping


class Watch:
    """Hears httpx's events of one request (its `trace` extension).

    Attributes:
        sent: Whether the request began to go out: before that, the service surely has not seen it.
        unasked: Whether the answer had come along with the one before it, on a connection that is used again: then it belongs to no
            request, and httpx would take it for that of the next. Whatever comes over the network takes a turn of the event loop;
            what lies there already does not.
    """

    def __init__(self) -> None:
        self.sent = False
        self.unasked = False

    async def __call__(self, event: str, info: Mapping[str, object]) -> None:
        """Note what ``event`` means."""
        if event.endswith("send_request_headers.started") and getattr(info.get("request"), "method", b"") != b"CONNECT":
            self.sent = True
        elif event.endswith("receive_response_headers.started"):
            self.unasked = True
            asyncio.get_running_loop().call_soon(self._turned)

    def _turned(self) -> None:
        self.unasked = False
