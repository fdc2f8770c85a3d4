"""Where Studio, the account API and Twilio's other products answer. Pure: text in, text out."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from reconciler.errors import UsageError


@dataclass(frozen=True, slots=True)
class Hosts:
    """The base URLs of one target, `https://HOST[:PORT]`, without a path.

    Attributes:
        studio: where `/v2/Flows` is.
        api: where `/2010-04-01/Accounts` is; an emulator serves both.
        products: where the other products are, with `{}` for the product's name. None: on Studio's host, each below
            its name (`/serverless/v1/Services`), as their paths are alike.
    """

    studio: str
    api: str
    products: str | None = None

    def url(self, product: str, path: str) -> str:
        """Give the URL of a path of `studio`, `api` or another product."""
        if product in {"studio", "api"}:
            return (self.api if product == "api" else self.studio).rstrip("/") + path
        if self.products is not None:
            return self.products.format(product) + path
        # The next page of a list is named with what stands before it.
        below = "" if path.startswith(f"/{product}/") else f"/{product}"
        return self.studio.rstrip("/") + below + path


EMBEDDED: Final = Hosts("http://localhost", "http://localhost")
"""The emulator in this process: nothing listens there, the transport answers."""


def hosts_of(endpoint: str | None, region: str | None = None, edge: str | None = None) -> Hosts:
    """Give the hosts of an environment.

    Args:
        endpoint: `embedded`, a base URL, or None for Twilio's own hosts.
        region: Twilio's region (`us1`, `ie1`); None is Twilio's default, `us1`.
        edge: where the request enters Twilio's network (`dublin`); alone it means region `us1`, as in Twilio's SDKs.

    Raises:
        UsageError: the endpoint is no base URL, or plain http beyond loopback.
    """
    if endpoint == "embedded":
        return EMBEDDED
    if endpoint is not None:
        base = checked_base(endpoint)
        return Hosts(base, base)
    for label in (region, edge):
        if label is not None and not label.replace("-", "").isalnum():
            raise UsageError(f"{label!r} is no name of a region or edge", hint="Write it as in `ie1` or `dublin`.")
    middle = "".join(f".{part}" for part in (edge, region or (edge and "us1")) if part)
    return Hosts(*(f"https://{product}{middle}.twilio.com" for product in ("studio", "api", "{}")))


def checked_base(url: str) -> str:
    """Give the base URL without a trailing slash.

    Raises:
        UsageError: it is no `http(s)://HOST[:PORT]`, or plain http beyond loopback. No password is shown.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UsageError("the endpoint is no URL", hint="Write it as https://HOST[:PORT].") from error
    if "@" in url:
        raise UsageError("the endpoint must not hold credentials", hint="Credentials come from the environment only.")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UsageError(f"{url!r} is no base URL", hint="Write it as https://HOST[:PORT].")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise UsageError(f"{url!r}: an endpoint has no path", hint="Write it as https://HOST[:PORT].")
    if parts.scheme == "http" and not _loopback(parts):
        raise UsageError(
            f"{url!r}: plain http would show the credentials to the network",
            hint="Use https; http is accepted for 127.0.0.1, ::1 and localhost only.",
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")


def is_loopback(url: str) -> bool:
    """Tell whether the host of a URL is this machine: `localhost`, 127.0.0.0/8 or ::1."""
    return _loopback(urlsplit(url))


def _loopback(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
