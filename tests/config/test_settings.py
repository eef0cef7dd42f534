from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from jobsync_tui.backend.core.errors import ConfigError
from jobsync_tui.backend.core.models import EvaluationPolicy, SettingValue
from jobsync_tui.backend.settings.loader import load_settings, parse_settings
from jobsync_tui.backend.settings.schema import Settings, TargetKind
from jobsync_tui.backend.settings.secrets import SecretKind, SecretRef
from jobsync_tui.backend.settings.template import config_template
from tests.config.conftest import FULL, WriteConfig

WHERE = Path("/etc/jobsync/config.toml")


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


def test_every_key_is_read(write_config: WriteConfig, tmp_path: Path) -> None:
    settings = load_settings(write_config())

    assert settings.organization.name == "Acme Staffing"
    assert settings.target.kind is TargetKind.TENZO
    assert settings.target.base_url == "https://api.tenzo.ai"
    assert settings.target.api_key == SecretRef(SecretKind.ENV, "TENZO_API_KEY")
    assert settings.sync.every == timedelta(minutes=5)
    assert settings.sync.settle_after == timedelta(seconds=20)
    assert settings.sync.concurrency == 8
    assert settings.network.ca_bundle == tmp_path / "acme.pem"
    greenhouse = settings.integration("greenhouse")
    assert greenhouse is not None
    assert greenhouse.read_only
    assert greenhouse.credentials["client_secret"] == SecretRef(SecretKind.FILE, "gh.secret")
    assert greenhouse.credentials["user_id"] == "12345"
    assert greenhouse.options == {"token_url": "https://auth.greenhouse.io/token"}
    export = settings.integration("export")
    assert export is not None
    assert export.name == "export"
    assert export.options == {"path": str(tmp_path / "jobs.csv"), "columns": {"id": "Req ID", "name": "Title", "custom.shift": "Shift"}}
    assert settings.admins is not None
    assert [admin.user for admin in settings.admins] == ["alice", "bob"]


def test_what_the_rules_are_given(write_config: WriteConfig) -> None:
    assert load_settings(write_config()).evaluation_policy() == EvaluationPolicy(
        required_fields=("name", "location.city", "custom.req_type"),
        required_settings=(SettingValue("ai_caller_name", "Morgan"),),
        default_settings=(SettingValue("language", "Multilingual"),),
        default_generation_template="General screen",
    )


def test_an_empty_file_has_every_default() -> None:
    settings = parse_settings("", WHERE)

    assert settings == Settings(path=WHERE)
    assert settings.storage.url == "sqlite"
    assert settings.target.kind is TargetKind.LOCAL
    assert settings.sync.required_fields == ("name",)
    assert settings.sync.every == timedelta(minutes=5)
    assert settings.integrations == ()
    assert settings.admins is None


def test_the_template_of_init_is_valid_and_so_is_all_that_is_commented_out_in_it() -> None:
    template = config_template()
    parse_settings(template, WHERE)

    uncommented = "\n".join(
        line.removeprefix("# ")
        if line.startswith(
            (
                "# [",
                "# id =",
                "# name =",
                "# value",
                "# provider =",
                "# cred",
                "# read",
                "# user",
                "# int",
                "# def",
                "# proxy",
                "# ca_",
                "# base_url",
                "# api_key",
            )
        )
        else line
        for line in template.splitlines()
    )
    settings = parse_settings(uncommented, WHERE)
    assert settings.integration("greenhouse") is not None
    assert settings.admins is not None
    assert settings.target.api_key is not None
    assert settings.settings.required


def test_settings_are_frozen() -> None:
    settings = parse_settings("", WHERE)
    with pytest.raises(ValidationError) as caught:
        settings.sync.concurrency = 9
    assert [each["type"] for each in caught.value.errors()] == ["frozen_instance"]


@pytest.mark.parametrize(
    ("found", "wrong", "key", "words"),
    [
        ('every = "5m"', "every = 5", "sync.every", "must be a duration"),
        ('every = "5m"', 'every = "soon"', "sync.every", "must be a duration"),
        ('every = "5m"', 'evry = "5m"', "sync.evry", "is not a known key; did you mean every?"),
        ('provider = "greenhouse"', 'provder = "greenhouse"', "integrations[greenhouse].provder", "did you mean provider?"),
        ("concurrency = 8", 'concurrency = "8"', "sync.concurrency", "must be a whole number"),
        ("concurrency = 8", "concurrency = 30", "sync.concurrency", "at most 29"),
        ("read_only = true", 'read_only = "yes"', "integrations[greenhouse].read_only", "must be true or false"),
        ('id = "export"', 'id = "greenhouse"', "integrations[greenhouse].id", "is used twice"),
        ('id = "export"', 'id = "a:b"', "integrations[a:b].id", "must be letters"),
        ('user_id = "12345"', "user_id = 12345", "integrations[greenhouse].credentials.user_id", "must be text"),
        ('{ file = "gh.secret" }', '"hunter2hunter2"', "integrations[greenhouse].credentials.client_secret", "is a secret"),
        ('{ file = "gh.secret" }', '{ vault = "x" }', "integrations[greenhouse].credentials.client_secret", "must say where"),
        ('{ file = "gh.secret" }', '{ env = "a b" }', "integrations[greenhouse].credentials.client_secret", "must have a name"),
        ('api_key = { env = "TENZO_API_KEY" }', 'api_key = "tenzo_pk_canary"', "target.api_key", "is a secret"),
        ('api_key = { env = "TENZO_API_KEY" }', "", "target.api_key", "is missing"),
        ('kind = "tenzo"', 'kind = "else"', "target.kind", "must be 'local' or 'tenzo'"),
        ('"https://harvest.greenhouse.io/v3"', '"http://harvest.greenhouse.io/v3"', "integrations[greenhouse].base_url", "must be https"),
        ('"https://harvest.greenhouse.io/v3"', '"https://a:b@harvest"', "integrations[greenhouse].base_url", "user name or password"),
        ('"https://harvest.greenhouse.io/v3"', '"http://127.0.0.1.evil.example"', "integrations[greenhouse].base_url", "must be https"),
        ('"https://harvest.greenhouse.io/v3"', '"https://x:port"', "integrations[greenhouse].base_url", "must be a URL"),
        ('token_url = "https://auth.greenhouse.io/token"', 'path = "x"', "integrations[greenhouse].path", "is not a key of the provider"),
        ('path = "jobs.csv"', "", "integrations[export].path", "is missing"),
        ('name = "Title"', "name = 5", "integrations[export].columns.name", "must be text"),
        ('"location.city"', '"salery"', "sync.required_fields[1]", "is not a field of a job"),
        ('integrations = ["*"]', 'integrations = "*"', "admins[alice].integrations", "must be a list"),
        ('value = "Morgan"', "", "settings.required[ai_caller_name].value", "is missing"),
        ('value = "Morgan"', "value = 2026-01-31", "settings.required[ai_caller_name].value", "must be text, a number"),
        ('url = "sqlite"', 'url = "mysql://x"', "storage.url", "must be sqlite"),
        ('url = "sqlite"', 'url = "postgresql://u:pw@h/d"', "storage.url", "must not have a password"),
        ('url = "sqlite"', 'url = "postgresql://u:p#w@h/d"', "storage.url", "must not have a password"),
        ('url = "sqlite"', 'url = "postgresql://u@h/d?password=pw"', "storage.url", "must not have a password"),
        ('url = "sqlite"', 'url = "postgresql://u@[::h/d"', "storage.url", "must be a URL"),
        ("[organization]", "path = 1\n[organization]", "path", "is not a known key"),
    ],
)
def test_what_is_wrong_is_named_with_file_key_and_line(found: str, wrong: str, key: str, words: str) -> None:
    text = FULL.replace(found, wrong, 1)
    assert text != FULL

    with pytest.raises(ConfigError) as caught:
        parse_settings(text, WHERE)

    message = str(caught.value)
    assert message.startswith(f"{WHERE}, line ")
    assert f": {key} " in message
    assert words in message
    if wrong:
        line = int(message.removeprefix(f"{WHERE}, line ").partition(":")[0])
        allowed = {line_of(text, wrong), line_of(text, 'id = "greenhouse"\nprovider = "file"') if "is used twice" in words else 0}
        assert line in allowed
    assert "hunter2" not in message
    assert "tenzo_pk_canary" not in message
    assert "pw@" not in message


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[sync]\nevery = 5m\n", 2),
        ("[sync\n", 1),
        ('[sync]\nevery = "5m\n', 2),
        ("a = 1\n\na = 2\n", 3),
        ("[network]\nproxy =", 2),
    ],
)
def test_what_is_not_toml_is_named_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ConfigError, match=f"line {line}: not TOML"):
        parse_settings(text, WHERE)


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no configuration file") as caught:
        load_settings(tmp_path / "none.toml")
    assert "jobsync init" in str(caught.value.remedy)


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o666, 0o664])
def test_a_file_that_others_can_write_is_refused(write_config: WriteConfig, mode: int) -> None:
    with pytest.raises(ConfigError, match="can be written by others") as caught:
        load_settings(write_config(mode=mode))
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o644])
def test_a_file_that_others_may_read_is_taken(write_config: WriteConfig, mode: int) -> None:
    assert load_settings(write_config(mode=mode)).organization.name == "Acme Staffing"


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path):
        with pytest.raises(ConfigError):
            load_settings(path)


def test_what_is_no_text_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"[sync]\n\xff\n")
    with pytest.raises(ConfigError, match="line 2"):
        load_settings(path)


@given(st.text(max_size=60))
def test_any_text_gives_settings_or_a_config_error(text: str) -> None:
    try:
        parse_settings(text, WHERE)
    except ConfigError as error:
        assert "\n" not in error.message  # noqa: PT017 - most texts are no TOML, some are
        assert "\x1b" not in error.message  # noqa: PT017 - the same


@given(st.recursive(st.text(max_size=8) | st.integers() | st.booleans(), lambda inner: st.lists(inner, max_size=2), max_leaves=4))
def test_any_value_of_a_credential_gives_settings_or_a_config_error(value: object) -> None:
    import json

    text = f'[[integrations]]\nid = "a"\nprovider = "lever"\ncredentials.api_key = {json.dumps(value)}\n'
    with pytest.raises(ConfigError):
        parse_settings(text, WHERE)


def test_everything_that_is_wrong_is_counted_and_the_topmost_is_named() -> None:
    with pytest.raises(ConfigError, match=r"line 2: sync\.every must be a duration .* \(and 3 more\)$"):
        parse_settings('[sync]\nevery = 5\nconcurrency = 0\n[[integrations]]\nid = 3\nprovider = "lever"\nname = ["x"]\n', WHERE)


def test_a_required_key_that_is_mistyped_is_one_mistake_and_a_mistyped_provider_is_named_with_the_one_meant() -> None:
    with pytest.raises(ConfigError, match=r"line 3: integrations\[a\]\.provder is not a known key; did you mean provider\?$"):
        parse_settings('[[integrations]]\nid = "a"\nprovder = "lever"\n', WHERE)
    with pytest.raises(ConfigError, match=r"path is not a key of the provider fil\. Did you mean file\?$"):
        parse_settings('[[integrations]]\nid = "a"\nprovider = "fil"\npath = "jobs.csv"\n', WHERE)


def test_tables_do_not_share_what_the_file_left_out() -> None:
    one, other = (parse_settings('[[integrations]]\nid = "a"\nprovider = "lever"\n', WHERE).integrations[0] for _ in range(2))
    assert one == other
    assert one.credentials is not other.credentials


@pytest.mark.parametrize(("text", "kept"), [("", timedelta(days=14)), ('keep = "2d"', timedelta(days=2)), ('keep = "off"', None)])
def test_how_long_requests_are_kept(text: str, kept: timedelta | None) -> None:
    assert parse_settings(f"[wire]\n{text}\n", WHERE).wire.keep == kept


@pytest.mark.parametrize("text", ['"0d"', '"forever"', "14", '"999999w"', "false"])
def test_a_time_that_requests_cannot_be_kept_for_says_what_can(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_settings(f"[wire]\nkeep = {text}\n", WHERE)
    assert "wire.keep" in caught.value.message
    assert '"off"' in caught.value.message


def test_an_integration_says_for_itself_what_becomes_of_jobs_that_close() -> None:
    own = """
[sync]
when_closed = "{all}"
[[integrations]]
id = "a"
provider = "file"
path = "/a.csv"
{own}
"""
    for every, its_own, closes in (("leave", "", False), ("close", "", True), ("leave", "close", True), ("close", "leave", False)):
        table = f'when_closed = "{its_own}"' if its_own else ""
        assert parse_settings(own.format(all=every, own=table), WHERE).closes("a") is closes
    assert not parse_settings("", WHERE).closes("a")
    with pytest.raises(ConfigError):
        parse_settings(own.format(all="shut", own=""), WHERE)
