"""What is probably a mistake in rules, printed; and the check that follows every change of the rules."""

from __future__ import annotations

from collections.abc import Collection

from ..backend.core.models import LintReport
from ..backend.core.text import among, counted
from ..backend.services.backend import Backend
from ..documents.document import as_text
from ..documents.impact import finding_lines
from .output import print_line, print_text, say, text_width
from .progress import progress_line


async def look_over(backend: Backend, ids: Collection[str]) -> LintReport:
    """Look over the rules in force, those of ``ids`` among them, and say on standard error what is found."""
    with progress_line() as line:
        report = await backend.rules.lint(only=ids, on_progress=lambda done: line.show(f"checking the rules: {counted(done, 'job')}"))
    if report.findings:
        for row in finding_lines(report.findings, text_width()):
            say(row.text)
    return report


def print_findings(report: LintReport, part: int | None = None) -> None:
    """Print what was found, ``part`` is how many jobs there are for the actor, where that is not all."""
    if report.findings:
        print_text(as_text(finding_lines(report.findings, text_width())))
    found = counted(len(report.findings), "problem") if report.findings else "No problems"
    print_line(f"{found} found (checked against {counted(report.jobs, 'cached job')}{f', {among(part)}' if part is not None else ''})")
    if report.unasked is not None:
        say(f"The target's names could not be checked: {report.unasked}")
