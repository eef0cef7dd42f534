"""pytest's way to the contract suite: its tests are coroutines, and run whatever else of asyncio is or is not installed beside pytest.

Beside a test of it that fails stands what the contract asks there, and what to do.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Generator

import pytest

pytest.register_assert_rewrite("jobsync_tui.testing.contract", "jobsync_tui.testing.odd_values")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test of the contract on an event loop of its own, unless another plugin has made a plain function of it."""
    if not _is_of_the_contract(pyfuncitem) or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what the contract asks to the report of a test of it that failed, and the remedy where an error of ours has one."""
    report = yield
    if report.failed and isinstance(item, pytest.Function) and _is_of_the_contract(item):
        remedy = getattr(call.excinfo.value if call.excinfo else None, "remedy", None)
        words = [remedy, inspect.getdoc(item.obj), "More: docs/adapters.md, What the contract asks"]
        report.sections.append(("What the contract asks", "\n".join(each for each in words if each)))
    return report


def _is_of_the_contract(item: pytest.Function) -> bool:
    return getattr(item.cls, "is_adapter_contract", False)
