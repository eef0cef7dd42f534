"""What a command is, and where it is at hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """Where commands are at hand; the value is the heading in the help and in the key table."""

    EVERYWHERE = "Everywhere"
    PICKER = "Integrations"
    JOBS = "Jobs"
    VIEWS = "Views"
    COLUMNS = "Columns"
    TABLE = "Jobs table"
    SHEET = "Text in a dialog"
    CHECK = "Check Eligibility"
    CONFIRM = "Confirm Sync"
    UNDO = "Confirm Undo"
    LINKS = "Link jobs"
    PAIR = "Same job?"
    LINKING = "Confirm Link"
    RUNNING = "Sync in progress"
    RESULT = "Sync Result"
    BULK_RESULT = "Sync Result of several jobs"
    COMPARISON = "Side by side"
    JOB_PAGE = "Job"
    WIRE = "Requests and answers"
    SEARCH = "Search ATS Job"
    RULES = "Rules"
    LEAVES = "New rule from a job"
    EDITOR = "Rule editor"
    SAVING = "Save rules"
    IMPACT = "Impact list"
    IMPACT_JOB = "Impact on one job"
    SHADOWS = "Shadows"
    REVISIONS = "History of the rules"
    DIFFERENCE = "What changed in the rules"
    COVERAGE = "Coverage"
    HISTORY = "History"
    RUNS = "Runs and writes"
    GREETING = "A day at a glance"
    DOCTOR = "Doctor"
    RECORD = "Record"
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
        keys: The keys, the first one being the one that is shown; none for what only the palette offers. Printable keys are the character
            itself.
        footer: The word beside the key in the footer, None for a command that is not shown there.
        palette: Whether the palette offers it: not where it only moves or closes something.
        priority: Whether the key acts before the focused widget sees it.
        numbered: The action is given which of the keys it was, from 1 on; people read them as a range.
        also: Other words that people look for it by: the palette finds it by them and does not show them.
    """

    group: Group
    action: str
    name: str
    help: str
    keys: tuple[str, ...]
    footer: str | None = None
    palette: bool = True
    priority: bool = False
    numbered: bool = False
    also: str = ""

    @property
    def id(self) -> str:
        """Return the command's name among all: the group's and the action's."""
        return f"{self.group.name.lower()}.{self.action}"

    @property
    def key(self) -> str:
        """Return the first key as people read it."""
        if self.numbered:
            return f"{self.keys[0]} to {self.keys[-1]}"
        return key_label(self.keys[0]) if self.keys else ""

    @property
    def all_keys(self) -> str:
        """Return every key as people read them."""
        return self.key if self.numbered else " or ".join(key_label(key) for key in self.keys)

    def action_at(self, number: int) -> str:
        """Return the action of the key of that number, from 1 on."""
        return f"{self.action}({number})" if self.numbered else self.action


def as_command(group: Group, footer: str | None = None) -> Command:
    """Return the command of a screen that has a command line of its own, which `JobsyncScreen.same_command` names."""
    return Command(group, "copy_command", "Copy as command", "Copy the command line that does or shows the same.", ("$",), footer)


_LABELS = {"escape": "esc", "pageup": "pgup", "pagedown": "pgdn"}


def key_label(key: str) -> str:
    """Return a key as people read it."""
    return _LABELS.get(key, key)
