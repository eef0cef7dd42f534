"""Ashby (developers.ashbyhq.com; recorded answers seen by third parties for what may be null).

Everything is a POST, and most failures come with status 200. Drafts are listed only when they are asked for. A job names its places and
its department by ids, which two further listings turn into names for all jobs at once; description, address and the like come with a
job's posting, so only for one job at a time. The watermark is Ashby's own sync token, which comes with the last page; one that has
expired begins a full listing. Not found: the codes for an expired token and for an unknown job in the vendor's own words. Others have
seen ``sync_token_expired``; ``..._not_found`` is taken for the latter.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from ...core.errors import RemoteGone
from ...core.models import FieldAvailability, Job
from ...http import BasicAuth, Reply, guess_of
from ..base import Adapter, Connection, Listing, Page
from ..paginator import Part, by_cursor, page_of, way_on
from ..paging import CursorGuard, both
from ..resume import Place, where
from ..rows import RowShape, convert_one, one_row, partly_read, read_rows, with_guess
from ..side_lists import unless_refused
from .errors import SyncTokenExpired, explain
from .rows import SINGLE, Names, Posting, Row, Site, Unit, to_job, with_posting

PAGE = 100
_ACCEPT = {"Accept": "application/json; version=1"}
_IN_URL = re.compile(r"https://app\.ashbyhq\.com/(?:[^?#]*/)?jobs/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})")
R = TypeVar("R")


class _Answer(msgspec.Struct, Generic[R], rename="camel"):
    results: list[R]
    more_data_available: bool = False
    next_cursor: str | None = None
    sync_token: str | None = None


class _One(msgspec.Struct, Generic[R]):
    results: R


SHAPE = RowShape(_Answer[Row], _Answer[msgspec.Raw], Row, lambda answer: answer.results, name_keys=("title",))


class Ashby(Adapter):
    """Jobs of one Ashby organization."""

    provider = "ashby"
    title = "Ashby"
    key_made = "In Ashby, under Admin, Integrations, API Keys, make a key with the permissions jobsRead and organizationRead."
    availability = FieldAvailability(never=frozenset({"client", "tags"}), single_only=frozenset(SINGLE))
    incremental = True
    default_base_url = "https://api.ashbyhq.com"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._names: Names | None = None
        self._http = connection.http
        self._http.auth = BasicAuth(connection.credentials["api_key"])
        self._http.explain = explain

    async def test(self) -> str:
        """Ask for one row of each list that a refresh needs; ``apiKey.info`` would need a permission that nothing else does."""
        for endpoint in ("job.list", "location.list", "department.list"):
            (await self._ask(endpoint, {"limit": 1})).decode(_Answer[msgspec.Raw])
        return "the key reads jobs, places and departments"

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield pages of 100, a cursor leading to the next; the last one brings the sync token."""
        try:
            async with aclosing(self._listed(listing)) as pages:
                async for page in pages:
                    yield page
        except SyncTokenExpired:
            async with aclosing(self._listed(Listing())) as pages:
                async for page in pages:
                    yield page

    async def job(self, job_id: str) -> Job | None:
        """Ask for the job by its id, then for its posting and, unless they are known, for the names. An id that is no UUID has no job."""
        if not _is_uuid(job_id):
            return None
        try:
            row = one_row(await self._ask("job.info", {"id": job_id}), _One[Row], SHAPE).results
        except RemoteGone:
            return None
        found_posting, names = await both(self._posting(row), self._known_names())
        posting = found_posting or Posting()

        def convert(row: Row) -> Job:
            job = replace(with_posting(self._job(row, names), posting, names), not_loaded=())
            guess = guess_of(posting)
            if found_posting is None:
                return partly_read(job, "location", *SINGLE)
            return job if guess is None else with_guess(job, with_posting(job, guess, names))

        found = convert_one(row, convert, self.title)
        if names.missed:  # a place or a department that is newer than the names
            names = await self._read_names(names.missed)
            found = convert_one(row, convert, self.title)
        return found

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:
        """Return the job's id in an address of the application; those of public job boards have the posting's id instead."""
        found = _IN_URL.match(url.strip())
        return found[1].lower() if found else None

    async def _listed(self, listing: Listing) -> AsyncGenerator[Page, None]:
        here, resumed = where(listing)
        fresh = here.since is None and not resumed
        names = await (self._read_names() if fresh else self._known_names())

        async def part(here: Place) -> Part[_Answer[Row]]:
            nonlocal fresh, names
            reply = await self._ask("job.list", _body(here))
            read = read_rows(reply, SHAPE, partial(self._job, names=names))
            if names.missed and not fresh:  # once a listing: what is missing then is missing for good
                fresh, names = True, await self._read_names(names.missed)
                read = read_rows(reply, SHAPE, partial(self._job, names=names))
            return Part(read, read.answer.next_cursor or None, more=read.answer.more_data_available)

        async with aclosing(by_cursor(self.title, part, listing, end=_end)) as pages:
            async for page in pages:
                yield page

    async def _posting(self, row: Row) -> Posting | None:
        """Return the job's first posting; without a published one, that which it is drafted with, and an empty one without any.

        None where postings are named and none of them can be read.
        """
        if row.job_posting_ids:
            return await self._first_posting(row)
        asked = {"id": row.id, "includeUnpublishedJobPostingsIds": True}
        drafted = one_row(await self._ask("job.info", asked), _One[Row], SHAPE).results
        if not drafted.job_posting_ids:
            return Posting()
        found = await self._first_posting(drafted)
        return None if found is None else msgspec.structs.replace(found, is_listed=None)

    async def _first_posting(self, row: Row) -> Posting | None:
        for key in row.job_posting_ids or ():
            found = await unless_refused(partial(self._posting_of, key), ", ".join(SINGLE), "postings")
            if found is not None:
                return found
        return None

    async def _posting_of(self, key: str) -> Posting:
        return (await self._ask("jobPosting.info", {"jobPostingId": key})).decode(_One[Posting], row=Posting).results

    async def _known_names(self) -> Names:
        return self._names if self._names is not None else await self._read_names()

    async def _read_names(self, unknown: Collection[str] = ()) -> Names:
        sites, units = await both(self._all("location.list", Site), self._all("department.list", Unit))
        self._names = Names.of(sites, units, set(unknown))
        return self._names

    async def _all(self, endpoint: str, row: type[R]) -> list[R]:
        found: list[R] = []
        guard = CursorGuard(self.title)
        cursor: str | None = None
        while True:
            body = {"limit": PAGE, "includeArchived": True} | ({"cursor": cursor} if cursor else {})
            reply = await self._ask(endpoint, body)
            answer = reply.decode_side(_Answer[row], row=row, label=endpoint)  # type: ignore[valid-type]
            if answer is None:
                return found
            found.extend(answer.results)
            following = way_on(self.title, more=answer.more_data_available, cursor=answer.next_cursor)
            if following is None:
                return found
            cursor = guard.check(following)

    async def _ask(self, endpoint: str, body: Mapping[str, object]) -> Reply:
        return await self._http.post(endpoint, json=body, headers=_ACCEPT, repeatable=True)

    def _job(self, row: Row, names: Names) -> Job:
        return to_job(row, names, self.connection.integration)


async def _end(here: Place, part: Part[_Answer[Row]]) -> Page:
    del here
    return page_of(part.read, watermark=part.read.answer.sync_token)


def _body(here: Place) -> Mapping[str, object]:
    given = {"cursor": here.cursor, "syncToken": here.since}
    return {"limit": PAGE, "status": ["Draft", "Open", "Closed", "Archived"], **{name: value for name, value in given.items() if value}}


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
