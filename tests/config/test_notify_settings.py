"""The ``[notify]`` table: where failures are sent, and what it refuses."""

from __future__ import annotations

from datetime import time, timedelta
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import Actor
from jobsync_tui.backend.access.confinement import allowed
from jobsync_tui.backend.core.errors import ConfigError
from jobsync_tui.backend.services.channels import channel_names, sender_of
from jobsync_tui.backend.settings.loader import parse_settings
from jobsync_tui.backend.settings.schema import Settings
from jobsync_tui.backend.settings.secrets import SecretKind, SecretRef
from jobsync_tui.backend.settings.template import config_template

WHERE = Path("/etc/jobsync/config.toml")
FULL = """
[notify]
webhook = "https://hooks.example.com/jobsync"
secret = { env = "HOOK_SECRET" }
command = ["/usr/local/bin/page", "--quiet"]
timeout = "5s"
every = "1h"
daily = "08:05"
"""


def read(text: str) -> Settings:
    return parse_settings(text, WHERE)


def test_every_key_is_read() -> None:
    notify = read(FULL).notify
    assert notify.webhook == "https://hooks.example.com/jobsync"
    assert notify.secret == SecretRef(SecretKind.ENV, "HOOK_SECRET")
    assert notify.command == ("/usr/local/bin/page", "--quiet")
    assert (notify.timeout, notify.every, notify.daily) == (timedelta(seconds=5), timedelta(hours=1), time(8, 5))


def test_an_address_that_is_a_secret_is_kept_elsewhere() -> None:
    notify = read('[notify]\nwebhook = { file = "hook" }\nsecret = { env = "HOOK_SECRET" }\n').notify
    assert notify.secrets == (SecretRef(SecretKind.FILE, "hook"), SecretRef(SecretKind.ENV, "HOOK_SECRET"))


@pytest.mark.parametrize(
    ("line", "key", "words"),
    [
        ('webhook = "http://hooks.example.com/x"', "notify.webhook", "must be https"),
        ('webhook = "https://hooks.example.com/x?sig=abc"', "notify.webhook", "must not have a query"),
        ("webhook = 5", "notify.webhook", "must say where the secret is"),
        ('webhook = "https://hooks.example.com/x"\nsecret = ""', "notify.secret", "must not stand in the file"),
        ('webhook = "https://hooks.example.com/x"', "notify.secret", "a webhook is signed"),
        ('secret = { env = "X" }', "notify.webhook", "a webhook is signed"),
        ('command = "page --quiet"', "notify.command", "must be a list"),
        ("command = []", "notify.command", "must be a list"),
        ('command = ["page"]', "notify.command", "must begin with the absolute path"),
        ('command = ["/bin/page", 5]', "notify.command", "must be text"),
        ('daily = "8 o\'clock"', "notify.daily", "must be a time of day such as 08:00"),
        ('daily = "24:00"', "notify.daily", "must be a time of day such as 08:00"),
        ("daily = 08:00:00", "notify.daily", "in quotes"),
        ('shell = "page"', "notify.shell", "is not a known key"),
    ],
)
def test_what_is_wrong_is_named(line: str, key: str, words: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read(f"[notify]\n{line}\n")
    assert key in raised.value.message
    assert words in raised.value.message


def test_the_template_has_the_table() -> None:
    lines = config_template().splitlines()
    begin = next(number for number, line in enumerate(lines) if line.startswith("# [notify]"))
    table = "\n".join(line.removeprefix("# ") for line in lines[begin : lines.index("", begin)])
    assert channel_names(read(table)) == ("webhook", "command")
    assert read(table).notify.daily == time(8)


def test_one_whom_an_account_speaks_for_starts_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "hunter2-and-more")
    settings = read(FULL)
    for actor, names in ((Actor("alice"), ["webhook", "command"]), (Actor("alice", {"account": "jobsync"}), ["webhook"])):
        assert [channel.name for channel in sender_of(settings, actor).channels] == names


def test_a_secret_that_is_missing_breaks_its_channel_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    sender = sender_of(read(FULL), Actor("alice"))
    assert [channel.name for channel in sender.channels] == ["command"]
    assert "HOOK_SECRET is not set" in sender.broken["webhook"].message


def test_a_confined_process_keeps_the_variable_of_the_secret() -> None:
    assert allowed({"HOOK_SECRET": "x", "OTHER": "y"}, read(FULL)) == {"HOOK_SECRET": "x"}
