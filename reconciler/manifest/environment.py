"""One environment of a project: from its model to the core's value, and what can be wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from reconciler.errors import UsageError
from reconciler.manifest import kinds
from reconciler.manifest.findings import Findings
from reconciler.model.address import Address
from reconciler.model.desired import Environment
from reconciler.model.finding import Place

EMBEDDED: Final = "embedded"
_UNITS: Final = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours"}
_SHORT_WINDOW: Final = timedelta(seconds=1)
_LONG_WINDOW: Final = timedelta(seconds=30)


def build(name: str, model: kinds.Environment, imports: Mapping[Address, str]) -> Environment:
    """Make the core's environment. `imports` are those of the model whose addresses are right."""
    credentials = model.credentials.model_dump(by_alias=True, exclude_none=True)
    return Environment(
        name=name,
        account=model.account,
        endpoint=model.endpoint,
        region=model.region,
        edge=model.edge,
        state=model.state,
        protected=model.protected,
        imports=imports,
        credentials={part: variable.removeprefix("env:") for part, variable in credentials.items()},
        bindings=model.bindings,
    )


def check(name: str, model: kinds.Environment, place: Place, findings: Findings) -> None:
    """Note what is wrong between the fields of one environment."""
    if model.account is None and model.endpoint is None:
        message = f"environment {name} needs an account (AC…) or an endpoint"
        findings.error("missing-key", message, place, hint="Write account: AC…, or endpoint: embedded.")
    if model.endpoint is not None and (fault := endpoint_fault(model.endpoint)) is not None:
        findings.error("bad-endpoint", f"environment {name}: {fault}", place)
    if model.endpoint is not None and (model.region or model.edge):
        message = f"environment {name}: region and edge choose Twilio's host, which endpoint replaces"
        findings.error("bad-endpoint", message, place, hint="Remove endpoint, or region and edge.")


def endpoint_fault(endpoint: str) -> str | None:
    """Say what is wrong with an endpoint, None when nothing is."""
    if endpoint == EMBEDDED:
        return None
    url = _split(endpoint)
    if url is None or url.scheme not in {"http", "https"} or not url.hostname:
        return "the endpoint must be `embedded` or a URL with https"
    if url.username is not None or url.password is not None:
        return "the endpoint must not hold credentials"
    if url.query or url.fragment:
        return "the endpoint is a base URL: without '?' and '#'"
    if url.scheme == "http" and not _is_loopback(url.hostname):
        return "plain http is accepted for this machine only (127.0.0.1, localhost): use https"
    return None


def default_window(endpoint: str | None) -> timedelta:
    """Give how long a write may stay unseen where nothing else is said: short for embedded and loopback."""
    return _SHORT_WINDOW if endpoint is not None and is_near(endpoint) else _LONG_WINDOW


def is_near(endpoint: str) -> bool:
    """Tell whether an endpoint is an emulator in this process or on this machine."""
    url = _split(endpoint)
    return endpoint == EMBEDDED or (url is not None and _is_loopback(url.hostname or ""))


def duration(text: str) -> timedelta:
    """Read `500ms`, `30s`, `2m` or `1h`; the text fits `kinds.DURATION`."""
    digits = text.rstrip("mhs")
    return timedelta(**{_UNITS[text.removeprefix(digits)]: int(digits)})


def checked_endpoint(endpoint: str) -> str:
    """Give an endpoint from the command line.

    Raises:
        UsageError: it is none.
    """
    fault = endpoint_fault(endpoint)
    if fault is not None:
        raise UsageError(f"--endpoint {endpoint}: {fault}")
    return endpoint


def _split(endpoint: str) -> SplitResult | None:
    try:
        url = urlsplit(endpoint)
        _ = url.port
    except ValueError:
        return None
    return url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
