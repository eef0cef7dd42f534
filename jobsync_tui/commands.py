"""Every command of the terminal application, declared once.

A command's keys make its bindings, its place in the footer, its entry in the palette, its row in the help and its row in the README's key
table. A screen binds a group with ``BINDINGS = bindings(Group.JOBS)`` and has an ``action_<action>`` method for each command in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.binding import BindingType

MOST_IN_FOOTER = 7
"""Keys that a footer names; more are not read, they are searched."""


class Group(StrEnum):
    """Where commands are at hand; the value is the heading in the help and in the key table."""

    EVERYWHERE = "Everywhere"
    PICKER = "Integrations"
    JOBS = "Jobs"
    TABLE = "Jobs table"
    SHEET = "Text in a dialog"
    CHECK = "Check Eligibility"
    CONFIRM = "Confirm Sync"
    RUNNING = "Sync in progress"
    RESULT = "Sync Result"
    BULK_RESULT = "Sync Result of several jobs"
    SEARCH = "Search ATS Job"
    RULES = "Rules"
    HISTORY = "History"
    LOG = "Log"
    ERROR = "Error"
    HELP = "Help"


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        group: Where it is at hand.
        action: Name of the screen's or application's method, without ``action_``; unique in its group.
        name: What the palette and the help call it.
        help: One sentence on what it does.
        keys: The keys, the first one being the one that is shown. Printable keys are the character itself.
        footer: The word beside the key in the footer, None for a command that is not shown there.
        palette: Whether the palette offers it: not where it only moves or closes something.
        priority: Whether the key acts before the focused widget sees it.
    """

    group: Group
    action: str
    name: str
    help: str
    keys: tuple[str, ...]
    footer: str | None = None
    palette: bool = True
    priority: bool = False

    @property
    def id(self) -> str:
        """Return the command's name among all: the group's and the action's."""
        return f"{self.group.name.lower()}.{self.action}"

    @property
    def key(self) -> str:
        """Return the first key as people read it."""
        return key_label(self.keys[0])

    @property
    def all_keys(self) -> str:
        """Return every key as people read them."""
        return " or ".join(key_label(key) for key in self.keys)


def _everywhere() -> Iterator[Command]:
    g = Group.EVERYWHERE
    yield Command(g, "help", "Keys and help", "Show the keys that act here and what they do.", ("?",), footer="keys")
    yield Command(g, "palette", "Command palette", "Find a command by its name and run it.", ("ctrl+p", ":"), palette=False)
    yield Command(g, "back", "Back", "Go back one level; never leaves the application.", ("escape",), palette=False)
    yield Command(g, "log", "Log", "Read the messages and errors of this session again.", ("L",))
    yield Command(g, "leave", "Quit", "Leave the application; asks first while something runs.", ("q",))


def _picker() -> Iterator[Command]:
    g = Group.PICKER
    yield Command(g, "open", "Open", "Show the jobs of the integration under the cursor.", ("enter",), footer="open", palette=False)
    yield Command(g, "test", "Test connection", "Try the integration's credentials with one cheap call.", ("t",), footer="test")
    yield Command(g, "refresh", "Refresh", "Bring the integration's jobs up to date from its ATS.", ("r",), footer="refresh")
    yield Command(g, "rules", "Rules", "List the rules and switch them on or off.", ("R",), footer="rules")


def _jobs() -> Iterator[Command]:
    g = Group.JOBS
    yield Command(g, "check", "Check Eligibility", "Show whether the job is eligible, by which rules, or why not.", ("enter", "e"), "check")
    yield Command(
        g, "sync", "Sync Job", "Plan the sync of the job, or of the marked jobs, and ask before anything is written.", ("s",), "sync"
    )
    yield Command(g, "filter", "Filter", "Type words, field:value, is:open, updated<7d; Esc clears.", ("/",), "filter")
    yield Command(g, "search", "Search ATS Job", "Read one job from the ATS by its exact id or its address.", ("f",), "Search ATS Job")
    yield Command(g, "mark", "Mark", "Mark or unmark the job under the cursor.", ("space",), "mark")
    yield Command(g, "mark_all", "Mark all that match", "Mark every job that matches the filter.", ("m",))
    yield Command(g, "only_marked", "Show only the marked", "Show the marked jobs only, or all again.", ("M",))
    yield Command(g, "unmark_all", "Unmark all", "Take every mark away.", ("u",))
    yield Command(g, "sort", "Sort", "Choose the column to sort by; the same column again turns the order around.", ("O",))
    yield Command(g, "refresh", "Refresh", "Bring the cache up to date from the ATS, with the jobs readable meanwhile.", ("r",))
    yield Command(g, "switch", "Switch integration", "Go to another integration.", ("i",), "ATS")
    yield Command(g, "rules", "Rules", "List the rules and switch them on or off.", ("R",))
    yield Command(g, "history", "History of the job", "Show who did what to the job, and when.", ("H",))
    yield Command(g, "copy", "Copy", "Copy the job's id, link or explanation to the terminal's clipboard.", ("c",))
    yield Command(g, "link", "Link", "Show the job's address in the ATS, copy it, and open it where there is a desktop.", ("o",))


def _table() -> Iterator[Command]:
    g = Group.TABLE
    yield Command(g, "cursor_up", "Up", "Move up one job.", ("up", "k"), palette=False)
    yield Command(g, "cursor_down", "Down", "Move down one job.", ("down", "j"), palette=False)
    yield Command(g, "page_up", "Page up", "Move up one page.", ("pageup", "ctrl+b"), palette=False)
    yield Command(g, "page_down", "Page down", "Move down one page.", ("pagedown", "ctrl+f"), palette=False)
    yield Command(g, "scroll_top", "First", "Move to the first job.", ("home", "g"), palette=False)
    yield Command(g, "scroll_bottom", "Last", "Move to the last job.", ("end", "G"), palette=False)


def _sheet() -> Iterator[Command]:
    g = Group.SHEET
    yield Command(g, "cursor_up", "Up", "Move up to what can be unfolded, or scroll up.", ("up", "k"), palette=False)
    yield Command(g, "cursor_down", "Down", "Move down to what can be unfolded, or scroll down.", ("down", "j"), palette=False)
    yield Command(g, "page_up", "Page up", "Scroll up one page.", ("pageup", "ctrl+b"), palette=False)
    yield Command(g, "page_down", "Page down", "Scroll down one page.", ("pagedown", "ctrl+f"), palette=False)
    yield Command(g, "scroll_top", "First", "Go to the beginning.", ("home", "g"), palette=False)
    yield Command(g, "scroll_bottom", "Last", "Go to the end.", ("end", "G"), palette=False)


def _check() -> Iterator[Command]:
    g = Group.CHECK
    yield Command(g, "sync", "Sync Job", "Plan the sync of this job, and ask before anything is written.", ("s",), "Sync Job")
    yield Command(g, "live", "Check live", "Read the job from the ATS now and check again.", ("l",), "check live")
    yield Command(g, "unfold", "Unfold", "Show more, or less, of what is under the cursor.", ("+",), "unfold")
    yield Command(g, "open_rule", "Open rule", "Go to the rule in the list of rules.", ("R",), "open rule")
    yield Command(g, "copy", "Copy as text", "Copy the explanation to the terminal's clipboard.", ("c",), "copy")
    yield Command(g, "history", "History of the job", "Show who did what to the job, and when.", ("H",))
    yield Command(g, "copy_command", "Copy as command", "Copy the command line that does the same.", ("$",))
    yield Command(g, "previous", "Previous job", "Check the job before this one in the list.", ("[",), palette=False)
    yield Command(g, "next", "Next job", "Check the job after this one in the list.", ("]",), "next job", palette=False)


def _confirm() -> Iterator[Command]:
    g = Group.CONFIRM
    yield Command(g, "confirm", "Confirm Sync", "Write what is shown to Tenzo.", ("y",), "Confirm Sync", palette=False)
    yield Command(g, "unfold", "Unfold", "Show more, or less, of the plan.", ("+",), "show")
    yield Command(g, "copy", "Copy as text", "Copy the plan to the terminal's clipboard.", ("c",))
    yield Command(g, "copy_command", "Copy as command", "Copy the command line that does the same.", ("$",), "as command")


def _running() -> Iterator[Command]:
    yield Command(
        Group.RUNNING,
        "cancel",
        "Stop after the jobs in flight",
        "End what is under way and start nothing more.",
        ("x",),
        "stop",
        palette=False,
    )


def _result() -> Iterator[Command]:
    g = Group.RESULT
    yield Command(g, "done", "Done", "Go back to the jobs.", ("enter",), "done", palette=False)
    yield Command(g, "next_marked", "Next marked", "Go on with the next marked job.", ("n",), "next marked")
    yield Command(g, "link", "Link", "Show the job's address in Tenzo and copy it.", ("o",), "link")
    yield Command(g, "copy", "Copy as text", "Copy the result to the terminal's clipboard; it holds no secrets.", ("c",), "copy")
    yield Command(g, "history", "History of the job", "Show who did what to the job, and when.", ("H",), "history")
    yield Command(g, "retry", "Try again", "Plan the sync again; nothing can be created twice.", ("r",))
    yield Command(g, "undo", "Undo", "Plan to put the fields back to what they were before this sync; asks first.", ("z",))
    yield Command(g, "test", "Test connection", "Try the integration's credentials now.", ("t",))
    yield Command(g, "check", "Check Eligibility", "Show whether the job is eligible, by which rules, or why not.", ("e",))
    yield Command(g, "search", "Search ATS Job", "Look for the job in the ATS by another id.", ("f",))
    yield Command(g, "unfold", "Unfold", "Show more, or less, of the result.", ("+",))
    yield Command(g, "copy_command", "Copy as command", "Copy the command line that does the same.", ("$",))


def _bulk_result() -> Iterator[Command]:
    g = Group.BULK_RESULT
    yield Command(g, "done", "Done", "Go back to the jobs.", ("enter",), "done", palette=False)
    yield Command(g, "retry", "Try again", "Plan the sync of what failed again; nothing can be created twice.", ("r",), "try again")
    yield Command(g, "unfold", "Unfold", "Show or hide the jobs of a group.", ("+",), "show")
    yield Command(g, "open", "Check Eligibility", "Explain the job under the cursor.", ("e",), "check")
    yield Command(g, "copy", "Copy as text", "Copy the results to the terminal's clipboard; they hold no secrets.", ("c",), "copy")
    yield Command(g, "copy_command", "Copy as command", "Copy the command line that does the same.", ("$",))


def _search() -> Iterator[Command]:
    g = Group.SEARCH
    yield Command(g, "check", "Check Eligibility", "Show whether the found job is eligible.", ("e",), "check")
    yield Command(g, "sync", "Sync Job", "Plan the sync of the found job.", ("s",), "sync")
    yield Command(g, "edit", "Another id", "Go back to the field for the id.", ("f", "/"), "another id")
    yield Command(g, "unfold", "Unfold", "Show or hide the description.", ("+",), "unfold")
    yield Command(g, "link", "Link", "Show the job's address in the ATS and copy it.", ("o",))


def _rules() -> Iterator[Command]:
    g = Group.RULES
    yield Command(g, "filter", "Filter", "Show the rules whose name or conditions contain what is typed.", ("/",), "filter")
    yield Command(g, "switch", "Activate or deactivate", "Switch the rule on or off; asks first.", ("space",), "activate or not")
    yield Command(
        g,
        "switch_all",
        "Activate or deactivate all that are shown",
        "Switch every rule that is shown on or off; asks first.",
        ("A",),
        "all",
    )
    yield Command(g, "unfold", "Unfold", "Show the rule's conditions and actions in full.", ("enter", "+"), "unfold")
    yield Command(g, "copy", "Copy as text", "Copy the rule to the terminal's clipboard.", ("c",), "copy")
    yield Command(g, "history", "History of the rules", "Show who changed the rules, and when.", ("H",), "history")


def _reading() -> Iterator[Command]:
    yield Command(Group.HISTORY, "unfold", "Unfold", "Show what an entry changed.", ("enter", "+"), "unfold")
    yield Command(
        Group.HISTORY, "undo", "Undo", "Plan to put the fields back to what they were before the entry; asks first.", ("z",), "undo"
    )
    yield Command(
        Group.HISTORY,
        "explain",
        "Explain by the rules of then",
        "Check the job by the rules that the entry went by.",
        ("e",),
        "rules of then",
    )
    yield Command(Group.HISTORY, "copy", "Copy as text", "Copy the history to the terminal's clipboard.", ("c",), "copy")
    yield Command(Group.LOG, "copy", "Copy as text", "Copy the log to the terminal's clipboard; it holds no secrets.", ("c",), "copy")
    yield Command(Group.ERROR, "done", "Done", "Go back: the error stays in the log.", ("enter",), "done", palette=False)
    yield Command(Group.ERROR, "copy", "Copy as text", "Copy the error to the terminal's clipboard; it holds no secrets.", ("c",), "copy")
    yield Command(Group.HELP, "copy", "Copy as text", "Copy the keys to the terminal's clipboard.", ("c",), "copy")


COMMANDS: tuple[Command, ...] = (
    *_everywhere(),
    *_picker(),
    *_jobs(),
    *_table(),
    *_sheet(),
    *_check(),
    *_confirm(),
    *_running(),
    *_result(),
    *_bulk_result(),
    *_search(),
    *_rules(),
    *_reading(),
)
"""Every command, in the order of the help."""

_LABELS = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn"}


def key_label(key: str) -> str:
    """Return a key as people read it."""
    return _LABELS.get(key, key)


def in_group(*groups: Group) -> tuple[Command, ...]:
    """Return the commands of ``groups``, in the order of declaration within each group."""
    return tuple(command for group in groups for command in COMMANDS if command.group is group)


def bindings(*groups: Group) -> list[BindingType]:
    """Return the bindings of ``groups``, for a widget's, a screen's or the application's ``BINDINGS``."""
    from textual.binding import Binding

    return [
        Binding(key, command.action, command.name, show=False, id=f"{command.id}:{number}", priority=command.priority)
        for command in in_group(*groups)
        for number, key in enumerate(command.keys)
    ]


def footer(*groups: Group) -> tuple[Command, ...]:
    """Return what the footer of a screen with ``groups`` names: at most `MOST_IN_FOOTER`, the last one being the help."""
    named = [command for command in in_group(*groups) if command.footer is not None]
    help_ = next(command for command in COMMANDS if command.action == "help")
    return (*named[: MOST_IN_FOOTER - 1], help_)


def palette(*groups: Group) -> tuple[Command, ...]:
    """Return what the palette of a screen with ``groups`` offers."""
    return tuple(command for command in in_group(*groups, Group.EVERYWHERE) if command.palette)


def key_table(commands: Iterable[Command] = COMMANDS) -> str:
    """Return the key table of the README, in Markdown."""
    lines = ["| where | key | does |", "|---|---|---|"]
    for command in commands:
        keys = " or ".join(f"`{key_label(key)}`" for key in command.keys)
        lines.append(f"| {command.group} | {keys} | {command.help} |")
    return "\n".join(lines) + "\n"


def key_page() -> str:
    """Return the page of all keys, ``docs/keys.md``."""
    return f"# Keys\n\nMade from `jobsync_tui/commands.py` by `python -m jobsync_tui.commands`; a test compares.\n\n{key_table()}"


if __name__ == "__main__":
    print(key_page(), end="")  # noqa: T201 - the page goes to standard output
