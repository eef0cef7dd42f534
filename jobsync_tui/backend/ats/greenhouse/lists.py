"""From when on a listing of Greenhouse asks for changes: one time for the jobs, and one for their posts.

A change of a post is none of its job, so there are two lists of changes to ask for. Where nobody waits for the listing, that of the posts
is left out until the last time is half an hour past: most runs of the automatic sync find nothing changed, and one request says so. What
may come late so is the description, the address, and what else is a post's, of cached jobs whose post alone changed. A sync reads its job
live, with its posts.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

import msgspec

from ...core.errors import UnexpectedAnswer
from ...http import HttpSession, Params, Reply
from ..paging import CursorGuard, both, together
from ..side_lists import Remembered
from ..values import filled, moment

POSTS_EVERY = timedelta(minutes=30)
"""How far back the posts' changes are known at most before they are asked for, whoever asks; their overlap counts."""


@dataclass(frozen=True, slots=True)
class Marks:
    """The two times, as RFC 3339. As a watermark they are one text where they are the same, which is how watermarks began."""

    jobs: str
    posts: str

    @classmethod
    def of(cls, watermark: str) -> Marks:
        """Read a watermark."""
        jobs, _, posts = watermark.partition(" ")
        return cls(jobs, posts or jobs)

    def text(self) -> str:
        """Return them as a watermark."""
        return self.jobs if self.posts == self.jobs else f"{self.jobs} {self.posts}"

    def posts_due(self, now: datetime) -> bool:
        """Return whether the posts have to be asked for: also where they were, by this clock, in the future."""
        at = moment(self.posts)
        return at is None or not timedelta() <= now - at < POSTS_EVERY


PER_PAGE = 500
"""The most that Harvest v3 gives; it may only stand in the first request of a listing."""

MAX_IDS = 50
"""How many ids one filter takes."""

_NEXT = re.compile(r"<([^>]*)>\s*;[^,<]*\brel=\"?next\b")

T = TypeVar("T")


def next_cursor(reply: Reply) -> str | None:
    """Return the cursor of the next page, or None behind the last one.

    Only the cursor is taken from the link: it has to be the only parameter, and the request goes below our own base URL.

    Raises:
        UnexpectedAnswer: There is a next link without a cursor.
    """
    link = _NEXT.search(reply.headers.get("link", ""))
    if link is None:
        return None
    cursor = parse_qs(urlsplit(link[1]).query).get("cursor", [""])[0]
    if not cursor:
        raise UnexpectedAnswer(f"{reply.service} named a next page without a cursor", service=reply.service)
    return cursor


class UnreadableList(UnexpectedAnswer):
    """An answer that is no list at all; what jobs are joined with is missing then, and no job is."""


async def whole_list(http: HttpSession, path: str, row: type[T], params: Params) -> AsyncIterator[T]:
    """Yield every row of a list.

    Raises:
        UnreadableList: An answer is no list.
    """
    guard = CursorGuard(http.service)
    following: Params | None = {**params, "per_page": PER_PAGE}
    while following is not None:
        reply = await http.get(path, params=following)
        items = reply.decode_side(list[row], row=row, label=path)  # type: ignore[valid-type]
        if items is None:
            raise UnreadableList(f"{http.service} did not answer as expected: {path} is no list that can be read", service=http.service)
        for item in items:
            yield item
        cursor = next_cursor(reply)
        following = None if cursor is None else {"cursor": guard.check(cursor)}


def batches(ids: Iterable[int]) -> list[str]:
    """Return the ids, each once, as comma-separated texts that a filter takes."""
    distinct = list(dict.fromkeys(ids))
    return [",".join(map(str, distinct[start : start + MAX_IDS])) for start in range(0, len(distinct), MAX_IDS)]


class _PlaceName(msgspec.Struct):
    name: str | None = None


class _Named(msgspec.Struct):
    id: int
    name: str | None = None


class _Office(msgspec.Struct):
    id: int
    name: str | None = None
    location: _PlaceName | str | None = None


class Post(msgspec.Struct):
    """A posting of a job, as ``/v3/job_posts`` gives it."""

    job_id: int | None = None
    title: str | None = None
    content: str | None = None
    public_url: str | None = None
    live: bool | None = None
    active: bool | None = None
    internal: bool | None = None
    updated_at: str | None = None
    location: _PlaceName | str | None = None

    @property
    def audience(self) -> str | None:
        """Whom it is shown to, in our words; None where it is not shown at all."""
        return ("internal" if self.internal else "public") if self.live else None

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """How well it stands for its job: live goes before not live, public before internal, active before not."""
        return bool(self.live), not self.internal, bool(self.active)


@dataclass(frozen=True, slots=True)
class Names:
    """Departments by id, and places by the id of their office."""

    departments: Mapping[int, str]
    places: Mapping[int, str]

    def know(self, departments: Iterable[int], offices: Iterable[int]) -> bool:
        """Return whether all these ids are known."""
        return all(key in self.departments for key in departments) and all(key in self.places for key in offices)


class NameBook:
    """Keeps the names for some minutes, and reads them anew when an id turns up that they lack."""

    def __init__(self, http: HttpSession) -> None:
        self._http = http
        self._names = Remembered(http, self._read)

    async def names(self, departments: Sequence[int] = (), offices: Sequence[int] = ()) -> Names:
        """Return the names, those of the given ids among them if Greenhouse has them."""
        return await self._names.get(lambda names: names.know(departments, offices))

    async def _read(self) -> Names:
        return Names(*await both(self._departments(), self._places()))

    async def _departments(self) -> dict[int, str]:
        rows = await _readable(whole_list(self._http, "departments", _Named, {}))
        return {row.id: row.name for row in rows if filled(row.name) and row.name}

    async def _places(self) -> dict[int, str]:
        rows = await _readable(whole_list(self._http, "offices", _Office, {}))
        found = {row.id: place_text(row.location) or filled(row.name) for row in rows}
        return {key: text for key, text in found.items() if text is not None}


async def _readable(rows: AsyncIterator[T]) -> list[T]:
    """Return the rows of a list, as far as they can be read."""
    found: list[T] = []
    with suppress(UnreadableList):
        async for row in rows:
            found.append(row)  # noqa: PERF401 - what came before a fault counts
    return found


UNREAD_POST = Post()
"""Stands for the posts of a job that could not be read."""


async def best_posts(http: HttpSession, job_ids: Sequence[int]) -> dict[int, Post]:
    """Return for each of the jobs that has a post the one that stands for it best."""
    try:
        groups = await together(_posts(http, {"job_ids": batch}) for batch in batches(job_ids))
    except UnreadableList:
        return dict.fromkeys(job_ids, UNREAD_POST)
    best: dict[int, Post] = {}
    for post in (post for group in groups for post in group):
        if post.job_id is not None and (post.job_id not in best or post.rank > best[post.job_id].rank):
            best[post.job_id] = post
    return best


async def jobs_with_posts_changed(http: HttpSession, since: str) -> set[int]:
    """Return the ids of the jobs one of whose posts changed: that does not count as a change of the job.

    A post that did not change, or does not say, shows that the filter was ignored; then nothing is known and reading ends.
    """
    limit = moment(since)
    changed: set[int] = set()
    for post in await _readable(whole_list(http, "job_posts", Post, {"updated_at": f"gte|{since}"})):
        at = moment(post.updated_at)
        if at is None or (limit is not None and at < limit):
            break
        if post.job_id is not None:
            changed.add(post.job_id)
    return changed


def place_text(location: _PlaceName | str | None) -> str | None:
    """Return a place as text: v1 had an object with a name, and what v3 has is not documented for offices."""
    return filled(location.name if isinstance(location, _PlaceName) else location)


async def _posts(http: HttpSession, params: Params) -> list[Post]:
    return [post async for post in whole_list(http, "job_posts", Post, params)]


SCOPES = "harvest:job_owners:list, harvest:job_hiring_managers:list and harvest:users:list"


class _Owner(msgspec.Struct):
    user_id: int | None = None
    type: str | None = None
    responsible: bool | None = None


class _User(msgspec.Struct):
    id: int
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    primary_email: str | None = None

    @property
    def called(self) -> str | None:
        parts = (part for part in (self.first_name, self.last_name) if filled(part) and part)
        return filled(self.name) or " ".join(parts) or filled(self.primary_email)


@dataclass(frozen=True, slots=True)
class Owned:
    """Who owns a job. ``told`` is not set where somebody does whose name is not to be had."""

    name: str | None = None
    told: bool = True


class Owners:
    """Tells the owner of single jobs, and remembers the users' names while the program runs."""

    def __init__(self, http: HttpSession) -> None:
        self._http = http
        self._names: dict[int, str] = {}

    async def of(self, job_id: int) -> Owned:
        """Return the responsible recruiter, else any recruiter, else a hiring manager.

        Raises:
            RemoteError: One of `side_lists.REFUSALS` where the credential lacks a scope for that, or the lists are not there.
        """
        params = {"job_ids": job_id}
        owners = [each async for each in whole_list(self._http, "job_owners", _Owner, params) if each.type == "recruiter"]
        owners.sort(key=lambda each: not each.responsible)
        if not any(each.user_id for each in owners):
            owners = [each async for each in whole_list(self._http, "job_hiring_managers", _Owner, params)]
        user = next((each.user_id for each in owners if each.user_id), None)
        if user is None:
            return Owned()
        name = await self._name(user)
        return Owned(name, told=name is not None)

    async def _name(self, user: int) -> str | None:
        if user not in self._names:
            found = [each async for each in whole_list(self._http, "users", _User, {"ids": user})]
            name = next((each.called for each in found if each.id == user), None)
            if name is None:
                return None
            self._names[user] = name
        return self._names[user]
