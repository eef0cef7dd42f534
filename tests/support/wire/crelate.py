"""Crelate v3, from recorded envelopes and what production code elsewhere relies on."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob, iso


class CrelateWire(Wire):
    """``GET /jobs`` and ``GET /jobs/{id}``."""

    provider = "crelate"
    rows_at = ("Data",)
    contradictions: ClassVar = {
        "fewer announced than given": lambda said: said["Metadata"].update(TotalRecords=0, MoreRecords=False),
        "more announced than there are": lambda said: said["Metadata"].update(TotalRecords=230, MoreRecords=False),
        "more without an end": lambda said: said["Metadata"].update(TotalRecords=None, MoreRecords=True),
    }
    credentials: ClassVar = {"api_key": "crelate-canary-60b2"}
    wrong_credentials: ClassVar = {"api_key": "crelate-wrong-canary-4"}

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("x-api-key") != self.credentials["api_key"]:
            return error(401, f"The key is not valid for {self.url}{asked.path}")
        path = asked.path.removeprefix(self.base_path)
        if path == "/jobs":
            return self._jobs(asked)
        if path.startswith("/jobs/"):
            found = next((job for job in self.alive if self.job_id(job) == path.removeprefix("/jobs/")), None)
            return error(404, "Record not found") if found is None else envelope(self._row(found))
        return error(404, "No such resource")

    def job_id(self, job: WireJob) -> str:
        return str(UUID(int=0xABC << 100 | job.number))

    def unknown_id(self) -> str:
        return str(UUID(int=0xDEF << 100))

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/jobs")

    def _jobs(self, asked: Asked) -> Answer:
        chosen = self.alive
        if "modified_after" in asked.query:
            since = datetime.fromisoformat(asked.query["modified_after"])
            chosen = [job for job in chosen if job.changed > since]
        start = 0 if self.loops else int(asked.query.get("offset", "0"))
        end = start + min(self.page_size, int(asked.query.get("limit", "50")))
        rows = [self._row(job) for job in chosen[start:end]]
        return envelope(rows, TotalRecords=len(chosen), MoreRecords=end < len(chosen), Url=f"{self.url}{asked.path}", Verb="GET")

    def _row(self, job: WireJob) -> dict[str, object]:
        fraction = ".35Z" if job.number % 2 else ".1234567Z"
        return {
            "Id": self.job_id(job),
            "Name": job.name,
            "Description": None,
            "PortalTitle": "Public title",
            "PortalDescription": "<p>Text</p>",
            "PortalCity": "Chicago",
            "PortalState": "IL",
            "PortalCompanyName": "Acme",
            "IsOnHold": job.number % 5 == 0,
            "ClosedOn": None,
            "JobTypeIds": [{"Id": "1", "Title": "Permanent"}],
            "PlacementStatus": {"Title": "Open"},
            "CreatedOn": iso(job.changed),
            "ModifiedOn": iso(job.changed).replace(".000Z", fraction),
        }


def envelope(data: object, **metadata: object) -> Answer:
    """Return data in the envelope that every answer comes in."""
    return Answer({"Data": data, "Metadata": {"CorrelationId": "c", "TimeStamp": "t", **metadata}, "Errors": []})


def error(status: int, message: str) -> Answer:
    """Return an error in its envelope."""
    return Answer({"Data": None, "Metadata": {}, "Errors": [{"Message": message}]}, status=status)
