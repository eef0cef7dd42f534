"""The clipboard's honesty, and what counts as a link."""

from __future__ import annotations

import base64

import pytest

from jobsync_tui.terminal.clipboard import MOST, copy, has_desktop, is_web_address
from tests.support.fake_backend import FakeBackend
from tests.support.pilot import running


async def test_what_is_sent_is_cleaned_and_said_honestly(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(FakeBackend()) as (app, _):
        sent: list[str] = []
        assert app._driver is not None
        monkeypatch.setattr(app._driver, "write", sent.append)
        assert copy(app, "883977\x1b[2J\nnext", "id 883977") == "Sent to the terminal's clipboard: id 883977"
        (sequence,) = [text for text in sent if text.startswith("\x1b]52")]
        payload = base64.b64decode(sequence.removeprefix("\x1b]52;c;").removesuffix("\a")).decode()
        assert payload == "883977\u241b[2J\nnext"


async def test_what_no_terminal_takes_is_not_sent() -> None:
    async with running(FakeBackend()) as (app, _):
        assert copy(app, "x" * (MOST + 1), "the log").startswith("Not copied")


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://ats.example/jobs/1", True),
        ("http://127.0.0.1:8000/x", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://a.example/\x1b]52;c;aGk=\x07", False),
        ("https://a.example/a b", False),
        ("https://[::1", False),
        (None, False),
        ("", False),
    ],
)
def test_links(url: str | None, fine: bool) -> None:
    assert is_web_address(url) is fine


def test_over_ssh_nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.delenv("SSH_TTY", raising=False)
    assert has_desktop()
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    assert not has_desktop()
