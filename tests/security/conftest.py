"""A project full of secrets, an emulated Studio that fails, and everything that a run leaves behind."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode
from urllib.request import Request, urlopen

import pytest
import structlog

from reconciler.cli.run import run
from reconciler.emulator.app import make_app
from reconciler.emulator.run import ServerClock
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.serving.server import Server

ACCOUNT = "AC" + "a1" * 16
KEY = "SK" + "b2" * 16

CREDENTIALS = {"auth token": "tokEn9b41neverShown", "API secret": "s3cret/of+the=key"}
VARIABLES = {
    "environment variable": "env-hook-7f21-never",
    "sensitive variable": 'quo"ted\\ and\nlined é<&> never',
    "part of another": "quo",
    "sensitive --var": "given-on-the-line-never",
    "sensitive in a file": "given-in-a-file-never",
}
PROPERTIES = {"sip_password": "sip-pass-0c5d-never", "sip_username": "sip-user-11aa-never"}
LATER = {"sip_password of the Console": "console-sip-pass-never", "sip_password of tomorrow": "tomorrow-sip-pass-never"}
SECRETS = {**CREDENTIALS, **VARIABLES, **PROPERTIES, **LATER}
del SECRETS["part of another"]  # three characters: nobody looks for them

PROJECT = f"""\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {{name: clinic}}
spec:
  defaultEnvironment: production
  policy: {{consistencyWindow: 100ms, maxChanges: {{delete: 9, percent: 100}}}}
  environments:
    production:
      account: {ACCOUNT}
      credentials: {{accountSid: env:MY_SID, authToken: env:MY_TOKEN, apiKey: env:MY_KEY, apiSecret: env:MY_SECRET}}
      variables:
        hook: {{value: "${{env.HOOK}}", sensitive: true}}
        odd: {{value: {json.dumps(VARIABLES["sensitive variable"])}, sensitive: true}}
        given: {{value: nothing-yet, sensitive: true}}
        filed: {{value: nothing-yet, sensitive: true}}
"""
FLOW = """\
apiVersion: studio.reconciler.dev/v1
kind: Flow
metadata: {{name: {name}}}
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


def definition(text: str, password: str = PROPERTIES["sip_password"]) -> dict[str, Any]:
    """Give a flow that dials with a password, and sends every variable somewhere."""
    events = ("incomingMessage", "incomingConversationMessage", "incomingRequest", "incomingParent")
    trigger = {"name": "Trigger", "type": "trigger", "properties": {"offset": {"x": 0, "y": 0}}}
    first = {"event": "incomingCall", "next": "dial"}
    dial = {
        "noun": "sip",
        "sip_endpoint": "sip:desk@clinic.example",
        "sip_username": PROPERTIES["sip_username"],
        "sip_password": password,
        "caller_id": "{{contact.channel.address}}",
        "offset": {"x": 0, "y": 200},
    }
    post = {
        "method": "POST",
        "url": "https://clinic.example/${var.hook}/${env.HOOK}",
        "content_type": "application/json;charset=utf-8",
        "body": f"{text}: ${{var.odd}} ${{var.given}} ${{var.filed}}",
        "offset": {"x": 0, "y": 400},
    }
    states = [
        {**trigger, "transitions": [first, *({"event": event} for event in events)]},
        {"name": "dial", "type": "connect-call-to", "properties": dial, "transitions": [
            {"event": "callCompleted", "next": "post"}, {"event": "hangup"}]},
        {"name": "post", "type": "make-http-request", "properties": post, "transitions": [
            {"event": "success"}, {"event": "failed"}]},
    ]  # fmt: skip
    return {"description": "A test", "states": states, "initial_state": "Trigger", "flags": {}}


def forms_of(secret: str) -> set[bytes]:
    """Give a secret in every way that a file or a screen may hold it."""
    texts = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    texts |= {repr(repr(secret)[1:-1])[1:-1], quote(secret), quote_plus(secret), quote(secret, safe="")}
    encoded = {secret.encode(), f"{ACCOUNT}:{secret}".encode(), f"{KEY}:{secret}".encode()}
    return {text.encode() for text in texts} | {base64.b64encode(raw) for raw in encoded}


def leaks(texts: Mapping[str, bytes]) -> list[tuple[str, str, bytes]]:
    """List which secret stands where, with what is around it."""
    found = []
    for where, raw in texts.items():
        for name, secret in SECRETS.items():
            for form in forms_of(secret):
                at = raw.find(form)
                if at >= 0:
                    found.append((where, name, raw[max(0, at - 60) : at + len(form) + 20]))
    return found


@dataclass
class Desk:
    """A project folder in which commands are run, and all that they printed."""

    root: Path
    capsys: pytest.CaptureFixture[str]
    printed: dict[str, bytes] = field(default_factory=dict)
    codes: list[tuple[str, int]] = field(default_factory=list)
    endpoint: str = ""
    quiet: bool = False

    @property
    def manifests(self) -> Path:
        """The project's folder."""
        return self.root / "manifests"

    def says(self, name: str, text: str, password: str = PROPERTIES["sip_password"]) -> None:
        """Let a flow say something."""
        (self.manifests / "flows").mkdir(parents=True, exist_ok=True)
        (self.manifests / f"{name}.yaml").write_text(FLOW.format(name=name))
        (self.manifests / "flows" / f"{name}.json").write_text(json.dumps(definition(text, password), indent=2))

    def call(self, *arguments: object) -> int:
        """Run a command with everything logged; keep what it prints."""
        logged = () if self.quiet else ("--log-level", "debug", "--log-format", "json")
        where = ("--endpoint", self.endpoint) if self.endpoint else ()
        line = [str(argument) for argument in (*arguments, *where, *logged)]
        self.capsys.readouterr()
        code = run(line)
        out, err = self.capsys.readouterr()
        self.codes.append((str(arguments[0]), code))
        number = len(self.printed) // 2
        self.printed[f"{number} {' '.join(line)}: stdout"] = out.encode("utf-8", "replace")
        self.printed[f"{number} {' '.join(line)}: stderr"] = err.encode("utf-8", "replace")
        return code

    def last(self) -> str:
        """Give what the last command printed, both streams."""
        return b"".join(list(self.printed.values())[-2:]).decode()

    def files(self) -> dict[str, bytes]:
        """Give every file that was left behind, but for the user's own and those that must hold bodies."""
        own = {self.manifests, self.root / "state" / "deleted", self.root / "given.yaml"}
        return {
            str(path.relative_to(self.root)): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and not any(path == one or one in path.parents for one in own)
        }


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Let no test that logs everything make the next one log."""
    level = logging.getLogger("reconciler").level
    yield
    logging.getLogger("reconciler").setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Give a project full of secrets, which is the current folder."""
    made = Desk(tmp_path, capsys)
    for name in ("hello", "menu"):
        made.says(name, f"This is {name}")
    (made.manifests / "project.yaml").write_text(PROJECT)
    (made.manifests / "testers.yaml").write_text(TESTERS)
    (tmp_path / "given.yaml").write_text(json.dumps({"filed": VARIABLES["sensitive in a file"]}))
    environment = {"MY_SID": ACCOUNT, "MY_TOKEN": CREDENTIALS["auth token"], "HOOK": VARIABLES["environment variable"]}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return made


@dataclass(frozen=True)
class Studio:
    """An emulated Studio on a socket."""

    url: str

    def edit(self, sid: str, text: str) -> None:
        """Edit a flow as a person in the Console would, with another password."""
        body = json.dumps(definition(text, LATER["sip_password of the Console"]))
        form = {"FriendlyName": "The hello", "Status": "published", "Definition": body}
        request = Request(f"{self.url}/_console/Flows/{sid}", urlencode(form).encode())  # noqa: S310 - our own address
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            answer.read()


@pytest.fixture
def serving() -> Callable[[Settings], contextlib.AbstractContextManager[Studio]]:
    """Give a function that serves an emulated Studio."""
    return _serving


@contextlib.contextmanager
def _serving(settings: Settings) -> Iterator[Studio]:
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
def leaked() -> Callable[[Mapping[str, bytes]], list[tuple[str, str, bytes]]]:
    """Give the search for secrets."""
    return leaks
