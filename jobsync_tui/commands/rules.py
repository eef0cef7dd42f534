"""The commands of the screens about rules."""

from __future__ import annotations

from collections.abc import Iterator

from .command import Command, Group, as_command


def rules() -> Iterator[Command]:
    """Yield the commands of the list of the rules."""
    g = Group.RULES
    yield Command(g, "filter", "Filter", "Show the rules whose name or conditions contain what is typed.", ("/",), "filter")
    yield Command(g, "edit", "Edit rule", "Open the rule in the editor.", ("e",), "edit")
    yield Command(g, "new", "New rule", "Open the editor on a new rule.", ("n",), "new")
    yield Command(g, "switch", "Activate or deactivate", "Show what switching the rule would do, and ask.", ("space",), "on or off")
    yield Command(g, "unfold", "Unfold", "Show the rule's conditions and actions in full.", ("enter", "+"), "unfold")
    yield Command(
        g,
        "history",
        "History of the rules",
        "Show who changed the rules, and when; compare and restore.",
        ("H",),
        "history",
        also="undo revert",
    )
    yield Command(
        g,
        "switch_all",
        "Activate or deactivate all that are shown",
        "Show what switching every rule that is shown would do, and ask.",
        ("A",),
    )
    yield Command(g, "move_up", "Move up", "Move the rule up one place; w saves the order.", ("K",))
    yield Command(g, "move_down", "Move down", "Move the rule down one place; w saves the order.", ("J",))
    yield Command(g, "save_order", "Save the order", "Show what the new order would do, and ask.", ("w",))
    yield Command(
        g, "shadows", "Shadows", "Show rules in test mode (shadow rules): evaluated but never applied, with what they would do.", ("S",)
    )
    yield Command(
        g, "coverage", "Coverage", "Show how many jobs the rules match (coverage): by rule, by reason, by department, by place.", ("C",)
    )
    yield Command(g, "jobs", "Jobs of the rule", "List the jobs that the rule applies to.", ("o",))
    yield Command(g, "duplicate", "Duplicate", "Open the editor on a copy of the rule, switched off.", ("d",))
    yield Command(g, "delete", "Delete", "Show what deleting the rule would do, and ask; the history keeps it.", ("D",))
    yield Command(g, "copy", "Copy as text", "Copy the rule to the terminal's clipboard.", ("c",))
    yield as_command(g)


def leaves() -> Iterator[Command]:
    """Yield the commands of a new rule from a job."""
    g = Group.LEAVES
    yield Command(g, "choose", "Choose", "Add the condition under the cursor to the rule, or remove it.", ("space",), "choose")
    yield Command(g, "go_on", "Go on", "Open the editor with what is chosen.", ("enter",), "go on", palette=False)


def editor() -> Iterator[Command]:
    """Yield the commands of the rule editor."""
    g = Group.EDITOR
    yield Command(g, "change", "Change", "Change what is under the cursor.", ("enter",), "change", palette=False)
    yield Command(g, "add", "Add", "Add a condition, or an action where the cursor is on those.", ("a",), "add")
    yield Command(g, "add_action", "Add an action", "Add what the rule is to set.", ("A",), "action")
    yield Command(g, "remove", "Remove", "Remove what is under the cursor; u brings it back.", ("d",), "remove")
    yield Command(g, "save", "Impact and save", "Show what the rule would do to every cached job, and ask.", ("s",), "impact, save")
    yield Command(g, "yaml", "YAML", "Go to the rule's YAML and change it there; esc comes back.", ("y",), "yaml")
    yield Command(g, "value", "Change the value", "Change no more than the value of the condition.", ("v",))
    yield Command(g, "turn", "All or any", "Change the group at the cursor from all to any, or back.", ("t",))
    yield Command(g, "negate", "Not", "Negate what is under the cursor, or stop negating it.", ("!",))
    yield Command(g, "group", "Group", "Put the condition into a group of its own; a adds to it.", ("(",))
    yield Command(g, "dissolve", "Dissolve the group", "Put what the group holds in its place.", (")",))
    yield Command(g, "move_up", "Move up", "Move what is under the cursor up, at an end of its group out of it.", ("K",))
    yield Command(g, "move_down", "Move down", "Move what is under the cursor down, at an end of its group out of it.", ("J",))
    yield Command(g, "switch", "On or off", "Switch the rule on or off, once it is saved.", ("space",))
    yield Command(g, "undo", "Undo", "Undo the last change.", ("u",))
    yield Command(g, "redo", "Redo", "Redo the change that was undone.", ("U",))
    yield Command(g, "unfold", "Unfold", "Show a long line in full.", ("+",))
    yield Command(g, "copy", "Copy the YAML", "Copy the rule's YAML to the terminal's clipboard.", ("c",))
    yield Command(g, "drop", "Drop the draft", "Forget what was changed and go back.", ("X",))


def saving() -> Iterator[Command]:
    """Yield the commands of the dialog before rules are saved."""
    g = Group.SAVING
    yield Command(g, "confirm", "Save the rules", "Save the change; it takes effect at once.", ("y",), "save", palette=False)
    yield Command(g, "open", "Open the list", "List the jobs of the line under the cursor.", ("+", "o"), "list the jobs")
    yield Command(g, "reason", "Reason", "Say why, if you like: it is kept in the record of who did what.", ("w",), "reason")
    yield Command(
        g, "shadow", "Run in test mode", "Run the change in test mode (a shadow rule): evaluated but never applied.", ("h",), "test mode"
    )
    yield Command(g, "copy", "Copy as text", "Copy the impact to the terminal's clipboard.", ("c",), "copy")
    yield as_command(g)


def impact() -> Iterator[Command]:
    """Yield the commands of the lists of an impact."""
    g = Group.IMPACT
    yield Command(g, "open", "Exact difference", "Show exactly what the change does to the job.", ("enter",), "difference", palette=False)
    yield Command(g, "filter", "Filter", "Type words, field:value, is:open; esc clears.", ("/",), "filter")
    yield Command(g, "check", "Check Eligibility", "Explain the job with the active rules.", ("e",), "check")
    yield Command(g, "export", "Export", "Write the list into a CSV file, or copy it where no file may be written.", ("x",), "export")
    g = Group.IMPACT_JOB
    yield Command(g, "check", "Check Eligibility", "Explain the job with the active rules.", ("e",), "check")
    yield Command(g, "copy", "Copy as text", "Copy what is shown to the terminal's clipboard.", ("c",), "copy")


def shadows() -> Iterator[Command]:
    """Yield the commands of the list of the shadows."""
    g = Group.SHADOWS
    yield Command(
        g, "unfold", "Unfold", "Show the shadow rule's conditions, and what it would have done to which jobs.", ("enter", "+"), "unfold"
    )
    yield Command(g, "promote", "Promote", "Show what the shadow rule would do if it were active, and ask.", ("p",), "promote")
    yield Command(g, "look", "Evaluate now", "Evaluate the cached jobs with the shadow rule now.", ("l",), "evaluate now")
    yield Command(g, "drop", "Discard", "Discard the shadow rule; asks first.", ("X",), "discard")
    yield Command(g, "copy", "Copy as text", "Copy what is shown to the terminal's clipboard.", ("c",), "copy")
    yield as_command(g)


def revisions() -> Iterator[Command]:
    """Yield the commands of the history of the rules."""
    g = Group.REVISIONS
    yield Command(
        g,
        "difference",
        "What changed",
        "Show what the revision changed, or how it differs from the marked.",
        ("enter",),
        "what changed",
    )
    yield Command(g, "mark", "Mark", "Mark the revision, to compare another one with it.", ("space",), "mark")
    yield Command(g, "restore", "Restore", "Show what going back to the revision would do, and ask.", ("z",), "restore")
    yield Command(g, "copy", "Copy as text", "Copy the history to the terminal's clipboard.", ("c",), "copy")
    yield as_command(g)
    g = Group.DIFFERENCE
    yield Command(g, "open", "Open rule", "Go to the rule under the cursor, as it is now.", ("enter",), "open rule")
    yield Command(g, "restore", "Restore", "Show what going back to the earlier revision would do, and ask.", ("z",), "restore")
    yield Command(
        g,
        "restore_rule",
        "Restore this rule",
        "Show what restoring the rule under the cursor alone would do, and ask.",
        ("Z",),
        "this rule",
    )
    yield Command(g, "unfold", "Unfold", "Show or hide the lines of the rule.", ("+",), "unfold")
    yield Command(g, "copy", "Copy as text", "Copy what is shown to the terminal's clipboard.", ("c",), "copy")
    yield as_command(g)


def coverage() -> Iterator[Command]:
    """Yield the commands of the coverage overview."""
    g = Group.COVERAGE
    yield Command(
        g, "open", "Open", "Go to the rule or the job of the line under the cursor, or show the rest of a section.", ("enter",), "open"
    )
    yield Command(g, "unfold", "Unfold", "Show more, or less, of what is under the cursor.", ("+",), "unfold")
    yield Command(g, "turn", "Another integration", "Show the jobs of the next integration, or of all again.", ("i",), "ATS")
    yield Command(g, "copy", "Copy as text", "Copy the overview to the terminal's clipboard.", ("c",), "copy")
    yield as_command(g)
