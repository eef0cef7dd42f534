"""The order in which the suite's tests are handed out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.order import seconds, shared_out


@dataclass(frozen=True)
class Test:
    """As much of a test as the order asks for."""

    __test__ = False

    number: int
    path: Path
    slow: tuple[float, ...] | None

    def get_closest_marker(self, name: str) -> pytest.Mark | None:
        assert name == "slow"
        return None if self.slow is None else pytest.Mark(name, self.slow, {}, _ispytest=True)


def some(*slow: tuple[float, ...] | None) -> list[pytest.Item]:
    """Return tests, five a file."""
    return [Test(number, Path(f"test_{number // 5}.py"), each) for number, each in enumerate(slow)]  # type: ignore[misc]


def test_half_of_the_processes_begin_with_as_much_that_is_slow_as_each_other_and_a_file_stays_together() -> None:
    quick = (None,) * 5
    order = shared_out(some(*quick, *(((2.0,),) * 5), *quick, *(((),) * 5), *quick, *(((1.0,),) * 5), *quick, *quick), 4)
    assert [item.path.stem for item in order[0:10:5]] == ["test_3", "test_0"]
    assert [item.path.stem for item in order[10:20:5]] == ["test_1", "test_5"]
    assert not any(map(seconds, order[20:]))


@given(st.lists(st.none() | st.just(()) | st.tuples(st.floats(1, 90)), max_size=60), st.integers(1, 8))
def test_every_test_is_handed_out_once(slow: list[tuple[float, ...] | None], processes: int) -> None:
    tests = some(*slow)
    assert sorted(shared_out(tests, processes), key=lambda item: item.number) == tests  # type: ignore[attr-defined]
