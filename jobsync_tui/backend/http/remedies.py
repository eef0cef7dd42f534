"""What to do about an answer that does not seem to come from the service: that depends on whether its host has answered well before."""

from __future__ import annotations


def address_remedy(service: str, *, answered_before: bool) -> str:
    """Return what to do about a web page, or a redirect in place of an answer.

    Args:
        service: Display name of the service.
        answered_before: Whether the same host has answered with data before, in the same session. The address is right then.
    """
    if answered_before:
        return f"{service} has answered other requests, so its address is right: try again in some minutes."
    return "If `jobsync test` fails too, check base_url in the configuration: a proxy or a login page may be in between."
