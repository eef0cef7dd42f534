"""Check Eligibility: whether a job is eligible, by which rules or why not, and what would change that."""

from __future__ import annotations

from shlex import join
from typing import ClassVar

from textual.binding import BindingType

from ...backend.core.errors import JobNotFound, RemoteError
from ...backend.core.models import Eligibility, JobKey
from ...commands import Group, bindings
from ...documents.document import Tone
from ...documents.eligibility import explain, explanation_page, footnote
from ...documents.markdown import as_markdown
from ...documents.rule_tests import expected_words
from ...documents.subject import PAST, Subject, read_subject, where
from ...session.failures import words_for
from .. import routes
from ..dialog import DialogScreen
from ..poll import FOLLOWED, Follow
from ..routes import Neighbours
from .job_words import read_only_words


class EligibilityScreen(DialogScreen[None]):
    """Explains one job, and steps through the list that it was opened from.

    Args:
        integration: Where the job is from.
        job_id: Its ATS job id.
        neighbours: The list it was opened from.
        live: Whether to read the job from the ATS rather than from the cache.
        revision: Explain by the rules of that revision rather than by those in force.
    """

    GROUPS = (Group.CHECK,)
    BINDINGS: ClassVar[list[BindingType]] = bindings(Group.CHECK)
    HEADING = "Check Eligibility"

    def __init__(
        self, integration: str, job_id: str, *, neighbours: Neighbours | None = None, live: bool = False, revision: int | None = None
    ) -> None:
        super().__init__()
        self._revision = revision
        self._integration = integration
        self._job_id = job_id
        self._neighbours = neighbours
        self._live = live
        self._found: Eligibility | None = None
        self._subject: Subject | None = None
        self._follow: Follow | None = None

    @property
    def found(self) -> Eligibility | None:
        """The explanation that is shown."""
        return self._found

    def on_mount(self) -> None:
        """Explain the job."""
        self.document.focus()
        self._check(live=self._live)
        self._follow = Follow(self, self._state, lambda: self._check(live=False), every=FOLLOWED)

    def on_screen_resume(self) -> None:
        """Show what came of what was done from here."""
        if self._follow is not None:
            self._follow.look()

    async def _state(self) -> object:
        """Return what the explanation rests on."""
        job = await self.backend.jobs.get(self._integration, self._job_id)
        past = await self.backend.records.audit(integration=self._integration, job=self._job_id, limit=1)
        return (self._integration, self._job_id, job, past, (await self.backend.rules.current()).revision)

    def action_live(self) -> None:
        """Read the job from the ATS now."""
        self._check(live=True)

    def why_not(self, action: str) -> str | None:
        """Return why the job is not synced from here, or why nothing can be done with one that is not read."""
        if action in {"copy", "new_rule", "open_rule"} and self._found is None:
            return "The job is not read"
        if action == "open_rule" and self._found is not None and not self._found.rules and not self._found.inactive_rules:
            return "There are no rules yet. Press n to make one from this job."
        if action == "changed_rule" and (self._found is None or self._found.changed_by is None):
            return "No change of the rules turned this answer around"
        if action != "sync":
            return None
        if self._revision is not None:
            return "! These are the rules used then; a sync uses the active rules. Press esc, then e, to check with those."
        if self._found is None or self._subject is None:
            return "The job is still being read: press s again when it is shown."
        if not self._found.eligible and not self._subject.closes:
            return f"x Not eligible, so there is nothing to sync. {footnote(self._found, self._subject)}"
        return read_only_words(self._subject.integration)

    def action_sync(self) -> None:
        """Plan the sync of this job."""
        why = self.why_not("sync")
        if why is None:
            self.host.open(routes.confirm(JobKey.of(self._integration, self._job_id)))
        else:
            self.set_note(why, Tone.BAD if why.startswith("x") else Tone.WARN)

    def action_open_rule(self) -> None:
        """Go to the rule under the cursor."""
        if self.may("open_rule"):
            self.host.open(routes.Rules(self.document.target))

    def action_changed_rule(self) -> None:
        """Show the change of the rules that turned the answer around, from where it can be taken back."""
        if self.may("changed_rule") and self._found is not None and (change := self._found.changed_by) is not None:
            self.host.open(routes.RevisionDifference(change.revision - 1, change.revision, change.rule))

    def action_new_rule(self) -> None:
        """Make a rule that matches this job."""
        if self.may("new_rule"):
            self.host.open(routes.RuleLeaves(self._integration, self._job_id))

    def action_keep_test(self) -> None:
        """Keep what the rules in force say of the job as a test of theirs."""
        if self._revision is not None:
            self.set_note(
                "! These are the rules used then; a test keeps what the active rules say. Press esc, then e, to check with those.",
                Tone.WARN,
            )
        elif self._found is not None:
            self.work(self._keep_test(self._integration, self._job_id), group="test")

    def action_compare(self) -> None:
        """Show the job in the ATS and in Tenzo side by side."""
        self.host.open(routes.SideBySide(self._integration, self._job_id))

    def action_history(self) -> None:
        """Show who did what to the job."""
        self.host.open(routes.History(self._integration, self._job_id))

    def action_copy(self) -> None:
        """Copy the explanation."""
        if self._found is not None and self._subject is not None:
            self.host.copy(as_markdown(explanation_page(self._found, self._subject)), f"explanation of job {self._job_id}")

    def action_copy_plan(self) -> None:
        """Copy what a sync of this job would change."""
        from .plan_copy import copy_plan

        self.work(copy_plan(self.host, self._integration, self._job_id), group="plan", about=self._job_id)

    def same_command(self) -> str | None:
        """Return the command that checks the same; none asks the rules of an earlier revision."""
        if self._revision is not None:
            return None
        live = ["--live"] if self._live else []
        return join(["jobsync", "check", "-i", self._integration, self._job_id, *live])

    def action_previous(self) -> None:
        """Explain the job before this one."""
        self._step(-1)

    def action_next(self) -> None:
        """Explain the job behind this one."""
        self._step(1)

    async def _keep_test(self, integration: str, job_id: str) -> None:
        test = await self.backend.rule_tests.of_job(integration, job_id)
        await self.backend.rule_tests.keep([test])
        self.host.tell(f"Kept as the test {test.name}: {expected_words(test.expect)}. jobsync rules test runs it")

    def _step(self, step: int) -> None:
        if self._neighbours is not None:
            self.work(self._go_beside(self._neighbours, step), group="step")

    async def _go_beside(self, neighbours: Neighbours, step: int) -> None:
        job = await neighbours.beside(JobKey(self._integration, self._job_id), step)
        if job is None:
            self.host.tell("This is the last job of the list" if step > 0 else "This is the first job of the list")
            return
        self._integration, self._job_id = job
        self._found = None
        self._check(live=False)

    def _check(self, *, live: bool) -> None:
        self._live = live
        self.work(self._explain(self._job_id, live=live), group="check", about=self._job_id)

    async def _explain(self, job_id: str, *, live: bool) -> None:
        integration = await self.backend.integrations.get(self._integration)
        self.set_heading(f"{integration.name} > job {job_id}")
        anew = self._found is None
        if live or anew:
            self._wait_for(f"Reading the job from {integration.ats} ..." if live else "Reading ...", replace=anew)
        try:
            found = await self._evaluated(job_id, live=live)
        except JobNotFound as error:
            self._found = None
            self.show_error(error, ("esc", "go back"), ("l", f"look in {integration.ats} again"))
            self.set_note("")
            return
        except RemoteError as error:
            self._not_read(error)
            return
        rules = await (self.backend.rules.current() if self._revision is None else self.backend.rules.at(self._revision))
        self._subject = await read_subject(self.backend, self._integration, job_id, rules=rules, past=PAST)
        self._found = found
        if self._follow is not None:
            await self._follow.shown()
        self._show(found, self._subject, anew=anew)

    def _show(self, found: Eligibility, subject: Subject, *, anew: bool) -> None:
        self.set_heading(where(subject, found.job.id))
        self.set_job(found.job, subject)
        self.show(lambda width: explain(found, subject, width), anew=anew)
        if self._revision is None:
            self.set_note(footnote(found, subject))
        else:
            self.set_note(f"! With the rules used then (r{self._revision}), on the job as it is now.", Tone.WARN)

    async def _evaluated(self, job_id: str, *, live: bool) -> Eligibility:
        if self._revision is not None:
            return await self.backend.eligibility.explain_as_of(self._integration, job_id, self._revision)
        return await self.backend.eligibility.check(self._integration, job_id, live=live)

    def _wait_for(self, text: str, *, replace: bool) -> None:
        if replace:
            self.set_busy(text)
        else:
            self.set_note(text, Tone.DIM)

    def _not_read(self, error: RemoteError) -> None:
        """Keep what is shown, if anything, and say that it could not be read anew."""
        if self._found is None or self._subject is None:
            self.show_error(error, ("l", "try again"))
            self.set_note("")
        else:
            self.set_note(f"x Could not be read again: {words_for(error)[0]}. The job shown is older.", Tone.BAD)
        self.keep_error(error, self._job_id)
