"""Tests of rules on the screens: one made from a job, and a change that breaks it held until a person says otherwise."""

from __future__ import annotations

from pathlib import Path

import pytest

from jobsync_tui.backend.rules import dump_rules
from jobsync_tui.screens import routes
from jobsync_tui.screens.arming import ArmingScreen
from jobsync_tui.screens.rules.save_rules import SaveRulesScreen
from tests.services.test_rule_tests import OSLO
from tests.services.workshop import workshop
from tests.support.pilot import screen_text, until
from tests.tui.stage import on_stage, shows


async def test_a_test_is_made_from_a_job_and_holds_a_change_that_breaks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ArmingScreen, "SETTLING", 0.02)
    async with workshop(tmp_path) as backend:
        await backend.rules.import_text(dump_rules([OSLO]), "x")
        async with on_stage(backend) as (app, pilot):
            app.open(routes.Eligibility("file", "1"))
            await shows(app, pilot, "MATCHED RULES")
            await pilot.press("T")
            await shows(app, pilot, "Kept as the test 1 Job 1: eligible by oslo in North")
            await pilot.press("escape")
            app.open(routes.Rules("oslo"))
            await shows(app, pilot, "location.city is Oslo")
            await pilot.press("space")
            await until(pilot, lambda: isinstance(app.screen, SaveRulesScreen) and app.screen.armed)
            await pilot.press("y")
            await pilot.press("4", "enter")
            await shows(app, pilot, "The rules would break 1 test; nothing was saved.")
            assert "1 Job 1: eligible is no, expected yes" in screen_text(app)
            assert (await backend.rules.current()).rules == (OSLO,)
            await until(pilot, lambda: isinstance(app.screen, SaveRulesScreen) and app.screen.armed)
            await pilot.press("y")
            await until(pilot, lambda: not isinstance(app.screen, SaveRulesScreen))
            assert not (await backend.rules.current()).rules[0].active
