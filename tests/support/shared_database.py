"""The configuration of several admins over one database, each with the exports that are theirs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path


def configured(
    folder: Path, exports: Mapping[str, str], admins: Mapping[str, Sequence[str]], *, url: str | None = None, more: str = ""
) -> Path:
    """Write a configuration that its owner alone may read, and return its path.

    Args:
        folder: Where it and the database are.
        exports: The file of each integration, by its id.
        admins: The ids of the integrations that each admin may use.
        url: The database; None for a file of SQLite in the folder.
        more: What else the last export has, or other tables.
    """
    parts = [f"[storage]\nurl = {json.dumps(url or f'sqlite:///{folder}/jobsync.db')}\n"]
    parts += [f'[[integrations]]\nid = "{name}"\nprovider = "file"\npath = "{file}"\n' for name, file in exports.items()]
    parts += [more, *(f'[[admins]]\nuser = "{user}"\nintegrations = {json.dumps(list(own))}\n' for user, own in admins.items())]
    path = folder / "jobsync.toml"
    path.write_text("\n".join(parts), encoding="utf-8")
    path.chmod(0o600)
    return path
