"""Where a server listens: `HOST:PORT` as people write it, and who can reach it."""

from __future__ import annotations

import ipaddress
from typing import Final

from reconciler.errors import UsageError

_MAX_PORT: Final = 65_535


def parse_listen(text: str) -> tuple[str, int]:
    """Read `HOST:PORT`, or `[ADDRESS]:PORT` for IPv6.

    Raises:
        UsageError: it is written otherwise.
    """
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    if not colon or not bare or not (port.isascii() and port.isdigit()) or int(port) > _MAX_PORT:
        raise UsageError(f"{text!r} is no place to listen on", hint="Write HOST:PORT, for example 127.0.0.1:8080.")
    return bare, int(port)


def base_url(host: str, port: int) -> str:
    """Give the URL under which what listens there is reached on this machine."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def exposed(host: str) -> bool:
    """Tell whether others than this machine can reach what listens on a host."""
    if host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return True
