"""An adapter and its simulated ATS, connected over a real socket."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from ..backend.ats.base import Adapter, Connection, Listing, Page
from ..backend.ats.registry import adapter_class
from ..backend.core.models import Job
from ..backend.http import HttpSession, Limits, Network
from .ats_server import AtsServer
from .clockwork import Clockwork
from .wire import Wire

FAST = Limits(deadline=5.0, connect=2.0)


@dataclass(slots=True)
class Stage:
    """What a test of an adapter works with."""

    wire: Wire
    server: AtsServer
    adapter: Adapter
    http: HttpSession
    clock: Clockwork

    async def listed(self, listing: Listing = Listing()) -> list[Page]:  # noqa: B008 - frozen
        """Return every page of a listing."""
        return [page async for page in self.adapter.pages(listing)]

    async def first_page(self) -> Page:
        """Return the first page of a listing, with nothing left on its way that was read ahead."""
        pages = self.adapter.pages(Listing())
        assert isinstance(pages, AsyncGenerator)
        async with aclosing(pages):
            return await anext(pages)


def jobs_in(pages: list[Page]) -> list[Job]:
    """Return the jobs of all pages, in order."""
    return [job for page in pages for job in page.jobs]


@asynccontextmanager
async def staged(
    wire: Wire, *, credentials: Mapping[str, str] | None = None, limits: Limits = FAST, adapter: type[Adapter] | None = None
) -> AsyncIterator[Stage]:
    """Connect the adapter of ``wire``'s provider, or the one given, to a server that ``wire`` answers for."""
    kind = adapter or adapter_class(wire.provider)
    clock = Clockwork()
    async with AtsServer(wire.changed_answer) as server:
        wire.url = server.url
        base_url = server.url + wire.base_path
        http = HttpSession(
            service=kind.title, base_url=base_url, network=Network(), limits=limits, on_wait=clock.heard, timing=clock.timing()
        )
        connection = Connection("acme", base_url, {**wire.credentials, **(credentials or {})}, http, wire.options())
        try:
            yield Stage(wire, server, kind(connection), http, clock)
        finally:
            await http.close()
