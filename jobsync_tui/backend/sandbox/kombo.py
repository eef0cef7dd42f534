"""A Jobvite behind Kombo: the unified API's wire format over a sandbox world.

Jobvite appends the requisition id to the name, and so does this one.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from ..http import Reply, Request
from .requests import Asked, answer, chunk, maintenance, read_stamp, stamp, take_apart
from .world import SandboxJob, World

PAGE_SIZE = 100
MAX_PAGE_SIZE = 250


class KomboServer:
    """Answers ``GET /check-api-key`` and ``GET /ats/jobs``."""

    base_url = "https://api.kombo.dev/v1"

    def __init__(self, world: World, *, api_key: str, integration_id: str) -> None:
        self._world = world
        self._bearer = f"Bearer {api_key}"
        self._integration_id = integration_id

    async def __call__(self, request: Request) -> Reply:
        """Answer one request as Kombo would."""
        asked = take_apart(request, self.base_url)
        if asked.headers.get("authorization") != self._bearer:
            return _error(401, "PLATFORM.AUTHENTICATION_INVALID", "The API key is not valid.")
        if asked.path == "/check-api-key":
            return answer({"status": "success", "data": {"environment_id": "sandbox", "customer_id": "acme"}})
        if asked.headers.get("x-integration-id") != self._integration_id:
            return _error(404, "PLATFORM.INTEGRATION_NOT_FOUND", "No integration with that id exists.")
        if asked.path == "/ats/jobs":
            return self._jobs(asked)
        return _error(404, "PLATFORM.INPUT_INVALID", "There is no such endpoint.")

    def _jobs(self, asked: Asked) -> Reply:
        jobs = self._chosen(asked)
        if len(jobs) == 1 and jobs[0].broken and ("ids" in asked.query or "remote_ids" in asked.query):
            return maintenance()
        size = asked.number("page_size", PAGE_SIZE, most=MAX_PAGE_SIZE)
        start = int(urlsafe_b64decode(asked.query["cursor"])) if "cursor" in asked.query else 0
        following = start + size
        cursor = urlsafe_b64encode(str(following).encode()).decode() if following < len(jobs) else None
        rows = [_job(job) for job in chunk(jobs, start, size)]
        return answer({"status": "success", "data": {"next": cursor, "results": rows}})

    def _chosen(self, asked: Asked) -> list[SandboxJob]:
        query = asked.query
        jobs = list(self._world.jobs.values())
        if query.get("include_deleted") != "true":
            jobs = [job for job in jobs if not job.deleted]
        if "ids" in query:
            wanted = set(query["ids"].split(","))
            jobs = [job for job in jobs if kombo_id(job) in wanted]
        if "remote_ids" in query:
            wanted = set(query["remote_ids"].split(","))
            jobs = [job for job in jobs if str(job.number) in wanted]
        if "updated_after" in query:
            since = read_stamp(query["updated_after"])
            jobs = [job for job in jobs if job.updated >= since]
        return jobs


def kombo_id(job: SandboxJob) -> str:
    """Return Kombo's own opaque id of a job: 24 characters."""
    return f"{job.number:x}".rjust(8, "k") + "Jv7QmW2xTz9LpR4s"


def _job(job: SandboxJob) -> dict[str, object]:
    name = None if job.name is None else f"{job.name} ({job.requisition})"
    return {
        "id": kombo_id(job),
        "remote_id": str(job.number),
        "name": name,
        "job_code": job.requisition,
        "description": job.description(),
        "confidential": job.confidential,
        "weekly_hours": 38,
        "employment_type": job.employment_type,
        "status": job.status.upper(),
        "visibility": "CONFIDENTIAL" if job.confidential else "PUBLIC",
        "category": job.department,
        "department": job.department,
        "post_url": f"https://jobs.jobvite.example/acme-health/job/{job.number}",
        "remote_url": f"https://app.jobvite.example/requisitions/{job.number}",
        "experience_level": None,
        "remote_work_status": "REMOTE" if job.remote else "ON_SITE",
        "location": {
            "city": job.city,
            "country": job.country,
            "raw": f"{job.city}, {job.region}",
            "state": job.region,
            "street_1": None,
            "street_2": None,
            "zip_code": None,
        },
        "custom_fields": {**job.custom, "client": job.client},
        "integration_fields": [],
        "opened_at": stamp(job.created),
        "closed_at": None if job.status == "open" else stamp(job.updated),
        "remote_created_at": stamp(job.created),
        "remote_updated_at": stamp(job.updated),
        "changed_at": stamp(job.updated),
        "remote_deleted_at": stamp(job.updated) if job.deleted else None,
        "remote_data": None,
        "stages": [],
        "screening_questions": [],
        "job_postings": [],
        "hiring_team": [
            {
                "id": f"u{job.number}",
                "remote_id": None,
                "first_name": job.owner.split()[0],
                "last_name": job.owner.split()[-1],
                "email": None,
                "hiring_team_roles": ["RECRUITER"],
            },
        ],
    }


def _error(status: int, code: str, message: str) -> Reply:
    return answer({"status": "error", "error": {"code": code, "title": None, "message": message, "log_url": None}}, status=status)
