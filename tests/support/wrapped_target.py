"""A target with something happening on the way to it or back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from jobsync_tui.backend.core.models import JsonValue
from jobsync_tui.backend.target.base import Catalog, Target, TargetJob

Fields = Mapping[str, JsonValue]


async def nothing(*_: object) -> None:
    """Let it pass."""


class WrappedTarget(Target):
    """Calls the hooks given, before or after the target behind it; an error of a hook is what the caller sees."""

    title = "Tenzo"

    def __init__(
        self,
        inner: Target,
        *,
        before_get: Callable[[str], Awaitable[object]] = nothing,
        before_find: Callable[[str], Awaitable[object]] = nothing,
        before_create: Callable[[str, Fields], Awaitable[object]] = nothing,
        after_create: Callable[[TargetJob], Awaitable[object]] = nothing,
        before_update: Callable[[str, Fields], Awaitable[object]] = nothing,
        after_update: Callable[[TargetJob], Awaitable[object]] = nothing,
        before_link: Callable[[str, str], Awaitable[object]] = nothing,
        after_link: Callable[[TargetJob], Awaitable[object]] = nothing,
    ) -> None:
        self._inner = inner
        self._before_get = before_get
        self._before_find = before_find
        self._before_create = before_create
        self._after_create = after_create
        self._before_update = before_update
        self._after_update = after_update
        self._before_link = before_link
        self._after_link = after_link

    async def test(self) -> str:
        return await self._inner.test()

    async def get(self, target_id: str) -> TargetJob | None:
        await self._before_get(target_id)
        return await self._inner.get(target_id)

    async def find(self, external_id: str) -> tuple[TargetJob, ...]:
        await self._before_find(external_id)
        return await self._inner.find(external_id)

    async def create(self, external_id: str, fields: Fields, *, idempotency_key: str) -> TargetJob:
        await self._before_create(external_id, fields)
        job = await self._inner.create(external_id, fields, idempotency_key=idempotency_key)
        await self._after_create(job)
        return job

    async def update(self, target_id: str, patch: Fields, *, etag: str | None) -> TargetJob:
        await self._before_update(target_id, patch)
        job = await self._inner.update(target_id, patch, etag=etag)
        await self._after_update(job)
        return job

    async def link(self, target_id: str, external_id: str, *, etag: str | None) -> TargetJob:
        await self._before_link(target_id, external_id)
        job = await self._inner.link(target_id, external_id, etag=etag)
        await self._after_link(job)
        return job

    def jobs(self) -> AsyncIterator[TargetJob]:
        return self._inner.jobs()

    async def catalog(self) -> Catalog:
        return await self._inner.catalog()

    async def close(self) -> None:
        await self._inner.close()
