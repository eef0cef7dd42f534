from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import pytest

from jobsync_tui.backend.settings.secrets import Secret, SecretKind, SecretRef, SecretUnavailable, resolve
from tests.support.others import give_away

CANARY = "canary-7f3a9c51d2"


def secret_file(folder: Path, mode: int = 0o600, content: bytes = CANARY.encode() + b"\n") -> SecretRef:
    path = folder / "key"
    path.write_bytes(content)
    path.chmod(mode)
    return SecretRef(SecretKind.FILE, "key")


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GH_SECRET", CANARY)
    assert resolve(SecretRef(SecretKind.ENV, "GH_SECRET"), tmp_path).reveal() == CANARY


def test_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    assert resolve(secret_file(tmp_path), tmp_path).reveal() == CANARY


def test_a_literal_is_taken_and_not_masked_elsewhere(tmp_path: Path) -> None:
    from jobsync_tui.backend.settings.redaction import redact

    assert resolve("4000123", tmp_path).reveal() == "4000123"
    assert redact("job 4000123") == "job 4000123"


@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_not_set(value: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GH_SECRET", raising=False)
    if value is not None:
        monkeypatch.setenv("GH_SECRET", value)
    with pytest.raises(SecretUnavailable, match="environment variable GH_SECRET") as caught:
        resolve(SecretRef(SecretKind.ENV, "GH_SECRET"), tmp_path)
    assert caught.value.exit_code == 2
    assert caught.value.remedy


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o601])
def test_a_file_that_is_open_to_others_is_refused(mode: int, tmp_path: Path) -> None:
    with pytest.raises(SecretUnavailable, match="open to other accounts") as caught:
        resolve(secret_file(tmp_path, mode), tmp_path)
    assert CANARY not in f"{caught.value}{caught.value.remedy}"


def test_a_file_of_another_account_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reference = secret_file(tmp_path)
    give_away(tmp_path / reference.name, monkeypatch)
    with pytest.raises(SecretUnavailable, match="belongs to"):
        resolve(reference, tmp_path)


def test_a_file_that_others_could_replace_is_refused(tmp_path: Path) -> None:
    reference = secret_file(tmp_path)
    tmp_path.chmod(0o777)
    with pytest.raises(SecretUnavailable, match="can be replaced by others"):
        resolve(reference, tmp_path)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_file_without_a_secret_in_it(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(SecretUnavailable):
        resolve(secret_file(tmp_path, content=content), tmp_path)


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key")
    with pytest.raises(SecretUnavailable, match="not a regular file"):
        resolve(SecretRef(SecretKind.FILE, "key"), tmp_path)


def test_a_keyring_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SecretUnavailable, match="keyring support is not installed"):
        resolve(SecretRef(SecretKind.KEYRING, "greenhouse"), tmp_path)


def test_from_the_keyring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring")
    asked: list[tuple[str, str]] = []

    def answer(service: str, name: str) -> str:
        asked.append((service, name))
        return CANARY

    monkeypatch.setattr(keyring, "get_password", answer)
    assert resolve(SecretRef(SecretKind.KEYRING, "greenhouse"), tmp_path).reveal() == CANARY
    assert asked == [("jobsync", "greenhouse")]


def test_a_keyring_that_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring")

    def locked(_service: str, _name: str) -> str:
        raise keyring.errors.KeyringLocked(CANARY)

    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(SecretUnavailable, match="KeyringLocked") as caught:
        resolve(SecretRef(SecretKind.KEYRING, "greenhouse"), tmp_path)
    assert CANARY not in str(caught.value)


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret(CANARY)
    shown = f"{secret} {secret!r} {secret!s} %s" % secret
    assert CANARY not in shown
    assert CANARY not in str({"key": secret})
    with pytest.raises(TypeError):
        pickle.dumps(secret)
