"""How the automatic sync stands, as screens and commands say it."""

from __future__ import annotations

from datetime import datetime

from ..backend.core.models import AlertAnswer, Pause


def pause_words(pause: Pause) -> str:
    """Return who paused the automatic sync, since when and until when, by the local clock, and why, where they said."""
    end = "" if pause.until is None else f", resumes automatically at {_local(pause.until)}"
    reason = "" if pause.reason is None else f" ({pause.reason})"
    return f"PAUSED by {pause.by} since {_local(pause.since)}{end}{reason}"


def answer_words(answer: AlertAnswer) -> str:
    """Return what a person said of an alert, who and when, and why, where they said."""
    reason = "" if answer.reason is None else f" ({answer.reason})"
    return f"{answer.kind} by {answer.by} at {_local(answer.at)}, until it changes{reason}"


def short_pause(pause: Pause, now: datetime) -> str:
    """Return the same for a line that has little room: ``PAUSED until 18:00``, with the day where that is another one."""
    return "PAUSED" if pause.until is None else f"PAUSED until {_short(pause.until, now)}"


def stopped_words(last_run: datetime | None) -> str:
    """Return that nothing runs on schedule any more, and since when, by the local clock."""
    return f"no run{'' if last_run is None else f' since {_local(last_run)}'}; the service seems stopped"


def short_stop(last_run: datetime | None, now: datetime) -> str:
    """Return the same for a line that has little room."""
    return f"auto NO RUN{'' if last_run is None else f' since {_short(last_run, now)}'}"


def _short(moment: datetime, now: datetime) -> str:
    """Return the local time of day, with the day where that is another one."""
    local = moment.astimezone()
    return local.strftime("%H:%M" if local.date() == now.astimezone().date() else "%Y-%m-%d %H:%M")


def _local(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")
