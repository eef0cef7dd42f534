"""Keeping the database in shape: what is old goes, by a recorded action, copies of it while it is in use, and its move."""

from __future__ import annotations

import asyncio
import shlex
from collections.abc import Awaitable, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Self

from ..access.access import require_own_files
from ..core.canonical import storable
from ..core.errors import JobsyncError, StorageError, UsageError
from ..core.models import BackupReport, HoldKind, MoveReport, NewIdsPlan, NewIdsReport, RenamePlan, RenameReport
from ..core.text import clean, counted
from ..refresh.reporter import PROGRESS_EVERY
from ..settings.paths import places
from ..settings.values import holds_password
from ..storage.ledger import audit
from ..storage.ledger.ledger import Pruned
from ..sync.bulk import OnResult
from .base import Service, for_admins, for_integration, goes_first
from .connections import unknown_integration
from .new_ids import held

if TYPE_CHECKING:
    from ..database.backup import Pages
    from ..sync.id_change import Renumbering

LEAST_KEPT = timedelta(days=30)
"""What is younger stays in the record whatever is asked for: nobody tidies away what they just did."""


class MaintenanceService(Service):
    """What ``jobsync prune``, ``backup``, ``migrate-storage`` and ``integrations rename`` ask for.

    Only those who may use every integration may touch what belongs to all.
    """

    @for_admins
    async def prune(self, keep: timedelta) -> Pruned:
        """Take audit rows out that are older than ``keep``, with the operations that they were about; the chain still verifies.

        The requests and answers of syncs go when they are older than the configuration has them kept.

        Raises:
            AccessDenied: The actor may not use every integration.
            UsageError: ``keep`` is less than `LEAST_KEPT`.
        """
        await self.admission.require_everything("prune")
        if keep < LEAST_KEPT:
            raise UsageError(f"The last {LEAST_KEPT.days} days of the record are always kept", remedy=f"--keep {LEAST_KEPT.days}d, or more")
        before = self.stores.now() - keep
        requests = await self.stores.wire.forget(max(before, self.parts.wire.since))
        return replace(await self.stores.ledger.prune(before, self.admission.actor.user), requests=requests)

    @for_admins
    async def backup(self, file: Path, on_pages: Pages | None = None) -> BackupReport:
        """Copy the database into a new file, and the local target's, if that is where jobs go, into one beside it.

        Each copy is of one moment, the target's of a later one: what was under way in between is settled after a restore, as after a
        crash.

        Args:
            file: The new file.
            on_pages: Told how many pages of a file are copied, and of how many, a few times a second.

        Raises:
            AccessDenied: The actor may not use every integration.
            UsageError: One of the files exists, the database is on a server, or the actor is behind an SSH key.
            StorageError: They cannot be written.
        """
        await self.admission.require_everything("backup")
        require_own_files(self.admission.actor)
        from ..database.backup import copy_database
        from ..target.local import LocalTarget

        if self.stores.database.dialect.name != "sqlite":
            command = shlex.join(["pg_dump", "--format=custom", f"--file={file}", self.admission.settings.storage.url])
            raise UsageError(
                "A database on a server is copied by the server's own tools", remedy=f"{command} makes a consistent copy while it is in use"
            )
        target = self.parts.target
        beside = file.with_name(f"{file.stem}.target{file.suffix}") if isinstance(target, LocalTarget) else None
        for each in filter(None, (file, beside)):
            if each.is_symlink() or each.exists():
                raise UsageError(f"{each} exists already and is left as it is", remedy="Name a file that does not exist yet")
        # What was not recorded does not happen.
        await self.admission.record("backup", outcome="begun", cause=str(file))
        try:
            with _Copying(on_pages) as copying:
                size = await self.stores.database.read(copy_database, file, copying.moved)
                if beside is not None and isinstance(target, LocalTarget):
                    size += await _beside(file, target.copy_to(beside, copying.moved))
        except asyncio.CancelledError:
            await self._record_end("cancelled", str(file))
            raise
        except JobsyncError as error:
            await self._record_end("failed", error.message)
            raise
        await self.admission.record("backup", outcome="done", cause=str(file))
        return BackupReport(str(file), None if beside is None else str(beside), size)

    async def _record_end(self, outcome: str, cause: str) -> None:
        with suppress(StorageError):  # what ended it is told in any case
            await self.admission.record("backup", outcome=outcome, cause=cause)

    @for_admins
    async def move_storage(self, url: str) -> MoveReport:
        """Move everything from the SQLite file to a PostgreSQL database, the local target with it if that is where jobs go.

        All of it or nothing; nothing can be asked of this backend afterwards. The file is kept, and says to whoever opens it that it was
        moved.

        Args:
            url: Of a database that jobsync has not used yet, without a password.

        Raises:
            AccessDenied: The actor may not use every integration.
            UsageError: The storage is on a server already, ``url`` names none, its database is not empty, or another jobsync runs.
            StorageError: One of the databases failed, or what arrived is not what was sent; nothing was moved.
        """
        await self.admission.require_everything("migrate-storage")
        from ..storage.ledger.chain_key import ChainKey
        from ..sync.storage_migration import move_storage
        from ..target.local import LocalTarget

        if self.stores.database.dialect.name != "sqlite":
            raise UsageError("The storage is on a server already", remedy="jobsync paths says where")
        if not _may_be_recorded(url):
            raise UsageError(
                "Where to is a URL such as postgresql://user@host/database, without a password",
                remedy="PostgreSQL's own ~/.pgpass holds the password",
            )
        found, present = places(), self.admission.settings.storage.url
        files = [found.database(present), found.local_target(present) if isinstance(self.parts.target, LocalTarget) else None]
        await self.admission.record("migrate-storage", outcome="begun", cause=url)
        entry = self.admission.entry("migrate-storage", outcome="done", cause=f"moved from {files[0]}")
        await self.parts.target.close()
        await self.stores.database.close()
        key = ChainKey.of(self.admission.settings)
        return await move_storage([each for each in files if each is not None and each.exists()], url, entry, key)

    @for_admins
    @goes_first
    async def rename_plan(self, old: str, new: str) -> RenamePlan:
        """Return what moving an integration that left the configuration to one that came into it would do, or what is left of such a move.

        Raises:
            AccessDenied: The actor may not use every integration.
            UsageError: ``old`` is still configured or unknown, ``new`` is not configured, is read-only, or has jobs.
            Busy: A job of one of them is being synced, an operation is not settled, or it is being refreshed.
            RemoteError: The target cannot be read.
        """
        await self.admission.require_everything("rename")
        settings = self.admission.settings
        if settings.integration(old) is not None:
            raise UsageError(f"{clean(old, limit=64)} is still configured", remedy=f"First give it its new id in {settings.path}")
        configured = settings.integration(new)
        if configured is None:
            raise UsageError(f"There is no integration {clean(new, limit=64)}", remedy=f"First give it that id in {settings.path}")
        plan = await self.parts.renaming.plan(storable(old), new)
        if plan.links and configured.read_only:
            raise UsageError(
                f"{configured.name} is read-only, and the target knows {counted(len(plan.links), 'job')} by the old id",
                remedy=f"Take read_only out in {settings.path} until they are renamed",
            )
        return plan

    @for_admins
    @goes_first
    async def rename(self, old: str, new: str, *, on_result: OnResult | None = None, cancel: asyncio.Event | None = None) -> RenameReport:
        """Move what is kept for an integration to its new id, and have the target follow, job by job.

        What is left undone, by a cancellation, a crash or a failure, is done by the next call.

        Raises:
            AccessDenied, UsageError, Busy, RemoteError: As for `rename_plan`, or jobs of the target that a person has to look at first.
        """
        plan = await self.rename_plan(old, new)
        return await self.parts.renaming.carry_out(self.admission.actor, plan, on_result=on_result, cancel=cancel)

    @for_integration
    @goes_first
    async def rename_ids_plan(self, integration: str, named: Sequence[tuple[str, str]] = ()) -> NewIdsPlan:
        """Return which jobs of an integration look like known ones under other ids, and which of them a person has to decide on.

        With ``named``, old and new ids that a person puts together, only these are looked at.

        Raises:
            UsageError: The integration is read-only, or may itself be one under a new id, or a named job is not there.
            RemoteError: The ATS or the target cannot be read.
        """
        return await self._renumbering().plan(self.admission.actor, integration, named)

    @for_integration
    @goes_first
    async def rename_ids(
        self, integration: str, plan: NewIdsPlan, *, on_result: OnResult | None = None, cancel: asyncio.Event | None = None
    ) -> NewIdsReport:
        """Give the jobs of ``plan`` their new external ids in the target, and what is kept for the old ids to the new ones.

        What is left undone, by a cancellation, a crash or a failure, is done by the next call with a plan of that time.

        Raises:
            UsageError: The plan is one of another integration.
            StorageError: What is kept could not be moved.
        """
        if plan.integration != integration:
            raise UsageError("The plan is one of another integration")
        return await self._renumbering().carry_out(self.admission.actor, plan, on_result=on_result, cancel=cancel)

    @for_admins
    async def separate(self, integration: str) -> None:
        """Take a person's word that an integration is none that was there before under another id, so that its jobs are synced as new ones.

        Raises:
            AccessDenied: The actor may not use every integration.
            UsageError: There is no such integration, or nothing of it is held.
        """
        await self.admission.require_everything("integrations separate")
        if self.admission.settings.integration(integration) is None:
            raise unknown_integration(integration)
        if await held(self.parts, integration) is None:
            raise UsageError(
                f"Nothing of {integration} waits for that: its jobs are synced already", remedy="jobsync integrations says what waits"
            )
        entry = self.admission.entry("integrations separate", outcome="done", cause="its jobs are new ones", integration=integration)
        await self.stores.integrations.set_apart(integration, lambda db: audit.append(db, entry, self.stores.now()))
        await self.stores.schedule.release(integration, HoldKind.NEW_ID)

    def _renumbering(self) -> Renumbering:
        from ..sync.id_change import Renumbering

        return Renumbering(self.parts.pipeline, self.stores.id_changes, self.admission.settings.sync.concurrency)


def _may_be_recorded(url: str) -> bool:
    """Return whether ``url`` names a PostgreSQL database and holds no password, which nothing could take out of the record again."""
    try:
        return url.startswith(("postgresql://", "postgres://")) and not holds_password(url)
    except ValueError:
        return False


class _Copying:
    """A copy that is made on another thread: how far it is is told on the loop, and it ends early when nobody waits for it any more."""

    def __init__(self, on_pages: Pages | None) -> None:
        self._on_pages = on_pages
        self._loop = asyncio.get_running_loop()
        self._told_at = float("-inf")
        self._is_left = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._is_left = True

    def moved(self, done: int, total: int) -> None:
        """Hear, on the thread that copies, how many pages are copied, and of how many.

        Raises:
            CancelledError: Nobody waits for the copy.
        """
        if self._is_left:
            raise CancelledError
        if self._on_pages is not None and monotonic() - self._told_at >= PROGRESS_EVERY:
            self._told_at = monotonic()
            self._loop.call_soon_threadsafe(self._on_pages, done, total)


async def _beside(first: Path, copying: Awaitable[int]) -> int:
    """Make the second copy, and take the first away where that fails: one without the other is no copy."""
    try:
        return await copying
    except BaseException:
        _take_away(first)
        raise


def _take_away(file: Path) -> None:
    file.unlink(missing_ok=True)
