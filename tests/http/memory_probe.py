"""Prints by how many megabytes the peak of this process grew with each of three answers that are too much. Run by a test."""

from __future__ import annotations

import asyncio
import resource
from contextlib import suppress

from jobsync_tui.backend.core.errors import RemoteError
from jobsync_tui.backend.http import HttpSession, Network
from jobsync_tui.testing import faults
from jobsync_tui.testing.ats_server import Answer, AtsServer
from jobsync_tui.testing.clockwork import Clockwork


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


async def _main() -> None:
    bomb = faults.bomb(300)
    deep = Answer(b"[" * 2_000_000 + b"]" * 2_000_000)
    async with AtsServer(lambda _: Answer({})) as server:
        http = HttpSession(service="Acme", base_url=server.url, network=Network(), timing=Clockwork().timing())
        await http.get("")
        for fault in (bomb, faults.flood, deep):
            before = _peak()
            server.inject(fault)
            with suppress(RemoteError):
                (await http.get("")).decode(list[object])
            print(_peak() - before)  # noqa: T201
        await http.close()


asyncio.run(_main())
