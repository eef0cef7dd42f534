"""Tenzo over HTTP, by the contract that docs/target-api.yaml publishes.

A write is sent once. What it did is known from a whole, well-formed answer about the job that was asked for only: any other end of it,
once it went out, is an `AnswerLost`, and the look-up decides later. A look-up says "none" only where it came to its end and nothing in it
may be the job; whatever else leaves that open is a `CannotTell`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import ClassVar

from ..core.errors import AnswerLost, CannotTell, PermissionMissing, RemoteError, UnexpectedAnswer
from ..core.models import JsonValue
from ..http import HeaderAuth, HttpSession, Reply, error_of, excerpt, segment
from ..settings.secrets import Secret
from .base import Catalog, Target, TargetJob, alike
from .wire_mapping import WireMapping, text_of

MAX_PAGES = 10_000
"""A listing longer than that is a loop."""

MAX_LOOK_UP_PAGES = 1_000
"""A look-up of one external id that is longer than that lists everything, and is not gone through for each job."""

REQUIRED = "docs/target-api.yaml says what an answer must hold: tell whoever runs the API behind base_url."

WRITING = "Let an administrator of Tenzo give the key the permission to read jobs and to write them."


class TenzoTarget(Target):
    """The target's API.

    Args:
        http: The session; it gets the authentication and the reading of error bodies from here.
        api_key: Begins with ``tenzo_pk_``.
        mapping: How this installation spells paths, headers and fields.
    """

    title: ClassVar[str] = "Tenzo"

    def __init__(self, http: HttpSession, api_key: Secret, mapping: WireMapping | None = None) -> None:
        self._http = http
        self._wire = mapping or WireMapping()
        http.auth = HeaderAuth(self._wire.key(api_key.reveal()))
        http.explain = self._explained

    async def test(self) -> str:
        """Ask for one page of jobs, and say that the key is good for it."""
        reply = await self._http.get(self._wire.jobs_path, params={self._wire.cursor_parameter: ""})
        return f"{self.title} lists jobs; the first page has {len(self._page(reply)[0])}"

    async def get(self, target_id: str) -> TargetJob | None:
        """Return the job with that id, or None where the target has none.

        Raises:
            CannotTell: Another job was answered.
        """
        reply = await self._http.get(self._job_path(target_id), accept=(404, 410))
        if not reply.ok:
            return None
        job = self._job(reply)
        if job.id != target_id:
            raise CannotTell(f"{self.title} was asked for its job {target_id} and answered {job.id}", service=self.title, remedy=REQUIRED)
        return job

    async def find(self, external_id: str) -> tuple[TargetJob, ...]:
        """Return every job that carries the external id; what a target that ignores the filter adds to that is left out.

        Raises:
            CannotTell: A job in the answer may be this one.
            UnexpectedAnswer: The look-up did not come to its end.
        """
        jobs: dict[str, TargetJob] = {}
        async for row in self._rows({self._wire.external_id_parameter: external_id}, MAX_LOOK_UP_PAGES):
            job = self._wire.job(row, service=self.title)
            lacks = self._lacks(row, job, external_id)
            if lacks is not None:
                message = f"{self.title} answers the look-up of {external_id} with a job {job.id} {lacks}"
                raise CannotTell(message, service=self.title, remedy=REQUIRED)
            jobs[job.id] = job
        found = tuple(job for job in jobs.values() if job.external_id == external_id)
        doubles = [job for job in jobs.values() if alike(job.external_id or "", external_id)]
        if doubles and not found:
            named = ", ".join(f"{job.id} ({job.external_id})" for job in doubles)
            raise CannotTell(
                f"{self.title} has no job with the external ID {external_id}, but one that looks like it: {named}",
                service=self.title,
                remedy=f"If it is the same job, let it have the external ID {external_id} in {self.title}, spelled exactly so.",
            )
        return found

    async def filters(self, external_id: str) -> bool:
        """Return whether a look-up of an external id that no job carries is answered without jobs."""
        async for _ in self._rows({self._wire.external_id_parameter: external_id}, MAX_LOOK_UP_PAGES):
            return False
        return True

    async def create(self, external_id: str, fields: Mapping[str, JsonValue], *, idempotency_key: str) -> TargetJob:
        """Create a job; a new try of the same intent carries the same key.

        Raises:
            AnswerLost: What the request did is unknown.
            Refused: Nothing was created.
        """
        body = {self._wire.external_id_field: external_id, **self._wire.outgoing(fields)}
        headers = {self._wire.idempotency_header: idempotency_key}
        reply = await self._write("POST", self._wire.jobs_path, body, headers)
        made = self._answered(reply) or await self._only(external_id)
        # One without an external id is read back, which shows whose it is; one of another is no answer to this request.
        if made.external_id is not None and not alike(made.external_id, external_id):
            raise self._lost(f"{self.title} answered with the job of {made.external_id}")
        return made

    async def update(self, target_id: str, patch: Mapping[str, JsonValue], *, etag: str | None) -> TargetJob:
        """Apply a merge patch, under the condition that the job is still the one of ``etag`` where one is known.

        Raises:
            RemoteGone: The job is not there.
            Conflict: It changed meanwhile.
            AnswerLost: What the request did is unknown.
            Refused: Nothing was changed.
        """
        return await self._patch(target_id, self._wire.outgoing(patch), etag)

    async def link(self, target_id: str, external_id: str, *, etag: str | None) -> TargetJob:
        """Give the job that external id and change nothing else."""
        return await self._patch(target_id, {self._wire.external_id_field: external_id}, etag)

    async def jobs(self) -> AsyncIterator[TargetJob]:
        """Yield every job, page by page.

        Raises:
            UnexpectedAnswer: The listing does not end.
        """
        async for row in self._rows({self._wire.cursor_parameter: ""}, MAX_PAGES):
            yield self._wire.job(row, service=self.title)

    async def catalog(self) -> Catalog:
        """Return the names the target has; a list that answers 404 is not checked."""
        return Catalog(
            templates=await self._names(self._wire.templates_path),
            folders=await self._names(self._wire.folders_path),
            users=await self._names(self._wire.users_path),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()

    async def _names(self, path: str) -> frozenset[str] | None:
        reply = await self._http.get(path, accept=(404,))
        if not reply.ok:
            return None
        rows, _ = self._page(reply)
        # A user is named in rules by mail address, which an installation may give as the id.
        found = [row.get(name) for row in rows for name in (self._wire.name_field, self._wire.id_field) if isinstance(row, dict)]
        return frozenset(name for name in found if isinstance(name, str))

    def _lacks(self, row: JsonValue, job: TargetJob, wanted: str) -> str | None:
        """Return why a row of a look-up does not say whose job it is, or None."""
        if job.external_id is None:
            return "that has no external ID"
        if isinstance(row, dict) and isinstance(row.get(self._wire.external_id_field), str):
            return None
        # A number is no external id of ours, but may be all that the target kept of one.
        ours = (wanted, wanted.partition(":")[2])
        return f"whose external ID is the number {job.external_id}" if any(alike(job.external_id, each) for each in ours) else None

    async def _rows(self, params: Mapping[str, str], pages: int) -> AsyncIterator[JsonValue]:
        """Yield the rows of a list of jobs to its end, following its cursors."""
        asked, seen = dict(params), {""}
        for _ in range(pages):
            rows, following = self._page(await self._http.get(self._wire.jobs_path, params=asked))
            for row in rows:
                yield row
            if following is None:
                return
            if following in seen:
                raise UnexpectedAnswer(f"{self.title} lists jobs in a circle, so what it has cannot be told", service=self.title)
            seen.add(following)
            asked[self._wire.cursor_parameter] = following
        raise UnexpectedAnswer(f"{self.title} lists jobs on more than {pages:,} pages, which are not gone through", service=self.title)

    async def _patch(self, target_id: str, body: Mapping[str, JsonValue], etag: str | None) -> TargetJob:
        headers = {"Content-Type": self._wire.patch_type}
        if etag is not None:
            headers[self._wire.match_header] = etag
        reply = await self._write("PATCH", self._job_path(target_id), body, headers)
        # Without a body it says that it is done and nothing else: what became of the job is seen when it is read back.
        job = self._answered(reply) or TargetJob(id=target_id, version="", external_id=None)
        if job.id != target_id:
            raise self._lost(f"{self.title} was sent a change of its job {target_id} and answered {job.id}")
        return job

    async def _only(self, external_id: str) -> TargetJob:
        """Return the job that a create made which was answered without one."""
        try:
            found = await self.find(external_id)
        except RemoteError as error:
            raise self._lost(error.message) from error
        if len(found) != 1:
            raise self._lost(f"{self.title} answered without the job, and lists {len(found)} with its external ID")
        return found[0]

    async def _write(self, method: str, path: str, body: Mapping[str, JsonValue], headers: Mapping[str, str]) -> Reply:
        try:
            return await self._http.send(method, path, json=body, headers=headers, repeatable=False)
        except UnexpectedAnswer as error:
            raise self._lost(error.message) from error

    def _answered(self, reply: Reply) -> TargetJob | None:
        """Return the job that answered a write, None where the answer is empty."""
        try:
            return self._job(reply) if reply.body.strip() else None
        except UnexpectedAnswer as error:
            raise self._lost(error.message) from error

    def _lost(self, cause: str) -> AnswerLost:
        """Return what a write is that was answered by nothing that says what became of it.

        A redirect, a web page, a broken body or another job's may stand in front of a write that was carried out all the same.
        """
        return AnswerLost(f"{cause}; whether the request was carried out is unknown", service=self.title)

    def _job_path(self, target_id: str) -> str:
        return f"{self._wire.jobs_path}/{segment(target_id)}"

    def _job(self, reply: Reply) -> TargetJob:
        document = reply.decode(dict)
        return self._wire.job(document, service=self.title, etag=reply.headers.get("etag"))

    def _page(self, reply: Reply) -> tuple[list[JsonValue], str | None]:
        document: dict[str, JsonValue] = reply.decode(dict)
        rows, following = document.get(self._wire.data_field), document.get(self._wire.next_field)
        if not isinstance(rows, list):
            raise UnexpectedAnswer(f"{self.title} answered without a list in {self._wire.data_field}", service=self.title)
        if following is None or following == "":
            return rows, None
        cursor = text_of(following)
        if cursor is None:
            raise UnexpectedAnswer(f"{self.title} answered with a {self._wire.next_field} that is not text", service=self.title)
        return rows, cursor

    def _explained(self, reply: Reply) -> RemoteError | None:
        """Return the error of a reply that is none of success, in the words of its body."""
        error = error_of(reply)
        if error is None or reply.status < 400:
            return error
        words = excerpt(self._wire.said(reply.body))
        remedy = WRITING if isinstance(error, PermissionMissing) else error.remedy
        message = f"{reply.service} says: {words} ({reply.status})" if words else error.message
        return type(error)(message, service=reply.service, remedy=remedy)
