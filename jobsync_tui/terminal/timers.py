"""Timers that ring: one that is set once rings once, however busy the machine is."""

from __future__ import annotations

from typing import Any

from textual.timer import Timer


class SureTimer(Timer):
    """Textual's timer; only one that rings again and again leaves out the rings that it is late for.

    Textual's own leaves out the only ring of one that is set once where the process is held up for longer than its interval just as it
    begins: a key that is kept for a moment, the end of a resize or the arming of a confirmation is then lost for good.
    """

    def __init__(self, *given: Any, repeat: int | None = None, skip: bool = True, **options: Any) -> None:
        super().__init__(*given, repeat=repeat, skip=skip and repeat is None, **options)
