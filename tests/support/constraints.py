"""Pins what was tested: installs the project with everything optional into a new environment and writes down what came of it.

Run by ``make constraints``, with any Python that the project supports and nothing installed. The file has exact versions and no addresses,
so that it serves any index and an offline folder of wheels alike.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
HEADING = """\
# The versions that the tests passed with, of everything that is installed, directly or not. Made by `make constraints`.
# To install the same: pip install --constraint constraints.txt .
"""


def resolved(extras: str = "dev,keyring,team") -> list[str]:
    """Return ``name==version`` for each package that an installation with ``extras`` brings today, in the order of their names."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", "--quiet", f"{ROOT}[{extras}]"], check=True)
        listed = subprocess.run([*pip, "list", "--format=freeze"], check=True, capture_output=True, text=True).stdout
    ours = {"jobsync-tui", "pip", "setuptools"}
    return sorted((line for line in listed.splitlines() if line.partition("==")[0] not in ours), key=str.casefold)


if __name__ == "__main__":
    CONSTRAINTS.write_text(HEADING + "\n".join(resolved()) + "\n", encoding="utf-8")
    sys.stdout.write(f"{CONSTRAINTS.name} written; make check says whether they work together\n")
