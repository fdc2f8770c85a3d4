"""How an application tells its server to break a connection. Light: applications in this process load it too."""

from __future__ import annotations


class BrokenConnectionError(ConnectionResetError):
    """Leaves the application where a connection breaks.

    In-process whoever called the application gets it; a server closes the connection, with a reset when `abortive`.
    """

    def __init__(self, *, abortive: bool = False) -> None:
        super().__init__("the connection broke")
        self.abortive = abortive
