from __future__ import annotations

from jobsync_tui.cli.main import COMMANDS
from tests.support.manual import MANUAL, manual
from tests.support.readme import README, with_key_table


def test_the_key_table_is_what_the_application_declares() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == with_key_table(text), "make readme writes it anew"


def test_the_manual_page_is_what_the_commands_say() -> None:
    assert MANUAL.read_text(encoding="utf-8") == manual(), "make readme writes it anew"


def test_every_command_is_in_the_overview() -> None:
    text = README.read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"`jobsync {name}" in text, name
