"""The commands that act everywhere, on the lists of integrations and jobs, and in what scrolls."""

from __future__ import annotations

from collections.abc import Iterator

from .command import Command, Group, as_command


def everywhere() -> Iterator[Command]:
    """Yield what acts on every screen."""
    g = Group.EVERYWHERE
    yield Command(g, "help", "Keys and help", "Show the keys that act here and what they do.", ("?",), footer="keys")
    yield Command(g, "palette", "Command palette", "Find a command by its name and run it.", ("ctrl+p", ":"), palette=False)
    yield Command(g, "back", "Back", "Go back one level; never leaves the application.", ("escape",), palette=False)
    yield Command(g, "log", "Log", "Read the messages and errors of this session again.", ("L",))
    yield Command(g, "redraw", "Redraw", "Draw the whole screen again, where another program wrote over it.", ("ctrl+l",), priority=True)
    yield Command(g, "mouse", "Mouse on or off", "Let the terminal use the mouse, to select text, or use it here again.", ())
    yield Command(g, "theme", "Colours", "Choose dark, light, high contrast, or the terminal's own colours.", (), also="theme colors")
    yield Command(g, "leases", "Leases", "Show who is syncing which job, and break a lease that is left over; asks first.", ())
    yield Command(g, "pause", "Automatic sync: pause", "Have no automatic run begin until it is resumed.", (), also="paused stop hold")
    yield Command(
        g,
        "pause_until",
        "Automatic sync: pause until",
        "Have no automatic run begin before a time: 18:00, 2h, 2026-12-01.",
        (),
        also="paused stop hold",
    )
    yield Command(
        g,
        "resume",
        "Automatic sync: resume",
        "Let the automatic sync go on, also where credentials were refused.",
        (),
        also="paused continue",
    )
    yield Command(
        g,
        "alerts",
        "Alerts",
        "List what keeps the automatic sync from its work; acknowledge or mute it until it changes.",
        (),
        also="silence snooze repeat working on it",
    )
    yield Command(g, "recover", "Recover", "Find out what became of writes whose answers were lost.", ())
    yield Command(
        g,
        "runs",
        "Runs and writes",
        "List the automatic runs and what everybody did, over all integrations.",
        ("W",),
        also="failed retry try again undo paused",
    )
    yield Command(g, "record", "Record", "Browse the record of who did what, of all jobs.", (), also="audit reason")
    yield Command(g, "doctor", "Doctor", "Check configuration, permissions, database, credentials, terminal and versions.", ())
    yield Command(g, "backup", "Backup", "Write a consistent copy of the database into a new file; asks where.", ())
    yield Command(g, "leave", "Quit", "Leave the application; asks first while something runs.", ("q",))


def picker() -> Iterator[Command]:
    """Yield the commands of the list of integrations."""
    g = Group.PICKER
    yield Command(g, "open", "Open", "Show the jobs of the integration under the cursor.", ("enter",), footer="open", palette=False)
    yield Command(g, "all", "All integrations", "Show the jobs of all integrations in one list.", ("a",), footer="all in one list")
    yield Command(g, "test", "Test connection", "Try the integration's credentials with one cheap call.", ("t",), footer="test")
    yield Command(g, "refresh", "Refresh", "Bring the integration's jobs up to date from its ATS.", ("r",), footer="refresh")
    yield Command(g, "rules", "Rules", "List the rules, see which jobs they match, and change them.", ("R",), footer="rules")
    yield Command(
        g,
        "coverage",
        "Coverage",
        "Show how many jobs the rules match (coverage): by rule, by reason, by department, by place.",
        ("O",),
        "coverage",
    )
    yield from _adopt_and_day(g)
    yield as_command(g)


def _adopt_and_day(group: Group) -> Iterator[Command]:
    """Yield what the list of integrations and that of jobs lead to alike."""
    yield Command(group, "adopt", "Link jobs (adopt)", "Decide which jobs that Tenzo already has are jobs of this integration.", ())
    yield Command(
        group,
        "greeting",
        "A day at a glance",
        "Show what happened, why syncs failed, what became eligible, and what waits.",
        ("w",),
        also="retry try again since yesterday news",
    )


def jobs() -> Iterator[Command]:
    """Yield the commands of the jobs screen."""
    g = Group.JOBS
    yield Command(g, "check", "Check Eligibility", "Show whether the job is eligible, by which rules, or why not.", ("enter", "e"), "check")
    yield Command(
        g,
        "sync",
        "Sync Job",
        "Plan the sync of the job, or of the marked jobs, and ask before anything is written.",
        ("s",),
        "sync",
        also="overwrite try again retry",
    )
    yield Command(
        g,
        "filter",
        "Filter",
        "Type words, client:acme, custom.shift:nights, is:open, updated<7d; up brings earlier filters, Esc clears.",
        ("/",),
        "filter",
    )
    yield Command(g, "search", "Search ATS Job", "Read one job from the ATS by its exact id or its address.", ("f",), "Search ATS Job")
    yield Command(g, "mark", "Mark", "Mark or unmark the job under the cursor.", ("space",), "mark")
    yield Command(g, "mark_all", "Mark all that match", "Mark every job that matches the filter.", ("m",))
    yield Command(g, "only_marked", "Show only the marked", "Show the marked jobs only, or all again.", ("M",))
    yield Command(g, "unmark_all", "Unmark all", "Remove every mark.", ("u",))
    yield Command(g, "sort", "Sort", "Choose the column to sort by; the same column again reverses the order.", ("O",))
    yield Command(g, "refresh", "Refresh", "Read the jobs from the ATS again; the list stays readable meanwhile.", ("r",))
    yield Command(g, "views", "Views", "List the saved views; use, save, rename, share or delete one.", ("v",), "views")
    yield Command(g, "switch", "Other jobs", "Go to the jobs of another integration, or of all of them; typing finds one.", ("i",), "ATS")
    yield Command(g, "integrations", "Integrations", "List the integrations: their state and last error; test, refresh.", ("I",))
    yield Command(g, "nth_view", "View 1 to 9", "Use one of the first nine views.", tuple("123456789"), palette=False, numbered=True)
    yield Command(g, "columns", "Columns", "Choose the fields of a job that the list shows, and their order.", ("|",))
    yield Command(g, "export", "Export", "Write what is listed, in these columns and this order, into a CSV file.", ("X",))
    yield Command(g, "rules", "Rules", "List the rules, see which jobs they match, and change them.", ("R",))
    yield Command(
        g, "coverage", "Coverage", "Show how many of these jobs the rules match (coverage), and why the others are not eligible.", ("C",)
    )
    yield Command(g, "new_rule", "New rule from this job", "Make a rule that matches the job under the cursor and others like it.", ("n",))
    yield Command(
        g, "history", "History of the job", "Show who did what to the job, and when.", ("H",), also="requests answers undo reason audit"
    )
    yield Command(
        g,
        "compare",
        "Side by side",
        "Show the job in ATS and Tenzo field by field: what differs, and whose it is.",
        ("=",),
        also="overwrite edited changed by hand",
    )
    yield Command(g, "page", "Job", "Show every field of the job, its description, and what the ATS answers.", ("d",))
    yield from _adopt_and_day(g)
    yield Command(g, "copy", "Copy", "Copy the job's id, link, explanation or plan to the terminal's clipboard.", ("c",))
    yield Command(g, "link", "Link", "Show the job's address in the ATS, copy it, and open it where there is a desktop.", ("o",))
    yield as_command(g)


def views() -> Iterator[Command]:
    """Yield the commands of the menu of the views."""
    g = Group.VIEWS
    yield Command(g, "choose", "Use", "List the jobs by the view under the cursor.", ("enter",), palette=False)
    yield Command(g, "nth", "View 1 to 9", "Use one of the first nine.", tuple("123456789"), palette=False, numbered=True)
    yield Command(g, "save", "Save", "Save filter, sort and columns of the list as a view.", ("s",), palette=False)
    yield Command(g, "rename", "Rename", "Give the view under the cursor another name.", ("r",), palette=False)
    yield Command(g, "share", "Share", "Let others use the view under the cursor, or no longer.", ("S",), palette=False)
    yield Command(g, "delete", "Delete", "Delete the view under the cursor; asks first.", ("d",), palette=False)


def columns() -> Iterator[Command]:
    """Yield the commands of the menu of the columns."""
    g = Group.COLUMNS
    yield Command(g, "turn", "On or off", "Show the field under the cursor, or no longer.", ("space",), palette=False)
    yield Command(g, "earlier", "Earlier", "Move the column one place to the left.", ("K",), palette=False)
    yield Command(g, "later", "Later", "Move the column one place to the right.", ("J",), palette=False)
    yield Command(g, "add", "Add by name", "Show a field by its name, such as custom.shift.", ("a",), palette=False)
    yield Command(g, "usual", "The usual ones", "Show the usual columns again.", ("u",), palette=False)
    yield Command(g, "choose", "Done", "Show the chosen columns.", ("enter",), palette=False)


def table() -> Iterator[Command]:
    """Yield what moves the cursor of the table."""
    g = Group.TABLE
    yield Command(g, "cursor_up", "Up", "Move up one job.", ("up", "k"), palette=False)
    yield Command(g, "cursor_down", "Down", "Move down one job.", ("down", "j"), palette=False)
    yield Command(g, "page_up", "Page up", "Move up one page.", ("pageup", "ctrl+b"), palette=False)
    yield Command(g, "page_down", "Page down", "Move down one page.", ("pagedown", "ctrl+f"), palette=False)
    yield Command(g, "scroll_top", "First", "Move to the first job.", ("home", "g"), palette=False)
    yield Command(g, "scroll_bottom", "Last", "Move to the last job.", ("end", "G"), palette=False)


def document() -> Iterator[Command]:
    """Yield what moves in a text."""
    g = Group.SHEET
    yield Command(g, "cursor_up", "Up", "Move up to the next section that opens, or scroll up.", ("up", "k"), palette=False)
    yield Command(g, "cursor_down", "Down", "Move down to the next section that opens, or scroll down.", ("down", "j"), palette=False)
    yield Command(g, "page_up", "Page up", "Scroll up one page.", ("pageup", "ctrl+b"), palette=False)
    yield Command(g, "page_down", "Page down", "Scroll down one page.", ("pagedown", "ctrl+f"), palette=False)
    yield Command(g, "scroll_top", "First", "Go to the beginning.", ("home", "g"), palette=False)
    yield Command(g, "scroll_bottom", "Last", "Go to the end.", ("end", "G"), palette=False)
