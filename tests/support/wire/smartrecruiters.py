"""SmartRecruiters' Job API, from a client made of the vendor's specification."""

from __future__ import annotations

import re
from datetime import datetime
from typing import ClassVar

from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob, iso


class SmartRecruitersWire(Wire):
    """``GET /jobs`` with the heads of jobs, and ``GET /jobs/{id}`` with the whole of one."""

    provider = "smartrecruiters"
    rows_at = ("content",)
    contradictions: ClassVar = {
        "fewer announced than given": lambda said: said.update(totalFound=0),
        "more announced than there are": lambda said: said.update(totalFound=230),
    }
    credentials: ClassVar = {"api_key": "smart-canary-41fe"}
    page_ids: bool = False
    wrong_credentials: ClassVar = {"api_key": "smart-wrong-canary-6"}

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("x-smarttoken") != self.credentials["api_key"]:
            return Answer({"message": "Invalid token", "errors": []}, status=401)
        path = asked.path.removeprefix(self.base_path)
        if path == "/jobs":
            return self._jobs(asked)
        if path.endswith("/hiring-team"):
            team = [("u1", "INTERVIEW_TEAM"), ("u2", "HIRING_MANAGER"), ("u3", "RECRUITER")]
            return Answer({"totalFound": 3, "content": [{"id": user, "role": role, "actions": {}} for user, role in team]})
        if path.startswith("/users/"):
            return Answer({"id": path.removeprefix("/users/"), "firstName": "Priya", "lastName": "Raman", "email": "priya@example.com"})
        found = next((job for job in self.alive if path == f"/jobs/{self.job_id(job)}"), None)
        if found is None:
            return Answer({"message": "Job not found", "errors": [{"code": "JOB_NOT_FOUND", "message": ""}]}, status=404)
        return Answer(self._head(found) | self._details())

    def job_id(self, job: WireJob) -> str:
        return f"3f3a{job.number:04d}-aaaa"

    def unknown_id(self) -> str:
        return "3f3affff-bbbb"

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/jobs")

    def _jobs(self, asked: Asked) -> Answer:
        chosen = self.alive
        if "updatedAfter" in asked.query:
            if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d{4}", asked.query["updatedAfter"]):
                return Answer({"message": "updatedAfter is no date", "errors": []}, status=400)
            chosen = [job for job in chosen if job.changed > datetime.fromisoformat(asked.query["updatedAfter"])]
        limit = min(self.page_size, int(asked.query.get("limit", "10")))
        place = asked.query.get("pageId", "").removeprefix("page-") if self.page_ids else asked.query.get("offset", "")
        start = 0 if self.loops else int(place or 0)
        rows = [self._head(job) for job in chosen[start : start + limit]]
        following = {"nextPageId": f"page-{start + limit}"} if self.page_ids and start + limit < len(chosen) else {}
        return Answer(
            {**following, "limit": limit, "offset": start, "totalFound": len(chosen), "content": rows},
            headers={"X-RateLimit-Remaining": "9"},
        )

    def _head(self, job: WireJob) -> dict[str, object]:
        return {
            "id": self.job_id(job),
            "title": job.name,
            "refNumber": f"REF{job.number}",
            "createdOn": iso(job.changed),
            "updatedOn": iso(job.changed),
            "lastActivityOn": iso(job.changed),
            "department": {"id": 7, "label": "Engineering"},
            "location": {"city": "Berlin", "countryCode": "de", "country": "Germany", "region": None, "regionCode": None, "remote": False},
            "status": "SOURCING",
            "postingStatus": "PUBLIC",
            "actions": {},
        }

    def _details(self) -> dict[str, object]:
        sections = {
            "qualifications": {"title": "Qualifications", "text": "<p>Much</p>"},
            "jobDescription": {"title": "Job & Description", "text": "<p>Text</p>"},
            "companyDescription": {"title": "Company", "text": ""},
        }
        return {
            "typeOfEmployment": {"id": "permanent", "label": "Full-time"},
            "industry": {"id": "it", "label": "Computers"},
            "creator": {"firstName": "Dana", "lastName": "Whitfield"},
            "actions": {"applyOnWeb": {"method": "GET", "url": "https://jobs.smartrecruiters.example.com/Acme/17"}},
            "jobAd": {"sections": sections},
            "properties": [{"id": "p1", "label": "Req Type", "value": {"id": "new", "label": "New"}}],
        }
