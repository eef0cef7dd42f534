"""An OpenSSH server on a loopback port, with keys that each open one forced command of this process's own account."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.patience import PATIENCE

SSHD = shutil.which("sshd") or ("/usr/sbin/sshd" if Path("/usr/sbin/sshd").exists() else None)
HAS_OPENSSH = SSHD is not None and all(shutil.which(each) for each in ("ssh", "ssh-keygen", "sftp"))


def _hands_out_terminals() -> bool:
    ours, theirs = os.openpty()
    try:
        return os.getuid() == 0 or os.fstat(theirs).st_gid == grp.getgrnam("tty").gr_gid
    except KeyError:
        return True
    finally:
        os.close(ours)
        os.close(theirs)


HANDS_OUT_TERMINALS = _hands_out_terminals()
"""Whether a server of this account can: one that is not root's needs a /dev/pts where they are the group tty's from the beginning."""

# What docs/ssh.md says, but for where things are; a test that wants a careless server adds to it.
SETTINGS = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
ExposeAuthInfo yes
PermitUserEnvironment no
AllowTcpForwarding no
AllowAgentForwarding no
X11Forwarding no
PermitTunnel no
{further}
Subsystem sftp internal-sftp
"""


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    folder: Path
    port: int

    def client(self, key: str, *arguments: str, program: str = "ssh") -> list[str]:
        """Return the command line that connects with the key of that name; ``arguments`` stand before the host."""
        port = ["-P", str(self.port)] if program == "sftp" else ["-p", str(self.port)]
        options = ["UserKnownHostsFile=/dev/null", "StrictHostKeyChecking=no", "IdentitiesOnly=yes", "BatchMode=yes", "LogLevel=ERROR"]
        account = pwd.getpwuid(os.getuid()).pw_name
        named = [part for option in options for part in ("-o", option)]
        return [program, "-F", "/dev/null", *port, "-i", str(self.folder / key), *named, *arguments, f"{account}@127.0.0.1"]

    def fingerprint(self, key: str) -> str:
        """Return the key's fingerprint as OpenSSH prints it."""
        shown = subprocess.run(["ssh-keygen", "-l", "-f", str(self.folder / f"{key}.pub")], capture_output=True, text=True, check=True)
        return shown.stdout.split()[1]


@contextmanager
def running_sshd(folder: Path, commands: Mapping[str, str], *, further: Sequence[str] = ()) -> Iterator[Server]:
    """Run a server for the length of a block; ``commands`` has the forced command of each key by the key's name."""
    assert SSHD is not None
    for name in ("host", *commands):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    lines = [f'command="{command}",restrict,pty {(folder / f"{name}.pub").read_text()}' for name, command in commands.items()]
    (folder / "authorized_keys").write_text("".join(lines))
    server = Server(folder, _free_port())
    (folder / "sshd_config").write_text(SETTINGS.format(port=server.port, folder=folder, further="\n".join(further)))
    if os.getuid() == 0:
        # Where it gives up its privileges; the system's own start script would make it.
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with (folder / "sshd.log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "sshd_config")], stderr=log, stdin=subprocess.DEVNULL)
        try:
            _wait_until_listening(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
    return port


def _wait_until_listening(server: Server, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError((server.folder / "sshd.log").read_text())
