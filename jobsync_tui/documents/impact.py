"""What a change of the rules would do to the cached jobs: the counts, the lists behind them, and one job exactly."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from types import MappingProxyType

from ..backend.core.models import Finding, ImpactJob, ImpactList, ImpactProgress, ImpactSample, ImpactState, JsonValue, RuleImpact
from ..backend.core.text import among, counted, csv_cell
from . import words
from .document import BLANK, Document, Line, Section, Span, bad, dim, good, head, line, strong, warn
from .layout import columns, fit, wrap_lines

LISTS = MappingProxyType(
    {
        ImpactList.NEWLY_ELIGIBLE: "newly eligible",
        ImpactList.NO_LONGER_ELIGIBLE: "no longer eligible",
        ImpactList.RECONFIGURED: "configured differently",
        ImpactList.WOULD_CREATE: "would be created in Tenzo",
        ImpactList.WOULD_UPDATE: "would be updated in Tenzo",
        ImpactList.LEFT_BEHIND: "stay in Tenzo, no longer updated",
        ImpactList.UNCHANGED: "unchanged",
    }
)
"""The lists as people call them, in the order in which they are shown."""

_MEANT = MappingProxyType(
    {
        ImpactList.WOULD_CREATE: "when they are synced next",
        ImpactList.WOULD_UPDATE: "when they are synced next",
        ImpactList.LEFT_BEHIND: "synced before",
    }
)
_REASONS = MappingProxyType(
    {
        "no_active_rules": "No active rules configured",
        "excluded": "Job is excluded by a rule",
        "no_rule_matched": "Job does not match any active rules",
        "missing_required_fields": "Job is missing required fields",
    }
)


def progress_words(progress: ImpactProgress) -> str:
    """Return how far an assessment is, and what it came to so far."""
    found = progress.counts.concerned
    return f"Evaluating the cached jobs: {progress.done:,} of {progress.total:,}, {counted(found, 'job')} affected so far"


def impact_document(impact: RuleImpact, findings: Sequence[Finding], width: int, part: int | None = None) -> Document:
    """Return the counts of a change, each the way to its list, with what is wrong with the rules that it touches.

    ``part`` is how many jobs the person may see, where these are not all that there are.
    """
    counts = impact.counts
    against = ", ".join(filter(None, (among(part), f"against r{impact.before.revision}")))
    document: list[Line | Section] = [head("IMPACT ON THE CACHED JOBS", against)]
    document += [_count(kind, getattr(counts, kind.value)) for kind in LISTS]
    if impact.fields:
        document += [BLANK, head("CONFIGURED DIFFERENTLY")]
        cells = [f"{words.field(name)} {number:,}" for name, number in sorted(impact.fields.items(), key=lambda item: -item[1])]
        document += wrap_lines(", ".join(cells), width - 1, 5)
    document += finding_lines(findings, width)
    concerned = {name: its for name, its in impact.by_integration.items() if its.concerned}
    if len(impact.by_integration) > 1 and concerned:
        document += [BLANK, head("BY INTEGRATION")]
        for name, its in concerned.items():
            told = f"+{its.newly_eligible:,} eligible, -{its.no_longer_eligible:,}, {its.reconfigured:,} configured differently"
            document += columns((name, dim(told)), (20, width - 30), indent=5)
    return tuple(document)


def finding_lines(findings: Sequence[Finding], width: int) -> list[Line]:
    """Return what is wrong with rules, each with its remedy and, where there is one, the job that shows it."""
    if not findings:
        return []
    rows = [BLANK, head("CHECK THIS", counted(len(findings), "problem"))]
    for finding in findings:
        first, *more = wrap_lines(f"{finding.rule_name}{f' ({finding.place})' if finding.place else ''}: {finding.message}", width - 1, 5)
        rows += [line("   ", warn("! "), *(Span(span.text.lstrip()) for span in first.left)), *more]
        shown = f" (job {finding.witness.id} of {finding.witness.integration})" if finding.witness is not None else ""
        rows += [line(*(dim(span.text) for span in row.left)) for row in wrap_lines(finding.remedy + shown, width - 1, 5)]
    return rows


def job_document(sample: ImpactSample, width: int) -> Document:
    """Return what a change does to one job, exactly: the cached outcome, the rules and every field that differs, before and after."""
    before, after = sample.before, sample.after
    document: list[Line] = [head("ELIGIBLE"), *_pair("", _verdict(before), _verdict(after), width)]
    document += [BLANK, head("RULES THAT APPLY"), *_pair("", Span(_rules(before)), Span(_rules(after)), width)]
    names = [*dict.fromkeys([*before.fields, *after.fields])]
    different = [name for name in names if before.fields.get(name) != after.fields.get(name)]
    document += [
        BLANK,
        head("WHAT THEY SET", f"{counted(len(different), 'field differs', 'fields differ')}, {len(names) - len(different)} the same"),
    ]
    for name in different:
        document += _pair(words.field(name), _set(before.fields, name), _set(after.fields, name), width)
    for name in names:
        if name not in different:
            document += columns((dim(words.field(name)), dim(words.value(after.fields[name]))), (22, width - 30), indent=3)
    return tuple(document)


def concerned_words(job: ImpactJob) -> str:
    """Return in a few words how a change concerns a job."""
    kind = job.kind
    told = LISTS[kind.group]
    if kind.fields:
        told = f"other {words.listing([words.field(name) for name in kind.fields], 3)}"
    return f"{told}, in Tenzo" if kind.in_target else told


def export_text(title: str, jobs: Sequence[ImpactJob]) -> str:
    """Return a list as lines of CSV, for a spreadsheet or a colleague."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([f"# {title}"])
    writer.writerow(["integration", "id", "name", "location", "status", "sync_status", "concerned"])
    for job in jobs:
        row = job.job
        cells = (row.integration, row.id, row.name or "", row.place or "", row.status, row.sync_status, concerned_words(job))
        writer.writerow([csv_cell(cell) for cell in cells])
    return out.getvalue()


def _count(kind: ImpactList, number: int) -> Section:
    shown = f"{number:>11,}"
    tone = (
        good if kind is ImpactList.NEWLY_ELIGIBLE else warn if kind in {ImpactList.NO_LONGER_ELIGIBLE, ImpactList.LEFT_BEHIND} else strong
    )
    told = Span(f"  {LISTS[kind]}")
    row = line("  ", tone(shown) if number else dim(shown), told if number else dim(told.text), right=dim(_MEANT.get(kind, "")))
    return Section(kind.value, (row,), (row,), kind.value)


def _verdict(state: ImpactState) -> Span:
    return good("ok ELIGIBLE") if state.eligible else bad(f"x {_REASONS.get(state.reason or '', state.reason or 'NOT ELIGIBLE')}")


def _rules(state: ImpactState) -> str:
    return words.listing(list(state.rules), 12) or "none"


def _set(fields: Mapping[str, JsonValue], name: str) -> Span:
    return Span(words.value(fields[name])) if name in fields else dim("not set")


def _pair(name: str, before: Span, after: Span, width: int) -> list[Line]:
    room = width - 32
    rows = columns((name, dim("before"), before), (16, 6, room), indent=3)
    return rows + columns((fit("", 1), dim("after"), after), (16, 6, room), indent=3)
