"""Requests to servers on this machine, for `make-http-request` under `--call-local`. Nothing else is ever called."""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
from typing import Final
from urllib.parse import urlencode, urlsplit

from reconciler.simulate import Answered, Event, Requested, TimedOut

_PATIENCE: Final = 10.0
_LARGEST: Final = 64 * 1024 + 1
"""One byte more than Studio takes, so that the widget sees that it was too much."""

_FORM: Final = "application/x-www-form-urlencoded"


def is_local(url: str) -> bool:
    """Tell whether a URL names this machine by a loopback address, or as `localhost`, over plain HTTP."""
    with contextlib.suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or parts.port == 0:
            return False
        return parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname).is_loopback
    return False


def ask(asked: Requested) -> Event:
    """Send a request and give the answer; a server that cannot be reached answers 502, a slow one not at all."""
    parts = urlsplit(asked.url)
    query, body = parts.query, asked.body.encode("utf-8", "surrogatepass")
    headers = {"Content-Type": asked.content_type or _FORM}
    if asked.parameters:
        form = urlencode({name: str(value) for name, value in asked.parameters.items()})
        if asked.method.upper() == "GET":
            query = "&".join(filter(None, (query, form)))
        elif not body:
            body = form.encode()
    target = (parts.path or "/") + (f"?{query}" if query else "")
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_PATIENCE)
    try:
        connection.request(asked.method.upper(), target, body if asked.method.upper() != "GET" else None, headers)
        answer = connection.getresponse()
        text = answer.read(_LARGEST).decode("utf-8", "replace")
        return Answered(answer.status, text, answer.headers.get("Content-Type", ""))
    except TimeoutError:
        return TimedOut()
    except (OSError, http.client.HTTPException, ValueError):
        return Answered(502, "")
    finally:
        connection.close()
