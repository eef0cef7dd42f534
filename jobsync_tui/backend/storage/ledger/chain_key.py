"""The key of ``audit.key``, with which the record of who did what is chained: without it nobody can write rows that verify.

It is known to the connections on which rows are written and verified, and stands nowhere in the database; a row's hash begins with the id
of the key that made it, which tells nothing of the key.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ...core.canonical import Plain, canonical, digest
from ...core.errors import ConfigError
from ...database import Db
from ...settings.secrets import resolve

if TYPE_CHECKING:
    from ...settings.schema import Settings

SHORTEST = 16
"""Characters of a key that nobody guesses."""

_ID_LENGTH = 8
_known: WeakKeyDictionary[Db, ChainKey] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, repr=False)
class ChainKey:
    """A key; ``id`` tells it from others."""

    id: str
    value: bytes

    @classmethod
    def of(cls, settings: Settings) -> ChainKey | None:
        """Return the key that the configuration names, None where it names none.

        Raises:
            ConfigError: It cannot be had, or is too short.
        """
        if settings.audit.key is None:
            return None
        value = resolve(settings.audit.key, settings.path.parent).reveal()
        if len(value) < SHORTEST:
            raise ConfigError(
                f"{settings.path}: audit.key: the key in {settings.audit.key.describe()} has fewer than {SHORTEST} characters",
                remedy="Put a random text of 32 characters or more there, such as openssl rand -hex 32 prints.",
            )
        key = value.encode()
        return cls(hmac.new(key, b"jobsync audit.key", hashlib.sha256).hexdigest()[:_ID_LENGTH], key)

    def known_to(self, db: Db) -> None:
        """Have what is written on a connection chained by this key, and what is verified there checked by it."""
        _known[db] = self


def key_of(db: Db) -> ChainKey | None:
    """Return the key that a connection has."""
    return _known.get(db)


def key_id(chain_hash: str) -> str:
    """Return the id of the key that made a hash, or an empty text."""
    return chain_hash.rpartition("-")[0]


def chain_hash(previous: str, columns: dict[str, Plain], key: ChainKey | None) -> str:
    """Return the hash of a sealed row: over the hash before it and every column by name."""
    if key is None:
        return digest([previous, columns])
    return f"{key.id}-{hmac.new(key.value, canonical([previous, columns]).encode('ascii'), hashlib.sha256).hexdigest()}"
