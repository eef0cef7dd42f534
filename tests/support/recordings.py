"""Documents as replies of a service, as an adapter's parser meets them."""

from __future__ import annotations

import msgspec

from jobsync_tui.backend.http import Reply


def answered(document: object, service: str) -> Reply:
    """Return a document as the reply of a service; bytes are taken as they are."""
    body = document if isinstance(document, bytes) else msgspec.json.encode(document)
    return Reply(200, {"content-type": "application/json"}, body, service=service)
