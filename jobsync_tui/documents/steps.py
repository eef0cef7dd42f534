"""The five steps of a sync: as they happen, and afterwards on one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..backend.core.models import Step, StepName, StepState
from . import words
from .document import Line, Span, bad, dim, good, line, strong
from .layout import wrap

_DOING = {
    StepName.FETCH: "read the job from {ats}",
    StepName.RULES: "evaluate the active rules",
    StepName.PLAN: "compare with the job in {target}",
    StepName.WRITE: "write what differs",
    StepName.VERIFY: "read back and compare",
}
_GLYPHS = {StepState.RUNNING: strong(">"), StepState.OK: good("ok"), StepState.FAILED: bad("x"), StepState.SKIPPED: dim("-")}


def step_lines(steps: Mapping[StepName, Step], ats: str, width: int, running_for: float | None = None) -> list[Line]:
    """Return a line for each of the five steps, those that have not begun included.

    Args:
        steps: What is known of the steps so far.
        ats: Name of the ATS.
        width: Cells there are.
        running_for: Seconds since the running step began.
    """
    lines: list[Line] = []
    for name, doing in _DOING.items():
        step = steps.get(name)
        told = doing.format(ats=ats, target=words.TARGET)
        glyph = _GLYPHS[step.state] if step else dim(" ")
        long = step.seconds if step and step.seconds is not None else running_for if step and step.state is StepState.RUNNING else None
        took = words.seconds(long) if long is not None else ""
        body = Span(
            f"{words.STEPS[name]:<8}{told}",
            strong("").tone if step and step.state is StepState.RUNNING else dim("").tone if step is None else Span("").tone,
        )
        lines.append(line("   ", glyph, " " * (3 - len(glyph.text)), body, right=took))
        if step and step.detail:
            lines += [line(" " * 14, part) for part in wrap(step.detail, width - 16, most=3)]
    return lines


def steps_line(steps: Sequence[Step], *, timed: bool = True) -> list[Span]:
    """Return the steps of a finished sync on one line: ``ok fetch 0.4 s   ok rules   - write``, without seconds if not ``timed``."""
    spans: list[Span] = []
    for step in steps:
        took = f" {words.seconds(step.seconds)}" if timed and step.seconds is not None and step.seconds >= 0.05 else ""
        gap = "   " if spans else ""
        spans += [Span(gap), _GLYPHS[step.state], Span(f" {words.STEPS[step.name]}{took}")]
    return spans
