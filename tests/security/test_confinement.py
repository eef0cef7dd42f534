"""A process that acts for somebody else keeps what it needs of its environment, and nothing that a client could use."""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from jobsync_tui.backend.access.confinement import allowed
from jobsync_tui.backend.access.ssh_session import session_origin
from jobsync_tui.backend.settings.loader import parse_settings

HOSTILE = {
    "TEXTUAL_DRIVER": "os:system",
    "TEXTUAL_LOG": "/tmp/log",
    "PYTHONPATH": "/tmp",
    "PYTHONSTARTUP": "/tmp/x",
    "LD_PRELOAD": "/tmp/x.so",
    "BASH_ENV": "/tmp/x",
    "EDITOR": "sh",
    "BROWSER": "sh",
    "TERMINFO": "/tmp",
    "HTTPS_PROXY": "http://evil.example",
    "SSL_CERT_FILE": "/tmp/ca.pem",
    "TZ": "/etc/shadow",
    "LANGUAGE": "../../tmp",
    "LC_ALL": "x\x1b[2J",
}
HARMLESS = {"HOME": "/home/x", "TERM": "xterm-256color", "LANG": "de_DE.UTF-8", "LC_TIME": "C", "TZ": "Europe/Berlin", "ATS_KEY": "k"}
SSH = {"SSH_CONNECTION": "192.0.2.7 1 192.0.2.1 22"}
SETTINGS = parse_settings(
    '[[integrations]]\nid = "a"\nprovider = "lever"\ncredentials = { api_key = { env = "ATS_KEY" } }\n', Path("/etc/jobsync.toml")
)


def test_only_what_is_needed_is_kept() -> None:
    assert allowed(HOSTILE | SSH, SETTINGS) == SSH
    assert allowed({**HOSTILE, **HARMLESS, "LANGUAGE": "de:en"}, SETTINGS) == {**HARMLESS, "LANGUAGE": "de:en"}


def test_where_files_are_is_said_on_this_machine_only() -> None:
    places = {"JOBSYNC_CONFIG": "/x", "XDG_DATA_HOME": "/y"}
    assert allowed(places, SETTINGS) == places
    assert allowed(places | SSH, SETTINGS) == SSH


CONFINED = """
import os, resource, sys
from pathlib import Path
from jobsync_tui.backend.access.confinement import confine
from jobsync_tui.backend.settings.loader import parse_settings
confine(parse_settings("", Path("/etc/jobsync.toml")))
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
assert not any(name.startswith(("TEXTUAL", "PYTHON")) for name in os.environ)
open(sys.argv[1], "w").close()
os.abort()
"""


def test_a_confined_process_leaves_no_core_and_makes_private_files(tmp_path: Path) -> None:
    made = tmp_path / "made"
    environment = os.environ | {"TEXTUAL_LOG": str(tmp_path / "log"), "PYTHONPATH": str(Path(__file__).parents[2])}
    ended = subprocess.run([sys.executable, "-c", CONFINED, str(made)], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert ended.returncode == -6, ended.stderr
    assert made.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [made]


READING = """
import ctypes, os, resource, sys
from pathlib import Path
from jobsync_tui.backend.settings.secrets import SecretKind, SecretRef, resolve
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 1 or sys.platform != "linux", "it could be dumped until then"
resolve(SecretRef(SecretKind(sys.argv[1]), sys.argv[2]), Path())
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0)
assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0 or sys.platform != "linux"
os.abort()
"""


@pytest.mark.parametrize("kind", ["env", "file"])
def test_any_process_that_reads_a_secret_leaves_no_core(tmp_path: Path, kind: str) -> None:
    (tmp_path / "KEY").write_text("a-secret")
    (tmp_path / "KEY").chmod(0o600)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2]), "KEY": "a-secret"}
    ended = subprocess.run([sys.executable, "-c", READING, kind, "KEY"], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert ended.returncode == -signal.SIGABRT, ended.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["KEY"]


def test_the_origin_is_the_clients_address_and_the_keys_fingerprint(tmp_path: Path) -> None:
    blob = base64.b64encode(b"a public key").decode()
    told = tmp_path / "auth"
    told.write_text(f"publickey ssh-ed25519 {blob}\n")
    told.chmod(0o600)
    expected = base64.b64encode(hashlib.sha256(b"a public key").digest()).decode().rstrip("=")
    found = session_origin({**SSH, "SSH_USER_AUTH": str(told)})
    assert found == {"client": "192.0.2.7", "key": f"SHA256:{expected}"}
    told.chmod(0o666)
    assert "key" not in session_origin({"SSH_USER_AUTH": str(told)}), "anybody could have written it"


@pytest.mark.parametrize("connection", ["", "evil\x1b[2J 1 2 3", "/etc/passwd"])
def test_an_origin_that_is_no_address_is_none(connection: str) -> None:
    assert session_origin({"SSH_CONNECTION": connection, "SSH_USER_AUTH": "/nowhere"}) == {}
