"""A walk through every screen and dialog of the application, by keys, over hostile data. A screen that is missing here fails a test."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from tests.security.hostile_ats import HostileAts
from tests.support.patience import PATIENCE
from tests.support.pty import Terminal
from tests.support.terminal_answers import RECORDED, made, made_paste

TITLES = {
    "PickerScreen": "jobsync   choose an integration",
    "JobsScreen": "cached",
    "EligibilityScreen": "Check Eligibility",
    "ConfirmSyncScreen": "Confirm Sync",
    "ConfirmBulkScreen": "Confirm Sync",
    "ConfirmUndoScreen": "Confirm Undo",
    "RunningScreen": "Sync in progress",
    "SyncResultScreen": "Sync Result",
    "BulkResultScreen": "Sync Result",
    "SearchScreen": "Search ATS Job",
    "HistoryScreen": "History",
    "ComparisonScreen": "Side by side",
    "JobPageScreen": "Job",
    "WireScreen": "Requests and answers",
    "RulesScreen": "Rules",
    "RulesHistoryScreen": "History of the rules",
    "CoverageScreen": "Coverage",
    "RuleEditorScreen": "Rule: ",
    "RuleLeavesScreen": "New rule from this job",
    "SaveRulesScreen": "Save rules",
    "RevisionDifferenceScreen": "What changed",
    "ShadowsScreen": "Shadows",
    "ImpactListScreen": "no longer eligible",
    "ImpactJobScreen": "Impact on ",
    "GreetingScreen": "Since your last visit",
    "LogScreen": "Log",
    "RunsScreen": "Runs and writes",
    "RecordScreen": "Record",
    "DoctorScreen": "Doctor",
    "LinkJobsScreen": "Link jobs",
    "LinkPairScreen": "Same job?",
    "ConfirmLinkScreen": "Confirm Link",
    "ConfirmLinksScreen": "Confirm Link",
    "HelpScreen": "Keys and help",
    "ErrorScreen": "Error",
}
"""What the first line of each screen says."""

MENUS = {
    "ViewsScreen": "Views: filter",
    "ColumnsScreen": "Columns, in the order",
    "MenuScreen": "Sort by",
    "PaletteScreen": "Commands",
    "LeaveScreen": "Quit?",
    "PromptScreen": "which field?",
}
"""Titles of what opens over a screen."""

WITH_FIELD = {"SearchScreen", "PaletteScreen", "PromptScreen"}
"""Screens with a field in front, into which a paste goes."""

ESCAPE = "\x1b[27u"
"""The key as newer terminals send it: nothing that is typed behind it makes it another key, as it does behind a lone escape."""


class Walk:
    """Goes through the application.

    Args:
        terminal: In which it runs.
        ats: The hostile ATS behind the integration ``wire``, whose jobs are all eligible.
        number: Jobs of the integration ``strange``, of which most match no rule.
        text: A hostile string to type.

    Attributes:
        seen: The screens that were in front, by class.
    """

    def __init__(self, terminal: Terminal, ats: HostileAts, number: int, text: str) -> None:
        self.seen: set[str] = set()
        self._terminal = terminal
        self._ats = ats
        self._number = number
        self._text = text
        self._random = random.Random(number)  # noqa: S311 - the same disturbances every time

    def run(self) -> int:
        """Go through everything, leave, and return the exit code.

        Raises:
            AssertionError: A screen did not come; shows what did.
        """
        self._screen("PickerScreen", "", 60)
        self._lists_of_ineligible_jobs()
        self._help_and_menus()
        self._links()
        self._all_in_one_list()
        self._to_the_eligible_jobs()
        self._one_sync_and_its_undoing()
        self._several_syncs()
        self._what_was_done()
        self._search_and_coverage()
        self._errors()
        self._terminal.send("q")
        return self._terminal.wait_for_end()

    def _lists_of_ineligible_jobs(self) -> None:
        terminal = self._terminal
        terminal.wait_for(f" {len(self._ats.jobs)} ")
        self._screen("JobsScreen", "\r")
        terminal.wait_for(f"of {self._number}", 60)
        for _ in range(self._number // 30 + 1):
            terminal.send("\x1b[6~")
            terminal.read_now()
        terminal.send("G")
        terminal.wait_for(f"row {self._number} of {self._number}")
        # A click on a name: markup that was read as markup would act. It may open the job as well.
        terminal.send("\x1b[<0;20;10M\x1b[<0;20;10m")
        terminal.read_now(0.1)
        self._back()
        for place, step, row in (("g", "]", 1), ("G", "[", self._number)):
            terminal.send(place)
            terminal.wait_for(f"row {row} of")
            terminal.read_now(0.2)
            self._screen("EligibilityScreen", "e")
            for _ in range(8):
                terminal.send(f"{step}+")
                terminal.read_now()
            self._act("c$")
            terminal.send("\x1b[<0;20;6M\x1b[<0;20;6m")
            self._back()
            self._screen("EligibilityScreen", "s")  # why there is nothing to sync
            self._back()
            self._screen("HistoryScreen", "H")
            self._back()
        self._screen("ComparisonScreen", "=")
        self._terminal.wait_for("whose")
        self._act("+jc")
        self._back()
        self._screen("JobPageScreen", "d")
        self._terminal.wait_for("ANSWERS NOW")
        self._act("+jc")
        self._back()
        self._filter()

    def _filter(self) -> None:
        """Type what a person could paste into the filter, and take it back."""
        terminal = self._terminal
        terminal.send("/")
        end = time.monotonic() + PATIENCE
        while not _filter_line(terminal)[:9].strip():
            assert time.monotonic() < end, f"no filter:\n{terminal.text}"
            # Means nothing to the list, should the field not have the focus yet.
            terminal.send("x")
            terminal.read_now(0.1)
        terminal.send(self._printable(60))
        self._until(lambda: f"{self._number} match" not in _filter_line(terminal), "what the filter finds")
        terminal.send(ESCAPE)
        self._until(lambda: _filter_line(terminal).strip() == f"{self._number} match", "the list without a filter")
        terminal.send(ESCAPE)
        terminal.read_now(0.4)

    def _help_and_menus(self) -> None:
        self._screen("HelpScreen", "?")
        self._act("c")
        self._back()
        self._menu("MenuScreen", "O")
        self._menu("ViewsScreen", "v")
        self._menu("ColumnsScreen", "|")
        self._menu("PaletteScreen", "\x10")
        self._terminal.send("c")
        self._until(lambda: "Copy" in self._terminal.text, "the menu of what to copy")
        self._terminal.send("\r")
        self._until(lambda: "Copy" not in self._terminal.text, "the list again")
        self._screen("GreetingScreen", "w")
        self._act("c")
        self._back()

    def _links(self) -> None:
        """Look at jobs that Tenzo has already: at one that a person has to decide, and at those that are certain; link none."""
        terminal = self._terminal
        self._by_palette("LinkJobsScreen", "Link jobs (adopt)")
        terminal.wait_for("TO BE DECIDED BY YOU")
        self._act("++jc$")
        self._screen("LinkPairScreen", "\r")
        terminal.wait_for("2 jobs in Tenzo could be this one")
        self._act("+jc$")
        self._screen("ConfirmLinkScreen", "\r")
        terminal.wait_for("external_id")
        self._act("+c$")
        terminal.send(ESCAPE)
        self._screen("LinkPairScreen", "")
        terminal.send(ESCAPE)
        self._screen("LinkJobsScreen", "")
        self._screen("ConfirmLinksScreen", "A")
        self._act("+c$")
        self._back()

    def _all_in_one_list(self) -> None:
        """List the jobs of both integrations, which are called by the same hostile name, and look at one."""
        terminal = self._terminal
        self._screen("PickerScreen", "I")
        self._screen("JobsScreen", "a")
        terminal.wait_for(f"{self._number + len(self._ats.jobs)} match")
        self._act("Gc")
        self._until(lambda: "Copy" in terminal.text, "the menu of what to copy")
        terminal.send(ESCAPE)
        self._screen("EligibilityScreen", "e")
        self._act("+c$")
        self._back()

    def _to_the_eligible_jobs(self) -> None:
        """Go to the jobs of the ATS by the menu of integrations, where its name is hostile and its id tells it."""
        self._terminal.send("i")
        self._terminal.wait_for("Jobs of which integration?")
        self._terminal.send("wire,")
        self._until(lambda: "one list" not in self._terminal.text, "the one integration")
        self._screen("JobsScreen", "\r")
        self._terminal.wait_for(f"{len(self._ats.jobs)} match")

    def _one_sync_and_its_undoing(self) -> None:
        """Create a job, look at the result, and have its update undone but for the last key."""
        terminal = self._terminal
        self._screen("EligibilityScreen", "e")
        self._act("+l")
        terminal.wait_for("Read live from")
        self._act("c")
        self._screen("ConfirmSyncScreen", "s")
        self._confirm()
        self._act("+oc$")
        self._screen("HistoryScreen", "H")
        self._act("+c")
        self._screen("WireScreen", "x")
        terminal.wait_for("REQUEST")
        self._act("jcC$")
        self._back()
        self._ats.rename(f"renamed {self._text}")
        self._screen("ConfirmSyncScreen", "s")
        self._act("+c$")
        self._say_why()
        self._confirm()
        self._screen("ConfirmUndoScreen", "z")
        terminal.send(ESCAPE)
        self._back()

    def _several_syncs(self) -> None:
        self._terminal.send("m")
        self._terminal.wait_for(f"{len(self._ats.jobs)} marked")
        self._screen("ConfirmBulkScreen", "s")
        self._act("+jjc$")
        self._confirm(several=True)
        self._act("+jj+c$")
        self._back()

    def _what_was_done(self) -> None:
        """See what was written, with the reason that was given, in the list of runs and in the record; and ask the doctor."""
        terminal = self._terminal
        self._screen("RunsScreen", "W")
        terminal.wait_for(" match")
        self._act("jj$")
        terminal.send("/")
        self._act("by:nobody")
        terminal.wait_for(" 0 match")
        terminal.send(ESCAPE + ESCAPE)
        self._back()
        self._by_palette("RecordScreen", "Record")
        terminal.wait_for("created")
        self._act("+j+jc$")
        self._back()
        self._by_palette("DoctorScreen", "Doctor")
        terminal.wait_for("warning")
        self._act("cjj")
        self._back()

    def _search_and_coverage(self) -> None:
        terminal = self._terminal
        self._screen("SearchScreen", "f")
        terminal.send(f"{self._ats.job_id(self._ats.jobs[0])}\r")
        terminal.wait_for("FOUND")
        self._act("+o")
        self._back()
        self._screen("CoverageScreen", "C")
        self._act("+jjic")
        self._back()
        self._rules()

    def _rules(self) -> None:
        """Look at the rule that all jobs of the ATS meet, edit it, and see what its end would do to each job."""
        terminal = self._terminal
        self._screen("RuleLeavesScreen", "n")
        self._act(" jj ")
        self._back()
        self._screen("RulesScreen", "R")
        self._act("++c")
        self._screen("RulesHistoryScreen", "H")
        terminal.wait_for("in force")  # before the history was read there is nothing to open
        self._act("+c")
        self._screen("RevisionDifferenceScreen", "\r")
        self._act("c")
        terminal.send(ESCAPE)
        self._screen("RulesHistoryScreen", "")
        terminal.send(ESCAPE)
        self._screen("RulesScreen", "")
        self._screen("RuleEditorScreen", "e")
        self._act("+c")
        self._menu("PromptScreen", "a")
        terminal.send(ESCAPE)
        self._screen("RulesScreen", "")
        self._screen("SaveRulesScreen", " ")
        terminal.wait_for("IMPACT ON")
        self._act("cj")
        terminal.wait_for(">          12  no longer")
        self._screen("ImpactListScreen", "+")
        self._screen("ImpactJobScreen", "\r")
        self._act("c")
        terminal.send(ESCAPE)
        self._screen("ImpactListScreen", "")
        terminal.send(ESCAPE)
        self._screen("SaveRulesScreen", "")
        terminal.send("h")
        self._until(lambda: TITLES["SaveRulesScreen"] not in _first_line(terminal), "the rules, with a shadow")
        self._back()
        self._screen("RulesScreen", "R")
        self._screen("ShadowsScreen", "S")
        self._act("++c")
        self._back()

    def _errors(self) -> None:
        """Have the ATS keep a refresh waiting, ask to leave meanwhile, and let it fail with words of its own."""
        self._ats.open.clear()
        self._terminal.send("r")
        self._menu("LeaveScreen", "q")
        self._ats.refusing = True
        self._ats.open.set()
        self._screen("ErrorScreen", "")
        self._act("c")
        self._back()
        self._screen("SearchScreen", "f")
        self._terminal.send("4711\r")
        self._terminal.wait_for("rejected")
        self._back()
        self._screen("LogScreen", "L")
        self._act("c")
        self._back()

    def _confirm(self, *, several: bool = False) -> None:
        """Confirm, which counts once the dialog has stood for a moment, and see the sync while the ATS is slow."""
        terminal = self._terminal
        terminal.wait_for("never touched" if several else "in Tenzo")
        self._ats.open.clear()
        end = time.monotonic() + PATIENCE
        while "Sync in progress" not in _first_line(terminal):
            assert time.monotonic() < end, f"the sync does not begin:\n{terminal.text}"
            terminal.send("y")
            terminal.read_now(0.1)
        self.seen.add("RunningScreen")
        self._ats.open.set()
        self._screen("BulkResultScreen" if several else "SyncResultScreen", "")

    def _say_why(self) -> None:
        """Give what a person could paste as the reason of what is confirmed: it is shown wherever that is told of later."""
        terminal = self._terminal
        terminal.wait_for("in Tenzo")
        end = time.monotonic() + PATIENCE
        while "Why? Kept in the record" not in terminal.text:
            assert time.monotonic() < end, f"no field for the reason:\n{terminal.text}"
            terminal.send("w")
            terminal.read_now(0.1)
        terminal.send(f"because {self._printable(200)}\r")
        terminal.wait_for("because ")

    def _by_palette(self, name: str, command: str) -> None:
        """Open a screen that has no key, by the name of its command."""
        terminal = self._terminal
        terminal.send("\x10")
        terminal.wait_for(MENUS["PaletteScreen"])
        terminal.send(command)
        terminal.wait_for(f"> {command}")
        self._screen(name, "\r")

    def _printable(self, most: int) -> str:
        """Return what of the hostile string can be typed."""
        return "".join(character for character in self._text if character.isprintable())[:most]

    def _screen(self, name: str, keys: str, seconds: float = PATIENCE) -> None:
        self._terminal.send(keys)
        self._until(lambda: TITLES[name] in _first_line(self._terminal), name, seconds)
        self.seen.add(name)
        if keys:
            self._disturb(name)
            self._until(lambda: TITLES[name] in _first_line(self._terminal), f"{name}, still", seconds)

    def _disturb(self, name: str) -> None:
        """Send what no person types: a terminal's answers, whole and cut in two, and pastes where they have nowhere to go."""
        for _ in range(4):
            answer = self._random.choice((self._random.choice(RECORDED), made(self._random)))
            place = self._random.randint(2, len(answer)) if answer[:1] == b"\x1b" else len(answer)
            for part in (answer[:place], answer[place:]):
                self._terminal.send_bytes(part)
                self._terminal.read_now()
            if name not in WITH_FIELD:
                self._terminal.send_bytes(made_paste(self._random))
        self._terminal.read_now(0.15)

    def _menu(self, name: str, keys: str) -> None:
        self._terminal.send(keys)
        self._until(lambda: MENUS[name] in self._terminal.text, name)
        self.seen.add(name)
        self._disturb(name)
        self._terminal.send(ESCAPE)
        self._until(lambda: MENUS[name] not in self._terminal.text, f"no {name}")

    def _act(self, keys: str) -> None:
        for key in keys:
            self._terminal.send(key)
            self._terminal.read_now(0.03)

    def _back(self) -> None:
        """Go back to the list, whose first line says how old it is, from whatever was opened."""
        end = time.monotonic() + PATIENCE
        while True:
            before = self._terminal.text
            if TITLES["JobsScreen"] in before.partition("\n")[0]:
                return
            assert time.monotonic() < end, f"no way back:\n{before}"
            self._terminal.send(ESCAPE)
            moment = time.monotonic() + 0.5
            while self._terminal.text == before and time.monotonic() < moment:
                self._terminal.read_now(0.02)

    def _until(self, holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"{what} does not come:\n{self._terminal.text}"
            self._terminal.read_now(0.05)


def _first_line(terminal: Terminal) -> str:
    return terminal.text.partition("\n")[0]


def _filter_line(terminal: Terminal) -> str:
    return terminal.text.split("\n", 2)[1].removeprefix(" /")
