"""What a terminal sends, told apart: keys, pastes, and what terminals say by themselves.

On the line of the keys a terminal also answers questions, of ours or of whatever ran before: its name and version, its colours, a title, a
clipboard. Textual's parser gives the characters of what it does not know as keys, and a `y` in a terminal's name was a confirmation. So
everything passes here first: whole sequences go on, one by one; strings (OSC, DCS, APC, PM, SOS) are dropped whole; a paste is one text
whatever bytes it holds; and each key knows whether it came alone. The tail of what was given up, because the line was silent, is dropped
too: what comes in one go, until a key has come by itself. Works on bytes, knows no terminal and no Textual, and is told the time.
"""

from __future__ import annotations

from enum import Enum, auto

from . import sequences as shapes
from .key_times import (
    APART,
    DOUBT,
    DOUBT_APART,
    ESCAPE_DELAY,
    GRACE,
    HOLD,
    LONGEST,
    MACHINE,
    MOST,
    NUMBERS,
    PATIENCE,
    PAUSE,
    RXVT_HOLD,
    TAIL,
)
from .tokens import Pasted, Sequence, Token


class _Mode(Enum):
    KEYS = auto()
    STRING = auto()
    PASTE = auto()
    TAIL = auto()


class Keyboard:
    """Takes bytes as they come and gives what they mean.

    Attributes:
        deadline: When `tick` is to be called if nothing comes until then; None where nothing is waited for.
        received: Bytes that came so far. A key came alone if this still is its ``mark`` when `APART` has passed.
    """

    def __init__(self) -> None:
        self.deadline: float | None = None
        self.received = 0
        self._mode = _Mode.KEYS
        self._held = b""
        self._place = 0  # of the first held byte, among those received
        self._now = 0.0
        self._heard = float("-inf")
        self._burst = 0  # where the bytes without a pause between them began
        self._machine = 0.0  # when something came that no person types, or what is open began
        self._flowed = 0.0  # when something came into a paste that is no key by itself
        self._doubtful = float("-inf")  # until when what comes may be the tail of what was given up
        self._unsure: int | None = None  # what had come when something was given up; until more came, and then silence, no key came alone
        self._kept: Sequence | None = None  # the last key that came in doubt, until it is seen whether it came alone
        self._spent = False  # the ESC that is held was given as a key
        self._is_control = False  # the ESC that is held stands for a control of one byte, which nobody types
        self._trail = b""  # an ESC that was given as a key, and a letter behind it
        self._trailed = 0.0
        self._holding = False  # a bracket is held that may go on behind the trail
        self._ends = shapes.STRING_END
        self._paste = bytearray()
        self._tokens: list[Token] = []

    def feed(self, data: bytes, now: float) -> list[Token]:
        """Take ``data``, read at the time ``now``, and return what is complete."""
        silence = now - self._heard
        if silence >= PATIENCE and self._unsure is not None and self.received > self._unsure:
            self._unsure = None
        if silence >= (APART if self._kept is None else DOUBT_APART):
            if not self._held:
                self._evaluate()
            self._burst = self.received
        if now - self._heard < APART or not shapes.KEY.fullmatch(data):
            self._flowed = now
        if len(data) >= MACHINE:
            self._machine = now
        self._now = self._heard = now
        self.received += len(data)
        is_new = not self._held or self._holding
        self._held += data
        if is_new and self._mode is _Mode.KEYS:
            self._recognise_the_rest()
        return self._work()

    def tick(self, now: float) -> list[Token]:
        """Return what is complete because nothing has come until ``now``."""
        if self.deadline is None or now < self.deadline:
            return []
        self._now = now
        self._give_up()
        return self._work()

    def _work(self) -> list[Token]:
        self.deadline = self._now + HOLD if self._holding else None
        while self._held and not self._holding and self._step():
            pass
        if self._mode is _Mode.PASTE:
            self._wait(PATIENCE - (self._now - self._flowed))
        elif self._mode is _Mode.TAIL:
            self.deadline = min(self._now + TAIL, self._machine + PATIENCE)
        elif self._mode is _Mode.STRING:
            self._wait(PATIENCE)
        if self.deadline is None and self._kept is not None:
            self.deadline = self._heard + DOUBT_APART
        tokens, self._tokens = self._tokens, []
        return tokens

    def _step(self) -> bool:
        """Take one thing from what is held; False where more has to come first."""
        if self._mode is _Mode.STRING:
            return self._string()
        if self._mode is _Mode.PASTE:
            return self._in_paste()
        if self._mode is _Mode.TAIL:
            return self._behind_paste()
        return self._escape() if self._held[0] == shapes.ESC else self._character()

    # ---- keys --------------------------------------------------------------------------------------------------------

    def _character(self) -> bool:
        first = self._held[0]
        length = 1 if first < 0xC2 or first > 0xF4 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
        whole = self._held[:length]
        broken = next((place for place in range(1, len(whole)) if not 0x80 <= whole[place] < 0xC0), None)
        if broken is None and len(whole) < length:
            self._wait(PATIENCE)
            return False
        whole = whole[:broken]
        single = whole[0] if length == 1 else whole[1] if whole[0] == 0xC2 and broken is None else 0
        if 0x80 <= single < 0xA0:
            self._eight_bit(single, len(whole))
        else:
            self._key(len(whole))
        return True

    def _eight_bit(self, control: int, length: int) -> None:
        """Take a control of the upper half as the ESC and the letter that it stands for."""
        letter = shapes.EIGHT_BIT.get(control)
        self._drop(length)
        if letter is not None:
            self._held = b"\x1b" + letter + self._held
            self._place -= 2
            self._spent = self._is_control = True

    def _escape(self) -> bool:
        kind = self._held[1:2]
        if not kind:
            self.deadline = self._now + ESCAPE_DELAY
            return False
        if kind == b"[":
            return self._csi()
        if kind == b"O":
            return self._ss3()
        if kind in shapes.STRINGS:
            return self._string_begins(kind)
        if kind == b"\\":  # the end of a string that is gone
            self._drop(2)
        elif shapes.IN_BETWEEN.match(kind) and self._held[2:3] and self._held[2] in shapes.INTRODUCERS:
            self._leave_out(1)
        elif found := shapes.CHARACTER_SET.match(self._held):
            self._drop(found.end())
        elif kind[0] < 0x80 and kind[0] != shapes.ESC:
            self._key(2)
        else:
            self._key(1)
        return True

    def _csi(self) -> bool:
        held = self._held
        if held.startswith((b"\x1b[M", b"\x1b[[")):  # a mouse of the old kind; a Linux console's function keys
            old = shapes.OLD_MOUSE.match(held)
            length = 4 if held[2:3] == b"[" else old.end() if old else len(held) + 1
            if len(held) < length:
                self._wait(NUMBERS)
                return False
            self._key(length)
        elif shapes.BEGIN.match(held):
            self._drop(6)
            self._mode, self._machine, self._flowed = _Mode.PASTE, self._now, self._now
            self._paste.clear()
        elif found := shapes.CSI.match(held):
            self._key(found.end())
        elif shapes.CSI_BEGUN.match(held):
            if len(held) > 1000:
                self._shorten(b"\x1b[?")
            self._wait(RXVT_HOLD if shapes.RXVT.fullmatch(held) else NUMBERS if len(held) > 2 else PATIENCE)
            return False
        else:
            self._breaks(next(place for place in range(2, len(held)) if not 0x20 <= held[place] < 0x40))
        return True

    def _breaks(self, place: int) -> None:
        """Meet what does not belong into the sequence that is held: another begins, or it is left out, as terminals do."""
        held = self._held
        first = held[place + 1 : place + 2] if held[place] == 0xC2 else held[place : place + 1]
        if held[place] == shapes.ESC or (first and first[0] in shapes.EIGHT_BIT):
            self._drop(place)
        elif held[place] in shapes.CANCELS:
            self._drop(place + 1)
        else:
            self._leave_out(place)

    def _leave_out(self, place: int) -> None:
        self._held = self._held[:place] + self._held[place + 1 :]
        self._place += 1

    def _ss3(self) -> bool:
        if found := shapes.SS3.match(self._held):
            self._key(found.end())
        elif shapes.SS3_BEGUN.match(self._held):
            if len(self._held) > 1000:
                self._shorten(b"\x1bO;")
            self._wait(NUMBERS if len(self._held) > 2 else PATIENCE)
            return False
        elif (place := len(self._held) - len(self._held[2:].lstrip(b"0123456789;"))) > 2 or shapes.IN_BETWEEN.match(self._held, 2):
            self._breaks(place)
        else:
            self._apart(2)
        return True

    def _key(self, length: int) -> None:
        """Give the first ``length`` bytes as one sequence."""
        whole = self._held[:length]
        alone = self._place == self._burst and self._place + length == self.received and not self._spent
        self._drop(length)
        key = Sequence(whole.decode("utf-8", "replace"), self.received if alone else None)
        if self._now < self._doubtful:
            self._kept = key
        else:
            self._tokens.append(key if self._unsure is None else Sequence(key.text))

    def _apart(self, length: int) -> None:
        """Give the first ``length`` bytes as keys of their own; an ESC that was given already is not given again."""
        if self._spent:
            self._drop(1)
            length -= 1
        for _ in range(length):
            self._key(1)

    def _drop(self, length: int) -> None:
        self._held = self._held[length:]
        self._place += length
        self._spent = self._is_control = False

    def _shorten(self, instead: bytes) -> None:
        self._place += len(self._held) - len(instead)
        self._held = instead

    # ---- strings and pastes ------------------------------------------------------------------------------------------

    def _string_begins(self, kind: bytes) -> bool:
        if len(self._held) == 2:
            self._wait(PATIENCE)
            return False
        self._drop(2)
        self._ends = shapes.OSC_END if kind == b"]" else shapes.STRING_END
        self._mode, self._machine = _Mode.STRING, self._now
        return True

    def _string(self) -> bool:
        found = self._ends.search(self._held)
        if found:
            self._drop(found.end())
            self._mode = _Mode.KEYS
            return True
        kept = 1 if self._held.endswith(shapes.BEGINNINGS_OF_ENDS) else 0
        self._drop(len(self._held) - kept)
        return False

    def _in_paste(self) -> bool:
        found = shapes.END.search(self._held)
        if found:
            self._take_into_paste(found.start())
            self._drop(len(found.group()))
            self._mode, self._machine = _Mode.TAIL, self._now
            return True
        begun = shapes.END_BEGUN.search(self._held)
        self._take_into_paste(begun.start() if begun else len(self._held))
        return False

    def _behind_paste(self) -> bool:
        """Take what comes at once behind the end of a paste, and is followed by another end, into it: it held the mark itself."""
        ends = list(shapes.END.finditer(self._held))
        if ends:
            self._take_into_paste(ends[-1].end())
        return False

    def _take_into_paste(self, length: int) -> None:
        self._paste += self._held[: min(length, MOST - len(self._paste))]
        self._drop(length)

    def _paste_over(self) -> None:
        text = shapes.END.sub(b"", shapes.BEGIN.sub(b"", bytes(self._paste))).decode("utf-8", "replace")
        self._paste.clear()
        self._mode = _Mode.KEYS
        self._tokens.append(Pasted(text))

    # ---- what does not come ------------------------------------------------------------------------------------------

    def _wait(self, patience: float) -> None:
        """Wait for more; not as long where what is open has been so for long, and somebody seems to type into it."""
        is_old = self._mode is not _Mode.KEYS and self._now - self._machine > LONGEST
        self.deadline = self._now + (PAUSE if is_old else patience)

    def _give_up(self) -> None:
        """Make an end of what was begun."""
        if self._mode is _Mode.TAIL:
            self._paste_over()
        elif self._mode is _Mode.PASTE:
            self._doubt()
            self._take_into_paste(len(self._held))
            self._paste_over()
        elif self._mode is _Mode.STRING:
            self._doubt()
            if self._held == b"\x1b":
                self._leave_trail(self._held)
            self._drop(len(self._held))
            self._mode = _Mode.KEYS
        elif self._holding:
            self._holding = False
            self._leave_trail(b"\x1b" + self._held)
        elif not self._held:
            self._evaluate()
        elif self._held == b"\x1b":
            self._key(1)
            self._leave_trail(b"\x1b")
        elif shapes.RXVT.fullmatch(self._held):
            self._key(len(self._held))
        elif len(self._held) == 2 and self._held[0] == shapes.ESC and not self._is_control:
            trail = self._held
            self._apart(2)
            self._leave_trail(trail)
            self._doubt()
        else:
            self._doubt()
            self._drop(len(self._held))

    def _doubt(self) -> None:
        """Take a burst for the tail of what was given up, from now on."""
        self._doubtful = self._now + DOUBT
        self._unsure = self.received

    def _evaluate(self) -> None:
        """Give the key that came in doubt if nothing came with it; a burst is the tail, and more of it may come."""
        kept, self._kept = self._kept, None
        if kept is None:
            return
        if kept.mark != self.received:
            self._doubt()
            return
        if shapes.KEY.fullmatch(kept.text.encode()):
            self._doubtful = float("-inf")
        self._tokens.append(Sequence(kept.text))

    def _leave_trail(self, given: bytes) -> None:
        self._trail, self._trailed = given, self._now

    def _recognise_the_rest(self) -> None:
        """See whether what is held goes on with a sequence whose beginning came so long ago that it was given as keys."""
        trail, self._trail = self._trail, b""
        held_back, self._holding = self._holding, False
        since = self._now - self._trailed
        if not trail or since > DOUBT:
            return
        if (shapes.REST if since <= GRACE else shapes.LATE_REST).match(trail + self._held):
            self._held = trail + self._held
            self._place -= len(trail)
            self._spent = True
        elif trail != b"\x1b" or since > GRACE or self._held[0] not in shapes.INTRODUCERS:
            return
        elif held_back:
            if self._burst <= self._place:
                self._doubt()
        elif len(self._held) == 1:
            self._holding = True
            self._leave_trail(trail)
        else:
            self._doubt()
