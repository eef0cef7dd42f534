"""Lever, API v1: a job is a posting.

Sources: recorded answers for the shape of postings; third-party code in use for ``updated_at_start`` and for ``/postings/deleted``, whose
window may span 30 days. Not found: the body of errors and what an unknown id is answered with; a 404 is taken for "no such posting".
Confidential postings are listed only where ``confidentiality=all`` asks for them (vendor documentation, "postings"), and only to a key
that may see them; whether another key's request is declined is not said, so a listing that is declined twice is asked for without. A
posting by its id comes either way.
``expand=owner`` asks for the owner as an object; an answer that has the bare id instead leaves the owner unread. Lever's rate limit
(10 requests a second) is not announced in headers that are known.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from html import escape
from typing import Generic, TypeVar

import msgspec

from ..core import clock
from ..core.errors import CredentialsRejected, PermissionMissing, Refused, RemoteError
from ..core.models import FieldAvailability, Job, JobStatus, Location, Visibility
from ..http import BasicAuth, Params, Reply, segment
from .base import Adapter, Connection, Listing, Page
from .paginator import Part, by_cursor, page_of, way_on
from .paging import CursorGuard
from .resume import Place
from .rows import RowShape, convert_one, one_row, partly_read, read_rows
from .values import distinct, filled, moment, moment_ms, place, status_of, texts, visibility_of

PAGE = 100
OVERLAP = timedelta(minutes=5)
WINDOW = timedelta(days=29)
"""How much of ``/postings/deleted`` is asked for at a time; Lever allows 30 days."""

STATUS = {
    "published": JobStatus.OPEN,
    "internal": JobStatus.OPEN,
    "closed": JobStatus.CLOSED,
    "draft": JobStatus.DRAFT,
    "pending": JobStatus.DRAFT,
    "rejected": JobStatus.CLOSED,
}
"""``pending`` (waiting for approval) and ``rejected`` (approval refused) are named by the vendor and were not seen in an answer."""

R = TypeVar("R")
_IN_URL = re.compile(r"https://[\w.-]*lever\.co/[^?#]*?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")

VISIBILITY = {"published": Visibility.PUBLIC, "internal": Visibility.INTERNAL}
REMOTE = {"remote": True, "onsite": False, "on-site": False, "hybrid": False}


class _Categories(msgspec.Struct):
    commitment: str | None = None
    department: str | None = None
    level: str | None = None
    location: str | None = None
    team: str | None = None
    all_locations: list[str | None] | None = msgspec.field(name="allLocations", default=None)


class _Block(msgspec.Struct):
    text: str | None = None
    content: str | None = None


class _Content(msgspec.Struct, rename="camel"):
    description: str | None = None
    description_html: str | None = None
    lists: list[_Block] | None = None
    closing: str | None = None
    closing_html: str | None = None


class _Urls(msgspec.Struct):
    show: str | None = None


class _User(msgspec.Struct):
    name: str | None = None


class Posting(msgspec.Struct, rename="camel"):
    """A posting as Lever answers it."""

    id: str
    text: str | None = None
    state: str | None = None
    categories: _Categories | None = None
    content: _Content | None = None
    country: str | None = None
    tags: list[str | None] | None = None
    req_code: str | None = None
    requisition_codes: list[str | None] | None = None
    urls: _Urls | None = None
    workplace_type: str | None = None
    confidentiality: str | None = None
    distribution_channels: list[str | None] | None = None
    owner: _User | str | None = None
    created_at: float | None = None
    updated_at: float | None = None


class _Answer(msgspec.Struct, Generic[R], rename="camel"):
    data: list[R]
    has_next: bool = False
    next: str | None = None


class _One(msgspec.Struct):
    data: Posting


class _Deleted(msgspec.Struct):
    id: str


SHAPE = RowShape(_Answer[Posting], _Answer[msgspec.Raw], Posting, lambda answer: answer.data, name_keys=("text",))


class Lever(Adapter):
    """Postings of one Lever account."""

    provider = "lever"
    title = "Lever"
    key_made = "In Lever, under Settings, Integrations and API, API Credentials, make a key that may read postings."
    availability = FieldAvailability(never=frozenset({"client"}))
    incremental = True
    tells_deletions = True
    default_base_url = "https://api.lever.co/v1"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._sees_confidential: bool | None = None
        self._http = connection.http
        self._http.auth = BasicAuth(connection.credentials["api_key"])
        self._http.explain = explain

    async def test(self) -> str:
        """Ask for a single posting."""
        reply = await self._http.get("postings", params={"limit": 1})
        reply.decode(_Answer[msgspec.Raw])
        return "the key reads postings"

    def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield postings, a page's token leading to the next; with the last page, what was deleted since the watermark."""
        return by_cursor(self.title, self._part, listing, end=self._end)

    async def job(self, job_id: str) -> Job | None:
        """Ask for the posting by its id."""
        reply = await self._http.get(f"postings/{segment(job_id)}", params={"expand": "owner"}, accept={404})
        return None if reply.status == 404 else convert_one(one_row(reply, _One, SHAPE).data, self._job, self.title)

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:
        """Return the posting's id in an address of Lever or of its job site: the first UUID, since an applicant's may follow it."""
        found = _IN_URL.match(url.strip())
        return found[1].lower() if found else None

    async def _part(self, here: Place) -> Part[_Answer[Posting]]:
        params = {"limit": PAGE, "offset": here.cursor, "updated_at_start": _milliseconds(here.since), "expand": "owner"}
        read = read_rows(await self._listed(params), SHAPE, self._job)
        return Part(read, read.answer.next or None, more=read.answer.has_next)

    async def _listed(self, params: Params) -> Reply:
        """Ask for postings, the confidential ones among them unless this key may not see them, which each listing finds out anew.

        One answer that declines them can be passing trouble, and a listing without them would say that they are gone. So they are asked
        for again once the others came; and where a listing has begun with them, it goes on with them or fails.
        """
        if params["offset"] is None:
            self._sees_confidential = None
        if self._sees_confidential is False:
            return await self._http.get("postings", params=params)
        try:
            return await self._everything(params)
        except (PermissionMissing, Refused) as error:
            # Refused at an offset, it is the place in the listing that is not taken any more.
            if self._sees_confidential or (isinstance(error, Refused) and params["offset"] is not None):
                raise
        others = await self._http.get("postings", params=params)
        with suppress(PermissionMissing, Refused):
            return await self._everything(params)
        self._sees_confidential = False
        return others

    async def _everything(self, params: Params) -> Reply:
        reply = await self._http.get("postings", params={**params, "confidentiality": "all"})
        self._sees_confidential = True
        return reply

    async def _end(self, here: Place, part: Part[_Answer[Posting]]) -> Page:
        since = _milliseconds(here.since)
        deleted = await self._deleted(since, clock.to_ms(here.began)) if since is not None else ()
        return replace(page_of(part.read, watermark=here.mark(OVERLAP)), deleted=deleted)

    async def _deleted(self, since: int, until: int) -> tuple[str, ...]:
        """Return the ids of the postings that were deleted between two times in milliseconds."""
        found: list[str] = []
        for start, end in _windows(since, until):
            guard = CursorGuard(self.title)
            offset: str | None = None
            while True:
                params = {"limit": PAGE, "offset": offset, "deleted_at_start": start, "deleted_at_end": end}
                reply = await self._http.get("postings/deleted", params=params)
                answer = reply.decode(_Answer[_Deleted | str], row=_Deleted, label="postings/deleted")
                found.extend(row if isinstance(row, str) else row.id for row in answer.data)
                following = way_on(self.title, more=answer.has_next, cursor=answer.next)
                if following is None:
                    break
                offset = guard.check(following)
        return tuple(dict.fromkeys(found))

    def _job(self, row: Posting) -> Job:
        return to_job(row, self.connection.integration)


def to_job(row: Posting, integration: str) -> Job:
    """Return the job that a posting is."""
    sorted_in = row.categories or _Categories()
    places = _places(sorted_in, filled(row.country))
    extras = {"team": sorted_in.team, "level": sorted_in.level}
    job = Job(
        integration=integration,
        id=row.id,
        name=filled(row.text),
        status=status_of(row.state, STATUS),
        ats_status=filled(row.state),
        location=places[0] if places else None,
        locations=places,
        department=filled(sorted_in.department),
        owner=filled(row.owner.name) if isinstance(row.owner, _User) else None,
        requisition_id=filled(row.req_code) or next(iter(texts(row.requisition_codes)), None),
        employment_type=filled(sorted_in.commitment),
        remote=REMOTE.get((row.workplace_type or "").lower()),
        visibility=_visibility(row),
        description=_description(row.content) if row.content else None,
        url=filled(row.urls.show) if row.urls else None,
        tags=texts(row.tags),
        custom={name: value for name, value in extras.items() if filled(value)},
        created_at=moment_ms(row.created_at),
        updated_at=moment_ms(row.updated_at),
    )
    return partly_read(job, "owner") if isinstance(row.owner, str) else job


def explain(reply: Reply) -> RemoteError | None:
    """Return the error with Lever's own remedy for a key that is wrong or may too little."""
    if reply.status == 401:
        return CredentialsRejected(
            "Lever rejected the API key",
            service="Lever",
            remedy="Make a key under Settings, Integrations and API, API Credentials, and put it where the configuration points.",
        )
    if reply.status == 403:
        return PermissionMissing(
            "Lever does not let this API key read postings",
            service="Lever",
            remedy="Give the key the permission to read postings under Settings, Integrations and API.",
        )
    return None


def _places(sorted_in: _Categories, country: str | None) -> tuple[Location, ...]:
    """Return every place of the posting; its country is that of the main one."""
    main = filled(sorted_in.location)
    city = main.partition(",")[0].strip() if main else None
    first = place(main, city, None, country) if main else place(country=country)
    others = (place(text) for text in texts(sorted_in.all_locations) if text != main)
    return distinct([first, *others])


def _visibility(row: Posting) -> Visibility | None:
    """Return who may see the posting; one that is published on internal channels alone is internal."""
    channels = {channel.lower() for channel in texts(row.distribution_channels)}
    state = "internal" if row.state == "published" and channels == {"internal"} else row.state
    return visibility_of(state, VISIBILITY, confidential=row.confidentiality == "confidential")


def _description(content: _Content) -> str | None:
    """Return the whole text of a posting as HTML: its opening, its headed lists and its closing."""
    parts = [content.description_html or content.description or ""]
    for block in content.lists or ():
        heading = f"<h3>{escape(block.text)}</h3>" if filled(block.text) and block.text else ""
        parts.append(f"{heading}{block.content or ''}")
    parts.append(content.closing_html or content.closing or "")
    return "\n".join(part for part in parts if filled(part)) or None


def _milliseconds(mark: str | None) -> int | None:
    began = moment(mark)
    return None if began is None else clock.to_ms(began)


def _windows(start: int, end: int) -> Iterator[tuple[int, int]]:
    step = round(WINDOW / timedelta(milliseconds=1))
    while start < end:
        yield start, min(start + step, end)
        start += step
