"""How far the rules reach, as bars that read at 80 columns; a number stands beside every bar: no shape tells anything alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import MappingProxyType

from ..backend.core.models import Coverage, CoverageShare, DayOutcomes, JobKey, NearCoverage
from ..backend.core.text import counted
from .bulk import target_of
from .document import BLANK, Document, Line, Section, Span, bad, dim, good, head, line, strong, warn
from .layout import fit, spark, wrap_lines

_FULL, _EMPTY = "\u2588", "\u2591"
_FIRST = 5
"""Rows of a section that are shown before it is unfolded."""

_NAME, _COUNTS = 30, 16
"""Cells of a row's name and of its numbers."""

REASONS = MappingProxyType(
    {
        "no_active_rules": "no active rules configured",
        "excluded": "excluded by a rule",
        "no_rule_matched": "no active rule matches",
        "missing_required_fields": "required fields are missing",
    }
)
_WELL = ("created", "updated", "unchanged")


def coverage_document(found: Coverage, near: NearCoverage | None, width: int, *, counting: bool = True) -> Document:
    """Return the overview; ``near`` is None while it is counted, or where it is not wanted (not ``counting``)."""
    document: list[Line | Section] = [*_totals(found, width), BLANK, head("WHY NOT", f"{found.ineligible:,} not eligible")]
    document += [_bar_line(REASONS.get(name, name), number, found.jobs, width) for name, number in _most(found.by_reason.items())]
    document += _near(near, width) if near is not None or counting else []
    document += [BLANK, head(f"LAST {counted(len(found.days), 'DAY', 'DAYS')}", "attempts to sync, a day"), *_days(found.days, width)]
    document += [BLANK, head("BY RULE", "jobs matched, and matched only by this rule")]
    most = max((share.jobs for share in found.by_rule), default=0)
    rows = [
        Section(f"rule:{share.id}", (row,), (row,), f"rule:{share.id}")
        for share in sorted(found.by_rule, key=lambda share: -share.jobs)
        for row in [_row(share.name, f"{share.jobs:>6,} {share.alone:>6,}", share.jobs, most, width)]
    ]
    document += _section("rules", rows)
    for title, key, shares in (("BY DEPARTMENT", "departments", found.by_department), ("BY PLACE", "places", found.by_place)):
        document += [BLANK, head(title, "eligible, of all"), *_section(key, [_share(share, width) for share in shares])]
    return tuple(document)


def _totals(found: Coverage, width: int) -> Iterable[Line]:
    parts = [good(f"ok {found.eligible:,} eligible"), Span(f"   {found.ineligible:,} not")]
    if found.unjudged:
        parts.append(warn(f"   {found.unjudged:,} not evaluated yet"))
    yield line(" ", strong(counted(found.jobs, "job")), Span("   "), *parts, right=dim(f"rules r{found.revision}"))
    yield line("   ", *_bar(found.eligible, found.jobs, width - 16), Span(f"  {_percent(found.eligible, found.jobs)}"))
    waits = f"{counted(found.waiting, 'eligible job')} never synced" if found.waiting else "every eligible job was synced"
    yield line("   ", waits)


def _near(near: NearCoverage | None, width: int) -> list[Line | Section]:
    if near is None:
        return [BLANK, head("ONE CONDITION AWAY"), line("   ", dim("counting ..."))]
    rows: list[Line | Section] = []
    for number, each in enumerate(near.conditions):
        told = f"{each.rule_name}: if {each.would_match_if}"
        closed = line("   ", strong(f"{each.jobs:>6,}"), Span(f"  {fit(told, width - 14)}"))
        first, *more = wrap_lines(told, width - 14)
        opened: list[Line | Section] = [line("   ", strong(f"{each.jobs:>6,}"), Span(f"  {first.text}"))]
        opened += [line(" " * 11, row.text) for row in more]
        opened += [_example(number, JobKey(*job)) for job in each.examples]
        rows.append(Section(f"near:{number}", (closed,), tuple(opened), f"rule:{each.rule}"))
    told = f"{counted(near.jobs, 'job')} that no rule matches"
    return [BLANK, head("ONE CONDITION AWAY", told), *(_section("near", rows) if rows else [line("   ", dim("none"))])]


def _example(number: int, job: JobKey) -> Section:
    """Return a line that leads to a job, below the condition of that number."""
    row = line(" " * 11, dim(f"such as job {job.id} of {job.integration}"))
    return Section(f"near:{number}:{target_of(job)}", (row,), (row,), f"job:{target_of(job)}")


def _days(days: Sequence[DayOutcomes], width: int) -> list[Line]:
    """Return a sparkline for the syncs that went well and one for those that did not, with their sums and their highest day."""
    tests: tuple[tuple[str, Callable[[str], bool], Callable[[str], Span]], ...] = (
        ("Succeeded", lambda outcome: outcome in _WELL, good),
        ("Not synced", lambda outcome: outcome not in _WELL, bad),
    )
    rows = []
    for name, wanted, tone in tests:
        numbers = [sum(number for outcome, number in day.outcomes.items() if wanted(outcome)) for day in days]
        peak = max(numbers, default=0)
        when = f", most {peak:,} on {days[numbers.index(peak)].day:%m-%d}" if peak else ""
        rows.append(
            line(
                "   ",
                f"{name:<11}",
                tone(spark(numbers, peak)),
                f"  {sum(numbers):,} in all{when}, today {numbers[-1] if numbers else 0:,}",
            )
        )
    kinds: dict[str, int] = {}
    for day in days:
        for outcome, number in day.outcomes.items():
            kinds[outcome] = kinds.get(outcome, 0) + number
    told = ", ".join(f"{number:,} {outcome.replace('_', ' ')}" for outcome, number in _most(kinds.items()))
    return [*rows, *(line(dim(row.text)) for row in wrap_lines(told, width - 1, 3))] if told else rows


def _share(share: CoverageShare, width: int) -> Section:
    every = share.eligible + share.ineligible
    name = share.value if share.value is not None else "(none)"
    row = _row(name, f"{share.eligible:>6,}/{every:<6,}", share.eligible, every, width)
    return Section(f"share:{name}", (row,), (row,))


def _section(key: str, rows: Sequence[Line | Section]) -> list[Line | Section]:
    """Return the first rows, and the rest behind a section."""
    if len(rows) <= _FIRST + 1:
        return list(rows)
    more = line("  ", dim(f"+ {len(rows) - _FIRST} more"))
    return [*rows[:_FIRST], Section(f"more:{key}", (more,), (line("  ", dim("- fewer")), *rows[_FIRST:]))]


def _bar_line(name: str, number: int, of: int, width: int) -> Line:
    return _row(name, f"{number:>6,} {_percent(number, of):>6}", number, of, width)


def _row(name: str, numbers: str, number: int, of: int, width: int) -> Line:
    return line("   ", f"{fit(name, _NAME):<{_NAME}}  {numbers:<{_COUNTS}} ", *_bar(number, of, width - _NAME - _COUNTS - 8))


def _bar(number: int, of: int, cells: int) -> tuple[Span, Span]:
    filled = 0 if not of else min(cells, max(1 if number else 0, round(cells * number / of)))
    return good(_FULL * filled), dim(_EMPTY * (cells - filled))


def _percent(number: int, of: int) -> str:
    return f"{100 * number / of:.0f} %" if of else "-"


def _most(items: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(items, key=lambda item: -item[1])
