"""Decompressing an answer in small pieces, watching how much comes out of how little."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from .faults import TransportFault

MAX_RATIO = 200
"""How many times its size a compressed body may become; JSON of jobs stays below 30."""

FREE = 1024 * 1024
"""Bytes that may come out before the ratio matters: tiny answers of one repeated character are no attack."""

_PIECE = 64 * 1024


class Inflater:
    """A gzip stream (RFC 1952) that is fed piece by piece."""

    def __init__(self) -> None:
        self._gzip = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
        self._received = 0
        self._produced = 0

    @property
    def whole(self) -> bool:
        """Whether the stream came to its end; an empty body counts as whole."""
        return self._received == 0 or self._gzip.eof

    @property
    def suspicious(self) -> bool:
        """Whether far more came out than honest data would give."""
        return self._produced > max(MAX_RATIO * self._received, FREE)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what ``data`` decompresses to, at most 64 KiB at a time.

        Raises:
            TransportFault: The stream is damaged.
        """
        self._received += len(data)
        while data and not self._gzip.eof:
            try:
                piece = self._gzip.decompress(data, _PIECE)
            except zlib.error:
                raise TransportFault("a compressed answer that is damaged", sent=True) from None
            data = self._gzip.unconsumed_tail
            self._produced += len(piece)
            if piece:
                yield piece
