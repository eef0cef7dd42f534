"""The commands of what is only read."""

from __future__ import annotations

from collections.abc import Iterator

from .command import Command, Group, as_command


def reading() -> Iterator[Command]:
    """Yield the commands of histories, the log, errors and the help."""
    yield Command(Group.HISTORY, "unfold", "Unfold", "Show what an entry changed.", ("enter", "+"), "unfold")
    yield Command(Group.HISTORY, "undo", "Undo", "Plan to restore the fields as they were before this entry; asks first.", ("z",), "undo")
    yield Command(
        Group.HISTORY,
        "explain",
        "Explain with the rules used then",
        "Check the job with the rules that were used for this entry.",
        ("e",),
        "rules used then",
    )
    yield Command(
        Group.HISTORY,
        "wire",
        "Requests and answers",
        "Show what was sent to ATS and Tenzo, and answered.",
        ("x",),
        "requests",
    )
    yield Command(Group.HISTORY, "copy", "Copy as text", "Copy the history to the terminal's clipboard.", ("c",), "copy")
    yield as_command(Group.HISTORY)
    yield as_command(Group.GREETING)
    g = Group.GREETING
    yield Command(g, "open", "Open", "Go to the jobs of the line under the cursor, or open it.", ("enter",), "open", palette=False)
    yield Command(g, "unfold", "Show more", "Show the jobs of the line under the cursor, or what is known of it.", ("+",), "show")
    yield Command(g, "again", "Sync again", "Plan another sync of the jobs that failed for this cause; asks first.", ("s",), "sync again")
    yield Command(g, "test", "Test connection", "Try the credentials of the integration under the cursor.", ("t",), "test")
    yield Command(g, "rule", "Rule", "Show the rule by whose change the jobs became eligible.", ("R",))
    yield Command(g, "accept", "Accept", "Let the rules write as many jobs as the automatic sync waits with; asks first.", ("A",), "accept")
    yield Command(g, "period", "Another time", "Tell of the last 24 hours, of the last 7 days, or since your last visit.", ("w",), "time")
    yield Command(g, "refresh", "Refresh", "Look again what happened and what waits.", ("r",))
    yield Command(g, "copy", "Copy as text", "Copy a day at a glance to the terminal's clipboard.", ("c",), "copy")
    yield Command(Group.DOCTOR, "again", "Check again", "Look at everything anew.", ("r",), "check again")
    yield Command(Group.DOCTOR, "copy", "Copy as text", "Copy what was found; it holds no secrets.", ("c",), "copy")
    yield as_command(Group.DOCTOR, "as command")
    yield Command(Group.RECORD, "unfold", "Unfold", "Show what an entry changed.", ("enter", "+"), "unfold")
    yield Command(Group.RECORD, "who", "By whom", "Show the entries of one actor only, or of everybody again.", ("w",), "by whom")
    yield Command(Group.RECORD, "since", "Since when", "Show the entries of the last days only, or all again.", ("t",), "since when")
    yield Command(Group.RECORD, "older", "Older entries", "Read older entries too.", ("m",), "older")
    yield Command(Group.RECORD, "history", "History of the job", "Show who did what to the job of the entry.", ("H",), "of the job")
    yield Command(Group.RECORD, "wire", "Requests and answers", "Show what was sent to ATS and Tenzo, and answered.", ("x",))
    yield Command(Group.RECORD, "copy", "Copy as text", "Copy what is shown to the terminal's clipboard.", ("c",))
    yield as_command(Group.RECORD)
    yield Command(Group.LOG, "copy", "Copy as text", "Copy the log to the terminal's clipboard; it holds no secrets.", ("c",), "copy")
    yield Command(Group.ERROR, "done", "Done", "Go back: the error stays in the log.", ("enter",), "done", palette=False)
    yield Command(Group.ERROR, "copy", "Copy as text", "Copy the error to the terminal's clipboard; it holds no secrets.", ("c",), "copy")
    yield Command(Group.HELP, "copy", "Copy as text", "Copy the keys to the terminal's clipboard.", ("c",), "copy")


def runs() -> Iterator[Command]:
    """Yield the commands of the list of runs and writes."""
    g = Group.RUNS
    yield Command(g, "open", "Open", "Show what a run wrote, or the history of a write's job.", ("enter", "+"), "open", palette=False)
    yield Command(g, "filter", "Filter", "Type words, result:failed, by:alice, reason:upgrade, on:yesterday; esc clears.", ("/",), "filter")
    yield Command(
        g,
        "retry",
        "Try again",
        "Plan the sync of the job again, or of what failed in a run.",
        ("r",),
        "try again",
    )
    yield Command(g, "retry_all", "Try all again", "Plan the sync of all that failed here and did not go well since.", ("A",), "try all")
    yield Command(g, "wire", "Requests and answers", "Show what was sent to ATS and Tenzo, and answered.", ("x",), "requests")
    yield Command(g, "undo", "Undo", "Plan to restore the fields as they were before this write; asks first.", ("u", "z"), "undo")
    yield Command(g, "check", "Check Eligibility", "Show whether the job is eligible, by which rules, or why not.", ("e",))
    yield Command(g, "sync", "Sync Job", "Plan the sync of the job, and ask before anything is written.", ("s",))
    yield Command(g, "history", "History of the job", "Show who did what to the job, and when.", ("H",))
    yield as_command(g)
