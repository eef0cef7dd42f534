"""Where an integration reads from, in the one spelling in which two can be compared: a file by its real path, a service by its host."""

from __future__ import annotations

import ipaddress
import os
import posixpath
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from ...database import Db, Dialect
from .sources import Source, ensure_source
from .statements import first, rows, run

_USUAL_PORTS = {80, 443}
_HERE = "localhost"


def place_of(address: str) -> str:
    """Return an address or the path of a file in one spelling, whatever links, dots, case, ports or names of this host it goes by."""
    return _service(address) if "://" in address else _file(address)


def _file(path: str) -> str:
    return os.path.realpath(path) if path else ""


def _service(address: str) -> str:
    try:
        parts = urlsplit(address)
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return address.rstrip("/").lower()
    path = posixpath.normpath(f"/{unquote(parts.path).strip('/')}").rstrip("/").lower()
    return f"{host}{'' if port is None or port in _USUAL_PORTS else f':{port}'}{path}"


def _host(name: str) -> str:
    """Return a host's name; this host is one by whatever name and address."""
    bare = name.rstrip(".").lower()
    if bare == _HERE or bare.endswith(f".{_HERE}"):
        return _HERE
    try:
        number = ipaddress.ip_address(bare)
    except ValueError:
        return bare
    if isinstance(number, ipaddress.IPv6Address) and number.ipv4_mapped is not None:
        number = number.ipv4_mapped
    return _HERE if number.is_loopback or number.is_unspecified else str(number)


_ALL = "SELECT number, id, jobs, last_number, provider, address, apart FROM integrations ORDER BY number"
_LINKED = "SELECT 1 FROM sync_marks WHERE key BETWEEN ? AND ? AND target_id IS NOT NULL LIMIT 1"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an integration reads from: its provider, and the address of the service or the file. Empty where it was never noted."""

    provider: str = ""
    address: str = ""

    def same(self, other: Origin) -> bool:
        """Return whether both are one place, however each is spelled."""
        return self.provider == other.provider and place_of(self.address) == place_of(other.address)


def note_origin(db: Db, integration: str, origin: Origin) -> None:
    """Keep where an integration reads from."""
    number = ensure_source(db, integration).number
    run(db, "UPDATE integrations SET provider = ?, address = ? WHERE number = ?", origin.provider, origin.address, number)


def set_apart(db: Db, integration: str) -> None:
    """Keep that a person says that an integration is none that was there before."""
    run(db, "UPDATE integrations SET apart = TRUE WHERE number = ?", ensure_source(db, integration).number)


def origin_of(db: Db, integration: str) -> Origin:
    """Return where an integration was last noted to read from."""
    return next((Origin(*row[4:6]) for row in rows(db, _ALL) if row[1] == integration), Origin())


def predecessors(db: Db, integration: str, origin: Origin, configured: Collection[str]) -> tuple[str, ...]:
    """Return the integrations that left the configuration with jobs in the target and that this one may be under a new id.

    None where it has jobs in the target itself, or a person has said that it is another one. One of which nobody noted where it read
    from, since it left before that was done, may be any.
    """
    found = {row[1]: row for row in rows(db, _ALL)}
    own = found.get(integration)
    if own is not None and (own[6] or has_links(db, Source(*own[:4]))):
        return ()
    return tuple(
        name
        for name, row in found.items()
        if name not in configured and _may_be(Origin(*row[4:6]), origin) and has_links(db, Source(*row[:4]))
    )


def _may_be(noted: Origin, origin: Origin) -> bool:
    return noted == Origin() or noted.same(origin)


def has_links(db: Db, source: Source) -> bool:
    """Return whether any job of an integration is linked to one of the target."""
    return first(db, _LINKED, source.low, source.high) is not None


def add_origins(db: Db, _: Dialect) -> None:
    """Make the columns in a database of an earlier version."""
    for column in ("provider TEXT NOT NULL DEFAULT ''", "address TEXT NOT NULL DEFAULT ''", "apart BOOLEAN NOT NULL DEFAULT FALSE"):
        db.execute_sql(f"ALTER TABLE integrations ADD COLUMN {column}")
