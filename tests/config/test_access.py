from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from jobsync_tui.backend.access.access import AccessPolicy, Actor, Guard, current_actor
from jobsync_tui.backend.core.errors import AccessDenied, ConfigError, UsageError
from jobsync_tui.backend.core.ownership import account_name
from jobsync_tui.backend.settings.loader import load_settings
from tests.config.conftest import FULL, WriteConfig

NO_ADMINS = FULL.partition("[[admins]]")[0]
OWNER = pwd.getpwuid(os.getuid()).pw_name


def replace_config(path: Path, text: str) -> None:
    """Put a new file in the place of the old one, as editors do."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.chmod(0o600)
    new.replace(path)


def test_the_actor_is_the_account_whatever_the_environment_says(write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER", "HOME"):
        monkeypatch.setenv(name, "alice")
    assert current_actor(None, write_config()) == Actor(OWNER)


def test_the_owner_of_the_configuration_may_speak_for_another(write_config: WriteConfig) -> None:
    actor = current_actor("alice", write_config())
    assert actor.user == "alice"
    assert actor.origin["account"] == OWNER


def test_another_account_may_not(write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_config()
    monkeypatch.setattr(os, "getuid", lambda: 4242)
    with pytest.raises(AccessDenied) as caught:
        current_actor("alice", path)
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("name", ["", "auto", "a b", "a\x1b[31m", "-x", "x" * 65, "a\n"])
def test_what_is_no_user_name(name: str, write_config: WriteConfig) -> None:
    with pytest.raises(UsageError) as caught:
        current_actor(name, write_config())
    assert "\x1b" not in str(caught.value)


def test_speaking_for_another_needs_a_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        current_actor("alice", tmp_path / "none.toml")


def test_an_account_without_a_name() -> None:
    assert account_name(2**31 - 7) == f"uid-{2**31 - 7}"


def test_admins_may_use_what_they_are_given(write_config: WriteConfig) -> None:
    policy = AccessPolicy(load_settings(write_config()))
    assert policy.integrations(Actor("alice")) == {"greenhouse", "export"}
    assert policy.everything(Actor("alice"))
    assert policy.integrations(Actor("bob")) == {"export"}
    assert not policy.everything(Actor("bob"))
    assert not policy.may_use(Actor("mallory"))
    assert policy.integrations(Actor("mallory")) == frozenset()
    assert not policy.may_use(Actor(OWNER)), "an owner who is not listed is not an admin"


def test_two_entries_for_one_admin_add_up_and_unknown_integrations_give_nothing(write_config: WriteConfig) -> None:
    more = '\n[[admins]]\nuser = "bob"\nintegrations = ["greenhouse", "gone"]\n'
    policy = AccessPolicy(load_settings(write_config(FULL + more)))
    assert policy.integrations(Actor("bob")) == {"greenhouse", "export"}


def test_without_admins_only_the_owner(write_config: WriteConfig) -> None:
    policy = AccessPolicy(load_settings(write_config(NO_ADMINS)))
    assert policy.integrations(Actor(OWNER)) == {"greenhouse", "export"}
    assert not policy.may_use(Actor("alice"))


def test_an_empty_list_of_admins_is_nobody(write_config: WriteConfig) -> None:
    policy = AccessPolicy(load_settings(write_config("admins = []\n" + NO_ADMINS)))
    assert not policy.may_use(Actor(OWNER))


def test_the_automatic_sync_may_use_all_and_nobody_can_pass_for_it(write_config: WriteConfig) -> None:
    policy = AccessPolicy(load_settings(write_config()))
    assert policy.everything(Actor.automatic())
    assert not policy.may_use(Actor("auto"))


def test_the_guard_follows_the_file(write_config: WriteConfig) -> None:
    path = write_config()
    guard = Guard(load_settings(path))
    bob = Actor("bob")
    assert guard.integration(bob, "export").id == "export"

    replace_config(path, FULL.replace('user = "bob"', 'user = "carol"'))

    with pytest.raises(AccessDenied, match="bob may not"):
        guard.require(bob)
    assert guard.integration(Actor("carol"), "export").id == "export"
    assert guard.settings.admins is not None
    assert guard.settings.admins[1].user == "carol"


def test_an_integration_of_somebody_else_is_answered_like_an_unknown_one(write_config: WriteConfig) -> None:
    guard = Guard(load_settings(write_config()))
    texts = []
    for name in ("greenhouse", "nowhere"):
        with pytest.raises(UsageError) as caught:
            guard.integration(Actor("bob"), name)
        texts.append((str(caught.value).replace(name, "ID"), caught.value.remedy, caught.value.exit_code))
    assert texts[0] == texts[1]
    assert texts[0][2] == 2


@pytest.mark.parametrize("damage", ["gone", "broken", "writable"])
def test_nobody_passes_while_the_file_cannot_be_read(damage: str, write_config: WriteConfig) -> None:
    path = write_config()
    guard = Guard(load_settings(path))
    alice = Actor("alice")
    guard.require(alice)

    if damage == "gone":
        path.unlink()
    elif damage == "broken":
        replace_config(path, "[sync\n")
    else:
        path.chmod(0o666)
        os.utime(path, ns=(1, 1))
    with pytest.raises(AccessDenied, match="cannot be read any more"):
        guard.require(alice)
    with pytest.raises(AccessDenied):
        guard.require(Actor.automatic())

    replace_config(path, FULL)
    assert guard.require(alice).may_use(alice), "once it is mended, work goes on"
