"""Workable v3, from recorded answers and the vendor's pages."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob, iso


class WorkableWire(Wire):
    """``GET /jobs``, whose next page is named by an address on another host, and ``GET /jobs/{shortcode}``."""

    provider = "workable"
    rows_at = ("jobs",)
    credentials: ClassVar = {"api_key": "workable-canary-77ab"}
    wrong_credentials: ClassVar = {"api_key": "workable-wrong-canary-2"}

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {self.credentials['api_key']}":
            return Answer({"error": "Not authorized"}, status=401)
        path = asked.path.removeprefix(self.base_path)
        if path == "/jobs":
            return self._jobs(asked)
        path, _, part = path.removeprefix("/jobs/").partition("/")
        found = next((job for job in self.alive if path == self.job_id(job)), None)
        if found is None:
            return Answer({"error": "Not found"}, status=404)
        if part:
            return self._part(found, part)
        row = self._row(found) | self._texts() | {"employment_type": "Full-time", "industry": "Staffing", "function": "Other"}
        return Answer(row)

    def job_id(self, job: WireJob) -> str:
        return f"9CD{job.number:07d}"

    def unknown_id(self) -> str:
        return "FFFFFFFFFF"

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/jobs")

    def _jobs(self, asked: Asked) -> Answer:
        query = dict(asked.query)
        chosen = self.alive
        if "updated_after" in query:
            chosen = [job for job in chosen if job.changed > datetime.fromisoformat(query["updated_after"])]
        start = 0 if self.loops else int(query.get("since_id", "0"), 16)
        rows = [job for job in chosen if job.number > start]
        page = rows[: min(self.page_size, int(query.get("limit", "50")))]
        texts = self._texts() if "full_description" in query.get("include_fields", "") else {}
        answer: dict[str, object] = {"jobs": [self._row(job) | texts for job in page]}
        if len(page) < len(rows) or self.loops:
            following = {"limit": len(page), "since_id": f"{page[-1].number:x}"}
            answer["paging"] = {"next": f"https://www.workable.example.com/spi/v3/accounts/acme/jobs?{urlencode(following)}"}
        headers = {"x-rate-limit-limit": "10", "x-rate-limit-remaining": "9", "x-rate-limit-reset": "1764000000"}
        return Answer(answer, headers=headers)

    def _part(self, job: WireJob, part: str) -> Answer:
        """Every third job has no members, and every fourth no recruiters either."""
        team = [
            {"id": "m1", "name": "Tom Becker", "headline": None, "email": "tom@example.com", "role": "reviewer"},
            {"id": "m2", "name": "Dana Whitfield", "headline": "HR", "email": "dana@example.com", "role": "recruiter"},
        ]
        recruiters = [] if job.number % 4 == 0 else [{"id": "r1", "name": "Aisha Bello", "email": "aisha@example.com"}]
        answers: dict[str, object] = {
            "members": [] if job.number % 3 == 0 or job.number % 4 == 0 else team,
            "recruiters": recruiters,
            "custom_attributes": [{"key": "req_type", "title": "Req Type", "value": "New"}, {"key": "empty", "title": "E", "value": None}],
        }
        return Answer({part: answers[part]}) if part in answers else Answer({"error": "Not found"}, status=404)

    def _texts(self) -> dict[str, object]:
        return {"full_description": "<p>Text</p>", "description": "<p>Te</p>", "requirements": "<p>xt</p>", "benefits": None}

    def _row(self, job: WireJob) -> dict[str, object]:
        return {
            "id": f"{job.number:x}",
            "title": job.name,
            "full_title": f"{job.name} - X",
            "shortcode": self.job_id(job),
            "code": f"REQ-{job.number}",
            "state": "published",
            "confidential": job.number % 5 == 0,
            "department": None,
            "department_hierarchy": [],
            "url": f"https://acme.workable.example.com/jobs/{job.number}",
            "shortlink": "https://apply.example.com",
            "workplace_type": "remote",
            "location": {
                "location_str": "London, United Kingdom", "country": "United Kingdom", "country_code": "GB", "region": None,
                "region_code": "England", "city": "London", "zip_code": None, "telecommuting": True, "workplace_type": "remote",
            },
            "locations": [
                {"country_code": "GB", "country_name": "United Kingdom", "state_code": "England", "subregion": None, "city": "London"},
                {"country_code": "DE", "country_name": "Germany", "state_code": None, "subregion": "Berlin", "city": "Berlin"},
            ],
            "created_at": iso(job.changed),
            "updated_at": iso(job.changed),
            "keywords": None,
        }  # fmt: skip
