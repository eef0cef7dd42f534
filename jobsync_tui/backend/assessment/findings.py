"""Rules looked over before anybody relies on them: against what the ATSs deliver, the jobs there are, and the names the target has."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..core.errors import JobsyncError
from ..core.models import (
    ActionKind,
    EvaluationPolicy,
    FieldAvailability,
    Finding,
    FindingKind,
    LintReport,
    RuleSet,
    Witness,
    in_acting_order,
)
from ..rules.columnar.columns import Batch
from ..rules.columnar.evaluate import fields_needed
from ..rules.lint.on_data import DataLint
from ..rules.lint.static import Names, static_findings
from ..storage.jobs.batches import BATCH, ColumnStore, JobBatch
from ..target.base import Catalog, Target
from .evaluator import columns_of

OnSeen = Callable[[int], None]
"""Told how many jobs were looked at."""


@dataclass(frozen=True, slots=True)
class Linter:
    """Looks rules over.

    Attributes:
        batches: The cached jobs.
        target: Makes the target, which is asked for its names.
        availability: What the ATS of each integration delivers, by id of the integration.
        hidden: The same of the integrations that the actor may not use, which rules may mean as well.
        policy: What the configuration adds to the rules.
        now: The present.
    """

    batches: ColumnStore
    target: Callable[[], Target]
    availability: Mapping[str, FieldAvailability]
    hidden: Mapping[str, FieldAvailability]
    policy: EvaluationPolicy
    now: datetime

    async def report(
        self, rules: RuleSet, only: Collection[str] | None = None, on_progress: OnSeen | None = None, *, batch: int = BATCH
    ) -> LintReport:
        """Return what is probably not meant so; works off the event loop, a batch at a time, and may be cancelled.

        Args:
            rules: Every rule.
            only: Ids of the rules that are asked about; None for all.
            on_progress: Told how many jobs were looked at.
            batch: Jobs that are looked at together.

        Raises:
            RuleError: A rule cannot be evaluated.
        """
        names, unasked = await self._names()
        findings = list(static_findings(rules, self.availability, names, self.hidden))
        inspection = DataLint(rules, self.policy, tuple(self.availability.values()), self.now)
        fields = tuple(dict.fromkeys((*fields_needed(rules, self.policy), "id", "name")))
        seen = 0
        for integration in self.availability:
            last = 0
            while (jobs := await self.batches.every(integration, fields, after=last, limit=batch)).read:
                await asyncio.to_thread(_look, inspection, integration, jobs, fields)
                last = jobs.read.keys[-1]
                seen += len(jobs.read)
                if on_progress is not None:
                    on_progress(seen)
        findings += inspection.findings()
        order = {rule.id: place for place, rule in enumerate(in_acting_order(rules.rules)) if only is None or rule.id in only}
        asked = [finding for finding in _told_once(findings) if finding.rule in order]
        return LintReport(tuple(sorted(asked, key=lambda finding: order[finding.rule])), seen, unasked)

    async def _names(self) -> tuple[Names | None, str | None]:
        """Return the target's names, or why it was not asked: rules can be looked over while it is away."""
        try:
            return _named(await self.target().catalog()), None
        except JobsyncError as error:
            return None, error.message


def _look(inspection: DataLint, integration: str, jobs: JobBatch, fields: Sequence[str]) -> None:
    columns = columns_of(jobs, fields)

    def witness(row: int) -> Witness:
        name = columns["name"][row]
        return Witness(integration, str(columns["id"][row]), None if name is None else str(name))

    inspection.look(Batch(len(jobs.read), columns), witness)


def _named(catalog: Catalog) -> Names:
    by_kind = {
        ActionKind.JOB_TEMPLATE: catalog.templates,
        ActionKind.GENERATION_TEMPLATE: catalog.templates,
        ActionKind.FOLDER: catalog.folders,
        ActionKind.FOLLOW_UP_USER: catalog.users,
    }
    return Names(by_kind, catalog.settings or {})


def _told_once(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings without what another one says already: a double is covered as a matter of course, and names the job instead."""
    findings = list(findings)
    covered = {finding.rule: finding for finding in findings if finding.kind is FindingKind.COVERED}
    doubles = {finding.rule for finding in findings if finding.kind is FindingKind.DUPLICATE}
    told: dict[tuple[str, FindingKind, str | None], Finding] = {}
    for finding in findings:
        if finding.kind is FindingKind.DUPLICATE and finding.rule in covered:
            told[finding.rule, finding.kind, None] = replace(finding, witness=covered[finding.rule].witness)
        elif finding.kind is not FindingKind.COVERED or finding.rule not in doubles:
            told.setdefault((finding.rule, finding.kind, finding.place), finding)
    return list(told.values())
