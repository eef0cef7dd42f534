"""Where an integration reads from, in the one spelling in which two can be compared: a file by its real path, a service by its host."""

from __future__ import annotations

import ipaddress
import os
import posixpath
from urllib.parse import unquote, urlsplit

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
