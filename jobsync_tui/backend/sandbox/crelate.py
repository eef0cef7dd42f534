"""A Crelate: its v3 wire format over a sandbox world. It knows no department, employment type or plain status."""

from __future__ import annotations

from uuid import UUID

from ..http import Reply, Request
from .requests import Asked, answer, chunk, maintenance, read_stamp, stamp, take_apart
from .world import SandboxJob, World

PAGE_SIZE = 100


class CrelateServer:
    """Answers ``GET /jobs`` and ``GET /jobs/{id}``."""

    base_url = "https://app.crelate.com/api3"

    def __init__(self, world: World, *, api_key: str) -> None:
        self._world = world
        self._api_key = api_key

    async def __call__(self, request: Request) -> Reply:
        """Answer one request as Crelate would."""
        asked = take_apart(request, self.base_url)
        if asked.headers.get("x-api-key") != self._api_key:
            return answer({"Data": None, "Metadata": {}, "Errors": [{"Message": "Invalid API key"}]}, status=401)
        if asked.path == "/jobs":
            return self._jobs(asked)
        if asked.path.startswith("/jobs/"):
            return self._job(asked.path.removeprefix("/jobs/"))
        return answer({"Data": None, "Metadata": {}, "Errors": [{"Message": "Not found"}]}, status=404)

    def _jobs(self, asked: Asked) -> Reply:
        jobs = list(self._world.alive())
        if "modified_after" in asked.query:
            since = read_stamp(asked.query["modified_after"])
            jobs = [job for job in jobs if job.updated >= since]
        start = int(asked.query.get("offset", "0"))
        size = asked.number("limit", PAGE_SIZE, most=PAGE_SIZE)
        rows = [_row(job) for job in chunk(jobs, start, size)]
        metadata = {"TotalRecords": len(jobs), "MoreRecords": start + size < len(jobs), "Url": self.base_url + "/jobs", "Verb": "GET"}
        return answer({"Data": rows, "Metadata": metadata, "Errors": []})

    def _job(self, crelate_id: str) -> Reply:
        found = next((job for job in self._world.alive() if guid(job) == crelate_id.lower()), None)
        if found is None:
            return answer({"Data": None, "Metadata": {}, "Errors": [{"Message": "The record was not found"}]}, status=404)
        if found.broken:
            return maintenance()
        return answer({"Data": _row(found), "Metadata": {"Verb": "GET"}, "Errors": []})


def guid(job: SandboxJob) -> str:
    """Return Crelate's id of a job."""
    return str(UUID(int=(0xC0FFEE << 104) | (0x4 << 76) | (0x8 << 60) | job.number))


def _row(job: SandboxJob) -> dict[str, object]:
    return {
        "Id": guid(job),
        "JobNum": job.number,
        "Name": job.name,
        "Description": None,
        "PortalTitle": job.name,
        "PortalDescription": job.description(),
        "PortalCity": job.city,
        "PortalState": job.region,
        "PortalZip": None,
        "PortalUrlSlug": f"job-{job.number}",
        "PortalVisibility": None,
        "PortalCompanyName": job.client,
        "OnPortal": job.status == "open",
        "IsHidden": False,
        "IsOnHold": False,
        "IsLead": False,
        "IsFeatured": "priority" in job.tags,
        "NumberOfOpenings": 1,
        "CompanyId": {"Id": str(UUID(bytes=job.client.encode()[:16].ljust(16))), "Title": job.client},
        "JobTypeIds": [{"Id": "1", "Title": job.employment_type.replace("_", "-").capitalize()}],
        "CustomFields": dict(job.custom),
        "ClosedOn": stamp(job.updated) if job.status == "closed" else None,
        "CreatedOn": stamp(job.created),
        "ModifiedOn": stamp(job.updated),
    }
