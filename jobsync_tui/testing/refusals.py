"""What a refusal of anything beside the jobs may cost: a list of users, of departments, of a job's team. Every such request is answered
with every refusal, once and always, for every provider.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

import msgspec
import pytest

from ..backend.core.errors import RemoteError
from ..backend.core.left_out import tallied
from ..backend.core.models import JOB_FIELDS, Job
from . import faults
from .ats_server import Answer, Asked, Fault
from .stage import Stage, jobs_in

LATER = 3600.0

ANSWERS: dict[str, Callable[[Answer], Answer]] = {
    "403": lambda _: Answer({"message": "Forbidden"}, status=403),
    "404": lambda _: Answer({"message": "Not found"}, status=404),
    "422": lambda _: Answer({"message": "Unprocessable"}, status=422),
    "429": lambda _: Answer({"message": "Too many"}, status=429),
    "500": lambda _: Answer({"message": "Oops"}, status=500),
    "no JSON": lambda _: Answer(b"\x00{"),
    "another shape": lambda _: Answer({"?": 1}),
    "no rows": lambda good: Answer(_without_rows(msgspec.json.decode(good.body))),
}
"""What comes in place of a good answer."""


class Refusals:
    """Tests of the contract suite about what jobs are joined with."""

    stage: Callable[..., AbstractAsyncContextManager[Stage]]

    @pytest.mark.parametrize("times", [1, faults.MANY], ids=["once", "always"])
    @pytest.mark.parametrize("answer", ANSWERS)
    async def test_a_refusal_beside_the_jobs_empties_no_field(self, answer: str, times: int) -> None:
        """Whatever another request than that for the jobs is answered with, a listing and `job` raise, or name by `partly_read` each field
        that they do not have for that reason; a lasting refusal is told. Once it is over, the fields are there again. `side_lists` does
        all of that: read by `unless_refused`, and keep what is read in a `Remembered`.
        """
        async with self.stage(3) as on:
            whole, sides = await _healthy(on)
        if not sides:
            pytest.skip("this ATS is asked for nothing beside its jobs")
        for side, asked in sides.items():
            if answer == "no rows" and any(job_id in re.split("[/,]", ",".join((asked.path, *asked.query.values()))) for job_id in whole):
                continue  # that a job has none is a statement
            async with self.stage(3) as on:
                on.server.inject(_instead(answer), times=times, when=partial(_is_side, on, side))
                with tallied() as tally:
                    raised, unread = await _compared(on, whole)
                assert not (raised and times == 1 and asked.method == "GET" and answer in {"429", "500"}), (side, answer)
                assert not (unread and times > 1 and answer in {"403", "404", "422"}) or tally.counts(), (side, answer)
                on.server.forget()
                on.clock.seconds += LATER
                assert await _compared(on, whole) == (False, False), (side, answer)


async def _healthy(on: Stage) -> tuple[dict[str, tuple[Job, Job]], dict[str, Asked]]:
    """Return each job as listed and as read singly, and by its path the last of each kind of request for something else."""
    singles: set[str] = set()

    def note(asked: Asked, document: Any) -> Any:
        names = {job.name for job in on.wire.jobs}
        if on.wire.is_single(asked) and any(name in str(document) for name in names):
            singles.add(asked.path)
        return document

    on.wire.change = note
    listed = {job.id: job for job in jobs_in(await on.listed())}
    whole: dict[str, tuple[Job, Job]] = {}
    for job_id, job in listed.items():
        single = await on.adapter.job(job_id)
        assert single is not None
        whole[job_id] = (job, single)
    return whole, {asked.path: asked for asked in on.server.asked if not on.wire.is_listing(asked) and asked.path not in singles}


def _is_side(on: Stage, path: str, asked: Asked) -> bool:
    return asked.path == path and not on.wire.is_listing(asked)


def _instead(answer: str) -> Fault:
    async def write(writer: asyncio.StreamWriter, good: Answer) -> None:
        instead = ANSWERS[answer](good)
        writer.write(instead.head() + instead.body)
        await writer.drain()

    return write


async def _compared(on: Stage, whole: dict[str, tuple[Job, Job]]) -> tuple[bool, bool]:
    """Compare what comes now with what came from a healthy ATS; return whether a request raised, and whether a field is unread."""
    raised = unread = False
    found: list[tuple[Job, Job]] = []
    try:
        found += [(job, whole[job.id][0]) for job in jobs_in(await on.listed())]
        assert len(found) == len(whole)
    except RemoteError:
        raised = True
    for job_id, (_, single) in whole.items():
        try:
            job = await on.adapter.job(job_id)
        except RemoteError:
            raised = True
        else:
            assert job is not None
            found.append((job, single))
    for job, known in found:
        missing = {name for name in JOB_FIELDS if name != "unread" and getattr(job, name) != getattr(known, name)}
        assert missing <= set(job.unread), (job.id, missing, job.unread)
        unread = unread or bool(job.unread)
    return raised, unread


def _without_rows(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _without_rows(value) for key, value in document.items()}
    return [] if isinstance(document, list) and document and isinstance(document[0], dict) else document
