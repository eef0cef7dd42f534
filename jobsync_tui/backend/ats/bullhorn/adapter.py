"""Bullhorn, REST API (vendor documentation, SDK and test data).

A full listing is a search, sorted by id, which says how many jobs there are. Changes are asked for with ``query`` and a condition on
``dateLastModified`` in milliseconds: that reads the database, while the search index lags behind it and takes dates in a format and a zone
of its own. Deleted jobs stay readable with ``isDeleted``, which a listing of changes reports. Fields of a corporation's own have labels
in ``meta/JobOrder``; only fields named there are asked for, since an unknown one is answered with 404. There is no department. Logging
in is in `session`; rate limits are not announced in headers, and a 429 asks for a second's patience. Not found: whether a
single job comes bare or wrapped in ``data``, so both are taken.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from datetime import timedelta
from functools import partial
from typing import Generic, TypeVar
from urllib.parse import parse_qsl

import msgspec

from ...core import clock
from ...core.errors import CredentialsRejected, PermissionMissing, RemoteError
from ...core.models import FieldAvailability, Job
from ...core.text import counted
from ...http import Reply, TokenAuth, said, segment
from ..base import Adapter, Connection, Listing, Page
from ..offset import Slice, by_offset
from ..resume import Place
from ..rows import Gone, RowShape, convert_one, one_row, partly_read, read_rows
from ..values import address, moment
from .rows import FIELDS, NOT_EVERYWHERE, OWN_FIELDS, Row, WholeRow, labelled, to_job
from .session import BullhornLogin

PAGE = 500
OVERLAP = timedelta(minutes=10)

R = TypeVar("R")


class _Answer(msgspec.Struct, Generic[R]):
    data: list[R]
    total: int | None = None


class _Wrapped(msgspec.Struct, Generic[R]):
    data: R | None = None


class _Meta(msgspec.Struct):
    name: str
    label: str | None = None


class _MetaAnswer(msgspec.Struct):
    fields: list[_Meta]


SHAPE = RowShape(_Answer[WholeRow], _Answer[msgspec.Raw], WholeRow, lambda answer: answer.data, name_keys=("title",))


_EXPIRED = re.compile(r"(?i)\b(expired|invalid)\b.*\btoken\b|\btoken\b.*\b(expired|invalid)\b")
"""What Bullhorn says, now and then with status 400, of a session that a new login mends."""


class Bullhorn(Adapter):
    """Job orders of one Bullhorn corporation."""

    provider = "bullhorn"
    title = "Bullhorn"
    key_made = (
        "Bullhorn's support makes the client id and the client secret for you. The user name and the password are those of an API user "
        "who may read jobs."
    )
    availability = FieldAvailability(never=frozenset({"department"}))
    incremental = True
    tells_deletions = True
    credential_names = ("username", "password", "client_id", "client_secret")
    default_base_url = "https://rest.bullhornstaffing.com"

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._labels: Mapping[str, str] | None = None
        self._fields = ""
        self._login = BullhornLogin(connection.credentials)
        self._auth = TokenAuth(self._login.open)
        self._http = connection.http
        self._http.auth = self._auth
        self._http.explain = explain

    async def test(self) -> str:
        """Log in and ask for a single job."""
        params: dict[str, str | int] = {"query": "isDeleted:0", "fields": "id", "count": 1}
        found = (await self._http.get(await self._url("search/JobOrder"), params=params)).decode(_Answer[msgspec.Raw])
        return "the user reads jobs" if found.total is None else f"the user reads {counted(found.total, 'job')}"

    async def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield pages of 500: side by side in a full listing, one after another in a listing of changes."""
        if listing.watermark is None and listing.cursor is None:
            self._labels = None  # labels change, and a full listing is the time to notice
        convert = partial(self._job, labels=await self._own_labels())

        async def fetch(here: Place, offset: int) -> Slice[_Answer[WholeRow]]:
            reply = await self._page(here, offset)
            read = read_rows(reply, SHAPE, convert)
            return Slice(offset, read, read.answer.total if here.since is None else None)

        async with aclosing(by_offset(self._http, fetch, listing, OVERLAP)) as pages:
            async for page in pages:
                yield page

    async def job(self, job_id: str) -> Job | None:
        """Ask for the job by its id, which is a number."""
        if not (job_id.isascii() and job_id.isdigit()):
            return None
        labels = await self._own_labels()
        url = await self._url(f"entity/JobOrder/{segment(job_id)}")
        reply = await self._http.get(url, params={"fields": self._fields}, accept={404})
        if reply.status == 404:
            return None
        wrapped = one_row(reply, _Wrapped[WholeRow], SHAPE).data
        row = one_row(reply, WholeRow, SHAPE) if wrapped is None else wrapped
        return convert_one(row, partial(self._job, labels=labels), self.title)

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:
        """Return the number in an address that opens a job order, such as ``.../OpenWindow.cfm?Entity=JobOrder&id=17``."""
        parts = address(url)
        if parts is None or ".bullhorn" not in parts.netloc.lower():
            return None
        query = {name.lower(): value for name, value in parse_qsl(parts.query)}
        known = query.get("entity", "").lower() in {"joborder", "jobposting"}
        return query["id"] if known and query.get("id", "").isdigit() else None

    async def _page(self, here: Place, offset: int) -> Reply:
        params: dict[str, str | int] = {"fields": self._fields, "count": PAGE, "start": offset}
        since = moment(here.since)
        if since is None:
            return await self._http.get(await self._url("search/JobOrder"), params={**params, "query": "isDeleted:0", "sort": "id"})
        changed = f"dateLastModified >= {clock.to_ms(since)}"
        return await self._http.get(await self._url("query/JobOrder"), params={**params, "where": changed, "orderBy": "id"})

    async def _own_labels(self) -> Mapping[str, str]:
        """Return the labels of the corporation's own fields by name, and learn which fields there are to ask for."""
        if self._labels is None:
            reply = await self._http.get(await self._url("meta/JobOrder"), params={"fields": "*"})
            meta = reply.decode_side(_MetaAnswer, row=_Meta, label="meta")
            if meta is None or not meta.fields:  # every corporation has fields
                self._fields = ",".join(wanted for name, wanted in FIELDS.items() if name not in NOT_EVERYWHERE)
                return _NO_LABELS
            found = {each.name: each.label or each.name for each in meta.fields}
            known = [wanted for name, wanted in FIELDS.items() if name in found or name == "id"]
            self._labels = labelled({name: found[name] for name in OWN_FIELDS if name in found})
            self._fields = ",".join([*known, *self._labels])
        return self._labels

    async def _url(self, path: str) -> str:
        await self._auth.headers(self._http)  # logs in where nobody has
        return f"{self._login.rest_url}{path}"

    def _job(self, row: Row, labels: Mapping[str, str]) -> Job | Gone:
        if row.is_deleted:
            return Gone(str(row.id))
        job = to_job(row, labels, self.connection.integration)
        return partly_read(job, "custom", "requisition_id", "url", "remote", "visibility") if labels is _NO_LABELS else job


_NO_LABELS: Mapping[str, str] = {}
"""In the place of labels that could not be read: what not every corporation has is not asked for then."""


def explain(reply: Reply) -> RemoteError | None:
    """Return the error with Bullhorn's own remedy for a session or a user that it does not accept."""
    if reply.status in {401, 412} or (reply.status == 400 and _EXPIRED.search(said(reply))):
        return CredentialsRejected(
            f"Bullhorn does not accept the session{said(reply)}",
            service="Bullhorn",
            remedy="Check that the API user is active and that no other program keeps logging in with it.",
        )
    if reply.status == 403:
        return PermissionMissing(
            f"Bullhorn does not let this user read jobs{said(reply)}",
            service="Bullhorn",
            remedy="Give the API user's type the entitlement to view jobs.",
        )
    return None
