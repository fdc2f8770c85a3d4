"""What the locations of remote states have in common. Names only; nothing is read."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from reconciler.errors import UsageError


def is_loopback(host: str | None) -> bool:
    """Tell whether a host is this machine."""
    if host is None:
        return False
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def plain_http_allowed(url: str, what: str) -> bool:
    """Tell whether a server is to be spoken to without TLS: only on this machine.

    Raises:
        UsageError: it would be, and the server is elsewhere; or the address makes no sense.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what checks it
    except ValueError as error:
        raise UsageError(f"{what} is no address", hint="Name one such as https://storage.example.com.") from error
    if parts.scheme == "https" and parts.hostname:
        return False
    if parts.scheme == "http" and is_loopback(parts.hostname):
        return True
    raise UsageError(
        f"{what}: only https is accepted, and http for this machine alone",
        hint="What is sent there carries credentials.",
    )
