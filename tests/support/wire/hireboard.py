"""The ATS of the documentation's example."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from tests.support.ats_server import Answer, Asked
from tests.support.wire.base import Wire, WireJob, iso


class HireboardWire(Wire):
    """``GET /positions`` and ``GET /positions/{id}``."""

    provider = "hireboard"
    rows_at = ("positions",)
    credentials: ClassVar = {"api_key": "hireboard-canary-8"}
    wrong_credentials: ClassVar = {"api_key": "hireboard-wrong-canary-9"}

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("x-token") != self.credentials["api_key"]:
            return Answer({"error": "unknown token"}, status=401)
        path = asked.path.removeprefix(f"{self.base_path}/positions")
        if path:
            found = next((job for job in self.alive if path == f"/{job.number}"), None)
            return Answer({"error": "none"}, status=404) if found is None else Answer(_row(found))
        chosen = self.alive
        if "changed_since" in asked.query:
            chosen = [job for job in chosen if job.changed >= datetime.fromisoformat(asked.query["changed_since"])]
        page = int(asked.query.get("page", "1"))
        end = page * self.page_size
        following = 1 if self.loops else page + 1
        rows = [_row(job) for job in chosen[end - self.page_size : end]]
        return Answer({"positions": rows, "next_page": following if end < len(chosen) or self.loops else None})

    def job_id(self, job: WireJob) -> str:
        return str(job.number)

    def unknown_id(self) -> str:
        return "77777"

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/positions")

    def is_single(self, asked: Asked) -> bool:
        return "/positions/" in asked.path


def _row(job: WireJob) -> dict[str, object]:
    return {
        "id": job.number,
        "title": job.name,
        "state": "live",
        "town": "Oslo, Norway",
        "changed": iso(job.changed),
    }
