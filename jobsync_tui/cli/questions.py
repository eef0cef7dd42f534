"""Questions to a person at a terminal that are answered by a line: with a default, from a list, or without showing what is typed."""

from __future__ import annotations

import sys
import termios
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from .interruption import answer
from .output import say


def ask(question: str, default: str = "", *, wrong: Callable[[str], str | None] = lambda _: None) -> str:
    """Ask until the answer is right, and return it.

    Args:
        question: Without the mark at its end.
        default: What Enter alone answers; empty where there is no such answer.
        wrong: Says in words what is wrong with an answer, None where nothing is.

    Raises:
        click.Abort: Ctrl+C, or nobody is there to answer.
    """
    hint = f" (Enter for {default})" if default else ""
    while True:
        given = answer(f"{question}{hint}: ") or default
        trouble = wrong(given) if given else "An answer is needed. Ctrl+C cancels, and nothing is written"
        if trouble is None:
            return given
        say(f"  {trouble}")


def ask_hidden(question: str) -> str:
    """Ask for a secret, which is not shown while it is typed or pasted. Errors as in `ask`."""
    with _no_echo():
        given = ask(f"{question} (not shown)")
    say("")
    return given


def choose(question: str, choices: Sequence[str], default: int | None = None) -> int:
    """Ask which of the choices is meant, by its number or a part of its words, and return its place. Errors as in `ask`."""
    for number, words in enumerate(choices, 1):
        say(f"  {number:>2}  {words}")

    def places(given: str) -> list[int]:
        if given.isascii() and given.isdigit():
            return [int(given) - 1] if 0 < int(given) <= len(choices) else []
        found = [index for index, words in enumerate(choices) if given.casefold() in words.casefold()]
        # What begins with it is meant before what only has it somewhere.
        return [index for index in found if choices[index].casefold().startswith(given.casefold())] or found

    def wrong(given: str) -> str | None:
        match places(given):
            case [_]:
                return None
            case []:
                return f"Type a number from 1 to {len(choices)}, or a part of one name"
            case several:
                return f"{' and '.join(choices[index] for index in several[:3])} have that: type more of one name, or its number"

    (chosen,) = places(ask(question, "" if default is None else str(default + 1), wrong=wrong))
    return chosen


@contextmanager
def _no_echo() -> Iterator[None]:
    before = termios.tcgetattr(sys.stdin)
    quiet = termios.tcgetattr(sys.stdin)
    quiet[3] &= ~termios.ECHO
    try:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, quiet)
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
