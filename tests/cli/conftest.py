from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from reconciler.cli.run import run
from reconciler.emulator.app import make_app
from reconciler.emulator.run import ServerClock
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.serving.server import Server

ACCOUNT = "AC" + "a1" * 16
CANARY = "canary-5f2c-never-shown"
TOKEN = "token-9b41-never-shown"

PROJECT = f"""\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {{name: shop}}
spec:
  defaultEnvironment: local
  policy: {{consistencyWindow: 100ms}}
  environments:
    local:
      endpoint: embedded
      variables: {{key: {{value: {CANARY}, sensitive: true}}}}
    production:
      account: {ACCOUNT}
      protected: true
      variables: {{key: {{value: {CANARY}, sensitive: true}}}}
"""
FLOW = """\
apiVersion: studio.reconciler.dev/v1
kind: Flow
metadata: {{name: {name}, labels: {{team: {name}}}}}
spec:
  friendlyName: The {name}
  definition: {{file: flows/{name}.json}}
"""
TESTERS = """\
apiVersion: studio.reconciler.dev/v1
kind: TestUsers
metadata: {name: hello-testers}
spec:
  flow: hello
  contacts: ["+15555550101"]
"""


def definition(text: str) -> dict[str, Any]:
    """Give a small valid definition that says a text, and sends a secret."""
    events = ("incomingMessage", "incomingConversationMessage", "incomingRequest", "incomingParent")
    call = {"event": "incomingCall", "next": "say"}
    trigger = {"name": "Trigger", "type": "trigger", "properties": {"offset": {"x": 0, "y": 0}}}
    trigger["transitions"] = [call, *({"event": event} for event in events)]
    say = {
        "name": "say",
        "type": "say-play",
        "properties": {"offset": {"x": 0, "y": 200}, "say": text, "loop": 1},
        "transitions": [{"event": "audioComplete", "next": "post"}],
    }
    post = {
        "name": "post",
        "type": "make-http-request",
        "properties": {
            "offset": {"x": 0, "y": 400},
            "method": "POST",
            "url": "https://shop.example/${var.key}",
            "content_type": "application/json;charset=utf-8",
            "body": "{}",
        },
        "transitions": [{"event": "success"}, {"event": "failed"}],
    }
    return {"description": "A test", "states": [trigger, say, post], "initial_state": "Trigger", "flags": {}}


@dataclass(frozen=True)
class Result:
    """How one command line ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Give stdout as one JSON document."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """Give stdout as one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


class Project:
    """A project folder with the flows `hello` and `menu`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manifests = root / "manifests"
        (self.manifests / "flows").mkdir(parents=True)
        (self.manifests / "project.yaml").write_text(PROJECT)
        (self.manifests / "testers.yaml").write_text(TESTERS)
        for name in ("hello", "menu"):
            (self.manifests / f"{name}.yaml").write_text(FLOW.format(name=name))
            self.says(name, f"This is {name}")

    def says(self, name: str, text: str) -> None:
        """Let a flow say something else."""
        text = json.dumps(definition(text), indent=2) + "\n"
        (self.manifests / "flows" / f"{name}.json").write_text(text)

    def drop(self, name: str) -> None:
        """Take a flow out of the manifests."""
        (self.manifests / f"{name}.yaml").unlink()
        if name == "hello":
            (self.manifests / "testers.yaml").unlink()

    def state(self, name: str = "local") -> dict[str, Any]:
        """Give the state file."""
        return json.loads((self.root / "state" / f"{name}.json").read_text())


@pytest.fixture(name="definition")
def definition_of() -> Callable[[str], dict[str, Any]]:
    """Give a function that makes a small valid definition."""
    return lambda text: json.loads(json.dumps(definition(text)).replace("${var.key}", "key"))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Give a project, which is the current folder."""
    made = Project(tmp_path)
    monkeypatch.chdir(tmp_path)
    return made


@pytest.fixture
def cli(project: Project, capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Give a function that runs a command line in this process, in the project's folder."""
    assert project.root == Path.cwd()

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Result(code, out, err)

    return call


@dataclass(frozen=True)
class Studio:
    """An emulated Studio on a socket."""

    url: str

    def edit(self, sid: str, text: str) -> None:
        """Edit a flow as a person in the Console would."""
        body = json.dumps(definition(text)).replace("${var.key}", CANARY)
        form = {"FriendlyName": "The hello", "Status": "published", "Definition": body}
        request = Request(f"{self.url}/_console/Flows/{sid}", urlencode(form).encode())  # noqa: S310 - our own address
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            answer.read()

    def calls(self) -> dict[str, int]:
        """Give how often each operation was called."""
        with urlopen(f"{self.url}/_calls", timeout=10) as answer:  # noqa: S310 - as above
            return json.load(answer)


@pytest.fixture(name="serving")
def serving_of() -> Callable[[Settings], contextlib.AbstractContextManager[Studio]]:
    """Give a function that serves an emulated Studio."""
    return serving


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[Studio]:
    """Serve an emulated Studio until the context ends."""
    with contextlib.closing(Store(None)) as store:
        server = Server(make_app(settings, store=store, clock=ServerClock()), "127.0.0.1", 0, threads=16)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield Studio(f"http://127.0.0.1:{server.port}")
        finally:
            server.stop()
            thread.join(10)


@pytest.fixture
def studio(monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """Give an emulated Studio, with credentials for it in the environment."""
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)
    with serving(Settings(credentials=(ACCOUNT, TOKEN))) as found:
        yield found
