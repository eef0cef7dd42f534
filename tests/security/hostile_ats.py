"""An ATS on loopback whose jobs and error messages are hostile, and which keeps one waiting when it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlsplit

from jobsync_tui.backend.http import Reply, Request
from jobsync_tui.testing.ats_server import Answer, Asked
from tests.support.loopback import on_loopback
from tests.support.wire.kombo import KomboWire, error

_FIELDS = ("name", "job_code", "description", "employment_type", "department", "post_url")


class HostileAts(KomboWire):
    """Kombo's API in front of a hostile ATS.

    Attributes:
        url: Where it answers.
        refusing: Whether it rejects its key, in words of its own.
        open: Cleared, answers are held back until it is set again.
    """

    base_path = "/kombo"

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(len(texts))
        self._texts = list(texts)
        self.refusing = False
        self.open = threading.Event()
        self.open.set()

    def rename(self, text: str) -> None:
        """Give every job another name, and another of everything else."""
        self._texts = [text] * len(self._texts)

    def answer(self, asked: Asked) -> Answer:
        if self.refusing:
            return error(401, "PLATFORM.AUTHENTICATION_INVALID", self._texts[0])
        answer = super().answer(asked)
        payload = answer.payload
        assert isinstance(payload, dict)
        data = payload.get("data")
        for row in data.get("results", ()) if isinstance(data, dict) else ():
            text = self._texts[int(row["id"].lstrip("K")) - 1]
            row.update(dict.fromkeys(_FIELDS, text), custom_fields={"req_type": text, text[:30]: text})
            row["location"].update(raw=text, city=text)
        return answer

    async def respond(self, request: Request) -> Reply:
        """Answer as a responder, on a thread of its own."""
        self.open.wait(60)
        parts = urlsplit(request.url)
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.method, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, request.body)
        answer = self.answer(asked)
        return Reply(answer.status, {"content-type": "application/json"}, answer.body, request.url)


@contextmanager
def hostile_ats(texts: Sequence[str]) -> Iterator[HostileAts]:
    """Serve an ATS with one job for each of ``texts``."""
    ats = HostileAts(texts)
    with on_loopback({"kombo": ats.respond}) as address:
        ats.url = address + ats.base_path
        try:
            yield ats
        finally:
            ats.open.set()
