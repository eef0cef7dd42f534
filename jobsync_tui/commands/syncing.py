"""The commands of the dialogs around a sync."""

from __future__ import annotations

from collections.abc import Iterator

from .command import Command, Group, as_command


def check() -> Iterator[Command]:
    """Yield the commands of Check Eligibility."""
    g = Group.CHECK
    yield Command(g, "sync", "Sync Job", "Plan the sync of this job, and ask before anything is written.", ("s",), "Sync Job")
    yield Command(g, "live", "Check live", "Read the job from the ATS now and check again.", ("l",), "check live")
    yield Command(g, "unfold", "Unfold", "Show more, or less, of what is under the cursor.", ("+",), "unfold")
    yield Command(g, "open_rule", "Open rule", "Go to the rule in the list of rules.", ("R",), "open rule")
    yield Command(
        g, "changed_rule", "What changed", "Show the change of rules that turned the answer around, and restore.", ("w",), "what changed"
    )
    yield Command(g, "new_rule", "New rule from this job", "Make a rule that matches this job and others like it.", ("n",))
    yield Command(g, "keep_test", "Keep as a test", "Keep what the rules say of this job now as a test of the rules.", ("T",))
    yield Command(g, "copy", "Copy as Markdown", "Copy the explanation to the terminal's clipboard.", ("c",), "copy")
    yield Command(g, "copy_plan", "Copy the plan", "Copy what a sync of this job would change, as Markdown; nothing is written.", ("C",))
    yield Command(g, "history", "History of the job", "Show who did what to the job, and when.", ("H",))
    yield Command(g, "compare", "Side by side", "Show the job in the ATS and in Tenzo field by field.", ("=",))
    yield as_command(g)
    yield Command(g, "previous", "Previous job", "Check the job before this one in the list.", ("[",), palette=False)
    yield Command(g, "next", "Next job", "Check the job after this one in the list.", ("]",), "next job", palette=False)


def confirm() -> Iterator[Command]:
    """Yield the commands of a confirmation."""
    g = Group.CONFIRM
    yield Command(g, "confirm", "Confirm Sync", "Write what is shown to Tenzo.", ("y",), "Confirm Sync", palette=False)
    yield Command(g, "unfold", "Unfold", "Show more, or less, of the plan.", ("+",), "show")
    yield Command(g, "reason", "Reason", "Say why, if you like: it is kept in the record of who did what.", ("w",), "reason")
    yield Command(g, "copy", "Copy as Markdown", "Copy the plan to the terminal's clipboard.", ("c",))
    yield as_command(g, "as command")


def undo() -> Iterator[Command]:
    """Yield the commands of the confirmation of an undo."""
    g = Group.UNDO
    yield Command(g, "confirm", "Confirm Undo", "Restore the fields in Tenzo as shown.", ("y",), "Confirm Undo", palette=False)
    yield Command(g, "unfold", "Unfold", "Show more, or less, of what would be restored.", ("+",), "show")
    yield Command(g, "reason", "Reason", "Say why, if you like: it is kept in the record of who did what.", ("w",), "reason")
    yield Command(g, "copy", "Copy as Markdown", "Copy what would be restored to the terminal's clipboard.", ("c",))
    yield as_command(g, "as command")


def links() -> Iterator[Command]:
    """Yield the commands of the list of what could be linked, and of one job beside its candidates."""
    g = Group.LINKS
    yield Command(
        g, "open", "Decide", "Show both sides of the job, and which job in Tenzo it may be; or show a section.", ("enter",), "decide"
    )
    yield Command(g, "link_all", "Link all that are certain", "Show every link that is certain, and ask.", ("A",), "link the certain")
    yield Command(g, "unfold", "Unfold", "Show or hide the jobs in Tenzo that it may be.", ("+",), "show")
    yield Command(g, "again", "Read again", "Compare the jobs in Tenzo with those here anew.", ("r",), "read again")
    yield Command(g, "copy", "Copy as text", "Copy the list to the terminal's clipboard.", ("c",))
    yield as_command(g, "as command")
    g = Group.PAIR
    yield Command(g, "link", "Same job: link", "Show what linking to the job under the cursor changes, and ask.", ("enter",), "link")
    yield Command(g, "none", "None of them", "Keep that it is none of these jobs in Tenzo; asks first.", ("x",), "none of them")
    yield Command(g, "another", "Another job", "Type the ID of the job in Tenzo that it is.", ("t",), "another ID")
    yield Command(g, "unfold", "Unfold", "Show or hide the fields of the job under the cursor.", ("+",), "unfold")
    yield Command(g, "copy", "Copy as text", "Copy both sides to the terminal's clipboard.", ("c",), "copy")
    yield as_command(g, "as command")


def linking() -> Iterator[Command]:
    """Yield the commands of the confirmation of a link."""
    g = Group.LINKING
    yield Command(g, "confirm", "Confirm Link", "Link the jobs as shown.", ("y",), "Confirm Link", palette=False)
    yield Command(g, "unfold", "Unfold", "Show more, or less, of what would change.", ("+",), "show")
    yield Command(g, "reason", "Reason", "Say why, if you like: it is kept in the record of who did what.", ("w",), "reason")
    yield Command(g, "copy", "Copy as Markdown", "Copy what would change to the terminal's clipboard.", ("c",))
    yield as_command(g, "as command")


def running() -> Iterator[Command]:
    """Yield the commands of a sync in progress."""
    yield Command(
        Group.RUNNING,
        "cancel",
        "Stop after the current jobs",
        "Finish the current jobs and start no others.",
        ("x",),
        "stop",
        palette=False,
    )


def result() -> Iterator[Command]:
    """Yield the commands of a result."""
    g = Group.RESULT
    yield Command(g, "done", "Done", "Go back to the jobs.", ("enter",), "done", palette=False)
    yield Command(g, "next_marked", "Next marked", "Go on with the next marked job.", ("n",), "next marked")
    yield Command(g, "link", "Link", "Show the job's address in Tenzo and copy it.", ("o",), "link")
    yield Command(g, "copy", "Copy as text", "Copy the result to the terminal's clipboard; it holds no secrets.", ("c",), "copy")
    yield Command(g, "history", "History of the job", "Show who did what to the job, and when.", ("H",), "history")
    yield Command(g, "retry", "Try again", "Plan the sync again; no job is ever created twice.", ("r",))
    yield Command(g, "undo", "Undo", "Plan to restore the fields as they were before this sync; asks first.", ("z",))
    yield Command(g, "test", "Test connection", "Try the integration's credentials now.", ("t",))
    yield Command(g, "link_job", "Link to a job in Tenzo", "Decide which job in Tenzo this one is, where that is in doubt.", ("a",))
    yield Command(
        g, "holder", "Who has it", "Show who is syncing the job, and break a lease that is left over; asks first.", ("b",), "who has it"
    )
    yield Command(g, "check", "Check Eligibility", "Show whether the job is eligible, by which rules, or why not.", ("e",))
    yield Command(g, "search", "Search ATS Job", "Look for the job in the ATS by another id.", ("f",))
    yield Command(g, "wire", "Requests and answers", "Show what the sync sent to the ATS and to Tenzo, and what they answered.", ("x",))
    yield Command(g, "unfold", "Unfold", "Show more, or less, of the result.", ("+",))
    yield as_command(g)


def bulk_result() -> Iterator[Command]:
    """Yield the commands of the result of several jobs."""
    g = Group.BULK_RESULT
    yield Command(g, "done", "Done", "Go back to the jobs.", ("enter",), "done", palette=False)
    yield Command(g, "retry", "Try again", "Plan the sync of the failed jobs again; no job is ever created twice.", ("r",), "try again")
    yield Command(g, "unfold", "Unfold", "Show or hide the jobs of a group.", ("+",), "show")
    yield Command(g, "open", "Check Eligibility", "Explain the job under the cursor.", ("e",), "check")
    yield Command(g, "copy", "Copy as text", "Copy the results to the terminal's clipboard; they hold no secrets.", ("c",), "copy")
    yield as_command(g)


def comparison() -> Iterator[Command]:
    """Yield the commands of a job side by side."""
    g = Group.COMPARISON
    yield Command(g, "unfold", "Unfold", "Show both values in full, whose they are, and since when they differ.", ("enter", "+"), "unfold")
    yield Command(g, "sync", "Sync Job", "Plan the sync of this job, and ask before anything is written.", ("s",), "Sync Job")
    yield Command(g, "check", "Check Eligibility", "Show whether the job is eligible, by which rules, or why not.", ("e",), "check")
    yield Command(g, "again", "Read again", "Read the job in the ATS and in Tenzo anew.", ("r",), "read again")
    yield Command(g, "history", "History of the job", "Show who did what to the job, and when.", ("H",))
    yield Command(g, "link", "Link", "Show the job's address in Tenzo and copy it.", ("o",))
    yield Command(g, "copy", "Copy as text", "Copy both sides to the terminal's clipboard.", ("c",), "copy")


def job_page() -> Iterator[Command]:
    """Yield the commands of a job's page."""
    g = Group.JOB_PAGE
    yield Command(g, "unfold", "Unfold", "Show or hide the description, or an answer of the ATS.", ("enter", "+"), "unfold")
    yield Command(g, "compare", "Side by side", "Show the job in the ATS and in Tenzo field by field.", ("=",), "side by side")
    yield Command(g, "check", "Check Eligibility", "Show whether the job is eligible, by which rules, or why not.", ("e",), "check")
    yield Command(g, "again", "Read again", "Ask the ATS for the job anew.", ("r",), "read again")
    yield Command(g, "link", "Link", "Show the job's address in the ATS and copy it.", ("o",))
    yield Command(g, "copy", "Copy as text", "Copy the page to the terminal's clipboard.", ("c",), "copy")
    yield as_command(g)


def wire() -> Iterator[Command]:
    """Yield the commands of the requests and answers of a sync."""
    g = Group.WIRE
    yield Command(g, "read", "Read below", "Go to the request below, to scroll it, and back.", ("enter", "tab"), "read below")
    yield Command(g, "copy", "Copy as text", "Copy the request and the answer under the cursor; secrets are taken out.", ("c",), "copy")
    yield Command(g, "copy_all", "Copy all", "Copy all the requests and answers of the sync.", ("C",), "copy all")
    yield as_command(g, "as command")


def search() -> Iterator[Command]:
    """Yield the commands of Search ATS Job."""
    g = Group.SEARCH
    yield Command(g, "check", "Check Eligibility", "Show whether the found job is eligible.", ("e",), "check")
    yield Command(g, "sync", "Sync Job", "Plan the sync of the found job.", ("s",), "sync")
    yield Command(g, "edit", "Another id", "Go back to the field for the id.", ("f", "/"), "another id")
    yield Command(g, "unfold", "Unfold", "Show or hide the description.", ("+",), "unfold")
    yield Command(g, "link", "Link", "Show the job's address in the ATS and copy it.", ("o",))
    yield as_command(g)
