"""What is probably not meant so in rules, as words; and the looking over that follows every change of the rules."""

from __future__ import annotations

from collections.abc import Collection

from ..backend.core.models import Finding, LintReport
from ..backend.core.text import among, counted
from ..backend.services.backend import Backend
from .output import print_line, say
from .progress import progress_line


async def look_over(backend: Backend, ids: Collection[str]) -> LintReport:
    """Look over the rules in force, those of ``ids`` among them, and say on standard error what is found."""
    with progress_line() as line:
        report = await backend.rules.lint(only=ids, on_progress=lambda done: line.show(f"looking over the rules: {counted(done, 'job')}"))
    for finding in report.findings:
        say(_sentence(finding))
    return report


def print_findings(report: LintReport, part: int | None = None) -> None:
    """Print what was found, a paragraph a finding; ``part`` is how many jobs there are for the actor, where that is not all."""
    for finding in report.findings:
        print_line()
        print_line(_sentence(finding))
        print_line(f"    {finding.remedy}")
    print_line()
    print_line(f"{counted(len(report.findings), 'finding')}, looked over with {counted(report.jobs, 'cached job')} {among(part)}".rstrip())
    if report.unasked is not None:
        say(f"The target's names were not looked at: {report.unasked}")


def _sentence(finding: Finding) -> str:
    place = "" if finding.place is None else f", {finding.place}"
    return f"{finding.rule_name} ({finding.rule}{place}): {finding.message}"
