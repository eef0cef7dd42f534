"""How long is waited for what a terminal sends: what tells a key from a sequence, and a person from a machine."""

from __future__ import annotations

ESCAPE_DELAY = 0.03
"""Seconds after which an ESC is the key: a sequence's bytes are written together."""

PATIENCE = 1.0
"""Seconds of silence after which what was begun and not ended is given up: a lost packet takes a line as long to send again."""

NUMBERS = 5.0
"""The same for a sequence of which more than its beginning is there: nobody types one, and its last byte by itself would be a key."""

LONGEST = 15.0
"""Seconds after which something that has not ended is given up at the first `PAUSE`, counted from what only a machine can have written.
Without this, whoever goes on typing into it would keep it open."""

PAUSE = 0.04
"""Seconds between two keys that a person types, at the least."""

MACHINE = 24
"""Bytes that come at once only from a machine."""

APART = 0.05
"""Seconds of silence before and after a key that came alone."""

DOUBT_APART = 0.11
"""The same while what comes may be the tail of what was given up, on a line that brings it byte by byte."""

TAIL = 0.1
"""Seconds of silence that end a paste for good: one that holds its own end mark goes on behind it."""

GRACE = 1.0
"""Seconds after an ESC was given as a key in which the rest of its sequence is still recognised."""

DOUBT = 30.0
"""Seconds after something was given up in which a burst is taken for its tail: a line that loses packets may be silent for so long."""

HOLD = 0.6
"""Seconds for which a letter behind such an ESC is kept, if a sequence may begin with it: the next byte tells it from a key."""

RXVT_HOLD = 0.15
"""Seconds after which a sequence that ends in a dollar is rxvt's key: any other goes on behind it."""

MOST = 1_000_000
"""Bytes of a paste that are kept."""
