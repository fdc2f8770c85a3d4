"""The auth tokens that webhooks are signed with. In memory only: what a client sends as its token may be a real one."""

from __future__ import annotations

import threading

from reconciler.emulator.settings import Settings


class Tokens:
    """Know the token of every account that has asked for something. May be used from any thread."""

    def __init__(self) -> None:
        """Know none."""
        self._lock = threading.Lock()
        self._seen: dict[str, str] = {}
        self._bound: dict[str, str] = {}

    def remember(self, account: str, password: str) -> None:
        """Keep with which password an account was spoken for last."""
        with self._lock:
            self._seen[account] = password

    def bind(self, sink: str, account: str) -> None:
        """Let a sink be signed with the password of the request that is being answered, which creates it."""
        with self._lock:
            self._bound[sink] = self._seen[account]

    def of(self, settings: Settings, sink: str, account: str) -> str | None:
        """Give what the events of a sink are signed with; None until the account asks for something again."""
        if settings.credentials is not None:
            return settings.credentials[1]
        with self._lock:
            return self._bound.get(sink) or self._seen.get(account)
