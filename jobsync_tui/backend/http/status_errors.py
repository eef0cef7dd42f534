"""What a reply that is no success means, by its status; an adapter's ``explain`` goes before it."""

from __future__ import annotations

from urllib.parse import urlsplit

from ..core.errors import (
    Conflict,
    CredentialsRejected,
    PermissionMissing,
    RateLimited,
    Refused,
    RemoteError,
    RemoteGone,
    UnexpectedAnswer,
    Unreachable,
)
from .decode import address_remedy, looks_like_html
from .excerpt import excerpt
from .messages import Reply

MISSING = frozenset({404, 410})
NOT_NOW = frozenset({408, 425})
"""Statuses below 500 that say "not now" rather than "no"."""


def error_of(reply: Reply) -> RemoteError | None:
    """Return the error that a reply's status stands for, or None for a success."""
    status, service = reply.status, reply.service
    if reply.ok:
        return None
    if 300 <= status < 400:
        return _redirected(reply)
    if status == 401:
        return CredentialsRejected(
            f"{service} rejected the credentials{said(reply)}",
            service=service,
            remedy="The key is wrong, expired or revoked: put a good one where the configuration points, then run `jobsync test`.",
        )
    if status == 403:
        return PermissionMissing(
            f"{service} does not let these credentials do this{said(reply)}",
            service=service,
            remedy=f"Let an administrator of {service} give the key the permission to read jobs.",
        )
    if page_about_nothing(reply):
        return UnexpectedAnswer(
            f"{service} answered with a web page ({status}), which says nothing about a job",
            service=service,
            remedy=address_remedy(service, answered_before=reply.answered_before),
        )
    if status in MISSING:
        return RemoteGone(f"{service} has nothing at {urlsplit(reply.url).path or '/'} ({status})", service=service)
    if status in {409, 412}:
        return Conflict(f"{service} answered that its state moved ({status}){said(reply)}", service=service)
    if status == 429:
        return RateLimited(
            f"{service} allows no more requests for now",
            service=service,
            remedy="Try again in some minutes; other programs may be using up the same limit.",
        )
    if status in NOT_NOW or status >= 500:
        return Unreachable(
            f"{service} has a fault on its side ({status}){said(reply)}",
            service=service,
            remedy=f"Try again in some minutes; if it goes on, see whether {service} reports an outage.",
        )
    return Refused(f"{service} declined the request ({status}){said(reply)}", service=service)


def page_about_nothing(reply: Reply) -> bool:
    """Return whether a reply says "not found" by a web page: that is a wrong address or a gateway, and no word about what was asked for."""
    return reply.status in MISSING and looks_like_html(reply.body, reply.headers.get("content-type", ""))


def said(reply: Reply) -> str:
    """Return a short excerpt of what the body says, led in by a colon, or nothing where it is empty or a web page."""
    if looks_like_html(reply.body, reply.headers.get("content-type", "")):
        return ""
    words = excerpt(reply.body[:20_000].decode("utf-8", "replace"))
    return f": {words}" if words else ""


def _redirected(reply: Reply) -> UnexpectedAnswer:
    try:
        host = urlsplit(reply.headers.get("location", "")).hostname
    except ValueError:
        host = None
    where = excerpt(host) if host else "another address"
    return UnexpectedAnswer(
        f"{reply.service} redirected to {where}; redirects are not followed, and no credential was sent there",
        service=reply.service,
        remedy=address_remedy(reply.service, answered_before=reply.answered_before),
    )
