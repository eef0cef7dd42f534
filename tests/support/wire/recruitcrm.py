"""RecruitCRM v1, from copies of the vendor's documentation and what third parties saw in answers."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob, iso

SEARCH = {"updated_from", "limit", "sort_by", "sort_order"}
"""Those of the documented parameters that are of use here."""


class RecruitCrmWire(Wire):
    """``GET /jobs``, ``GET /jobs/search``, ``GET /jobs/{slug}``, and the users and companies that jobs name."""

    provider = "recruitcrm"
    rows_at = ("data",)
    contradictions: ClassVar = {
        "more without a way": lambda said: said.update(next_page_url=None),
        "fewer announced than given": lambda said: said.update(total=0),
        "more announced than there are": lambda said: said.update(total=230),
    }
    credentials: ClassVar = {"api_key": "recruitcrm-canary-6a3d"}
    search_knows_pages: bool = True
    wrong_credentials: ClassVar = {"api_key": "recruitcrm-wrong-canary-1"}

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {self.credentials['api_key']}":
            return Answer({"message": "Unauthenticated."}, status=401)
        path = asked.path.removeprefix(self.base_path)
        match path:
            case "/jobs":
                return self._page(asked, self.alive)
            case "/jobs/search":
                if unknown := set(asked.query) - SEARCH - ({"page"} if self.search_knows_pages else set()):
                    return Answer({"message": f"Unknown parameter {unknown.pop()}"}, status=422)
                since = date.fromisoformat(asked.query["updated_from"])
                return self._page(asked, [job for job in self.alive if job.changed.date() >= since])
            case "/users":
                return Answer([{"id": 31, "first_name": "Dana", "last_name": "Whitfield", "email": "dana@example.com", "status": "Active"}])
            case "/custom-fields/jobs":
                return Answer([{"field_id": 1, "entity_type": "job", "field_name": "Req Type", "field_type": "text", "default_value": ""}])
            case "/companies/acme-1":
                return Answer({"id": 5, "slug": "acme-1", "company_name": "Acme Staffing"})
        found = next((job for job in self.alive if path == f"/jobs/{self.job_id(job)}"), None)
        return Answer({"message": "Not found"}, status=404) if found is None else Answer(self._row(found))

    def job_id(self, job: WireJob) -> str:
        return f"1600{job.number:04d}abcXYZ"

    def unknown_id(self) -> str:
        return "99990000abcXYZ"

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.removeprefix(self.base_path) in {"/jobs", "/jobs/search"}

    def is_single(self, asked: Asked) -> bool:
        return not self.is_listing(asked) and "/jobs/" in asked.path

    def _page(self, asked: Asked, chosen: list[WireJob]) -> Answer:
        number = 1 if self.loops else int(asked.query.get("page", "1"))
        size = min(self.page_size, int(asked.query.get("limit", "25")))
        more = number * size < len(chosen) or self.loops
        return Answer(
            {
                "current_page": number,
                "data": [self._row(job) for job in chosen[(number - 1) * size : number * size]],
                "next_page_url": f"{self.url}{asked.path}?page={number + 1}" if more else None,
                "last_page": -(-len(chosen) // size),
                "total": len(chosen),
            },
            headers={"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "59"},
        )

    def _row(self, job: WireJob) -> dict[str, object]:
        return {
            "id": job.number,
            "slug": self.job_id(job),
            "name": job.name,
            "company_slug": "acme-1",
            "contact_slug": "c-1",
            "job_status": {"id": 1, "label": "Open"},
            "job_type": 2,
            "job_category": "Technology",
            "job_skill": "Ruby, SQL",
            "job_location_type": "1",
            "job_code": f"REQ-{job.number}",
            "job_description_text": "<p>Text</p>",
            "city": "Pune",
            "locality": None,
            "state": "Maharashtra",
            "country": "India",
            "owner": 31,
            "custom_fields": [{"field_id": 1, "value": "New"}, {"field_id": 2, "value": ""}],
            "application_form_url": f"https://recruitcrm.example.com/apply/{job.number}",
            "salary_type": {"id": 2, "label": "Annual Salary"},
            "created_on": iso(job.changed),
            "updated_on": iso(job.changed).replace(".000Z", ".000000Z"),
        }
