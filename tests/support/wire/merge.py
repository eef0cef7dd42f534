"""Merge's unified API, from its specification."""

from __future__ import annotations

from base64 import b64decode, b64encode
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob, iso

KNOWN = {
    "cursor", "page_size", "modified_after", "include_deleted_data", "expand", "remote_id", "include_remote_data",
}  # fmt: skip


class MergeWire(Wire):
    """``GET /jobs`` and ``GET /jobs/{id}``; every third job has no id in the ATS behind Merge."""

    provider = "merge"
    rows_at = ("results",)
    credentials: ClassVar = {"api_key": "merge-canary-55d0", "account_token": "merge-account-canary-3b"}
    wrong_credentials: ClassVar = {"account_token": "merge-wrong-canary-8"}
    secrets = ("api_key", "account_token")
    says_deleted = True

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {self.credentials['api_key']}":
            return Answer({"detail": "Invalid API key."}, status=401)
        if asked.headers.get("x-account-token") != self.credentials["account_token"]:
            return Answer({"detail": "Invalid account token."}, status=401)
        if not set(asked.query) <= KNOWN:
            return Answer({"detail": "Unknown parameter."}, status=400)
        path = asked.path.removeprefix(self.base_path)
        if path == "/jobs":
            return self._jobs(asked)
        found = next((job for job in self.alive if path == f"/jobs/{merge_id(job)}"), None)
        return Answer({"detail": "Not found."}, status=404) if found is None else Answer(self._row(found, asked))

    def job_id(self, job: WireJob) -> str:
        return merge_id(job) if job.number % 3 == 0 else f"remote-{job.number}"

    def unknown_id(self) -> str:
        return str(UUID(int=0xAA << 100))

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/jobs") and "remote_id" not in asked.query

    def is_single(self, asked: Asked) -> bool:
        return not self.is_listing(asked)

    def _jobs(self, asked: Asked) -> Answer:
        query = asked.query
        chosen = [job for job in self.jobs if not job.deleted or query.get("include_deleted_data") == "true"]
        if "modified_after" in query:
            chosen = [job for job in chosen if job.changed > datetime.fromisoformat(query["modified_after"])]
        if "remote_id" in query:
            chosen = [job for job in chosen if job.number % 3 and f"remote-{job.number}" == query["remote_id"]]
        start = int(b64decode(query["cursor"])) if query.get("cursor") else 0
        end = start + min(self.page_size, int(query.get("page_size", "30")))
        following = b64encode(str(0 if self.loops else end).encode()).decode() if end < len(chosen) or self.loops else None
        return Answer({"next": following, "previous": None, "results": [self._row(job, asked) for job in chosen[start:end]]})

    def _row(self, job: WireJob, asked: Asked) -> dict[str, object]:
        expanded = set(asked.query.get("expand", "").split(","))
        department = {"id": "d-1", "remote_id": "9", "name": "Engineering"}
        office = {"id": "o-1", "remote_id": "4", "name": "Berlin office", "location": "Berlin, Germany"}
        person = {"id": "p-1", "first_name": "Dana", "last_name": "Whitfield", "email": "dana@example.com"}
        return {
            "id": merge_id(job),
            "remote_id": None if job.number % 3 == 0 else f"remote-{job.number}",
            "created_at": iso(job.changed),
            "modified_at": iso(job.changed),
            "name": job.name,
            "description": "<p>Text</p>",
            "code": f"REQ-{job.number}",
            "status": "OPEN",
            "type": "POSTING",
            "job_posting_urls": [
                {"value": "https://apply.example.com", "url_type": "JOB_APPLICATION"},
                {"value": f"https://jobs.example.com/{job.number}", "url_type": "JOB_POSTING"},
            ],
            "remote_created_at": iso(job.changed),
            "remote_updated_at": None,
            "confidential": job.number % 4 == 0,
            "departments": [department if "departments" in expanded else "d-1"],
            "offices": [office if "offices" in expanded else "o-1"],
            "hiring_managers": [person if "hiring_managers" in expanded else "p-1"],
            "recruiters": [],
            "remote_was_deleted": job.deleted,
            "remote_data": None,
            "field_mappings": {"organization_defined_targets": {"cost_center": "C7"}, "linked_account_defined_targets": {}},
        }


def merge_id(job: WireJob) -> str:
    """Return Merge's own id."""
    return str(UUID(int=0x3E << 100 | job.number))
