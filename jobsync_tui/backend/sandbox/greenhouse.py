"""A Greenhouse: Harvest v3's wire format over a sandbox world, with its token endpoint and its joined lists."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from ..http import Reply, Request
from .requests import Asked, answer, chunk, maintenance, read_stamp, stamp, take_apart
from .vocabulary import PEOPLE
from .world import SandboxJob, World

PAGE_SIZE = 100
MAX_PAGE_SIZE = 500
TOKEN_SECONDS = 3600


class GreenhouseServer:
    """Answers the token endpoint and ``GET /jobs``, ``/departments``, ``/offices``, ``/job_posts``, ``/job_owners`` and ``/users``."""

    base_url = "https://harvest.greenhouse.io/v3"
    token_url = "https://auth.greenhouse.io/token"  # noqa: S105 - an address

    def __init__(self, world: World, *, client_id: str, client_secret: str) -> None:
        self._world = world
        self._basic = "Basic " + b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._tokens: set[str] = set()
        self._departments = [name for name, _ in world.trade.departments]
        self._places = list(world.trade.places)

    async def __call__(self, request: Request) -> Reply:
        """Answer one request as Greenhouse would."""
        asked = take_apart(request, self.base_url)
        if asked.url.startswith(self.token_url):
            return self._token(asked)
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self._tokens:
            return answer({"message": "Invalid token"}, status=401)
        if "cursor" in asked.query and len(asked.query) > 1:
            return answer({"message": "Invalid parameters", "errors": ["cursor must be the only parameter"]}, status=422)
        match asked.path:
            case "/jobs":
                return self._jobs(asked)
            case "/departments":
                return answer([_named(number, name) for number, name in enumerate(self._departments, 1)])
            case "/offices":
                return answer([_named(number, f"{city}, {region}") for number, (city, region, _) in enumerate(self._places, 1)])
            case "/job_posts":
                return self._posts(asked)
            case "/job_owners":
                return answer([_owner(job) for job in self._world.alive() if str(job.number) in asked.query.get("job_ids", "").split(",")])
            case "/users":
                wanted = asked.query.get("ids", "").split(",")
                return answer([_user(number, name) for number, name in enumerate(PEOPLE, 1) if str(number) in wanted])
        return answer({"message": "Resource not found"}, status=404)

    def _token(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != self._basic:
            return answer({"error": "invalid_client"}, status=401)
        token = f"sandbox-token-{len(self._tokens) + 1}"
        self._tokens.add(token)
        return answer({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS})

    def _jobs(self, asked: Asked) -> Reply:
        jobs = sorted(self._chosen(asked), key=lambda job: -job.number)
        if "ids" in asked.query and len(jobs) == 1 and jobs[0].broken:
            return maintenance()
        return self._page(asked, [self._job(job) for job in self._window(asked, jobs)], len(jobs))

    def _posts(self, asked: Asked) -> Reply:
        wanted = set(filter(None, asked.query.get("job_ids", _carried(asked).get("job_ids", "")).split(",")))
        jobs = [job for job in self._world.alive() if job.status != "draft" and (not wanted or str(job.number) in wanted)]
        return self._page(asked, [_post(job) for job in self._window(asked, jobs)], len(jobs))

    def _chosen(self, asked: Asked) -> list[SandboxJob]:
        query = {**asked.query, **_carried(asked)}
        jobs = list(self._world.alive())
        if "ids" in query:
            wanted = set(query["ids"].split(","))
            jobs = [job for job in jobs if str(job.number) in wanted]
        if query.get("updated_at", "").startswith("gte|"):
            since = read_stamp(query["updated_at"].split("|")[1])
            jobs = [job for job in jobs if job.updated >= since]
        return jobs

    def _window(self, asked: Asked, jobs: Sequence[SandboxJob]) -> Sequence[SandboxJob]:
        return chunk(jobs, _start(asked), _size(asked))

    def _page(self, asked: Asked, rows: list[dict[str, object]], total: int) -> Reply:
        """Return a bare array; the next page is named by a Link header and by nothing else."""
        following = _start(asked) + _size(asked)
        if following >= total:
            return answer(rows)
        kept = {name: value for name, value in {**asked.query, **_carried(asked)}.items() if name in {"updated_at", "job_ids"}}
        cursor = b64encode(urlencode({**kept, "start": following, "size": _size(asked)}).encode()).decode()
        link = f'<{self.base_url}{asked.path}?{urlencode({"cursor": cursor})}>; rel="next"'
        return answer(rows, headers={"link": link})

    def _job(self, job: SandboxJob) -> dict[str, object]:
        places = [(job.city, job.region, job.country), *job.further_places]
        return {
            "id": job.number,
            "name": job.name or "",
            "requisition_id": job.requisition,
            "notes": None,
            "confidential": job.confidential,
            "status": job.status,
            "created_at": stamp(job.created),
            "opened_at": None if job.status == "draft" else stamp(job.created),
            "closed_at": stamp(job.updated) if job.status == "closed" else None,
            "updated_at": stamp(job.updated),
            "is_template": False,
            "copied_from_id": None,
            "department_id": self._departments.index(job.department) + 1,
            "office_ids": [self._places.index(place) + 1 for place in places],
            "custom_fields": {
                name: {"name": name.replace("_", " ").capitalize(), "type": "single_select", "value": value}
                for name, value in job.custom.items()
            },
        }


def _named(number: int, name: str) -> dict[str, object]:
    return {"id": number, "name": name, "parent_id": None, "external_id": None}


def _owner(job: SandboxJob) -> dict[str, object]:
    person = PEOPLE.index(job.owner) + 1
    return {"id": job.number, "job_id": job.number, "user_id": person, "type": "recruiter", "responsible": True}


def _user(number: int, name: str) -> dict[str, object]:
    first, _, last = name.partition(" ")
    return {"id": number, "name": name, "first_name": first, "last_name": last, "deactivated": False}


def _post(job: SandboxJob) -> dict[str, object]:
    return {
        "id": job.number * 10 + 1,
        "job_id": job.number,
        "title": job.name,
        "content": job.description(),
        "public_url": f"https://boards.greenhouse.io/acme/jobs/{job.number * 10 + 1}",
        "live": job.status == "open",
        "active": True,
        "internal": False,
        "language": "en",
    }


def _carried(asked: Asked) -> dict[str, str]:
    """Return what the cursor carries from the first request of the listing."""
    return dict(parse_qsl(b64decode(asked.query["cursor"]).decode())) if "cursor" in asked.query else {}


def _start(asked: Asked) -> int:
    return int(_carried(asked).get("start", "0"))


def _size(asked: Asked) -> int:
    return int(_carried(asked).get("size", "0")) or asked.number("per_page", PAGE_SIZE, most=MAX_PAGE_SIZE)
