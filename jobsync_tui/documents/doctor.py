"""What an examination of the installation found, with the remedies."""

from __future__ import annotations

from types import MappingProxyType

from ..backend.core.models import DoctorReport, DoctorStatus
from ..backend.core.text import counted
from .document import BLANK, Document, Line, Span, Tone, as_text, dim, line
from .layout import wrap

_CHECK = 12
_INDENT = 20
_TONES = MappingProxyType({DoctorStatus.OK: Tone.OK, DoctorStatus.WARN: Tone.WARN, DoctorStatus.FAIL: Tone.BAD})


def doctor_document(report: DoctorReport, width: int) -> Document:
    """Return what was found in the order of the checks, each with its remedy, and how much of it there is."""
    document: list[Line] = []
    for each in report.findings:
        first, *more = wrap(each.message, width - _INDENT - 1)
        document.append(line(Span(f"{each.status.upper():<4}  ", _TONES[each.status]), f"{each.check:<{_CHECK}}  {first}"))
        document += [line(" " * _INDENT, part) for part in more]
        if each.remedy is not None:
            for number, part in enumerate(wrap(each.remedy, width - _INDENT - 4)):
                document.append(line(" " * _INDENT, dim("-> " if number == 0 else "   "), part))
    return (*document, BLANK, line(counts_words(report)))


def doctor_text(report: DoctorReport, width: int = 100) -> str:
    """Return the same as text."""
    return as_text(doctor_document(report, width)) + "\n"


def counts_words(report: DoctorReport) -> str:
    """Return how much was found: ``3 ok, 1 warning, 0 failures``."""
    counts = {status: sum(each.status is status for each in report.findings) for status in DoctorStatus}
    return f"{counts[DoctorStatus.OK]} ok, {counted(counts[DoctorStatus.WARN], 'warning')}, {counted(counts[DoctorStatus.FAIL], 'failure')}"
