"""Ashby, from the vendor's documentation and what third parties saw in answers."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import msgspec

from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import EPOCH, Wire, WireJob, iso

STATUSES = {"Draft", "Open", "Closed", "Archived"}


class AshbyWire(Wire):
    """Five endpoints, all asked by POST. A sync token is the time of the newest change it has seen.

    Attributes:
        oldest_token: Tokens from before this time have expired.
        denied: Endpoints that the key may not ask.
    """

    provider = "ashby"
    rows_at = ("results",)
    contradictions: ClassVar = {"more without a way": lambda said: said.update(moreDataAvailable=True, nextCursor=None)}
    credentials: ClassVar = {"api_key": "ashby-canary-b7c4"}
    forbidden: ClassVar = Answer({"success": False, "errors": ["missing_endpoint_permission"]}, status=403)
    wrong_credentials: ClassVar = {"api_key": "ashby-wrong-canary-3"}

    def __init__(self, count: int = 23) -> None:
        super().__init__(count)
        self.oldest_token = EPOCH
        self.denied: set[str] = set()

    def answer(self, asked: Asked) -> Answer:
        expected = b64encode(f"{self.credentials['api_key']}:".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {expected}":
            return Answer({"success": False, "errors": ["invalid_api_key"]}, status=403)
        if asked.method != "POST" or asked.headers.get("accept") != "application/json; version=1":
            return Answer({"success": False, "errors": ["invalid_input"]}, status=400)
        endpoint = asked.path.removeprefix(self.base_path).removeprefix("/")
        if endpoint in self.denied:
            return Answer({"success": False, "errors": ["missing_endpoint_permission"], "errorInfo": None}, status=403)
        body = msgspec.json.decode(asked.body, type=dict[str, object])
        match endpoint:
            case "job.list":
                return self._jobs(body)
            case "job.info":
                return self._info(str(body["id"]), unpublished=body.get("includeUnpublishedJobPostingsIds") is True)
            case "jobPosting.info":
                return self._posting(str(body["jobPostingId"]))
            case "location.list":
                address = {"postalAddress": {"addressCountry": "Germany", "addressRegion": None, "addressLocality": "Berlin"}}
                sites: list[dict[str, object]] = [
                    {"id": "loc-1", "name": "Berlin HQ", "address": address},
                    {"id": "loc-2", "name": "Remote", "address": None},
                    {"id": "loc-3", "name": "Paris", "address": None},
                ]
                return self._page(body, sites)
            case "department.list":
                return self._page(body, [{"id": "dep-1", "name": "Engineering", "isArchived": False}])
        return Answer({"success": False, "errors": ["endpoint_not_found"]}, status=404)

    def job_id(self, job: WireJob) -> str:
        return str(UUID(int=0xA5 << 100 | job.number))

    def unknown_id(self) -> str:
        return str(UUID(int=0x5A << 100))

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/job.list")

    def is_single(self, asked: Asked) -> bool:
        return asked.path.endswith("/job.info")

    def _jobs(self, body: dict[str, object]) -> Answer:
        statuses = body.get("status")
        wanted = set(statuses) if isinstance(statuses, list) else STATUSES - {"Draft"}
        if not wanted <= STATUSES:
            return failure("invalid_input")
        chosen = [job for job in self.alive if self._status(job) in wanted]
        if "syncToken" in body:
            since = datetime.fromisoformat(str(body["syncToken"]))
            if since < self.oldest_token:
                return failure("sync_token_expired", as_object=True)
            chosen = [job for job in chosen if job.changed > since]
        newest = max((job.changed for job in self.jobs), default=EPOCH)
        return self._page(body, [self._row(job) for job in chosen], syncToken=newest.isoformat())

    def _page(self, body: dict[str, object], rows: list[dict[str, object]], **last: object) -> Answer:
        start = int(str(body.get("cursor", "cursor-0")).removeprefix("cursor-"))
        end = start + min(self.page_size, int(str(body.get("limit", 100))))
        answer: dict[str, object] = {"success": True, "results": rows[start:end], "moreDataAvailable": end < len(rows)}
        if last and self.loops:
            return Answer(answer | {"moreDataAvailable": True, "nextCursor": "cursor-0"})
        return Answer(answer | ({"nextCursor": f"cursor-{end}"} if end < len(rows) else last))

    def _info(self, job_id: str, *, unpublished: bool) -> Answer:
        try:
            UUID(job_id)
        except ValueError:
            return failure("invalid_input")
        found = next((job for job in self.alive if self.job_id(job) == job_id), None)
        return (
            failure("job_not_found") if found is None else Answer({"success": True, "results": self._row(found, unpublished=unpublished)})
        )

    def _posting(self, posting_id: str) -> Answer:
        posting = {
            "id": posting_id,
            "title": "As published",
            "descriptionPlain": "Text",
            "descriptionHtml": "<p>Text</p>",
            "departmentName": "Engineering",
            "locationName": "Berlin HQ",
            "isRemote": None,
            "workplaceType": "Remote",
            "externalLink": f"https://jobs.example.com/{posting_id}",
            "isListed": not posting_id.endswith("3"),
            "locationIds": {"primaryLocationId": "loc-1", "secondaryLocationIds": ["loc-3"]},
        }
        return Answer({"success": True, "results": posting})

    def _status(self, job: WireJob) -> str:
        return "Draft" if job.number % 5 == 0 else "Open"

    def _row(self, job: WireJob, *, unpublished: bool = False) -> dict[str, object]:
        """Return a job; the posting of a draft is not published."""
        published = self._status(job) != "Draft" or unpublished
        return {
            "id": self.job_id(job),
            "title": job.name,
            "confidential": job.number % 4 == 0,
            "status": self._status(job),
            "employmentType": "FullTime",
            "locationId": "loc-1",
            "locationIds": {"primaryLocationId": "loc-1", "secondaryLocationIds": ["loc-2"]},
            "departmentId": "dep-1",
            "customFields": [
                {"id": "f-1", "title": "Req Type", "fieldType": "ValueSelect", "value": "new", "valueLabel": "New"},
                {"id": "f-2", "title": "Empty", "value": None},
            ],
            "jobPostingIds": [f"post-{job.number}"] if published else [],
            "customRequisitionId": None,
            "brandId": None,
            "hiringTeam": [
                {"role": "Hiring Manager", "firstName": "Dana", "lastName": "Whitfield", "email": "d@example.com", "userId": "u"}
            ],
            "author": {"firstName": "Tom", "lastName": "Becker"},
            "createdAt": iso(job.changed),
            "updatedAt": iso(job.changed),
            "openedAt": None,
            "closedAt": None,
        }


def failure(code: str, *, as_object: bool = False) -> Answer:
    """Return a failure as most of Ashby's are: with the status of a success."""
    if as_object:
        return Answer({"success": False, "errors": [{"code": code, "message": "Oops"}], "errorInfo": None})
    return Answer({"success": False, "errors": [code], "errorInfo": {"code": code, "message": "Oops", "requestId": "r", "meta": {}}})
