"""Kombo's unified API, from its OpenAPI document."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime
from typing import ClassVar

from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob, iso


class KomboWire(Wire):
    """``GET /check-api-key`` and ``GET /ats/jobs``; every third job has no id in the ATS behind Kombo."""

    provider = "kombo"
    rows_at = ("data", "results")
    credentials: ClassVar = {"api_key": "kombo-canary-7f3a9c", "integration_id": "greenhouse:HXpqrs"}
    wrong_credentials: ClassVar = {"api_key": "kombo-wrong-canary-1"}
    forbidden: ClassVar = Answer(
        {"status": "error", "error": {"code": "INTEGRATION.PERMISSION_MISSING", "message": "403 from the remote system"}}, status=403
    )
    says_deleted = True

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {self.credentials['api_key']}":
            return error(401, "PLATFORM.AUTHENTICATION_INVALID", "The API key provided is invalid")
        path = asked.path.removeprefix(self.base_path)
        if path == "/check-api-key":
            return Answer({"status": "success", "data": {"environment_id": "env1", "customer_id": "acme"}})
        if asked.headers.get("x-integration-id") != self.credentials["integration_id"]:
            return error(404, "PLATFORM.INTEGRATION_NOT_FOUND", "No such integration")
        if path == "/ats/jobs":
            return self._jobs(asked)
        return error(404, "PLATFORM.INPUT_INVALID", "Unknown path")

    def job_id(self, job: WireJob) -> str:
        return kombo_id(job) if job.number % 3 == 0 else str(9000 + job.number)

    def unknown_id(self) -> str:
        return "424242"

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/ats/jobs") and not self.is_single(asked)

    def is_single(self, asked: Asked) -> bool:
        return "ids" in asked.query or "remote_ids" in asked.query

    def _jobs(self, asked: Asked) -> Answer:
        query = asked.query
        if not set(query) <= {"cursor", "page_size", "updated_after", "include_deleted", "ids", "remote_ids"}:
            return error(400, "PLATFORM.INPUT_INVALID", "Unknown parameter")
        chosen = [job for job in self.jobs if not job.deleted or query.get("include_deleted") == "true"]
        if "ids" in query:
            chosen = [job for job in chosen if kombo_id(job) in query["ids"].split(",")]
        if "remote_ids" in query:
            chosen = [job for job in chosen if job.number % 3 and str(9000 + job.number) in query["remote_ids"].split(",")]
        if "updated_after" in query:
            chosen = [job for job in chosen if job.changed > datetime.fromisoformat(query["updated_after"])]
        start = int(b64decode(query["cursor"])) if query.get("cursor") else 0
        end = start + min(self.page_size, int(query.get("page_size", "100")))
        following = b64encode(str(0 if self.loops else end).encode()).decode() if end < len(chosen) or self.loops else None
        return Answer({"status": "success", "data": {"next": following, "results": [row(self, job) for job in chosen[start:end]]}})


def kombo_id(job: WireJob) -> str:
    """Return Kombo's own id."""
    return f"{job.number:04d}".rjust(24, "K")


def row(wire: KomboWire, job: WireJob) -> dict[str, object]:
    """Return a job as the document describes it."""
    return {
        "id": kombo_id(job),
        "remote_id": None if job.number % 3 == 0 else str(9000 + job.number),
        "name": job.name,
        "job_code": f"REQ-{job.number}",
        "description": "<p>Text</p>",
        "status": "OPEN",
        "employment_type": "FULL_TIME",
        "visibility": None,
        "category": None,
        "department": "Engineering",
        "post_url": f"https://jobs.example.com/{job.number}",
        "location": {
            "city": "Berlin",
            "country": "DE",
            "raw": "Berlin, Germany",
            "state": None,
            "street_1": None,
            "street_2": None,
            "zip_code": None,
        },
        "remote_work_status": "REMOTE",
        "custom_fields": {"req_type": "new"},
        "integration_fields": [],
        "remote_url": None,
        "opened_at": None,
        "closed_at": None,
        "remote_created_at": iso(job.changed),
        "remote_updated_at": iso(job.changed),
        "changed_at": iso(job.changed),
        "remote_deleted_at": iso(job.changed) if job.deleted else None,
        "stages": [],
        "screening_questions": [],
        "job_postings": [],
        "hiring_team": [],
        "remote_data": None,
    }


def error(status: int, code: str, message: str) -> Answer:
    """Return one of Kombo's errors."""
    return Answer({"status": "error", "error": {"code": code, "title": None, "message": message, "log_url": None}}, status=status)
