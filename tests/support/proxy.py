"""A small HTTP proxy in front of an emulator: it notes every call, and acts before or after the n-th of them.

It outlives emulators and clients, so that its address, which a state keeps, stays the same.
"""

from __future__ import annotations

import contextlib
import http.client
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, Self

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "host"}
When = Literal["before", "during", "after"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call that came; `status` is None when nothing was forwarded or nothing came back."""

    method: str
    path: str
    status: int | None

    @property
    def wrote(self) -> bool:
        """Tell whether this call changed something in Studio. Validate only asks."""
        succeeded = self.status is not None and self.status < 400
        return succeeded and is_write(self.method, self.path)


@dataclass(slots=True)
class Trap:
    """What happens at one call.

    `spring` is called before the call, which then is never made; after it, and then it stays unanswered; or `during`
    it, and then it is carried out and answered.

    Attributes:
        number: of the call, from 1; with `only`, of the calls that `only` is true of.
    """

    number: int
    when: When
    spring: Callable[[], None]
    only: Callable[[str, str], bool] = lambda _method, _path: True
    sprung: bool = False


@dataclass(slots=True)
class Proxy:
    """Forwards to `upstream`, HOST:PORT, which may change between calls."""

    upstream: str = ""
    trap: Trap | None = None
    calls: list[Call] = field(default_factory=list)
    _count: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: ThreadingHTTPServer | None = None
    _thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Give its base URL."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=10)

    def begin(self, trap: Trap | None = None) -> None:
        """Count from zero, and act as the trap says."""
        with self._lock:
            self.trap, self.calls, self._count = trap, [], 0

    def arrived(self, method: str, path: str) -> Trap | None:
        """Count a call; give the trap when this is its call."""
        with self._lock:
            if self.trap is None or not self.trap.only(method, path):
                return None
            self._count += 1
            if self.trap.number != self._count:
                return None
            self.trap.sprung = True
            return self.trap

    def ended(self, call: Call) -> None:
        """Note what came of a call."""
        with self._lock:
            self.calls.append(call)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that are killed leave broken connections."""


class _Handler(BaseHTTPRequestHandler):
    proxy: Proxy
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        trap = self.proxy.arrived(self.command, path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = None
        try:
            if trap is not None and trap.when != "after":
                trap.spring()
            if trap is None or trap.when != "before":
                answer = self._forward(body)
        finally:
            self.proxy.ended(Call(self.command, path, answer[0] if answer else None))
        if trap is not None and trap.when == "after":
            trap.spring()
        if answer is None or (trap is not None and trap.when == "after"):
            self.close_connection = True
            return
        with contextlib.suppress(OSError):
            self.wfile.write(answer[1])

    do_POST = do_DELETE = do_GET  # noqa: N815 - names of http.server

    def _forward(self, body: bytes) -> tuple[int, bytes] | None:
        connection = http.client.HTTPConnection(self.proxy.upstream, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        try:
            connection.request(self.command, self.path, body or None, headers | {"Host": self.headers["Host"]})
            answer = connection.getresponse()
            return answer.status, _raw(answer, answer.read())
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of http.server
        """Say nothing."""


def is_write(method: str, path: str) -> bool:
    """Tell whether a call would change something in Studio. Validate only asks."""
    return method != "GET" and not path.endswith("/Validate")


def _raw(answer: http.client.HTTPResponse, body: bytes) -> bytes:
    kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP | {"content-length"}]
    if answer.status != http.HTTPStatus.NO_CONTENT:
        kept.append(("Content-Length", str(len(body))))
    lines = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in kept), "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
