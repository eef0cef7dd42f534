"""Providers from other packages: the documentation's example is run as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path
from types import ModuleType

import pytest

from jobsync_tui.backend.ats import registry
from jobsync_tui.backend.ats.base import Adapter
from jobsync_tui.backend.ats.registry import adapter_class, providers
from jobsync_tui.backend.core.errors import UsageError

DOCUMENT = Path(__file__).parents[2] / "docs" / "adapters.md"
BLOCKS = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
EXAMPLE, SUITE = BLOCKS


@pytest.fixture(autouse=True)
def hireboard(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install the example as a package of that name would be."""
    module = ModuleType("jobsync_hireboard")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(EXAMPLE, str(DOCUMENT), "exec"), module.__dict__)  # noqa: S102
    points = [
        EntryPoint("hireboard", "jobsync_hireboard:Hireboard", registry.ENTRY_POINT_GROUP),
        EntryPoint("absent", "jobsync_absent:Absent", registry.ENTRY_POINT_GROUP),
        EntryPoint("odd", "pathlib:Path", registry.ENTRY_POINT_GROUP),
        EntryPoint("kombo", "jobsync_hireboard:Hireboard", registry.ENTRY_POINT_GROUP),
    ]
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: EntryPoints(points).select(group=group))
    adapter_class.cache_clear()
    yield
    adapter_class.cache_clear()


suite = ModuleType("test_hireboard")
exec(compile(SUITE, str(DOCUMENT), "exec"), suite.__dict__)  # noqa: S102
TestHireboard = suite.TestHireboard


def test_the_example_is_short() -> None:
    assert len(EXAMPLE.splitlines()) < 80
    assert max(map(len, EXAMPLE.splitlines())) <= 150


def test_it_is_found_by_its_name() -> None:
    assert adapter_class("hireboard").title == "Hireboard"
    assert providers()[-1] == "odd"
    assert "hireboard" in providers()


def test_ours_cannot_be_replaced() -> None:
    assert adapter_class("kombo").__module__ == "jobsync_tui.backend.ats.kombo.adapter"
    assert providers().count("kombo") == 1


def test_one_that_cannot_be_loaded_is_named() -> None:
    with pytest.raises(UsageError, match="absent of the package jobsync_absent cannot be loaded"):
        adapter_class("absent")
    with pytest.raises(UsageError, match="not a complete adapter"):
        adapter_class("odd")


def test_an_unknown_one_names_those_that_are_known() -> None:
    with pytest.raises(UsageError, match="Unknown provider: nobody") as caught:
        adapter_class("nobody")
    assert "kombo" in (caught.value.remedy or "")
    with pytest.raises(UsageError, match=r"^Unknown provider: ashbi\. Did you mean ashby\?$"):
        adapter_class("ashbi")


@pytest.mark.parametrize("provider", registry.OURS)
def test_every_provider_of_ours_keeps_its_word(provider: str) -> None:
    kind = adapter_class(provider)
    assert issubclass(kind, Adapter)
    assert kind.provider == provider
    assert kind.title


def test_only_the_adapter_asked_for_is_imported() -> None:
    script = (
        "import sys; from jobsync_tui.backend.ats.registry import adapter_class, providers; providers(); adapter_class('kombo');"
        "others = ('httpx', 'jobsync_tui.backend.ats.greenhouse.adapter', 'jobsync_tui.backend.ats.crelate');"
        "print([name for name in others if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
