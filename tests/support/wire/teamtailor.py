"""Teamtailor's JSON:API, from a fixture of the vendor's client and third-party code that quotes the documentation."""

from __future__ import annotations

from typing import ClassVar

from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob, iso

INCLUDED: tuple[dict[str, object], ...] = (
    {"id": "3", "type": "departments", "attributes": {"name": "Engineering"}},
    {"id": "1", "type": "locations", "attributes": {"name": "HQ", "city": "Stockholm", "country": "Sweden", "zip": "118 46"}},
    {"id": "2", "type": "locations", "attributes": {"name": "Anywhere", "city": None, "country": None}},
    {"id": "17", "type": "requisitions", "attributes": {"job-title": "Nurse", "status": "approved"}},
    {"id": "34", "type": "users", "attributes": {"name": "Dana Whitfield", "email": "dana@example.com"}},
)


class TeamtailorWire(Wire):
    """``GET /jobs``, published ones only unless all are asked for, and ``GET /jobs/{id}``."""

    provider = "teamtailor"
    rows_at = ("data",)
    contradictions: ClassVar = {
        "more without a way": lambda said: said["links"].pop("next", None),
        "fewer announced than given": lambda said: said["meta"].update({"record-count": 0}),
        "more announced than there are": lambda said: said["meta"].update({"record-count": 230}),
    }
    credentials: ClassVar = {"api_key": "tailor-canary-0d9e"}
    wrong_credentials: ClassVar = {"api_key": "tailor-wrong-canary-5"}

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("authorization") != f"Token token={self.credentials['api_key']}":
            return Answer({"errors": [{"title": "Unauthorized", "code": "401", "status": "401"}]}, status=401)
        if not asked.headers.get("x-api-version", "").isdigit():
            return Answer({"errors": [{"title": "Not acceptable"}]}, status=406)
        included = list(INCLUDED) if "include" in asked.query else []
        path = asked.path.removeprefix(self.base_path)
        if path == "/jobs":
            return self._jobs(asked, included)
        found = next((job for job in self.alive if path == f"/jobs/{self.job_id(job)}"), None)
        if found is None:
            return Answer({"errors": [{"title": "Record not found", "status": "404"}]}, status=404)
        return Answer({"data": self._row(found, bool(included)), "included": included})

    def job_id(self, job: WireJob) -> str:
        return str(2600 + job.number)

    def unknown_id(self) -> str:
        return "1"

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/jobs")

    def _jobs(self, asked: Asked, included: list[dict[str, object]]) -> Answer:
        chosen = [job for job in self.alive if job.number % 5 or asked.query.get("filter[status]") == "all"]
        number = 1 if self.loops else int(asked.query.get("page[number]", "1"))
        size = min(self.page_size, int(asked.query.get("page[size]", "10")))
        rows = chosen[(number - 1) * size : number * size]
        links = {"first": "https://x/jobs?page[number]=1"}
        if number * size < len(chosen) or self.loops:
            links["next"] = f"https://x/jobs?page[number]={number + 1}"
        meta = {"record-count": len(chosen), "page-count": -(-len(chosen) // size)}
        headers = {"X-Rate-Limit-Limit": "50", "X-Rate-Limit-Remaining": "49", "X-Rate-Limit-Reset": "8"}
        answer = {"data": [self._row(job, bool(included)) for job in rows], "included": included, "meta": meta, "links": links}
        return Answer(answer, headers=headers)

    def _row(self, job: WireJob, related: bool) -> dict[str, object]:
        relations: dict[str, object] = {
            name: {"links": {}} for name in ("department", "location", "locations", "user", "requisition", "questions")
        }
        if related:
            relations["department"] = {"data": {"type": "departments", "id": "3"}}
            relations["location"] = {"data": None}
            relations["locations"] = {"data": [{"type": "locations", "id": "1"}, {"type": "locations", "id": "2"}]}
            relations["requisition"] = {"data": {"type": "requisitions", "id": "17"} if job.number % 2 else None}
            relations["user"] = {"data": {"type": "users", "id": "34"}}
        return {
            "id": self.job_id(job),
            "type": "jobs",
            "links": {"careersite-job-url": f"https://acme.teamtailor.example.com/jobs/{self.job_id(job)}", "self": "x"},
            "attributes": {
                "title": job.name,
                "body": "<p>Text</p>",
                "status": "open",
                "human-status": "draft" if job.number % 5 == 0 else "published",
                "internal": job.number % 4 == 0,
                "tags": ["rails"],
                "employment-type": "permanent",
                "remote-status": "fully",
                "created-at": "2020-03-25T13:45:10.480+01:00",
                "updated-at": iso(job.changed),
            },
            "relationships": relations,
        }
