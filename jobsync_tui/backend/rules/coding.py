"""Three-valued answers as two bits, so that a whole number can hold one for each row.

The low bit says "not false", the high bit "true". So ``all`` is ``&`` and ``any`` is ``|``; ``not`` turns both bits and swaps them.
"""

from __future__ import annotations

FALSE, NEITHER, TRUE = 0, 1, 3

CODES = {False: FALSE, None: NEITHER, True: TRUE}
