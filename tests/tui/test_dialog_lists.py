from __future__ import annotations

from dataclasses import replace

from jobsync_tui.backend.core.models import Failure, RuleSet
from jobsync_tui.screens import routes
from jobsync_tui.screens.rules.history import RulesHistoryScreen
from jobsync_tui.screens.rules.rules import RulesScreen
from jobsync_tui.session.notices import Severity
from tests.support import sample_records, samples
from tests.support.pilot import screen_text, until
from tests.tui.scripted import Script
from tests.tui.stage import shows, staged


async def test_a_rule_that_was_asked_for_is_shown_whole_however_long_the_list() -> None:
    many = tuple(replace(samples.RULES.rules[0], id=f"r{number}", name=f"Rule {number}") for number in range(40))
    async with staged(Script(rules=RuleSet(7, many))) as (app, pilot):
        app.open(routes.Rules("r25"))
        await shows(app, pilot, "-> folder")
        assert "Rule 25" in screen_text(app)
        assert "id r25, priority 10" in screen_text(app)


async def test_rules_are_filtered_and_esc_clears_before_it_leaves() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.Rules())
        await shows(app, pilot, "ICU travel")
        await pilot.press("slash", *"multi")
        await shows(app, pilot, "1 rule of 3")
        assert "ICU travel" not in screen_text(app)
        await pilot.press("escape")
        await shows(app, pilot, "3 rules")
        assert isinstance(app.screen, RulesScreen)
        await pilot.press("H")
        await until(pilot, lambda: isinstance(app.screen, RulesHistoryScreen))
        await shows(app, pilot, "activated Ohio")


async def test_no_rules_are_said_in_the_words_users_know() -> None:
    async with staged(Script(rules=RuleSet(1))) as (app, pilot):
        app.open(routes.Rules())
        await shows(app, pilot, "No active rules configured")


async def test_history_unfolds_to_before_and_after() -> None:
    async with staged(Script(past=sample_records.entries())) as (app, pilot):
        app.open(routes.History("bullhorn", "884213"))
        await shows(app, pilot, "2 entries")
        assert "Mercy/ICU" not in screen_text(app)
        await pilot.press("enter")
        await shows(app, pilot, "->  Mercy/ICU")
        await pilot.press("c")
        await until(pilot, lambda: bool(app.copied))
        assert "Mercy/ICU" in app.copied[0]


async def test_a_job_without_history_says_so() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.History("bullhorn", "884213"))
        await shows(app, pilot, "No activity for this job yet")


async def test_the_log_has_everything_newest_first_and_takes_it_for_read() -> None:
    async with staged(Script()) as (app, pilot):
        app.notices.add("first thing")
        app.notices.add("second thing", Severity.ERROR, remedy="mend it", about="job 7")
        app.open(routes.Log())
        await shows(app, pilot, "job 7: second thing")
        text = screen_text(app)
        assert text.index("second thing") < text.index("mend it") < text.index("first thing")
        assert app.notices.unread is None


async def test_help_names_the_keys_of_the_focused_thing_first() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.Eligibility("bullhorn", "884213"))
        await shows(app, pilot, "To fix")
        await pilot.press("question_mark")
        await shows(app, pilot, "TEXT IN A DIALOG")
        await pilot.press("c")
        await until(pilot, lambda: bool(app.copied))
        text = app.copied[0]
        assert text.index("TEXT IN A DIALOG") < text.index("CHECK ELIGIBILITY") < text.index("EVERYWHERE")
        assert "Read the job from the ATS now" in text
        assert "Mark or unmark" not in text


async def test_an_error_is_shown_with_its_remedy() -> None:
    async with staged(Script()) as (app, pilot):
        app.open(routes.Error(Failure("storage", "the disk is full", "make room, then try again")))
        await shows(app, pilot, "make room, then try again")
        await pilot.press("enter")
        assert len(app.screen_stack) == 2
