"""The wheel, built and installed into an environment of its own, outside the checkout."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from jobsync_tui.testing.contract import AdapterContract

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an environment with the wheel in it; the libraries it needs are those of this one, so that no network is needed."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    # Its own pip would take longer to make than all the rest; this one installs there as well.
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=120)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)], check=True, timeout=120)
    libraries = sysconfig.get_paths()["purelib"]
    own = subprocess.run(
        [str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.strip()
    # A path file would also run the editable install's, which leads back to the checkout: only plain directories are added.
    (Path(own) / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    return folder


def test_the_wheel_carries_what_the_application_reads(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "jobsync_tui/jobsync.tcss" in names
    assert "jobsync_tui/backend/sandbox/rules.yaml" in names
    assert "jobsync_tui/py.typed" in names
    assert [name for name in names if name.endswith("share/man/man1/jobsync.1")]
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def test_the_main_job_runs_from_the_wheel(environment: Path, tmp_path: Path) -> None:
    python = environment / "bin" / "python"
    where = subprocess.run(
        [str(python), "-c", "import jobsync_tui; print(jobsync_tui.__file__)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        timeout=60,
    ).stdout.strip()
    assert where.startswith(str(environment)), where

    home = tmp_path / "home"
    home.mkdir()
    ended = subprocess.run(
        [str(environment / "bin" / "jobsync"), "demo", "--check", "--jobs", "300"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=180,
        stdin=subprocess.DEVNULL,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "FAIL" not in ended.stdout


def test_an_adapter_of_another_package_is_tested_without_a_checkout(environment: Path, tmp_path: Path) -> None:
    """The documentation's example is a package of its own; pytest has no configuration, and finds the plugin by itself."""
    adapter, suite = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "adapters.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "jobsync_hireboard.py").write_text(adapter, encoding="utf-8")
    (tmp_path / "jobsync_hireboard-1.0.dist-info").mkdir()
    (tmp_path / "jobsync_hireboard-1.0.dist-info" / "METADATA").write_text("Name: jobsync-hireboard\nVersion: 1.0\n", encoding="utf-8")
    points = "[jobsync.adapters]\nhireboard = jobsync_hireboard:Hireboard\n"
    (tmp_path / "jobsync_hireboard-1.0.dist-info" / "entry_points.txt").write_text(points, encoding="utf-8")
    (tmp_path / "test_hireboard.py").write_text(suite, encoding="utf-8")
    chosen = "empty_ats or wrong or (429 and zero) or redirect"
    command = [str(environment / "bin" / "python"), "-m", "pytest", "-q", "-k", chosen, "-p", "no:asyncio", "-p", "no:cacheprovider"]
    passed = _tested(command, tmp_path)
    assert re.search(r"^\d+ passed", passed, re.MULTILINE), passed

    (tmp_path / "jobsync_hireboard.py").write_text(adapter.replace('"changed_since":', '"changed":'), encoding="utf-8")
    command[command.index(chosen)] = "incremental_gives or right_key"
    failed = _tested(command, tmp_path)
    assert re.search(r"^1 failed, 1 passed", failed, re.MULTILINE), failed
    (said,) = re.findall(r"What the contract asks -+\n(.*?)\n=", failed, re.DOTALL)
    assert "a listing with a watermark has what changed since" in said
    assert "docs/adapters.md" in said


def _tested(command: list[str], folder: Path) -> str:
    """Run it without a configuration, and return what it printed."""
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=170, env=environment)
    return ended.stdout + ended.stderr


def test_every_test_of_the_contract_says_what_it_asks() -> None:
    asked = [getattr(AdapterContract, name) for name in dir(AdapterContract) if name.startswith("test_")]
    assert len(asked) > 30
    assert [each.__name__ for each in asked if not each.__doc__] == []
