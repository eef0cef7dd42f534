"""The coverage overview: how far the rules reach, over every integration or one of them."""

from __future__ import annotations

from shlex import join
from typing import ClassVar

from textual.binding import BindingType

from ...backend.core.models import Coverage, NearCoverage
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.bulk import job_at
from ...documents.coverage import coverage_document
from ...documents.document import Document, as_text
from ...documents.words import count
from .. import routes
from ..dialog import DialogScreen


class CoverageScreen(DialogScreen[None]):
    """Shows the overview, at once as far as it is known and whole once every job is evaluated.

    Args:
        integration: Whose jobs; None for those of every integration that the person may use.
    """

    GROUPS = (Group.COVERAGE,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.COVERAGE)
    HEADING = "Coverage"

    def __init__(self, integration: str | None = None) -> None:
        super().__init__()
        self._integration = integration
        self._found: Coverage | None = None
        self._near: NearCoverage | None = None

    def on_mount(self) -> None:
        """Count."""
        self.document.focus()
        self.set_busy("Counting ...")
        self._count()

    def action_turn(self) -> None:
        """Show another integration, or all of them again."""
        self.work(self._turn(), group="turn")

    def action_open(self) -> None:
        """Go to the rule or the job that the line under the cursor is about, or unfold it."""
        kind, _, about = (self.document.target or "").partition(":")
        match kind:
            case "rule":
                self.host.open(routes.Rules(about))
            case "job":
                self.host.open(routes.Eligibility(*job_at(about)))
            case _:
                self.document.toggle()

    def same_command(self) -> str | None:
        """Return the command that shows the same."""
        return join(["jobsync", "rules", "coverage", *(["-i", self._integration] if self._integration else [])])

    def action_copy(self) -> None:
        """Copy the overview."""
        self.host.copy(as_text(self._document(100)) + "\n", "coverage")

    async def _turn(self) -> None:
        ids = [None, *(summary.id for summary in await self.backend.integrations.list())]
        self._integration = ids[(ids.index(self._integration) + 1) % len(ids)] if self._integration in ids else None
        self._near = None
        self._count()

    def _count(self) -> None:
        self.work(self._read(self._integration), group="count")

    async def _read(self, integration: str | None) -> None:
        self.set_heading(await self._where(integration))
        await self._read_overview(integration)
        if await self.backend.eligibility.evaluate_all(integration, on_progress=self._evaluated):
            await self._read_overview(integration)
        self._near = await self.backend.coverage.near(integration, self._seen)
        self.set_note("")
        self.show(self._document)

    async def _where(self, integration: str | None) -> str:
        """Return whose jobs are counted, in words: only who may use every integration is shown all of them."""
        if integration is not None:
            return (await self.backend.integrations.get(integration)).name
        authority = await self.backend.rules.authority()
        return "every integration" if authority.everything else f"your {counted(len(authority.integrations), 'integration')}"

    async def _read_overview(self, integration: str | None) -> None:
        self._found = await self.backend.coverage.overview(integration)
        self.show(self._document)

    def _evaluated(self, done: int, total: int) -> None:
        self.set_note(f"evaluating the rules: {count(done)} of {counted(total, 'job')}")

    def _seen(self, done: int) -> None:
        self.set_note(f"looking at {counted(done, 'job')}")

    def _document(self, width: int) -> Document:
        return () if self._found is None else coverage_document(self._found, self._near, width)
