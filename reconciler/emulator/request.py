"""One request as WSGI (PEP 3333) hands it over: the few things that the emulator looks at, read when asked for.

Not Werkzeug's, of which this is all that we would need: its import and its map take 40 of the 600 ms of a plan.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Mapping
from functools import cached_property
from typing import Final
from urllib.parse import parse_qsl
from wsgiref.types import WSGIEnvironment

_HOST: Final = re.compile(r"(?:[A-Za-z0-9.-]+|\[[A-Fa-f0-9]*:[A-Fa-f0-9.:]+\])(?::([1-9][0-9]{0,4}))?")
_OWN_PORTS: Final[Mapping[str, str]] = {"http": ":80", "https": ":443"}
_LAST_PORT: Final = 65_535


class Request:
    """What was sent. Nothing here raises: what makes no sense is empty, and refused by who needs it."""

    def __init__(self, environ: WSGIEnvironment) -> None:
        """Take what the server gave; the body is read later, if at all."""
        self._environ = environ
        self.method: str = environ["REQUEST_METHOD"].upper()
        self.path = "/" + _text(environ.get("PATH_INFO", "")).lstrip("/")
        self.content_type: str = environ.get("CONTENT_TYPE", "")

    @cached_property
    def host(self) -> str:
        """The host that the client speaks to, with its port unless it is the scheme's own; empty when it is none."""
        host: str = self._environ.get("HTTP_HOST") or self._server()
        host = host.removesuffix(_OWN_PORTS.get(self._scheme, ""))
        fits = _HOST.fullmatch(host)
        return host if fits and int(fits[1] or 0) <= _LAST_PORT else ""

    @property
    def base(self) -> str:
        """What URLs of this host begin with."""
        return f"{self._scheme}://{self.host}"

    @cached_property
    def query(self) -> Mapping[str, str]:
        """The parameters of the URL. The first one of a name counts."""
        pairs = parse_qsl(_text(self._environ.get("QUERY_STRING", "")), keep_blank_values=True)
        return dict(reversed(pairs))

    @property
    def credentials(self) -> tuple[str, str] | None:
        """User and password of HTTP Basic; None without any that can be read, both empty for another scheme."""
        scheme, _, rest = self._environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "basic":
            return "", ""
        try:
            user, _, password = b64decode(rest.strip(), validate=True).decode().partition(":")
        except ValueError:
            return None
        return user, password

    @property
    def length(self) -> int | None:
        """How many bytes of body were announced; None when that is open."""
        said: str = self._environ.get("CONTENT_LENGTH", "")
        chunked = self._environ.get("HTTP_TRANSFER_ENCODING", "") == "chunked"
        return int(said) if said.isascii() and said.isdigit() and not chunked else None

    def body(self) -> bytes:
        """Read the body. It can be read once."""
        stream = self._environ["wsgi.input"]
        if "wsgi.input_terminated" in self._environ:  # the server ends it; else reading on might wait for ever
            data: bytes = stream.read()
        else:
            data = stream.read(self.length or 0)
        return data

    @property
    def _scheme(self) -> str:
        scheme: str = self._environ["wsgi.url_scheme"]
        return scheme

    def _server(self) -> str:
        name: str = self._environ["SERVER_NAME"]
        bracketed = f"[{name}]" if ":" in name and not name.startswith("[") else name
        return f"{bracketed}:{self._environ['SERVER_PORT']}"


def _text(raw: str) -> str:
    """Give text that WSGI hands over as bytes in the guise of Latin-1."""
    return raw.encode("latin-1").decode(errors="replace")
