"""No text becomes code: nothing in the package evaluates, unpickles, shells out or turns off a check of a certificate."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import jobsync_tui

PACKAGE = Path(jobsync_tui.__file__).parent
CODE_FROM_TEXT = {"eval", "exec", "compile", "__import__"}
MODULES = {"pickle", "shelve", "marshal", "subprocess", "dill", "code", "codeop", "pty", "telnetlib", "ftplib"}
CALLS = {
    "asyncio.create_subprocess_exec",
    "asyncio.create_subprocess_shell",
    "os.system",
    "os.popen",
    "os.execv",
    "os.execve",
    "os.spawnv",
    "os.startfile",
    "yaml.load",
    "ssl._create_unverified_context",
}
THE_COMMAND_HOOK = {"backend/automatic/notify/command.py": ["asyncio.create_subprocess_exec"]}
"""The one place that starts a process: a program that the configuration names, without a shell."""


def sources() -> list[Path]:
    found = sorted(PACKAGE.rglob("*.py"))
    assert len(found) > 150
    return found


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def dangers(text: str) -> list[str]:
    """Return what in a source could make code, a process or an object of foreign text."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            if name in CODE_FROM_TEXT | CALLS or name.startswith("builtins."):
                found.append(name)
            found += [f"{each.arg}=False" for each in node.keywords if each.arg == "verify" and getattr(each.value, "value", None) is False]
            found += ["shell=True" for each in node.keywords if each.arg == "shell" and getattr(each.value, "value", None) is True]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.partition(".")[0] in MODULES]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and (node.module or "").partition(".")[0] in MODULES:
            found.append(node.module or "")
    return found


def test_no_text_becomes_code_a_process_or_an_object() -> None:
    found = {str(path.relative_to(PACKAGE)): seen for path in sources() if (seen := dangers(path.read_text(encoding="utf-8")))}
    assert found == THE_COMMAND_HOOK


@pytest.mark.parametrize(
    "line",
    [
        "eval('1')",
        "exec(text)",
        "import pickle",
        "from subprocess import run",
        "os.system(x)",
        "get(url, verify=False)",
        "compile(a, b, c)",
    ],
)
def test_each_of_them_would_be_seen(line: str) -> None:
    assert dangers(line)
