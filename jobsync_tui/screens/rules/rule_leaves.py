"""A rule from a job: which of the things that the job is decide that other jobs are in the rule too."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType

from ...backend.core.models import AllOf, CachedJob, Condition, JobHead, Leaf, Rule
from ...backend.core.text import counted
from ...commands import Group, bindings
from ...documents.document import Document, Tone
from ...documents.rule_leaves import leaves_document, leaves_of, likeliest, name_for
from ...session.notices import Severity
from .. import routes
from ..dialog import DialogScreen


class RuleLeavesScreen(DialogScreen[None]):
    """Offers the conditions that a job meets, and goes on to the editor with the chosen ones.

    Args:
        integration: Where the job is from.
        job_id: Its ATS job id.
    """

    GROUPS = (Group.LEAVES,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.LEAVES)
    HEADING = "New rule from this job"

    def __init__(self, integration: str, job_id: str) -> None:
        super().__init__()
        self._integration = integration
        self._job_id = job_id
        self._leaves: tuple[Leaf, ...] = ()
        self._chosen: set[int] = set()
        self._counts: dict[int, int] = {}

    def on_mount(self) -> None:
        """Read the job."""
        self.document.focus()
        self.set_heading(f"{self._integration} > job {self._job_id}")
        self.work(self._read(), group="read", about=self._job_id)

    def action_choose(self) -> None:
        """Choose the condition under the cursor, or choose it no more."""
        target = self.document.target
        if target is not None:
            self._chosen ^= {int(target)}
            self.show(self._document)
            self.work(self._count_chosen(), group="chosen")

    def action_go_on(self) -> None:
        """Open the editor with what is chosen."""
        chosen = self._chosen_leaves()
        if not chosen:
            self.host.tell("Nothing is chosen: the rule would match every job. space chooses", Severity.WARNING)
            return
        self.host.open(
            routes.RuleEditor(routes.Opening(name=name_for(chosen), when=_condition(chosen), job=(self._integration, self._job_id))),
            instead=True,
        )

    async def _read(self) -> None:
        job = await self.backend.jobs.get(self._integration, self._job_id)
        if job is None:
            self.host.tell(f"Job {self._job_id} is not in the cache any more", Severity.WARNING)
            self.dismiss(None)
            return
        self._begin(job)
        await self._count_chosen()
        self._counts = dict(enumerate(await self.backend.writing.matching([_rule(leaf) for leaf in self._leaves])))
        self.show(self._document)

    def _begin(self, job: CachedJob) -> None:
        head = JobHead.of(job)
        self.set_heading(f"{self._integration} > job {self._job_id}{f': {head.name}' if head.name else ''}")
        self._leaves = leaves_of(job)
        self._chosen = set(likeliest(self._leaves))
        self.show(self._document)

    async def _count_chosen(self) -> None:
        chosen = self._chosen_leaves()
        if not chosen:
            self.set_note("Nothing is chosen.", Tone.WARN)
            return
        (jobs,) = await self.backend.writing.matching([_rule(_condition(chosen))])
        self.set_note(f"ok matches {counted(jobs, 'cached job')} together, this one among them.")

    def _chosen_leaves(self) -> list[Leaf]:
        return [leaf for number, leaf in enumerate(self._leaves) if number in self._chosen]

    def _document(self, width: int) -> Document:
        return leaves_document(self._leaves, self._chosen, self._counts, width)


def _condition(leaves: list[Leaf]) -> Condition:
    return leaves[0] if len(leaves) == 1 else AllOf(tuple(leaves))


def _rule(condition: Condition) -> Rule:
    return Rule("x", "x", when=condition)
