"""Where one can go from a screen, as small values: `Host.open` shows what a route leads to, so that no screen knows the class of another.

Each field of a route is a parameter of the screen's constructor by the same name; `app.navigation` has the table from route to screen.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from textual.screen import Screen

    from ..backend.core import models
    from ..backend.core.models import JobKey, Scope
    from ..editor.rule_change import RuleChange
    from ..session.runs import SyncRun


Then: TypeAlias = Callable[[Any], None] | Callable[[Any], Awaitable[None]]
"""Is told how a screen ended."""


class Route:
    """A place to go to."""

    __slots__ = ()


class Neighbours(Protocol):
    """The list that a job was opened from, so that a dialog can step through it."""

    async def beside(self, job: JobKey, step: int) -> JobKey | None:
        """Return the job ``step`` places after ``job`` (before it, if negative), None at the ends."""


@dataclass(frozen=True, slots=True)
class Picker(Route):
    """The integrations, in place of whatever is open."""


@dataclass(frozen=True, slots=True)
class Jobs(Route):
    """The jobs of an integration or of all, in place of whatever is open; those that match ``filter_text``, above it, if one is given."""

    scope: Scope
    filter_text: str | None = None


@dataclass(frozen=True, slots=True)
class Eligibility(Route):
    """Check Eligibility; ``neighbours`` is the list it was opened from, ``revision`` that of other rules than today's."""

    integration: str
    job_id: str
    neighbours: Neighbours | None = None
    live: bool = False
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class ConfirmSync(Route):
    """Confirm Sync of one job; ``confirmed`` is a plan of it that went stale."""

    integration: str
    job_id: str
    confirmed: models.SyncPlan | None = None


@dataclass(frozen=True, slots=True)
class ConfirmBulk(Route):
    """Confirm Sync of several jobs."""

    jobs: tuple[JobKey, ...]


def confirm(jobs: Sequence[JobKey], *, confirmed: models.SyncPlan | None = None) -> Route:
    """Return the way to Confirm Sync of one job or of several."""
    if len(jobs) == 1:
        return ConfirmSync(jobs[0].integration, jobs[0].id, confirmed)
    return ConfirmBulk(tuple(jobs))


@dataclass(frozen=True, slots=True)
class ConfirmUndo(Route):
    """Confirm Undo of what an operation wrote; ``confirmed`` is a plan of it that went stale."""

    integration: str
    job_id: str
    operation_id: str
    confirmed: models.SyncPlan | None = None


@dataclass(frozen=True, slots=True)
class LinkJobs(Route):
    """The jobs of the target that may be jobs of an integration."""

    integration: str


@dataclass(frozen=True, slots=True)
class LinkPair(Route):
    """A job beside the jobs of the target that it may be; ends with whether it is none of them. ``found`` is looked for if not given."""

    integration: str
    job_id: str
    found: models.Matches | None = None


@dataclass(frozen=True, slots=True)
class ConfirmLink(Route):
    """Confirm Link of two jobs; ``confirmed`` is a plan of it that went stale."""

    link: models.Link
    confirmed: models.SyncPlan | None = None


@dataclass(frozen=True, slots=True)
class ConfirmLinks(Route):
    """Confirm Link of all the pairs that are certain."""

    integration: str
    links: tuple[models.Link, ...]


@dataclass(frozen=True, slots=True)
class Running(Route):
    """A sync as it goes."""

    run: SyncRun


@dataclass(frozen=True, slots=True)
class SyncResult(Route):
    """What came of a sync of one job."""

    run: SyncRun


@dataclass(frozen=True, slots=True)
class BulkResult(Route):
    """What came of a sync of several jobs."""

    run: SyncRun


def result(run: SyncRun) -> Route:
    """Return the way to what came of a sync of one job or of several."""
    return BulkResult(run) if len(run.jobs) > 1 else SyncResult(run)


@dataclass(frozen=True, slots=True)
class Search(Route):
    """Search ATS Job, with ``text`` filled in."""

    integration: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class History(Route):
    """The history of a job."""

    integration: str
    job_id: str


@dataclass(frozen=True, slots=True)
class Greeting(Route):
    """What happened since the last visit; asked for anew where none is given."""

    greeting: models.Greeting | None


@dataclass(frozen=True, slots=True)
class Doctor(Route):
    """What an examination of the installation finds."""


@dataclass(frozen=True, slots=True)
class Runs(Route):
    """The automatic runs and what everybody did, by a filter."""

    filter_text: str = ""


@dataclass(frozen=True, slots=True)
class Record(Route):
    """The record of who did what, of all jobs."""


@dataclass(frozen=True, slots=True)
class Log(Route):
    """The log of messages and errors."""


@dataclass(frozen=True, slots=True)
class Help(Route):
    """The keys and help of a screen, the focused widget's first."""

    screen: Screen[Any]


@dataclass(frozen=True, slots=True)
class Palette(Route):
    """The command palette over a screen; it ends with the action that was chosen."""

    below: Screen[Any]


@dataclass(frozen=True, slots=True)
class Error(Route):
    """An error that has to be read before anything goes on."""

    failure: models.Failure


@dataclass(frozen=True, slots=True)
class Rules(Route):
    """The list of the rules, at ``rule`` (an id or a name) if one is given."""

    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """What the rule editor is opened on.

    Attributes:
        rule: Id of a rule in force; None for a new one.
        duplicate: Begin with a copy of it.
        name: What a new rule is called.
        when: The conditions of a new rule.
        job: The job that it is made from, by integration and id.
    """

    rule: str | None = None
    duplicate: bool = False
    name: str = "New rule"
    when: models.Condition | None = None
    job: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class RuleEditor(Route):
    """The editor of a rule in force, of a copy of it, or of a new one."""

    opening: Opening


@dataclass(frozen=True, slots=True)
class SideBySide(Route):
    """A job in the ATS and in Tenzo, field by field."""

    integration: str
    job_id: str


@dataclass(frozen=True, slots=True)
class JobPage(Route):
    """Everything that the ATS says of a job."""

    integration: str
    job_id: str


@dataclass(frozen=True, slots=True)
class Wire(Route):
    """The requests and answers of an attempt, by its operation, or by the number of its row in the record."""

    reference: str


@dataclass(frozen=True, slots=True)
class RuleLeaves(Route):
    """What a new rule could ask for so that it matches a job."""

    integration: str
    job_id: str


@dataclass(frozen=True, slots=True)
class SaveRules(Route):
    """What a change of the rules would do, and the question whether to save it; ends with the name of a shadow that was made instead."""

    change: RuleChange


@dataclass(frozen=True, slots=True)
class RulesHistory(Route):
    """The revisions of the rules."""


@dataclass(frozen=True, slots=True)
class RevisionDifference(Route):
    """How one revision of the rules became another; with the name of a ``rule``, the cursor is on that."""

    before: int
    after: int
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Shadows(Route):
    """The rules that run in shadow, at ``name`` if one is given."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class ImpactList(Route):
    """The jobs that a change of the rules concerns in one way."""

    impact: models.RuleImpact
    which: models.ImpactList
    title: str


@dataclass(frozen=True, slots=True)
class ImpactJob(Route):
    """Exactly what a change of the rules does to one job."""

    impact: models.RuleImpact
    integration: str
    job_id: str


@dataclass(frozen=True, slots=True)
class Coverage(Route):
    """How far the rules reach, in one integration or in all."""

    integration: str | None = None
