"""The tour of the demo works in any order and at any speed, once and again; what its page names is what the errands do."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from random import Random

import pytest

from jobsync_tui.backend.sandbox import Sandbox
from jobsync_tui.screens.sync.confirming import ConfirmingScreen
from tests.sandbox.visitor import ERRANDS, TYPED, visit
from tests.support.pty import in_terminal
from tests.support.reference import DOCS

PAGE = DOCS / "tour.md"

_IN_ORDER = list(ERRANDS)

_SHUFFLED = Random(1).sample(_IN_ORDER, len(_IN_ORDER))  # noqa: S311 - the same order every time

ORDERS = {"as written, and once more shuffled": [*_IN_ORDER, *_SHUFFLED], "backwards": _IN_ORDER[::-1]}
"""Of every two errands, either is the first to be done in one of them."""


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ConfirmingScreen, "SETTLING", 0.01)


def test_the_page_has_these_errands_and_names_what_is_typed() -> None:
    told = dict(re.findall(r"^- \*\*(.*?)\*\*(.*?)(?=^- \*\*|^\S|\Z)", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL))
    assert list(told) == _IN_ORDER
    for name, typed in TYPED.items():
        assert all(f"`{each}`" in told[name] for each in typed), name


def test_the_demo_says_in_a_line_what_to_try(tmp_path: Path) -> None:
    with in_terminal([sys.executable, "-m", "jobsync_tui", "demo", "--jobs", "60"], env={"HOME": str(tmp_path)}) as terminal:
        terminal.wait_for(Sandbox.TRY)
        terminal.wait_for("choose an integration")
        terminal.wait_for(Sandbox.TRY)
        terminal.send("q")
        assert terminal.wait_for_end() == 0


@pytest.mark.slow
@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
async def test_the_errands_work_in_any_order_however_long_one_reads_and_once_more(order: list[str], tmp_path: Path) -> None:
    async with visit(tmp_path) as visitor:
        for name in order:
            await ERRANDS[name](visitor)
            await visitor.leaves()
