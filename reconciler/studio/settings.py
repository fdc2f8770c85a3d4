"""How to reach Studio: frozen options, made by the command line before anything is sent."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from typing import Final

from reconciler import __version__
from reconciler.studio.hosts import Hosts

USER_AGENT: Final = f"reconciler/{__version__} (python/{sys.version.partition(' ')[0]})"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds until a request is given up. Nothing waits without one.

    Attributes:
        connect: until the connection stands. 5 s: a host that takes longer is not there.
        read: between two pieces of the answer. 30 s: Studio validates large definitions on a write.
        write: between two pieces of the request.
        pool: until a connection is free; reached only when more threads send than the ceiling allows.
    """

    connect: float = 5.0
    read: float = 30.0
    write: float = 30.0
    pool: float = 60.0


@dataclass(frozen=True, slots=True)
class HttpSettings:
    """Everything `Http` is told.

    Attributes:
        hosts: the only hosts that anything, credentials above all, is ever sent to.
        account: the account that the credentials are for.
        user: account SID or API key.
        password: auth token or API secret; never shown.
        sensitive: texts beside the password that no message may repeat; never shown.
        variables: names of the environment variables the credentials came from, for hints.
        read_only: refuse whatever could change something before it is sent.
        allow: operations that a read-only client may send although they are POSTs (`UpdateFlowValidate`).
        ceiling: requests in flight at most. 8: the limit is shared with production traffic.
        crowded: in-flight requests of the whole account, as Twilio's `Twilio-Concurrent-Requests` tells them, from
            which we give way. 50 is our guess: Twilio publishes no limit, and what is left is for production.
    """

    hosts: Hosts
    account: str
    user: str
    password: str = field(repr=False)
    sensitive: frozenset[str] = field(default=frozenset(), repr=False)
    variables: tuple[str, ...] = ()
    user_agent: str = USER_AGENT
    timeouts: Timeouts = Timeouts()
    read_only: bool = False
    allow: frozenset[str] = frozenset()
    ceiling: int = 8
    crowded: int = 50
