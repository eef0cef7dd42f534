"""pytest's way to the contract suite: its tests are coroutines, and run whatever else of asyncio is or is not installed beside pytest."""

from __future__ import annotations

import asyncio
import inspect

import pytest

pytest.register_assert_rewrite("jobsync_tui.testing.contract", "jobsync_tui.testing.odd_values")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test of the contract on an event loop of its own, unless another plugin has made a plain function of it."""
    if not getattr(pyfuncitem.cls, "is_adapter_contract", False) or not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True
