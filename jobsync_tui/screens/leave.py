"""The question before leaving while something runs."""

from __future__ import annotations

from collections.abc import Iterator

from ..backend.core.text import counted
from ..session.runs import Runs
from .menu import Entry, MenuScreen

STAY, WAIT, NOW = "stay", "wait", "now"


class LeaveScreen(MenuScreen):
    """Asks whether to stay, to leave when what is in flight has ended, or to leave at once. Stay is under the cursor."""

    def __init__(self, runs: Runs) -> None:
        entries = [Entry(STAY, "Stay", "go on")]
        if runs.writing:
            entries.append(Entry(WAIT, "Leave when it has ended", "no further job is started"))
        else:
            entries.append(Entry(NOW, "Leave", "; ".join(_ends(runs))))
        super().__init__(_title(runs), entries, chosen=STAY)


def _ends(runs: Runs) -> Iterator[str]:
    """Give what becomes of what is not awaited."""
    if runs.refreshes:
        yield "the refresh goes on where it stopped, next time"
    if runs.errands:
        yield "nothing half done is left behind"


def _title(runs: Runs) -> str:
    parts: list[str] = []
    jobs = sum(len(run.jobs) - len(run.results) for run in runs.syncs)
    if jobs:
        parts.append(f"a sync of {counted(jobs, 'job')} runs")
    if runs.refreshes:
        parts.append("a refresh runs")
    parts += [errand.words for errand in runs.errands]
    return "Quit? " + " and ".join(parts)
