"""A folder with manifests, a state and an emulator process behind a proxy, and what must hold there in the end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.support.account import Account, read_account
from tests.support.proxy import Proxy
from tests.support.terminal import Terminal
from tests.support.zygote import REPOSITORY, How, Zygote

ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(REPOSITORY)}
EMPTY: Mapping[str, str] = MappingProxyType({})
APPLY = ("apply", "--auto-approve", "--lock-timeout", "0")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended: its exit code, negative for a signal, and what it printed."""

    code: int
    out: str
    err: str


@dataclass(slots=True)
class Scene:
    """A folder with manifests, a state and an emulator's database, and how to run commands there.

    Attributes:
        endpoint: where Studio is; None for behind the proxy.
        location: where the state is; None for files of this folder.
        environ: more environment variables of every command, such as the state's credentials.
    """

    folder: Path
    proxy: Proxy
    zygote: Zygote
    endpoint: str | None = None
    location: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """Give the emulator's database."""
        return self.folder / "studio.sqlite"

    @property
    def state(self) -> Path:
        """Give the state's snapshot."""
        return self.folder / "state" / "local.json"

    def arguments(self, *arguments: str) -> list[str]:
        """Give a whole command line about this project."""
        return ["--endpoint", self.endpoint or self.proxy.url, "--state", self.location or str(self.state), *arguments]

    def start(self, *arguments: str, fatal: str | None = None, env: Mapping[str, str] = EMPTY) -> int:
        """Start `reconciler ARGUMENTS`; `fatal` is a point of `support.fatal`, empty to note all points."""
        installed = None if fatal is None else (str(self.state.parent), str(self.folder / "touches"), fatal)
        return self.zygote.start(self.arguments(*arguments), self.folder, self._environment(env), How(fatal=installed))

    def execute(self, *arguments: str, terminal: Terminal | None = None, env: Mapping[str, str] = EMPTY) -> int:
        """Execute the installed command, on a terminal or without one."""
        how = How(terminal=terminal.name if terminal else None, executed=True)
        return self.zygote.start(self.arguments(*arguments), self.folder, self._environment(env), how)

    def _environment(self, env: Mapping[str, str]) -> dict[str, str]:
        return {**ENVIRONMENT, **self.environ, **env}

    def end(self, pid: int) -> Ended:
        """Wait for a process; what it printed must hold no traceback, however it ended."""
        code = self.zygote.wait(pid)
        out, err = (_text(self.folder / f"{pid}.{stream}") for stream in ("out", "err"))
        assert "Traceback" not in out + err
        return Ended(code, out, err)

    def run(self, *arguments: str) -> Ended:
        """Run a command to its end."""
        return self.end(self.start(*arguments))

    @contextlib.contextmanager
    def emulator(self, *options: str, port: int = 0) -> Iterator[int]:
        """Serve the database behind the proxy, in a process of its own."""
        arguments = ["emulator", "--listen", f"127.0.0.1:{port}", "--database", str(self.database), *options]
        pid = self.zygote.start(arguments, self.folder, ENVIRONMENT)
        try:
            self.proxy.upstream = _printed(self.folder / f"{pid}.out").removeprefix("http://")
            yield pid
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            self.zygote.wait(pid)

    def account(self) -> Account:
        """Read what Studio has."""
        return read_account(self.database)

    def declared(self) -> set[str]:
        """Give the addresses that the manifests declare."""
        documents = [json.loads(path.read_text()) for path in (self.folder / "manifests").glob("*.yaml")]
        return {f"{d['kind']}/{d['metadata']['name']}" for d in documents if d["kind"] != "Project"}

    def document(self) -> dict[str, Any] | None:
        """Read the state: of files, the snapshot."""
        if self.location is not None:
            pulled = self.run("state", "pull")
            return json.loads(pulled.out) if pulled.code == 0 else None
        return json.loads(self.state.read_text()) if self.state.exists() else None


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _printed(path: Path) -> str:
    for _ in range(2000):
        text = path.read_text() if path.exists() else ""
        if text.endswith("\n"):
            return text.strip()
        time.sleep(0.005)
    raise TimeoutError(f"{path}: nothing was printed")


def converge(scene: Scene, shape: Mapping[str, object], *options: str) -> None:
    """Run again, and see what must hold then: all done, nothing twice, all of it recorded, nothing left to do.

    Args:
        scene: where a run was stopped.
        shape: what Studio has when the same run is let live.
        options: of the run.
    """
    before = serial(scene)
    again = scene.run(*APPLY, *options)
    assert again.code == 0, again
    assert scene.account().shape() == shape
    settled(scene)
    assert serial(scene) >= before
    scene.proxy.begin()
    plan = scene.run("plan", "--detailed-exitcode")
    assert (plan.code, plan.err) == (0, ""), plan
    assert {call.method for call in scene.proxy.calls} == {"GET"}


def settled(scene: Scene) -> None:
    """See that the state holds every resource that is declared, every revision of each, and no open intent."""
    document = scene.document()
    assert document is not None
    assert document["pending"] == {}
    assert set(document["resources"]) == scene.declared()
    account = scene.account()
    tokens = account.tokens()
    assert len(tokens) == len(set(tokens)), "one intent was carried out twice"
    flows = {r["sid"]: r for address, r in document["resources"].items() if address.startswith("Flow/")}
    assert set(flows) == set(account.flows)
    for sid, live in account.flows.items():
        recorded = [(entry["revision"], entry["status"]) for entry in flows[sid]["revisions"]]
        assert recorded == [(minted.number, minted.status) for minted in live.revisions]


def serial(scene: Scene) -> int:
    """Give the serial of the snapshot, which can be read at any moment."""
    document = scene.document()
    return 0 if document is None else int(document["serial"])
