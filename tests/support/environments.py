"""The suite in environments other than the one that it was written in: ``python tests/support/environments.py KIND [PYTEST ARGUMENTS]``.

KIND is ``lowest`` (the lowest version that the ranges allow of each direct dependency), ``newest`` (the newest), ``matrix`` (what was
tested, on every Python from 3.11 that is found), ``plain-sqlite`` (what was tested, without pysqlite3) or ``wheelhouse`` (a folder with
everything that is needed where no index is; from it alone the program is installed, and tests of a fresh clone run). Each makes new
environments and takes them away again.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
WHEELHOUSE = ROOT / "dist" / "wheelhouse"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
_LOWEST = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?(?:>=|==)([0-9][0-9.]*)")


def main(kind: str, arguments: list[str]) -> int:
    """Run one kind, and return what the process ends with."""
    if kind == "wheelhouse":
        return _wheelhouse(arguments)
    if kind == "matrix":
        return _matrix(arguments)
    with tempfile.TemporaryDirectory() as folder:
        lowest = Path(folder) / "lowest.txt"
        lowest.write_text("".join(f"{line}\n" for line in lowest_versions()), encoding="utf-8")
        constraints = {"lowest": lowest, "newest": None, "plain-sqlite": CONSTRAINTS}[kind]
        return _suite(sys.executable, constraints, arguments, without=("pysqlite3",) if kind == "plain-sqlite" else ())


def lowest_versions() -> list[str]:
    """Return ``name==version`` for each direct dependency that a user installs, at the lower end of its range."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    found = map(_LOWEST.match, [*project["dependencies"], *extras["keyring"], *extras["team"]])
    return [f"{each[1]}=={each[2]}" for each in found if each is not None]


def _suite(python: str, constraints: Path | None, arguments: list[str], *, without: tuple[str, ...] = ()) -> int:
    with tempfile.TemporaryDirectory() as folder:
        made = _environment(python, Path(folder))
        pinned = [] if constraints is None else ["--constraint", str(constraints)]
        subprocess.run([*_pip(made), "install", "--quiet", *pinned, "--editable", f"{ROOT}[dev,keyring,team]"], check=True)
        if without:
            subprocess.run([*_pip(made), "uninstall", "--quiet", "--yes", *without], check=True)
        command = [str(made), "-m", "pytest", "-n", "4", "--dist", "worksteal", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, cwd=ROOT, check=False).returncode


def _matrix(arguments: list[str]) -> int:
    failed = []
    for version in PYTHONS:
        python = _interpreter(version)
        if python is None:
            _say(f"Python {version}: none found, skipped")
            continue
        _say(f"Python {version}: {python}")
        if _suite(python, CONSTRAINTS, arguments):
            failed.append(version)
    _say(f"failed on Python {', '.join(failed)}" if failed else "every Python that was found passed")
    return 1 if failed else 0


def _interpreter(version: str) -> str | None:
    """Return an interpreter of that version: the system's, else the newest of pyenv's."""
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    places = [shutil.which(f"python{version}"), *(str(each / "bin" / "python") for each in sorted(kept.glob(f"{version}.*"), reverse=True))]
    # A shim of pyenv's is there for versions, too, that are not chosen, and then only says so.
    return next((each for each in places if each is not None and _answers(each, version)), None)


def _answers(python: str, version: str) -> bool:
    asked = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == version


def _wheelhouse(arguments: list[str]) -> int:
    """Fill the folder, and show without an index that the program installs from it and that a checkout's tests run from it and ``dev``."""
    shutil.rmtree(WHEELHOUSE, ignore_errors=True)
    _wheels(WHEELHOUSE, f"{ROOT}[keyring,team]")
    _wheels(WHEELHOUSE / "dev", f"{ROOT}[dev,keyring,team]")
    for each in (WHEELHOUSE / "dev").glob("*.whl"):
        if (WHEELHOUSE / each.name).exists():
            each.unlink()
    shutil.copy(CONSTRAINTS, WHEELHOUSE)
    users, ours = len(list(WHEELHOUSE.glob("*.whl"))), len(list(WHEELHOUSE.glob("dev/*.whl")))
    _say(f"{WHEELHOUSE}: {users} wheels, and in dev {ours} more for the tests")
    with tempfile.TemporaryDirectory() as folder:
        made = _environment(sys.executable, Path(folder))
        offline = ["--no-index", "--find-links", str(WHEELHOUSE), "--constraint", str(WHEELHOUSE / CONSTRAINTS.name)]
        subprocess.run([*_pip(made), "install", "--quiet", *offline, "jobsync-tui[keyring,team]"], check=True)
        home = {"HOME": folder, "PATH": os.defpath, "LANG": "C.UTF-8"}
        shown = subprocess.run([str(made.with_name("jobsync")), "demo", "--check", "--jobs", "300"], cwd=folder, env=home, check=False)
        return shown.returncode or _checkout(Path(folder) / "checkout", arguments or ["-q", "tests/rules", "tests/project"])


def _wheels(folder: Path, wanted: str) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--quiet", "--constraint", str(CONSTRAINTS), "--wheel-dir", str(folder), wanted], check=True)


def _checkout(folder: Path, arguments: list[str]) -> int:
    """Run ``make test`` in a fresh clone that reaches no index."""
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    places = f"{WHEELHOUSE} {WHEELHOUSE / 'dev'}"
    alone = os.environ | {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": places}
    command = ["make", "test", f"PYTHON={sys.executable}", f"PYTEST_ARGS={' '.join(arguments)}"]
    return subprocess.run(command, cwd=folder, env=alone, check=False).returncode


def _environment(python: str, folder: Path) -> Path:
    subprocess.run([python, "-m", "venv", str(folder / "venv")], check=True)
    return folder / "venv" / "bin" / "python"


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip", "--disable-pip-version-check"]


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
