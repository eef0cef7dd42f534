"""What the tests start as a copy is a process as an interpreter would have made it."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.copies import Program

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a copy becomes a child of the tests on Linux alone")

TOLD = """
import atexit, json, os, sys
atexit.register(lambda: print("ended"))
imported = "jobsync_tui.cli.main" in sys.modules
print(json.dumps([sys.argv, os.getcwd(), os.environ.get("WORD"), sys.stdout.isatty(), imported, sys.modules["__main__"].__name__]))
sys.exit(3)
"""


def told(code: str, *arguments: str, **options: Any) -> tuple[int, str, str]:
    program = Program[str]([sys.executable, *arguments, "-c", code, "x y", "\u00fc"], text=True, stdout=-1, stderr=-1, **options)
    assert os.waitid(os.P_PID, program.pid, os.WEXITED | os.WNOWAIT) is not None, "it is a child of this process"
    out, errors = program.communicate()
    return program.returncode, out, errors


def test_it_has_its_own_arguments_folder_environment_and_end(tmp_path: Path) -> None:
    code, out, errors = told(TOLD, cwd=tmp_path, env={**os.environ, "WORD": "w"})
    assert (code, errors) == (3, "")
    assert out.splitlines() == [f'[["-c", "x y", "\\u00fc"], "{tmp_path}", "w", false, true, "__main__"]', "ended"]


def test_what_an_interpreter_reads_while_it_begins_needs_one_that_begins() -> None:
    _, out, _ = told(TOLD, env={**os.environ, "PYTHONHASHSEED": "7"})
    assert "false, false" in out


def test_a_fault_and_a_warning_end_it_as_they_end_others() -> None:
    assert told("1 / 0")[0] == 1
    assert "ZeroDivisionError" in told("1 / 0")[2]
    warns = "import warnings; warnings.warn('x')"
    assert (told(warns)[0], told(warns, "-W", "error")[0]) == (0, 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_signals_end_it(number: signal.Signals) -> None:
    with Program[str](
        [sys.executable, "-c", "print(1, flush=True); import time; time.sleep(60)"], text=True, stdout=-1, stderr=-1
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "1\n"
        program.send_signal(number)
    assert program.returncode == -number


def test_it_is_bound_in_what_it_writes(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write = f"import os; os.write(os.open({str(file)!r}, os.O_WRONLY | os.O_CREAT), bytes(5000))"
    for most, size in ((4096, 4096), (None, 5000)):
        assert told(write, most_bytes=most)[0] == 0
        assert file.stat().st_size == size


def test_another_program_is_started_as_it_is() -> None:
    assert Program[bytes](["/bin/echo", "x"], stdout=-1).communicate()[0] == b"x\n"
