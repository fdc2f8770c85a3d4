"""An application on a socket: waitress, with connections that really break, and an end that loses no answer."""

from __future__ import annotations

import contextlib
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final
from wsgiref.types import WSGIApplication

from waitress import create_server, wasyncore  # type: ignore[import-untyped]  # it ships no types
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]  # it ships no types
from waitress.task import WSGITask  # type: ignore[import-untyped]  # it ships no types

from reconciler.errors import UsageError
from reconciler.serving.connection import BrokenConnectionError

THREADS: Final = 32
"""Requests that wait out a latency hold a thread each; this many clients do not wait for one another."""

BODY: Final = 2**30
"""Bytes of a body beyond which a request is refused before it is read: waitress's own limit."""

_GRACE_SECONDS: Final = 7.0
_CONNECTIONS: Final = 1000


def serve(app: WSGIApplication, host: str, port: int, *, ready: Callable[[int], None], body: int = BODY) -> None:
    """Serve until SIGTERM or SIGINT, answer what is in flight (at most seven seconds long), and return.

    Args:
        app: the application.
        host: name or address to listen on.
        port: 0 picks a free one.
        ready: called once with the port, when connections are accepted.
        body: bytes of the largest body.

    Raises:
        UsageError: nobody can listen there.
    """
    server = Server(app, host, port, body=body)
    with _stopped_by_signals(server):
        ready(server.port)
        server.run()


class Server:
    """One listening socket with its threads. `stop` may be called from anywhere; everything else from one thread."""

    def __init__(self, app: WSGIApplication, host: str, port: int, *, threads: int = THREADS, body: int = BODY) -> None:
        """Bind and listen. Raises UsageError when that is impossible."""
        listener = _listen(host, port)
        self.port: int = listener.getsockname()[1]
        self._map: dict[int, Any] = {}
        self._stopping = threading.Event()
        self._server = create_server(
            app,
            map=self._map,
            sockets=[listener],
            threads=threads,
            connection_limit=_CONNECTIONS,
            max_request_body_size=body,
            log_socket_errors=False,
            ident=None,
        )
        self._server.channel_class = _Channel

    def run(self) -> None:
        """Answer requests until `stop`, then those in flight, and close everything."""
        try:
            while not self._stopping.is_set():
                self._turn(1.0)
            wasyncore.dispatcher.close(self._server)  # no more connections; its own `close` would stop the trigger too
            deadline = time.monotonic() + _GRACE_SECONDS
            while self._busy() and time.monotonic() < deadline:
                self._turn(0.1)
        finally:
            self._server.task_dispatcher.shutdown(timeout=1)
            wasyncore.close_all(self._map, ignore_all=True)

    def stop(self) -> None:
        """Make `run` end. Safe to call again, from any thread and from a signal handler."""
        self._stopping.set()
        with contextlib.suppress(OSError):  # it has ended already
            self._server.pull_trigger()

    def _turn(self, seconds: float) -> None:
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)

    def _busy(self) -> bool:
        channels = list(self._server.active_channels.values())
        return any(channel.requests or channel.total_outbufs_len for channel in channels)


class _Task(WSGITask):  # type: ignore[misc]  # waitress ships no types
    def execute(self) -> None:
        try:
            super().execute()
        except BrokenConnectionError as broken:
            if broken.abortive:  # closing without lingering sends a reset
                self.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise  # waitress closes the connection on any OSError, without an answer


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress ships no types
    task_class = _Task


def _listen(host: str, port: int) -> socket.socket:
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except (OSError, OverflowError) as error:
        if listener is not None:
            listener.close()
        raise UsageError(
            f"cannot listen on {host}:{port}: {error}", hint="Name another port, or 0 for any free one."
        ) from error
    return listener


@contextlib.contextmanager
def _stopped_by_signals(server: Server) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        server.stop()

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
