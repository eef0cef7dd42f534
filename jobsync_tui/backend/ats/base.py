"""The contract of an adapter: what a provider's file has to give, and what it is given.

An adapter turns an ATS's answers into `Job` values. It does not retry, wait, cap, log or store: that is done once, in `http` below it
and in `refresh` above it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import ClassVar

from ..core.models import FieldAvailability, Job, JobStatus, RejectedRow
from ..http import HttpSession
from .kept import as_kept


@dataclass(frozen=True, slots=True)
class Connection:
    """What an adapter is made with.

    Attributes:
        integration: Id of the integration; every job carries it.
        base_url: Without a trailing slash; every request goes below it.
        credentials: Plain values by name; they are handed to the session's authentication and kept nowhere else.
        http: The integration's session: deadlines, retries, limits and redaction are its work.
        options: Further keys of the integration's table, such as ``token_url`` or ``path`` and ``columns``.
        statuses: The account's own status words and ours, by `kept.word_key`.
    """

    integration: str
    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
    http: HttpSession
    options: Mapping[str, object] = field(default_factory=dict)
    statuses: Mapping[str, JobStatus] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """What is asked of a listing.

    Attributes:
        watermark: Opaque text of an earlier complete listing: give what changed since. None asks for everything.
        cursor: Opaque text of an earlier page of this listing: go on behind that page. None begins at the first.
        unattended: Nobody waits for it, and the next one comes by itself. What costs a request of its own and is rarely news may be left to
            a later one, within a bound that the adapter states. A listing without a watermark leaves out nothing.
    """

    watermark: str | None = None
    cursor: str | None = None
    unattended: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing.

    Attributes:
        jobs: What could be read.
        rejected: Rows that could not, named; the rest of the page counts all the same.
        deleted: ATS job ids that the ATS itself says are deleted.
        cursor: Where a listing interrupted after this page goes on; None behind the last page.
        total: How many jobs the whole listing has, where the ATS says so.
        watermark: On the last page: what the next incremental listing starts from; None where the ATS cannot filter by change.
        left_out: Rows that are no jobs, such as templates, and are left out on purpose; ``total`` may count them.
        doubt: Why jobs may be missing although the listing goes on to its end; None where nothing speaks for that.
        own_ids: By ATS job id, the id that a service in front of the ATS gives the job itself. It stays where the ATS job id changes, so
            that the job is known again.
        notes: What a person should know about how the listing was read, in a sentence each.
    """

    jobs: tuple[Job, ...]
    rejected: tuple[RejectedRow, ...] = ()
    deleted: tuple[str, ...] = ()
    cursor: str | None = None
    total: int | None = None
    watermark: str | None = None
    left_out: int = 0
    doubt: str | None = None
    own_ids: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Adapter(ABC):
    """One ATS behind one integration.

    Class attributes:
        provider: The key in the configuration.
        title: The name people know the ATS by.
        key_made: Where somebody makes the key in the ATS, and what it must be allowed, in a sentence or two.
        availability: Which fields this ATS never delivers, and which only for one job at a time.
        incremental: Whether a listing can start from a watermark.
        tells_deletions: Whether such a listing names what was deleted. Where it does not, everything is listed once a day.
        one_piece: Whether a listing is made from one state of the ATS, so that no job can slip from one page to another while it is read.
        credential_names: Keys that the ``credentials`` table must have.
        default_base_url: None where the configuration must give one.
    """

    provider: ClassVar[str]
    title: ClassVar[str]
    key_made: ClassVar[str] = ""
    availability: ClassVar[FieldAvailability] = FieldAvailability()
    incremental: ClassVar[bool] = False
    tells_deletions: ClassVar[bool] = False
    one_piece: ClassVar[bool] = False
    credential_names: ClassVar[tuple[str, ...]] = ("api_key",)
    default_base_url: ClassVar[str | None] = None
    tested_ids: tuple[str, ...] = ()
    """The ids of all jobs, where the last test read them all."""
    statuses: Mapping[str, JobStatus] = MappingProxyType({})
    """The account's own status words, for what is kept of a job."""
    tested_notes: tuple[str, ...] = ()
    """What a person should know about what the last test read."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.statuses = connection.statuses

    @abstractmethod
    async def test(self) -> str:
        """Make one cheap call with the credentials and return, in a few words, as whom the ATS knows them.

        Raises:
            RemoteError: With the remedy for this ATS in it.
        """

    @abstractmethod
    def pages(self, listing: Listing) -> AsyncIterator[Page]:
        """Yield the pages of a listing, in an order in which ``cursor`` can resume it.

        Raises:
            RemoteError: When a page cannot be had; the pages before it stand.
        """

    @abstractmethod
    async def job(self, job_id: str) -> Job | None:
        """Return the job with that ATS job id, read now and with every field the ATS gives, or None where there is none.

        Raises:
            RemoteError: When the ATS could not be asked, which is not the same as "none".
        """

    async def kept_pages(self, listing: Listing) -> AsyncGenerator[Page, None]:
        """Yield what `pages` does, its jobs as the cache keeps them; this is what the others call."""
        pages = self.pages(listing)
        try:
            async for page in pages:
                yield replace(page, jobs=tuple([as_kept(job, self.statuses) for job in page.jobs]))
        finally:
            if isinstance(pages, AsyncGenerator):
                await pages.aclose()

    async def kept_job(self, job_id: str) -> Job | None:
        """Return what `job` does, as the cache keeps it; this is what the others call."""
        found = await self.job(job_id)
        return None if found is None else as_kept(found, self.statuses)

    @classmethod
    def job_id_in_url(cls, url: str) -> str | None:  # noqa: ARG003
        """Return the ATS job id that a pasted address of a job in this ATS shows, or None where it shows none."""
        return None
