"""The terminal's clipboard (OSC 52) and links, with honest words: a terminal does not answer whether it took what it was sent."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..backend.core.text import clean

if TYPE_CHECKING:
    from textual.app import App

MOST = 70_000
"""Longest text in bytes: some terminals drop a sequence above 100,000 bytes, and base64 makes a text a third longer."""


def copy(app: App[int], text: str, what: str) -> str:
    """Send ``text`` to the terminal's clipboard.

    Controls are taken out of it first: what is pasted into a shell should be what was read.

    Args:
        app: The application, whose terminal it is.
        text: What to copy.
        what: What it is, in a few words, such as "id 883977".

    Returns:
        What to tell the person.
    """
    text = clean(text, lines=True)
    if len(text.encode("utf-8", "replace")) > MOST:
        return f"Not copied: {what} is longer than terminals take ({MOST // 1000} kB)"
    app.copy_to_clipboard(text)
    return f"Sent to the terminal's clipboard: {what}"


def is_web_address(url: str | None) -> bool:
    """Return whether ``url`` is one that may be shown as a link: http or https, with a host, and without a control in it."""
    if not url or clean(url) != url or " " in url:
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def has_desktop() -> bool:
    """Return whether a browser opened here would be in front of the person: not over SSH, and with a display."""
    if "SSH_CONNECTION" in os.environ or "SSH_TTY" in os.environ:
        return False
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
