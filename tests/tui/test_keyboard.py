"""What a terminal sends, told apart: nothing that nobody typed is a key, wherever it is split, and what somebody typed always is."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import pytest
from textual import events

from jobsync_tui.terminal.key_times import APART, DOUBT_APART, ESCAPE_DELAY, HOLD, LONGEST, NUMBERS, PATIENCE
from jobsync_tui.terminal.keyboard import Keyboard
from jobsync_tui.terminal.keystrokes import Key, Translator
from tests.support.terminal_answers import IN_ONE, PASTES, RECORDED, made, made_paste, paste

Piece = tuple[bytes, float]
"""Bytes, and the seconds until the next."""


class Line:
    """A terminal's line into the application, with a clock of its own."""

    def __init__(self, *, is_typing: bool = False) -> None:
        self.keyboard = Keyboard()
        self.now = 100.0
        self.events: list[object] = []
        self._translator = Translator(self.keyboard, lambda: is_typing)

    def send(self, data: bytes, pause: float = 10.0) -> Line:
        self._take(self.keyboard.feed(data, self.now))
        end = self.now + pause
        while self.keyboard.deadline is not None and self.keyboard.deadline <= end:
            self.now = self.keyboard.deadline
            self._take(self.keyboard.tick(self.now))
        self.now = end
        return self

    @property
    def keys(self) -> list[str]:
        return [event.key for event in self.events if isinstance(event, events.Key)]

    @property
    def pasted(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, events.Paste)]

    def _take(self, tokens: Iterable[object]) -> None:
        for token in tokens:
            self.events += self._translator.messages(token)  # type: ignore[arg-type]


def keys(*pieces: bytes | Piece, is_typing: bool = False) -> list[str]:
    line = Line(is_typing=is_typing)
    for piece in pieces:
        line.send(*piece) if isinstance(piece, tuple) else line.send(piece)
    return line.keys


def split(data: bytes, rng: random.Random) -> list[Piece]:
    """Cut ``data`` at any bytes, with any pauses that a line makes; behind an ESC not for longer than tells it from the key."""
    cuts = sorted(rng.sample(range(1, len(data)), min(len(data) - 1, rng.choice((0, 1, 2, 5))))) if len(data) > 1 else []
    parts = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    pauses = (0.001, 0.01, ESCAPE_DELAY - 0.005, ESCAPE_DELAY + 0.005, 0.1, 0.3, 0.7)
    return [(part, rng.choice(pauses[:3] if part.endswith(b"\x1b") else pauses)) for part in parts]


@pytest.mark.parametrize("answer", [*RECORDED, *IN_ONE], ids=repr)
def test_an_answer_is_no_key_and_a_key_behind_it_is_one(answer: bytes) -> None:
    assert keys(answer + b"j") == ["j"]
    assert keys((answer, 0.3), b"j") == ["j"]


@pytest.mark.parametrize("answer", RECORDED, ids=repr)
def test_an_answer_split_at_any_byte_is_no_key(answer: bytes) -> None:
    for place in range(1, len(answer)):
        for pause in (0.005, 0.15, 0.6):
            # A lone ESC is the key after a while, for nobody can tell; what comes behind it is still the rest.
            expected = ["escape"] if answer[:place] == b"\x1b" and pause > ESCAPE_DELAY else []
            assert keys((answer[:place], pause), (answer[place:], 0.3), b"j") == [*expected, "j"], (place, pause)


def test_an_answer_that_comes_byte_by_byte_is_no_key() -> None:
    for answer in RECORDED:
        if b"\x9b" in answer or b"\x9d" in answer or b"\x90" in answer or len(answer) > 40:
            continue
        assert keys(*((bytes([byte]), 0.02) for byte in answer), (b"", 0.3), b"j") == ["j"], answer


@pytest.mark.parametrize("seed", range(300))
def test_made_answers_and_pastes_split_anywhere_are_no_keys(seed: int) -> None:
    rng = random.Random(seed)  # noqa: S311 - the same answers every time
    line = Line()
    for _ in range(8):
        kind = rng.random()
        data = made(rng) if kind < 0.5 else rng.choice(RECORDED) if kind < 0.75 else made_paste(rng)
        pieces = split(data, rng) if kind < 0.75 else [(data, 0.0)]
        for piece in pieces:
            line.send(*piece)
        line.send(b"", 0.3)
    assert line.keys == []
    line.send(b"", 2.0).send(b"j")
    assert line.keys == ["j"]


@pytest.mark.parametrize("content", PASTES, ids=repr)
def test_a_paste_is_text_whatever_it_holds(content: bytes) -> None:
    line = Line().send(paste(content) + b"j")
    assert line.keys == ["j"]
    assert len(line.pasted) <= 1
    assert all(not (ord(character) < 0x20 and character not in "\n\t") for text in line.pasted for character in text)


@pytest.mark.parametrize("content", [each for each in PASTES if b"[201~" not in each], ids=repr)
def test_a_paste_split_at_any_byte_is_text(content: bytes) -> None:
    data = paste(content)
    for place in range(6, min(len(data), 60)):
        line = Line().send(data[:place], 0.7).send(data[place:], 0.3).send(b"j")
        assert line.keys == ["j"], place
        assert line.pasted == Line().send(data).pasted


def test_what_nobody_sees_in_a_paste_is_dropped() -> None:
    assert Line().send(paste("\ufeff88\u200b41\u200e77\x1b[31m\r\nx".encode())).pasted == ["884177[31m\nx"]


def test_what_nobody_sees_is_no_key_either() -> None:
    assert keys("\ufeff8\u200b\u200e8\u2060\u00ad".encode(), b"\x1b[0;;8203u", is_typing=True) == ["8", "8"]


def test_a_paste_of_a_megabyte_is_one_text() -> None:
    line = Line()
    for _ in range(500):
        line.send(b"\x1b[200~" + b"y" * 2000 if not line.keyboard.received else b"y" * 2000, 0.01)
    line.send(b"\x1b[201~").send(b"j")
    assert line.keys == ["j"]
    assert [len(text) for text in line.pasted] == [1_000_000]


@pytest.mark.parametrize(
    "begun", [b"\x1b]11;rgb:00", b"\x1bP>|kit", b"\x1b_G", b"\x1b[200~abc", b"\x1b[12;", b"\x1b[<0;3", b"\xc2\x9d1", b"\x1bO5"]
)
def test_what_is_never_ended_gives_the_keys_back(begun: bytes) -> None:
    assert keys((begun, NUMBERS + PATIENCE + 0.1), b"j")[-1:] == ["j"]
    # Somebody who goes on typing meanwhile is heard again as well.
    line = Line().send(begun, 0.1)
    for _ in range(int(LONGEST / 0.12) + 10):
        line.send(b"j", 0.12)
    assert line.keys[-1:] == ["j"]


STALLED = (
    (b"\x1b[200", b"~mmm\x1b[201~"),
    (b"\x1b[200~ab", b"mmm\x1b[201~"),
    (b"\x1bP>|", b"Smux s\x1b\\"),
    (b"\x1bP", b">|s mux\x1b\\"),
    (b"\x1b]l", b"my mode $c\x1b\\"),
    (b"\x1b]", b"my mode $c\x1b\\"),
    (b"\x1b]11;r", b"gb:0000/0000/0000\x1b\\"),
    (b"\x1b_G", b"i=31;OK\x1b\\"),
    (b"\x1b[?62;", b"1;c"),
    (b"\x1b[4;", b"2$y"),
    (b"\x1b[", b"?1;2c"),
    (b"\x1b[<0;3", b";4M"),
    (b"\x1bO5", b";5y"),
    (b"\xc2\x9d1", b"1;rgb:0000\xc2\x9c"),
)


@pytest.mark.parametrize(("begun", "tail"), STALLED, ids=repr)
@pytest.mark.parametrize("silence", [0.7, PATIENCE + 0.2, 2 * PATIENCE + 0.5, 20.0])
def test_the_tail_of_what_was_given_up_is_no_key(begun: bytes, tail: bytes, silence: float) -> None:
    given = {"escape", "left_square_bracket", "right_square_bracket", "P"} if len(begun) == 2 and silence > PATIENCE else set()
    line = Line().send(begun, silence).send(tail, 0.3)
    assert set(line.keys) <= given
    # However the tail comes, in pieces or byte by byte, and whatever it is followed by.
    pieces = Line().send(begun, silence)
    for byte in tail:
        pieces.send(bytes([byte]), 0.02)
    assert set(pieces.send(b"", 0.3).keys) <= given
    for each in (line, pieces):
        before = len(each.keys)
        each.send(b"j", 2 * PATIENCE + 0.2).send(b"jj")
        assert each.keys[before:] == ["j", "j", "j"]


def test_a_person_behind_something_broken_is_heard() -> None:
    line = Line().send(b"\x1b]11;r", PATIENCE + 0.1)
    for sent in (b"\x1b[B", b"j", b"/"):
        line.send(sent, 0.12)
    line.send(b"nurse", 2 * PATIENCE).send(b"y", 0.0)
    assert line.keys == ["down", "j", "slash", *"nurse", "y"]
    line.now += APART
    assert line.events[-1].is_alone  # type: ignore[attr-defined]  # the last is a key


@pytest.mark.parametrize(
    "answer",
    [b"\x1bP>|kitty(0.35.2)\x1b\\", b"\x1b]lmy mode $c\x1b\\", b"\x1b_Gi=31;OK\x1b\\", b"\x1b^sy\x1b\\", b"\x1b[?62;1c", b"\x1bOA"],
)
@pytest.mark.parametrize("pause", [0.04, 0.3, 0.8])
@pytest.mark.parametrize("each", [0.02, 0.05, 0.06, 0.1, 0.25, HOLD - 0.05])
def test_an_answer_byte_by_byte_behind_a_late_escape_is_no_key(answer: bytes, pause: float, each: float) -> None:
    line = Line().send(answer[:1], pause)
    for byte in answer[1:]:
        line.send(bytes([byte]), each)
    moved = ["up"] if answer == b"\x1bOA" else []
    assert line.send(b"", 0.3).keys == ["escape", *moved]
    assert line.send(b"j", 0.3).send(b"j").keys == ["escape", *moved, "j", "j"]


@pytest.mark.parametrize(
    "answer", [b"\x1bP>|kitty(0.35.2)\x1b\\", b"\x1b]11;rgb:1e/1e/2e\x07", b"\x1b]lyes\x1b\\", b"\x1b[?62;1c", b"\x1b[4;2$y"]
)
def test_an_answer_long_behind_its_escape_is_no_key(answer: bytes) -> None:
    assert keys((answer[:1], 3.0), (answer[1:], 0.3), b"j") == ["escape", "j"]


@pytest.mark.parametrize(("begun", "tail"), STALLED, ids=repr)
@pytest.mark.parametrize("each", [0.02, 0.06, DOUBT_APART + 0.03, 0.3, 0.7])
def test_no_tail_confirms_however_slow_it_comes(begun: bytes, tail: bytes, each: float) -> None:
    line = Line().send(begun, NUMBERS + PATIENCE)
    for byte in tail.replace(b"s", b"y"):
        line.send(bytes([byte]), each)
        assert not any(isinstance(event, Key) and event.is_alone for event in line.events)


def test_an_open_paste_does_not_swallow_the_keys_of_a_person() -> None:
    assert keys((b"\x1b[200~abc", 1.5), b"j") == ["j"]
    for sent in (b"j", b"\x1b[B", b"\x1b[106;1;106u", "\u00e4".encode()):
        line = Line().send(b"\x1b[200~abc", 0.8)
        for _ in range(8):
            line.send(sent, 0.8)
        assert len(line.keys) >= 7


@pytest.mark.parametrize("begun", [b"\x1b]52;c;", b"\x1bP", b"\x1b["])
def test_a_very_long_one_is_dropped_and_costs_no_memory(begun: bytes) -> None:
    line = Line().send(begun, 0.01)
    for _ in range(400):
        line.send(b"0" * 4096, 0.05)
    assert len(line.keyboard._held) < 10_000
    line.send(b"\x1b\\" if begun != b"\x1b[" else b"c").send(b"j")
    assert line.keys == ["j"]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"\x1b[A", ["up"]),
        (b"\x1bOB", ["down"]),
        (b"\x1b[1;2C", ["shift+right"]),
        (b"\x1b[1;5D", ["ctrl+left"]),
        (b"\x1b[1;3A", ["alt+up"]),
        (b"\x1b[5~\x1b[6~", ["pageup", "pagedown"]),
        (b"\x1b[H\x1b[F\x1b[1~\x1b[4~\x1bOH", ["home", "end", "home", "end", "home"]),
        (b"\x1bOP\x1b[15~\x1b[24~\x1b[[A", ["f1", "f5", "f12", "f1"]),
        (b"\x1b[3$", ["shift+delete"]),
        (b"\x1b[Z", ["shift+tab"]),
        (b"\x1b[121u\x1b[121;1;121u\x1b[121;;121u", ["y", "y", "y"]),
        (b"\x1b[106;5u\x1b[106;3u\x1b[27u\x1b[13u\x1b[9;2u\x1b[127u", ["ctrl+j", "alt+j", "escape", "enter", "shift+tab", "backspace"]),
        (b"\x1b[57399;129;48u", ["0"]),
        (b"\x1b[106;1:1u\x1b[106;1:2u\x1b[106;1:3u\x1b[1;1:2B\x1b[1;5:1D\x1b[3;1:2~", ["j", "j", "down", "ctrl+left", "delete"]),
        (b"\x1b[103:71;2;71u\x1b[103:71;2u\x1b[103:71:103;1u\x1b[1094::119;5u", ["G", "G", "g", "ctrl+\u0446"]),
        (b"\x1b[106;1:2;106u", ["j"]),
        (b"\x1b ", ["escape", "space"]),
        (b"\x1b(", ["escape", "left_parenthesis"]),
        (b"\x1b[0;;229:230u", ["\u00e5", "\u00e6"]),
        (b"\x1b[27;5;106~", ["ctrl+j"]),
        (b"\x10\x0c\x03\r\t\x7f ", ["ctrl+p", "ctrl+l", "ctrl+c", "enter", "tab", "backspace", "space"]),
        (b"j\n", ["j", "enter"]),
        ("\u00e4\u770b\U0001f600".encode(), ["\u00e4", "\u770b", "grinning_face"]),
        (b"/sRq m?", ["slash", "s", "R", "q", "space", "m", "question_mark"]),
        (b"\x1bj", ["escape", "j"]),
        (b"\x1b/", ["escape", "slash"]),
        (b"\x1bf", ["escape", "f"]),
        (b"\x1bO", ["escape", "O"]),
        (b"\x1b]", ["escape", "right_square_bracket"]),
        (b"\x1b[", ["escape", "left_square_bracket"]),
        (b"\x1b\xc3\xa4", ["escape", "\u00e4"]),
        (b"\x1b\x1b[A", ["escape", "up"]),
        (b"\x1b\x1b", ["escape", "escape"]),
        (b"\x1b\r", ["escape", "enter"]),
    ],
    ids=repr,
)
def test_keys_are_keys(sent: bytes, expected: list[str]) -> None:
    assert keys(sent) == expected
    # Split where a slow line splits, they are the same.
    for place in range(1, len(sent)):
        if sent[place - 1 : place] != b"\x1b":
            assert keys((sent[:place], 0.01), sent[place:]) == expected, place


def test_alt_moves_by_words_where_somebody_types() -> None:
    assert keys(b"\x1bf", is_typing=True) == ["ctrl+right"]
    assert keys(b"\x1b\x7f", is_typing=True) == ["ctrl+w"]
    assert keys(b"\x1bj", is_typing=True) == ["escape", "j"]


def test_escape_comes_at_once() -> None:
    assert ESCAPE_DELAY <= 0.03
    line = Line().send(b"\x1b", 0.0)
    assert line.keyboard.deadline == line.now + ESCAPE_DELAY
    assert ESCAPE_DELAY <= 0.03
    assert line.send(b"", ESCAPE_DELAY).keys == ["escape"]


@pytest.mark.parametrize("behind", ["[", "]", "O", "P", "Paris", "Oslo", "[j", "]]"])
def test_what_is_typed_after_escape_is_typed(behind: str) -> None:
    line = Line().send(b"\x1b", 0.3)
    for character in behind:
        line.send(character.encode(), 0.12)
    line.send(b"")
    names = {"[": "left_square_bracket", "]": "right_square_bracket"}
    assert line.keys == ["escape", *(names.get(character, character) for character in behind)]


@pytest.mark.parametrize(
    "pieces",
    [
        [(b"ay", 0.3)],
        [(b"y\r", 0.3)],
        [(b"a", 0.01), (b"y", 0.3)],
        [(b"y", 0.01), (b"a", 0.3)],
        [(b"\x1b[?62;c", 0.01), (b"y", 0.3)],
        [(b"\x1b[?62;cy", 0.3)],
        [(b"y\x1b[I", 0.3)],
        [(b"\x1bPz\x1b\\", 0.02), (b"y", 0.3)],
        [(paste(b"x") + b"y", 0.3)],
        [(b"\x1b]11;r", PATIENCE + 0.1), (b"y", 0.3)],
        [(b"\x1by", 0.3)],
        [(b"\x1b[0;;121:121u", 0.3)],
        [(b"\x1b[121;1:2u", 0.3)],
    ],
)
def test_a_key_in_company_did_not_come_alone(pieces: Sequence[Piece]) -> None:
    line = Line()
    for piece in pieces:
        line.send(*piece)
    assert not any(isinstance(event, Key) and event.is_alone for event in line.events)


@pytest.mark.parametrize("sent", [b"y", b"\x1b[121u", b"\x1b[121;1;121u", b"\x1b[121;1:1u", b"\r", b"\x1b[13u"])
def test_a_key_by_itself_came_alone_until_something_follows(sent: bytes) -> None:
    line = Line().send(b"j", 2 * APART).send(sent, 0.0)
    key = line.events[-1]
    assert isinstance(key, Key)
    line.now += APART
    assert key.is_alone
    line.send(b"k")
    assert not key.is_alone
