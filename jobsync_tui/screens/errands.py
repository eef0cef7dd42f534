"""Errands that have nothing to do with what is on a screen, from every palette: the timer, the leases, what is open in the target."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from textual.app import App

from ..backend.core import clock
from ..backend.core.models import AnswerKind
from ..backend.core.moments import said_ahead
from ..backend.core.named_files import working_directory
from ..backend.core.text import counted
from ..backend.services.backend import Backend
from ..documents.automatic import answer_words, pause_words
from ..documents.words import ago, day_and_time
from ..session.messages import AutomaticChanged
from ..session.runs import Errand
from .base import Host
from .files import file_of, new_file
from .menu import Entry, MenuScreen
from .prompt import Offer, PromptScreen, Question, Remark, any_reason

ResultT = TypeVar("ResultT")
_NO, _YES = "no", "yes"


async def pause(app: App[ResultT], host: Host, backend: Backend) -> None:
    """Have no automatic run begin until it is resumed."""
    await _pause(app, host, backend, None)


async def pause_until(app: App[ResultT], host: Host, backend: Backend) -> None:
    """Have no automatic run begin before a time that is asked for."""
    offers = (Offer("1h", "an hour from now"), Offer("18:00", "at six in the evening"), Offer("8:00", "at eight in the morning"))
    question = Question(title="Until when? 18:00, 2h, 2026-12-01 or 2026-12-01 08:00, by local time", offers=offers, check=_ahead)
    typed = await app.push_screen_wait(PromptScreen(question))
    until = None if typed is None else said_ahead(typed, clock.now())
    if until is not None:
        await _pause(app, host, backend, until)


async def _pause(app: App[ResultT], host: Host, backend: Backend, until: datetime | None) -> None:
    reason = await _asked_why(app)
    if reason is None:
        return
    with backend.because(reason):
        status = await backend.automatic.pause(until)
    host.announce(AutomaticChanged())
    if status.paused is not None:
        host.tell(f"Automatic sync: {pause_words(status.paused)}", remedy="Automatic sync: resume, in the palette, lets it go on")


async def _asked_why(app: App[ResultT]) -> str | None:
    """Ask why something is done; returns an empty text where nobody says, and None where it is not to be done after all."""
    question = Question(title="Why? Kept in the record of who did what; enter alone for no reason", check=any_reason)
    return await app.push_screen_wait(PromptScreen(question))


async def _ahead(typed: str) -> Remark:
    """Find what is no time, or one that is over."""
    now = clock.now()
    until = said_ahead(typed, now)
    if until is None:
        return Remark("a time such as 18:00, 2h or 2026-12-01, or esc", wrong=True)
    if until <= now:
        return Remark("that is over already", wrong=True)
    return Remark(f"resumes automatically at {day_and_time(until)[:16]}")


async def resume(app: App[ResultT], host: Host, backend: Backend) -> None:
    """Let the automatic sync go on."""
    reason = await _asked_why(app)
    if reason is None:
        return
    with backend.because(reason):
        await backend.automatic.resume()
    host.announce(AutomaticChanged())
    held = [each.name for each in await backend.integrations.list() if each.held is not None]
    host.tell(f"The automatic sync goes on; still held: {', '.join(held)}" if held else "The automatic sync goes on")


async def accept(app: App[ResultT], host: Host, backend: Backend) -> bool:
    """Let the rules write what the automatic sync waits with, after a question; returns whether they may."""
    sure = [
        Entry(_NO, "Cancel", "it keeps waiting"),
        Entry(_YES, "Accept", "every integration that waits writes what the rules ask for, as long as they stay as they are"),
    ]
    if await app.push_screen_wait(MenuScreen("Let the rules write that many jobs?", sure, chosen=_NO)) != _YES:
        return False
    reason = await _asked_why(app)
    if reason is None:
        return False
    with backend.because(reason):
        await backend.automatic.resume(accept=True)
    host.announce(AutomaticChanged())
    host.tell("The automatic sync goes on with its next run")
    return True


def recover(host: Host, backend: Backend) -> None:
    """Settle what a crash or a lost answer left open."""

    async def settle(_: Errand) -> None:
        report = await backend.syncs.recover()
        found = counted(report.open, "operation was", "operations were")
        host.tell(f"{found} open, {len(report.settled)} settled, {len(report.unknown)} still unknown")

    host.runs.errand("what a crash or a lost answer left open is being settled", settle)


async def backup(app: App[ResultT], host: Host, backend: Backend) -> None:
    """Write a copy of the database into a new file, whose name is asked for."""
    first = working_directory() / f"jobsync-{clock.now():%Y%m%d-%H%M%S}.db"
    typed = await app.push_screen_wait(
        PromptScreen(Question(title="Copy the database into which new file?", value=str(first), check=new_file))
    )
    if typed is None:
        return
    file = file_of(typed)

    async def copy(errand: Errand) -> None:
        def copied(done: int, total: int) -> None:
            errand.so_far = f"{100 * done // total} %"

        report = await backend.maintenance.backup(file, copied)
        beside = "" if report.target is None else f"; the local target is in {report.target}"
        host.tell(f"The database is copied into {report.database}{beside}", remedy="docs/reliability.md says how to put it back")

    host.runs.errand("the database is being copied", copy)


async def alerts(app: App[ResultT], host: Host, backend: Backend) -> None:
    """List what keeps the automatic sync from its work, and acknowledge or mute what is chosen, until it changes."""
    found = {f"{alert.integration} {alert.code}": alert for alert in await backend.alerts.standing()}
    if not found:
        host.tell("No alert stands")
        return
    entries = [
        Entry(key, f"{alert.integration}: {alert.message}", "" if alert.answer is None else answer_words(alert.answer))
        for key, alert in found.items()
    ]
    chosen = await app.push_screen_wait(MenuScreen("Alerts; enter answers one", entries, searchable=True))
    if chosen is None:
        return
    alert = found[chosen]
    answers: dict[str, AnswerKind | None] = {"acknowledge": AnswerKind.ACKNOWLEDGED, "mute": AnswerKind.MUTED, "reopen": None}
    ways = [
        Entry("acknowledge", "Acknowledge", "still shown; no message repeats it until it changes"),
        Entry("mute", "Mute", "not shown in greetings either, until it changes"),
        *([Entry("reopen", "Reopen", f"it is {alert.answer.kind}")] if alert.answer is not None else []),
    ]
    way = await app.push_screen_wait(MenuScreen(f"{alert.integration}: {alert.message}", ways))
    if way is None:
        return
    reason = await _asked_why(app)
    if reason is None:
        return
    with backend.because(reason):
        await backend.alerts.answer(alert.integration, alert.code, answers[way])
    host.tell(f"The alert of {alert.integration} is {'open again' if answers[way] is None else f'{answers[way]} until it changes'}")


async def leases(app: App[ResultT], host: Host, backend: Backend) -> None:
    """Show who is syncing which job, and end a lease that is left over, after a question."""
    held = {lease.id: lease for lease in await backend.records.leases()}
    if not held:
        host.tell("Nobody is syncing a job now")
        return
    now = clock.now()
    entries = [
        Entry(lease.id, f"{lease.integration}:{lease.job_id}", f"{lease.holder}, since {ago(lease.since, now)}; enter breaks it")
        for lease in held.values()
    ]
    chosen = await app.push_screen_wait(MenuScreen("Jobs that are being synced", entries, searchable=True))
    if chosen is None:
        return
    lease = held[chosen]
    sure = [Entry(_NO, "Cancel", "it stays"), Entry(_YES, "Break it", "only where you know that this sync does not run any more")]
    if await app.push_screen_wait(MenuScreen(f"Break the lease of {lease.holder} on job {lease.job_id}?", sure, chosen=_NO)) != _YES:
        return
    reason = await _asked_why(app)
    if reason is not None:
        with backend.because(reason):
            await backend.records.break_lease(lease.id)
        host.tell(f"The lease on job {lease.job_id} is broken")
