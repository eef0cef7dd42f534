"""Keys typed ahead: on a slow line several arrive at once, and the application sends them all to the widget that has the focus then.

A widget that gives the focus away must therefore do so while it handles the key, and hand on the keys that it gets afterwards. And a field
must let keys act that are not typed (backspace, home, ctrl+u, esc) as it gets them: by themselves they go up to the application first, and
act behind the letters that came after them.
"""

from __future__ import annotations

from textual import events
from textual.widget import Widget


def take(event: events.Key) -> None:
    """Keep a key from everybody else."""
    event.stop()
    event.prevent_default()


def handed_on(widget: Widget, event: events.Key) -> bool:
    """Hand a key on that ``widget`` got though another one has the focus by now, and return whether it was such a key."""
    if widget.screen.focused is widget:
        return False
    take(event)
    send_on(widget.screen.focused or widget.screen, event)
    return True


async def act_at_once(widget: Widget, event: events.Key) -> None:
    """Have what is bound to a key done now, as the application would once the key has come to it."""
    app = widget.app
    with app._context():  # noqa: SLF001 - what is begun by a key is the application's, and outlives the widget
        if await app._check_bindings(event.key):  # noqa: SLF001 - there is no public way
            take(event)


def send_on(widget: Widget, event: events.Key) -> None:
    """Send a key that was kept from everybody to ``widget``."""
    key = events.Key(event.key, event.character)
    key._set_forwarded()  # noqa: SLF001 - else the application would send it to the focused widget once more
    widget.post_message(key)
