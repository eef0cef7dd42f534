"""Bullhorn's REST API, from the vendor's documentation, SDK and test data. Its hosts are folders of one server here."""

from __future__ import annotations

import re
from typing import ClassVar
from urllib.parse import urlencode

from jobsync_tui.backend.core.clock import to_ms
from jobsync_tui.testing.ats_server import Answer, Asked
from jobsync_tui.testing.wire import Wire, WireJob

CUSTOM = {"customText1": "Req Type\u00a0", "customText2": "Shift", "customDate1": "Go live", "customInt1": "Shift"}
STANDARD = (
    "id", "title", "status", "isOpen", "isDeleted", "employmentType", "address", "description", "publicDescription", "clientCorporation",
    "owner", "categories", "skills", "externalID", "onSite", "dateAdded", "dateLastModified",
)  # fmt: skip
_BEHIND = re.compile(r"[\[(].*?[\])](\([^)]*\))?")

ADDRESS = {
    "address1": "1 Main St",
    "address2": None,
    "city": "Boston",
    "state": "Massachusetts",
    "zip": "02110",
    "countryID": 1,
    "countryName": "United States",
    "countryCode": "US",
}


class BullhornWire(Wire):
    """The three steps of logging in, and the four ways of reading job orders.

    Attributes:
        sessions: Tokens of the REST sessions opened, oldest first; those in ``ended`` are no longer good.
        refresh_tokens: Those that are still good; each is good for one use.
        logins: How often user and password were used.
    """

    provider = "bullhorn"
    rows_at = ("data",)
    contradictions: ClassVar = {
        "fewer announced than given": lambda said: said.update(total=0),
        "more announced than there are": lambda said: said.update(total=230),
    }
    credentials: ClassVar = {
        "username": "api.user",
        "password": "bullhorn-pass-canary-2b",
        "client_id": "bh-client-17",
        "client_secret": "bullhorn-secret-canary-64",
    }
    wrong_credentials: ClassVar = {"password": "bullhorn-wrong-canary-0"}
    secrets = ("password", "client_secret")
    says_deleted = True

    def __init__(self, count: int = 23) -> None:
        super().__init__(count)
        self.sessions: list[str] = []
        self.ended: set[str] = set()
        self.codes: set[str] = set()
        self.access_tokens: set[str] = set()
        self.refresh_tokens: set[str] = set()
        self.logins = 0

    def answer(self, asked: Asked) -> Answer:
        match asked.path:
            case path if path == f"{self.base_path}/rest-services/loginInfo":
                moved = f"{self.url}/other-centre/rest-services/loginInfo"
                return Answer(b"", status=307, headers={"Location": f"{moved}?{urlencode(asked.query)}"})
            case "/other-centre/rest-services/loginInfo" if asked.query.get("username") == self.credentials["username"]:
                return Answer({"oauthUrl": f"{self.url}/oauth", "restUrl": f"{self.url}/rest-services/", "superClusterId": 4})
            case "/oauth/authorize":
                return self._authorize(asked)
            case "/oauth/token":
                return self._token(asked)
            case "/rest-services/login":
                return self._login(asked)
            case path if path.startswith(f"{self.base_path}/corp1/"):
                return self._api(asked, path.removeprefix(f"{self.base_path}/corp1/"))
        return error(404, "Not found")

    def job_id(self, job: WireJob) -> str:
        return str(job.number + 100)

    def unknown_id(self) -> str:
        return "999999"

    def is_listing(self, asked: Asked) -> bool:
        return asked.path.endswith(("search/JobOrder", "query/JobOrder"))

    def is_single(self, asked: Asked) -> bool:
        return "/entity/JobOrder/" in asked.path

    def _authorize(self, asked: Asked) -> Answer:
        query = asked.query
        if query.get("client_id") != self.credentials["client_id"] or query.get("response_type") != "code":
            return Answer({"error": "invalid_client"}, status=400)
        if (query.get("username"), query.get("password")) != (self.credentials["username"], self.credentials["password"]):
            return Answer(b"<html><title>Login</title>Invalid credentials</html>", headers={"Content-Type": "text/html"})
        self.logins += 1
        code = f"code-canary-{self.logins}:x/y"
        self.codes.add(code)
        return Answer(b"", status=302, headers={"Location": f"https://nowhere.example.com/?{urlencode({'code': code})}"})

    def _token(self, asked: Asked) -> Answer:
        form = {**asked.query, **asked.form}
        if form.get("client_secret") != self.credentials["client_secret"]:
            return Answer({"error": "invalid_client"}, status=401)
        good = self.codes if form["grant_type"] == "authorization_code" else self.refresh_tokens
        presented = form.get("code", "") or form.get("refresh_token", "")
        if presented not in good:
            return Answer({"error": "invalid_grant"}, status=400)
        good.discard(presented)
        number = len(self.access_tokens) + 1
        self.access_tokens.add(f"access-canary-{number}")
        self.refresh_tokens.add(f"refresh-canary-{number}")
        return Answer({"access_token": f"access-canary-{number}", "refresh_token": f"refresh-canary-{number}", "expires_in": 600})

    def _login(self, asked: Asked) -> Answer:
        if asked.query.get("access_token") not in self.access_tokens or asked.query.get("version") != "*":
            return error(401, "Invalid access token")
        self.sessions.append(f"session-canary-{len(self.sessions) + 1}")
        return Answer({"BhRestToken": self.sessions[-1], "restUrl": f"{self.url}{self.base_path}/corp1/"})

    def _api(self, asked: Asked, path: str) -> Answer:
        token = asked.headers.get("bhresttoken")
        if token is None:
            return error(412, "BhRestToken is missing")
        if token not in self.sessions or token in self.ended:
            return error(401, "Bad BhRestToken or timed-out")
        if path == "meta/JobOrder":
            labels = [{"name": name, "type": "SCALAR", "label": CUSTOM.get(name, name)} for name in (*STANDARD, *CUSTOM)]
            return Answer({"entity": "JobOrder", "label": "Job", "fields": labels})
        fields = [_BEHIND.sub("", each) for each in re.split(r",(?![^(]*\))", asked.query.get("fields", "id"))]
        unknown = [name for name in fields if name not in {*STANDARD, *CUSTOM}]
        if unknown:
            return error(404, f"Unknown field {unknown[0]}")
        if path == "search/JobOrder":
            assert asked.query["query"] == "isDeleted:0"
            return self._page(asked, self.alive, fields, total=True)
        if path == "query/JobOrder":
            found = re.fullmatch(r"dateLastModified\s*>=?\s*(\d+)", asked.query["where"])
            assert found
            return self._page(asked, [job for job in self.jobs if to_ms(job.changed) >= int(found[1])], fields, total=False)
        job = next((each for each in self.jobs if path == f"entity/JobOrder/{self.job_id(each)}"), None)
        return error(404, "Entity not found") if job is None else Answer({"data": self._row(job, fields, self._asked_address(asked))})

    def _page(self, asked: Asked, chosen: list[WireJob], fields: list[str], *, total: bool) -> Answer:
        start = 0 if self.loops else int(asked.query.get("start", "0"))
        rows = [
            self._row(job, fields, self._asked_address(asked))
            for job in chosen[start : start + min(self.page_size, int(asked.query.get("count", "20")))]
        ]
        return Answer(({"total": len(chosen)} if total else {}) | {"start": start, "count": len(rows), "data": rows})

    def _row(self, job: WireJob, fields: list[str], address: dict[str, object]) -> dict[str, object]:
        row: dict[str, object] = {
            "id": job.number + 100,
            "title": job.name,
            "status": "Accepting Candidates",
            "isOpen": True,
            "isDeleted": job.deleted,
            "employmentType": "Contract",
            "address": address,
            "description": "<p>Inner</p>",
            "publicDescription": "<p>Text</p>",
            "clientCorporation": {"id": 1, "name": "Acme"},
            "owner": {"id": 1, "firstName": "Dana", "lastName": "Whitfield"},
            "categories": {"total": 1, "data": [{"id": 5, "name": "Nursing"}]},
            "skills": {"total": 0, "data": []},
            "externalID": "",
            "onSite": "Off-Site",
            "dateAdded": to_ms(job.changed),
            "dateLastModified": to_ms(job.changed),
            "customText1": "New",
            "customText2": "",
            "customDate1": 1767225600000,
            "customInt1": 2,
        }
        return {name: row[name] for name in fields} | {"_score": 1.0}

    def _asked_address(self, asked: Asked) -> dict[str, object]:
        """Return the address with the parts that are asked for: by itself it brings neither the country's name nor its code."""
        parts = re.search(r"\baddress\(([^)]*)\)", asked.query.get("fields", ""))
        wanted = parts[1].split(",") if parts else ["address1", "address2", "city", "state", "zip", "countryID"]
        return {name: ADDRESS[name] for name in wanted}


def error(status: int, message: str) -> Answer:
    """Return an error as Bullhorn's REST API words it."""
    return Answer({"errorMessage": message, "errorMessageKey": "errors.x", "errorCode": status}, status=status)
