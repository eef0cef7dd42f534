"""What comes from the keyboard, as Textual's messages: keys that know whether they came alone, pastes, the mouse."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual import events
from textual._xterm_parser import XTermParser
from textual.message import Message

from ..backend.core.text import without_controls
from .keyboard import Keyboard
from .sequences import is_repeat, understood
from .tokens import Pasted, Sequence, Token

_ESC = "\x1b"


class Key(events.Key, bubble=True):
    """A key from the terminal. It bears the name of Textual's, by which handlers are found.

    Attributes:
        settled: Whether it was waited for what comes behind it.
    """

    def __init__(self, key: str, character: str | None, is_alone: Callable[[], bool]) -> None:
        super().__init__(key, character)
        self._is_alone = is_alone
        self.settled = False

    @property
    def is_alone(self) -> bool:
        """Whether nothing came with it until now: what a person presses by itself does."""
        return self._is_alone()


class Translator:
    """Makes messages of what a keyboard gives.

    Args:
        keyboard: Where the tokens are from.
        is_typing: Says whether keys go to a field: alt with a letter moves in there, and is an ESC and that letter everywhere else.
    """

    def __init__(self, keyboard: Keyboard, is_typing: Callable[[], bool]) -> None:
        self._keyboard = keyboard
        self._is_typing = is_typing
        self._parser = XTermParser()

    def messages(self, token: Token) -> Iterator[Message]:
        """Yield what ``token`` comes to; nothing where it is noise."""
        if isinstance(token, Pasted):
            text = without_controls(token.text)
            if text:
                yield events.Paste(text)
            return
        for sequence in self._parts(token):
            known = understood(sequence.text)
            found = [] if known is None else list(self._parse(known))
            is_one = len(found) == 1 and not is_repeat(sequence.text)
            yield from (self._marked(message, sequence.mark if is_one else None) for message in found if not _is_unseen(message))

    def _parts(self, sequence: Sequence) -> tuple[Sequence, ...]:
        """Return ``sequence``, or the ESC and the key that came with it where the two together mean nothing."""
        text = sequence.text
        if len(text) != 2 or text[0] != _ESC or (understood(text) and (self._is_typing() or not text[1].isprintable())):
            return (sequence,)
        return (Sequence(_ESC), Sequence(text[1]))

    def _parse(self, sequence: str) -> Iterator[Message]:
        if sequence == _ESC:
            # The parser would wait for what comes behind it, which the keyboard has done.
            yield events.Key("escape", _ESC)
        elif sequence == "\n":
            # Enter that was pressed before the terminal was ours: until then, its driver makes a line feed of it.
            yield events.Key("enter", "\r")
        else:
            yield from self._parser.feed(sequence)

    def _marked(self, message: Message, mark: int | None) -> Message:
        if not isinstance(message, events.Key):
            return message
        return Key(message.key, message.character, lambda: self._keyboard.received == mark)


def _is_unseen(message: Message) -> bool:
    """Return whether a message types what nobody sees: a mark that came along with a text from elsewhere."""
    character = message.character if isinstance(message, events.Key) else None
    return character is not None and character > "\x9f" and not without_controls(character)
