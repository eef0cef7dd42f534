"""Keeping the database in shape: what is old goes, by a recorded action, and copies of it while it is in use."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from ..clock import now
from ..errors import AccessDenied, UsageError
from ..models import BackupReport
from ..text import clean
from .base import Service, for_admins

LEAST_KEPT = timedelta(days=30)
"""What is younger stays in the record whatever is asked for: nobody tidies away what they just did."""


class MaintenanceService(Service):
    """What ``jobsync prune``, ``backup`` and ``integrations rename`` ask for.

    Only those who may use every integration may touch what belongs to all.
    """

    @for_admins
    async def prune(self, keep: timedelta) -> int:
        """Take audit rows out that are older than ``keep`` and return how many went; the chain still verifies.

        Raises:
            AccessDenied: The actor may not use every integration.
            UsageError: ``keep`` is less than `LEAST_KEPT`.
        """
        await self._require_everything("prune")
        if keep < LEAST_KEPT:
            raise UsageError(f"The last {LEAST_KEPT.days} days of the record are always kept", remedy=f"--keep {LEAST_KEPT.days}d, or more")
        return await self.context.ledger.prune(now() - keep, self.context.actor.user)

    @for_admins
    async def backup(self, file: Path) -> BackupReport:
        """Copy the database into a new file, and the local target's, if that is where jobs go, into one beside it.

        Each copy is of one moment, the target's of a later one: what was under way in between is settled after a restore, as after a
        crash.

        Raises:
            AccessDenied: The actor may not use every integration.
            UsageError: One of the files exists, or the database is on a server.
            StorageError: They cannot be written.
        """
        await self._require_everything("backup")
        from ..database.backup import copy_database
        from ..target.local import LocalTarget

        if self.context.stores.database.dialect.name != "sqlite":
            raise UsageError("A database on a server is not copied from here", remedy="pg_dump makes a consistent copy of it")
        target = self.context.target
        beside = file.with_name(f"{file.stem}.target{file.suffix}") if isinstance(target, LocalTarget) else None
        for each in filter(None, (file, beside)):
            if each.exists():
                raise UsageError(f"{each} exists already and is left as it is", remedy="Name a file that does not exist yet")
        # What was not recorded does not happen.
        await self.context.record("backup", outcome="begun", cause=str(file))
        size = await self.context.stores.database.read(copy_database, file)
        if beside is not None and isinstance(target, LocalTarget):
            size += await target.copy_to(beside)
        return BackupReport(str(file), None if beside is None else str(beside), size)

    @for_admins
    async def rename(self, old: str, new: str) -> int:
        """Move what is kept for an integration that left the configuration to one that came into it, and return how many jobs.

        An integration whose jobs the target knows keeps its id: the id is part of theirs there.

        Raises:
            AccessDenied: The actor may not use every integration.
            UsageError: ``old`` is still configured or unknown, ``new`` is not configured or has jobs, or the target knows jobs of ``old``.
            Busy: A job is being synced, or an operation is not settled.
        """
        await self._require_everything("rename")
        from ..store.audit import append

        settings = self.context.settings
        if settings.integration(old) is not None:
            raise UsageError(f"{clean(old, limit=64)} is still configured", remedy=f"First give it its new id in {settings.path}")
        if settings.integration(new) is None:
            raise UsageError(f"There is no integration {clean(new, limit=64)}", remedy=f"First give it that id in {settings.path}")
        attempt = self.context.attempt("rename", outcome="changed", cause=f"{old} is {new} from now on", integration=new)
        return await self.context.integration_store.rename(old, new, lambda db: append(db, attempt, attempt.at))

    async def _require_everything(self, what: str) -> None:
        if self.context.guard.require(self.context.actor).everything(self.context.actor):
            return
        refusal = AccessDenied("This concerns every integration, and you may not use all of them")
        await self.context.record(what, outcome="refused", cause=refusal.message)
        raise refusal
