"""Lever v1, from recorded postings and third-party code for filters and deletions."""

from __future__ import annotations

from base64 import b64encode
from typing import ClassVar
from uuid import UUID

from jobsync_tui.backend.core.clock import now, to_ms
from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob

LONGEST_WINDOW = 30 * 86_400_000


class LeverWire(Wire):
    """``GET /postings``, ``GET /postings/{id}`` and ``GET /postings/deleted``: what is deleted was so a minute ago."""

    provider = "lever"
    rows_at = ("data",)
    contradictions: ClassVar = {"more without a way": lambda said: said.update(hasNext=True, next=None)}
    credentials: ClassVar = {"api_key": "lever-canary-2c81"}
    wrong_credentials: ClassVar = {"api_key": "lever-wrong-canary-9"}
    says_deleted = True
    sees_confidential: bool = True

    def answer(self, asked: Asked) -> Answer:
        expected = b64encode(f"{self.credentials['api_key']}:".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {expected}":
            return Answer({"code": "Unauthorized", "message": "The API key is not valid"}, status=401)
        path = asked.path.removeprefix(self.base_path)
        if path == "/postings":
            return self._postings(asked)
        if path == "/postings/deleted":
            return self._deleted(asked)
        found = next((job for job in self.alive if path == f"/postings/{self.job_id(job)}"), None)
        if found is None:
            return Answer({"code": "ResourceNotFound", "message": "Posting not found"}, status=404)
        return Answer({"data": self._row(found, asked)})

    def job_id(self, job: WireJob) -> str:
        return str(UUID(int=0x1E << 100 | job.number))

    def confidentiality(self, job: WireJob) -> str:
        """Every fifth posting is confidential."""
        return "confidential" if job.number % 5 == 0 else "non-confidential"

    def unknown_id(self) -> str:
        return str(UUID(int=0xE1 << 100))

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/postings")

    def is_single(self, asked: Asked) -> bool:
        return "/postings/" in asked.path and not asked.path.endswith("/deleted")

    def _postings(self, asked: Asked) -> Answer:
        wanted = asked.query.get("confidentiality", "non-confidential")
        if wanted != "non-confidential" and not self.sees_confidential:
            return Answer({"code": "Forbidden", "message": "The API key has no access to confidential data"}, status=403)
        chosen = [job for job in self.alive if wanted in {"all", self.confidentiality(job)}]
        if "updated_at_start" in asked.query:
            chosen = [job for job in chosen if to_ms(job.changed) >= int(asked.query["updated_at_start"])]
        return self._page(asked, [self._row(job, asked) for job in chosen])

    def _deleted(self, asked: Asked) -> Answer:
        start, end = int(asked.query["deleted_at_start"]), int(asked.query["deleted_at_end"])
        if end - start > LONGEST_WINDOW:
            return Answer({"code": "BadRequest", "message": "The window is longer than 30 days"}, status=400)
        deleted_at = to_ms(now()) - 60_000
        gone = [job for job in self.jobs if job.deleted and start <= deleted_at <= end]
        return self._page(asked, [{"id": self.job_id(job), "deletedAt": deleted_at} for job in gone])

    def _page(self, asked: Asked, rows: list[dict[str, object]]) -> Answer:
        start = int(asked.query.get("offset", "token-0").removeprefix("token-"))
        end = start + min(self.page_size, int(asked.query.get("limit", "100")))
        if self.loops:
            return Answer({"data": rows[start:end], "hasNext": True, "next": "token-0"})
        more = {"next": f"token-{end}"} if end < len(rows) else {}
        return Answer({"data": rows[start:end], "hasNext": bool(more), **more})

    def _row(self, job: WireJob, asked: Asked) -> dict[str, object]:
        owner = {"id": "u-1", "name": "Dana Whitfield"} if "owner" in asked.query.get("expand", "") else "u-1"
        return {
            "id": self.job_id(job),
            "text": job.name,
            "state": "published",
            "distributionChannels": ["public", "internal"],
            "user": "u-1",
            "owner": owner,
            "hiringManager": None,
            "categories": {
                "commitment": "Full-time",
                "department": "Engineering",
                "level": None,
                "location": "Berlin, Germany",
                "team": "Platform",
                "allLocations": ["Berlin, Germany", "Paris, France"],
            },
            "tags": ["priority"],
            "content": {
                "description": "Text",
                "descriptionHtml": "<div>Text</div>",
                "lists": [{"text": "Duties", "content": "<li>Work</li>"}],
                "closing": "Bye",
                "closingHtml": "<div>Bye</div>",
            },
            "country": "DE",
            "reqCode": None,
            "requisitionCodes": [f"REQ-{job.number}"],
            "urls": None
            if job.number % 4 == 0
            else {"list": "https://x", "show": f"https://jobs.example.com/{job.number}", "apply": "https://x"},
            "workplaceType": "hybrid",
            "confidentiality": self.confidentiality(job),
            "createdAt": to_ms(job.changed),
            "updatedAt": to_ms(job.changed),
        }
