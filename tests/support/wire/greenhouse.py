"""Greenhouse Harvest v3, from the vendor's pages on authentication, pagination and lists."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode

from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob, iso

DEPARTMENTS = ("Engineering", "Nursing", "Logistics")
OFFICES = (("Berlin", "Berlin, Germany"), ("Detroit", "Detroit, MI, United States"))

USERS: tuple[dict[str, object], ...] = (
    {"id": 1, "first_name": "Tom", "last_name": "Becker", "name": "Tom Becker", "primary_email": "tom@example.com"},
    {"id": 2, "first_name": "Dana", "last_name": "Whitfield", "name": "Dana Whitfield", "primary_email": "dana@example.com"},
    {"id": 3, "first_name": "Aisha", "last_name": "Bello", "name": None, "primary_email": "aisha@example.com"},
)


class GreenhouseWire(Wire):
    """The token endpoint, the lists of jobs and what they are joined with, and those of owners, which every third job lacks."""

    provider = "greenhouse"
    credentials: ClassVar = {"client_id": "gh-client-canary-51", "client_secret": "gh-secret-canary-93", "user_id": "4080"}
    wrong_credentials: ClassVar = {"client_secret": "gh-wrong-canary-17"}
    secrets = ("client_id", "client_secret")
    lifetime = 3600
    names_owners: bool = True

    def __init__(self, count: int = 23) -> None:
        super().__init__(count)
        self.tokens: list[str] = []
        self.revoked: set[str] = set()

    def options(self) -> dict[str, object]:
        return {"token_url": f"{self.url}/token"}

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/token":
            return self._token(asked)
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token not in self.tokens or token in self.revoked:
            return Answer({"message": "Invalid JWT"}, status=401)
        if "cursor" in asked.query and len(asked.query) > 1:
            return Answer({"message": "Unprocessable", "errors": ["cursor must be the only parameter"]}, status=422)
        match asked.path.removeprefix(self.base_path):
            case "/jobs":
                return self._jobs(asked)
            case "/departments":
                return Answer([{"id": 10 + index, "name": name, "parent_id": None} for index, name in enumerate(DEPARTMENTS)])
            case "/offices":
                return Answer([{"id": 20 + index, "name": name, "location": {"name": at}} for index, (name, at) in enumerate(OFFICES)])
            case "/job_posts":
                return self._posts(asked)
            case "/job_owners" | "/job_hiring_managers" | "/users" if not self.names_owners:
                return Answer({"message": "Insufficient scope"}, status=403)
            case "/job_owners":
                return self._page(asked, self._first_query(asked), self._owners(asked))
            case "/job_hiring_managers":
                return self._page(asked, self._first_query(asked), [{"id": 9, "job_id": int(asked.query["job_ids"]), "user_id": 3}])
            case "/users":
                return Answer([row for row in USERS if str(row["id"]) in asked.query["ids"].split(",")])
        return Answer({"message": "Resource not found"}, status=404)

    def job_id(self, job: WireJob) -> str:
        return str(4000 + job.number)

    def unknown_id(self) -> str:
        return "999999"

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith("/jobs") and "ids" not in asked.query

    def is_single(self, asked: Asked) -> bool:
        return asked.path.endswith("/jobs") and "ids" in asked.query

    def _token(self, asked: Asked) -> Answer:
        client = self.credentials["client_id"]
        expected = b64encode(f"{client}:{self.credentials['client_secret']}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {expected}":
            return Answer({"message": f"client_id={client} does not contain a valid client ID suffix"}, status=400)
        if asked.form != {"grant_type": "client_credentials", "sub": self.credentials["user_id"]}:
            return Answer({"error": "invalid_request"}, status=400)
        self.tokens.append(f"jwt-canary-{len(self.tokens)}")
        return Answer({"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": self.lifetime})

    def _jobs(self, asked: Asked) -> Answer:
        chosen = sorted(self.alive, key=lambda job: -job.number)
        query = self._first_query(asked)
        if "ids" in query:
            wanted = query["ids"].split(",")
            if len(wanted) > 50:
                return Answer({"message": "Unprocessable", "errors": ["ids: too many"]}, status=422)
            chosen = [job for job in chosen if self.job_id(job) in wanted]
        if "updated_at" in query:
            operator, _, moment = query["updated_at"].partition("|")
            if operator != "gte":
                return Answer({"message": "Unprocessable", "errors": ["updated_at"]}, status=422)
            chosen = [job for job in chosen if job.changed >= datetime.fromisoformat(moment)]
        return self._page(asked, query, [self._row(job) for job in chosen])

    def _posts(self, asked: Asked) -> Answer:
        query = self._first_query(asked)
        chosen = self.alive
        if "job_ids" in query:
            chosen = [job for job in chosen if self.job_id(job) in query["job_ids"].split(",")]
        if "updated_at" in query:
            chosen = [job for job in chosen if job.changed >= datetime.fromisoformat(query["updated_at"].partition("|")[2])]
        rows = [post for job in chosen for post in self._posts_of(job)]
        return self._page(asked, query, rows)

    def _owners(self, asked: Asked) -> list[dict[str, object]]:
        rows = [(1, "coordinator", True), (2, "sourcer", False), (1, "recruiter", False), (2, "recruiter", True)]
        return [
            {"id": number, "job_id": int(job), "user_id": user, "type": kind, "responsible": responsible}
            for job in asked.query["job_ids"].split(",")
            if int(job) % 3
            for number, (user, kind, responsible) in enumerate(rows)
        ]

    def _page(self, asked: Asked, query: dict[str, str], rows: list[dict[str, object]]) -> Answer:
        start = int(query.pop("start", "0"))
        end = start + min(self.page_size, int(query.get("per_page", "100")))
        headers: dict[str, str] = {}
        if end < len(rows) or self.loops:
            cursor = b64encode(urlencode({**query, "start": 0 if self.loops else end}).encode()).decode()
            headers["Link"] = f'<{self.url}{asked.path}?{urlencode({"cursor": cursor})}>; rel="next"'
        return Answer(rows[start:end], headers=headers)

    def _first_query(self, asked: Asked) -> dict[str, str]:
        """Return the parameters of the listing's first request, which a cursor carries along."""
        from base64 import b64decode
        from urllib.parse import parse_qsl

        return dict(parse_qsl(b64decode(asked.query["cursor"]).decode())) if "cursor" in asked.query else dict(asked.query)

    def _row(self, job: WireJob) -> dict[str, object]:
        return {
            "id": 4000 + job.number,
            "name": job.name,
            "requisition_id": None,
            "notes": "<p>internal</p>",
            "confidential": False,
            "status": "open",
            "created_at": iso(job.changed),
            "opened_at": iso(job.changed),
            "closed_at": None,
            "updated_at": iso(job.changed),
            "is_template": False,
            "copied_from_id": None,
            "department_id": 10 + job.number % 3,
            "office_ids": [20, 21] if job.number % 2 else [21],
            "custom_fields": {
                "employment_type": {"name": "Employment Type", "type": "single_select", "value": "Full-time"},
                "req_type": {"name": "Req Type", "type": "single_select", "value": "New"},
            },
        }

    def _posts_of(self, job: WireJob) -> list[dict[str, object]]:
        inner = {
            "id": job.number * 10,
            "job_id": 4000 + job.number,
            "title": job.name,
            "content": "<p>Inner</p>",
            "live": True,
            "active": True,
            "internal": True,
        }
        outer = inner | {
            "id": job.number * 10 + 1,
            "content": "<p>Outer</p>",
            "internal": False,
            "public_url": f"https://boards.example.com/{job.number}",
        }
        return [row | {"updated_at": iso(job.changed), "language": "en"} for row in (inner, outer)]
