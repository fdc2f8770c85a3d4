"""A person at a terminal and a colleague in the Console, in one process: the real command line against an emulator.

What is seen is made the same every time: SIDs by the emulator's seed, its time by a clock that stands still during a
command, tokens and lineages by putting fixed ones in their place. `apply` and `destroy` run with `--parallelism 1`,
which is not shown: the order of what ends at the same time is chance.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import httpx

from reconciler.cli.run import run
from reconciler.emulator.app import make_app
from reconciler.emulator.operations import API, route
from reconciler.emulator.settings import EMBEDDED_ACCOUNT, Settings
from reconciler.emulator.sids import CONSOLE_AUTHOR, sid_maker
from reconciler.emulator.store import Store
from reconciler.serving.server import Server

STUDIO = "127.0.0.1:8085"
"""How the emulator's address is shown; in files it stands for the port that the emulator really has."""

OUR_USER = "US" + "a1" * 16
"""How whoever our credentials stand for is shown."""

MOST = 20
"""Flows whose SIDs are shown as numbers."""

PARALLEL = frozenset({"apply", "destroy"})


class StandingClock:
    """The emulator's time: it passes between commands only."""

    def __init__(self) -> None:
        self.minutes = 0

    def now(self) -> datetime:
        """Give the time of day."""
        return datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(minutes=self.minutes)

    def monotonic(self) -> float:
        """Give the same in seconds."""
        return 60.0 * self.minutes

    def sleep(self, seconds: float) -> None:
        """Wait for nothing."""

    def stopping(self) -> bool:
        """Nobody stops it."""
        return False


class Screen(io.TextIOBase):
    """A stream of a process; two of them share what is seen."""

    encoding = "utf-8"

    def __init__(self, seen: list[str], *, terminal: bool) -> None:
        self._seen = seen
        self._terminal = terminal

    def isatty(self) -> bool:
        """Tell whether somebody looks at it."""
        return self._terminal

    def write(self, text: str) -> int:
        """Show a text."""
        self._seen.append(text)
        return len(text)


class Interrupting:
    """The emulator, with somebody who does something just before an operation."""

    def __init__(self, app: WSGIApplication) -> None:
        self._app = app
        self.waiting: dict[str, Callable[[], None]] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; whoever waits for its operation acts first."""
        act = self.waiting.pop(_operation(environ["PATH_INFO"], environ["REQUEST_METHOD"]), None)
        if act is not None:
            act()
        return self._app(environ, start_response)


def _operation(path: str, method: str) -> str:
    found = route(path)
    operation = API.get(found[0], {}).get(method) if found else None
    return operation.name if operation else ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a command showed, and what it did. `results` is stdout alone."""

    text: str
    results: str
    code: int
    calls: Mapping[str, int]


@dataclass
class Session:
    """One folder, one account; the working directory is the folder while a command runs."""

    folder: Path
    settings: Settings = field(default_factory=lambda: Settings(seed=7))
    environment: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = StandingClock()
        self._seen: dict[str, int] = {}
        self.store = Store(None)
        self.app = Interrupting(make_app(self.settings, store=self.store, clock=self.clock))
        self._inside = make_app(self.settings, store=self.store, clock=self.clock)
        self._server = Server(self.app, "127.0.0.1", 0, threads=8)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()

    @property
    def studio(self) -> str:
        """Where the emulator listens."""
        return f"127.0.0.1:{self._server.port}"

    def close(self) -> None:
        """Stop the emulator."""
        self._server.stop()
        self._thread.join(10)
        self.store.close()

    def run(self, *words: str, environment: Mapping[str, str] | None = None) -> Seen:
        """Run a command line as a new process would, with some more environment variables."""
        self.clock.minutes += 1
        self.calls()
        both: list[str] = []
        results: list[str] = []
        quiet = ("--parallelism", "1") if words and words[0] in PARALLEL else ()
        with self._process(both, results, environment or {}):
            code = run([*words, *quiet])
        return Seen(self.stable("".join(both)), self.stable("".join(results)), code, self.calls())

    @contextlib.contextmanager
    def _process(self, both: list[str], results: list[str], more: Mapping[str, str]) -> Iterator[None]:
        class Out(Screen):
            def write(self, text: str) -> int:
                results.append(text)
                return super().write(text)

        environment = {"COLUMNS": "80", "LINES": "24", "NO_COLOR": "1", **self.environment, **more}
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with (
            contextlib.chdir(self.folder),
            mock.patch.dict(os.environ, {**kept, **environment}, clear=True),
            mock.patch.object(sys, "stdin", io.StringIO()),
            contextlib.redirect_stdout(Out(both, terminal=True)),
            contextlib.redirect_stderr(Screen(both, terminal=False)),
        ):
            yield

    def stable(self, text: str) -> str:
        """Put what is always the same in the place of ports, folders, tokens, lineages, digests of those, and SIDs."""
        text = text.replace(self.studio, STUDIO).replace(self.studio.replace(":", "-"), STUDIO.replace(":", "-"))
        text = text.replace(f"{self.folder}/", "").replace(str(self.folder), ".")
        # Digests of what names the port: the manifests, and the plan that names them.
        text = re.sub(r'("manifests":|"planned","digest":) ?"sha256:\w{64}"', r'\1 "sha256:…"', text)
        text = re.sub(r"(?m)^  plan sha256:\w{64}$", "  plan sha256:…", text)
        text = re.sub(r"\b([Rr]elease) [0-9A-HJKMNP-TV-Z]{12}\b", r"\1 01J8ZK4T9QXW", text)
        text = re.sub(r"\[reconciler [0-9A-HJKMNP-TV-Z]{12} [0-9a-f]{8} ", "[reconciler 01J8ZK4T9QXW 4f1c2a9e ", text)
        sid = sid_maker(self.settings.seed)
        for number in range(1, MOST):
            text = text.replace(sid("FW", number), f"FW{number:032d}").replace(sid("FN", number), f"FN{number:032d}")
        # What an execution has of messages and requests: each the next number when it is seen first.
        text = re.sub(r"\b(SM|RQ)[0-9a-f]{32}\b", lambda found: self._numbered(found[0]), text)
        text = re.sub(rf"\bUS(?!{CONSOLE_AUTHOR[2:]})[0-9a-f]{{32}}\b", OUR_USER, text)
        return re.sub(
            r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b",
            "4f1c2a9e-0000-4000-8000-000000000001",
            text,
        )

    def execution(self, number: int) -> str:
        """Give the SID of an execution by its number, the first is 1."""
        return sid_maker(self.settings.seed)("FN", number)

    def _numbered(self, sid: str) -> str:
        return f"{sid[:2]}{self._seen.setdefault(sid, len(self._seen) + 1):032d}"

    def calls(self) -> Mapping[str, int]:
        """Give how often each operation was called since the last look."""
        with self._client(self.app) as client:
            counted: dict[str, int] = client.get("/_calls").json()
            client.delete("/_calls")
        return counted

    def console(self) -> httpx.Client:
        """Somebody else, who is not counted."""
        return self._client(self._inside)

    def _client(self, app: WSGIApplication) -> httpx.Client:
        """Speak to an application without a socket, which takes a fraction of the time."""
        transport, auth = httpx.WSGITransport(app), (EMBEDDED_ACCOUNT, "theirs")
        return httpx.Client(transport=transport, base_url="http://localhost", auth=auth, trust_env=False)

    def live(self, name: str) -> dict[str, Any]:
        """Give the one live flow of a friendly name, or of a SID."""
        with self.console() as client:
            rows = client.get("/v2/Flows?PageSize=1000").json()["flows"]
            (row,) = [row for row in rows if name in {row["friendly_name"], row["sid"]}]
            found: dict[str, Any] = client.get(f"/v2/Flows/{row['sid']}").json()
        return found

    def create(self, **form: str) -> str:
        """Create a flow in the Console; give its SID."""
        self.clock.minutes += 1
        with self.console() as client:
            answer = client.post("/_console/Flows", data=form)
        answer.raise_for_status()
        return str(answer.json()["sid"])

    def edit(self, name: str, **form: str) -> int:
        """Edit a flow in the Console; give its new revision."""
        self.clock.minutes += 1
        with self.console() as client:
            answer = client.post(f"/_console/Flows/{self.live(name)['sid']}", data=form)
        answer.raise_for_status()
        return int(answer.json()["revision"])

    def replace(self, name: str, before: str, after: str, **form: str) -> int:
        """Edit the text of a flow in the Console; give its new revision."""
        text = json.dumps(self.live(name)["definition"], ensure_ascii=False)
        if before not in text:
            raise AssertionError(f"{name} holds no {before!r}")
        return self.edit(name, Definition=text.replace(before, after), **form)

    def delete(self, name: str) -> None:
        """Delete a flow in the Console."""
        self.clock.minutes += 1
        with self.console() as client:
            client.delete(f"/v2/Flows/{self.live(name)['sid']}").raise_for_status()

    def start(self, name: str) -> None:
        """Let somebody call a flow: an execution is active."""
        with self.console() as client:
            sid = self.live(name)["sid"]
            client.post(f"/_console/Flows/{sid}/Executions", data={"Status": "active"}).raise_for_status()

    def say(self, name: str, contact: str, texts: Sequence[str]) -> None:
        """Let a contact write to a flow, one message after the other."""
        path = "/v1/" + str(self.live(name)["webhook_url"]).partition("/v1/")[2]
        with self.console() as client:
            for number, text in enumerate(texts):
                form = {"From": contact, "To": "+15550109999", "MessageSid": f"SM{contact}{number}", "Body": text}
                client.post(path, data=form).raise_for_status()

    def set_test_users(self, name: str, contacts: list[str]) -> None:
        """Set a flow's test users in the Console."""
        with self.console() as client:
            sid = self.live(name)["sid"]
            client.post(f"/v2/Flows/{sid}/TestUsers", data={"TestUsers": contacts or [""]}).raise_for_status()
