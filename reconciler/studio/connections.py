"""Clients of httpx, one for each request in flight: settings → a client with its one connection, kept for the next.

A client that is shared looks at all its connections under one lock before each request: with eight requests in flight
that costs more than sending them. It knows where credentials go, nothing of calls and answers.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from reconciler.errors import UsageError
from reconciler.studio.hosts import is_loopback
from reconciler.studio.lean import httpx
from reconciler.studio.settings import HttpSettings


class Connections:
    """Lend clients to any thread; the one that was used last is lent first, so that its connection is still open."""

    def __init__(self, settings: HttpSettings, transport: httpx.BaseTransport | None) -> None:
        """Open nothing yet, as a TLS context takes 35 ms.

        Args:
            settings: where to and as whom.
            transport: answers in this process instead of a socket.
        """
        self._settings = settings
        self._transport = transport
        self._lock = threading.Lock()
        self._idle: list[httpx.Client] = []

    @contextmanager
    def one(self) -> Iterator[httpx.Client]:
        """Lend a client until the context ends.

        Raises:
            UsageError: the environment's proxy or certificate settings cannot be used.
        """
        with self._lock:
            client = self._idle.pop() if self._idle else self._made()
        try:
            yield client
        finally:
            with self._lock:
                self._idle.append(client)

    def close(self) -> None:
        """Close every connection that is not in use; a later request opens a new one."""
        with self._lock:
            idle, self._idle = self._idle, []
        for client in idle:
            client.close()

    def _made(self) -> httpx.Client:
        """Make a client: proxies and certificates of the environment, but for what stays on this machine."""
        settings, times = self._settings, self._settings.timeouts
        local = self._transport is not None or all(is_loopback(url) for url in self._urls)
        try:
            return httpx.Client(
                auth=(settings.user, settings.password),
                headers={"Accept": "application/json", "User-Agent": settings.user_agent},
                timeout=httpx.Timeout(connect=times.connect, read=times.read, write=times.write, pool=times.pool),
                limits=httpx.Limits(max_connections=1, max_keepalive_connections=1),
                follow_redirects=False,
                trust_env=not local,
                verify=self._trust,
                transport=self._transport,
            )
        except (OSError, ValueError, ImportError):
            # Not chained: the message may hold a proxy's URL, and that a password.
            raise UsageError(
                "the environment's proxy or certificate settings cannot be used",
                hint="Check HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",
            ) from None

    @property
    def _urls(self) -> tuple[str, str]:
        return self._settings.hosts.studio, self._settings.hosts.api

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        """What tells whom to trust. Reading the certificates takes 35 ms; where no TLS is spoken, none are needed."""
        plain = self._transport is not None or all(url.startswith("http://") for url in self._urls)
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else httpx.create_ssl_context()
