"""Recruitee, from the vendor's pages and a third party's schema."""

from __future__ import annotations

from typing import ClassVar

from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob, iso


class RecruiteeWire(Wire):
    """``GET /c/{company}/offers``, all in one answer, and ``GET /c/{company}/offers/{id}``."""

    provider = "recruitee"
    rows_at = ("offers",)
    credentials: ClassVar = {"api_key": "recruitee-canary-e802", "company_id": "12345"}
    wrong_credentials: ClassVar = {"api_key": "recruitee-wrong-canary-7"}
    pages = False

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {self.credentials['api_key']}":
            return Answer({"error": ["Unauthorized"]}, status=401)
        path = asked.path.removeprefix(self.base_path)
        if path == "/c/12345/admins":
            people = [{"id": 31, "first_name": "Dana", "last_name": "Whitfield", "email": "dana@example.com", "role": "admin"}]
            return Answer({"admins": [*people, {"id": 32, "first_name": None, "last_name": None, "email": "tom@example.com"}]})
        if path == "/c/12345/offers":
            pool = {"id": 999, "title": "Talent pool", "kind": "talent_pool", "status": "published"}
            rows = [self._row(job) for job in self.alive]
            return Answer({"offers": rows if asked.query.get("kind") == "job" else [*rows, pool], "meta": {}})
        found = next((job for job in self.alive if path == f"/c/12345/offers/{self.job_id(job)}"), None)
        if found is None:
            return Answer({"error": ["Record not found"]}, status=404)
        return Answer({"offer": self._row(found) | {"description": "<p>Text</p>", "requirements": "<p>Much</p>"}})

    def job_id(self, job: WireJob) -> str:
        return str(700 + job.number)

    def unknown_id(self) -> str:
        return "1"

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/offers")

    def is_single(self, asked: Asked) -> bool:
        return "/offers/" in asked.path

    def _row(self, job: WireJob) -> dict[str, object]:
        return {
            "id": 700 + job.number,
            "title": job.name,
            "kind": "job",
            "status": "published",
            "department": "Engineering",
            "department_id": 4,
            "location": "Amsterdam, Netherlands",
            "city": "Amsterdam",
            "state_name": None,
            "country_code": "NL",
            "remote": False,
            "hybrid": True,
            "employment_type_code": "fulltime_permanent",
            "recruiter_id": 31 if job.number % 2 else None,
            "hiring_manager_id": 32,
            "careers_url": f"https://acme.recruitee.example.com/o/{job.number}",
            "offer_tags": ["priority"],
            "created_at": "2026-01-01 09:30:00 UTC",
            "updated_at": iso(job.changed),
        }
