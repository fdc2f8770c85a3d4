"""A server on loopback that repeats what it was asked, credentials included, in whatever form a proxy may do so."""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Seen:
    """One request."""

    method: str
    target: str
    authorization: str
    body: str


@dataclass(frozen=True)
class Said:
    """One answer."""

    status: int
    body: str = ""
    headers: tuple[tuple[str, str], ...] = ()


Reply = Callable[[Seen], Said]


@dataclass
class Server:
    """A server, and what it was asked."""

    url: str
    port: int
    seen: list[Seen] = field(default_factory=list)


@contextlib.contextmanager
def serving(reply: Reply, *, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve until the context ends; `tls` makes it https."""
    made: list[Server] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            asked = Seen(
                self.command, self.path, self.headers.get("Authorization", ""), self.rfile.read(length).decode()
            )
            made[0].seen.append(asked)
            said = reply(asked)
            self.send_response(said.status)
            for name, value in said.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body.encode())))
            self.end_headers()
            self.wfile.write(said.body.encode())

        do_GET = do_POST = do_DELETE = do_CONNECT = _any  # noqa: N815 - the names that the base class calls

        def log_message(self, *_: object) -> None:  # the tests' output stays quiet
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:  # a client that refuses the certificate hangs up
            pass

    server = Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    made.append(Server(f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}", server.server_port))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made[0]
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def page(*rows: object, next_page_url: str | None = None) -> str:
    """Give a page of flows."""
    return json.dumps({"flows": list(rows), "meta": {"key": "flows", "next_page_url": next_page_url}})
