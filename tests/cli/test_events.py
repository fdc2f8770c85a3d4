"""Events from the command line: in this process, and as real processes that are killed."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import jsonschema
import pytest

from reconciler.emulator.app import app_of, make_studio
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.emulator.streams.sending import sending
from reconciler.events.cloudevents import parse
from reconciler.events.store import EventStore
from reconciler.serving.clock import ServerClock
from reconciler.serving.server import Server
from reconciler.serving.signature import hash_of, sign
from tests.support.cloudevents import CONTACT, FLOW, body_of, event, run_of

ACCOUNT = "AC" + "a1" * 16
TOKEN = "token-9b41-never-shown"
NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def kept(project, monkeypatch: pytest.MonkeyPatch) -> EventStore:
    """Give a store with two executions, where the commands look for it."""
    monkeypatch.setenv("RECONCILER_LOG_LEVEL", "warning")
    (project.root / "state").mkdir()
    store = EventStore(project.root / "state" / "local.events.sqlite", create=True)
    store.add(parse(body_of([*run_of(1, 2), *run_of(2, 1, ended=False)])), NOW)
    store.close()
    return store


def fits(found, name: str) -> Any:
    """Give the JSON of a result after holding it against its schema."""
    schema = json.loads((Path(__file__).parents[2] / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(found.json)
    return found.json


@pytest.mark.usefixtures("kept")
def test_executions_are_listed(cli):
    """The newest first, with steps and reasons; people are pseudonyms, and conditions choose."""
    found = fits(cli("events", "list", "--json"), "events-list")
    assert [(one["sid"][-1], one["status"], one["steps"], one["endedReason"]) for one in found["executions"]] == [
        ("2", "active", 1, None),
        ("1", "ended", 2, "FLOW_END"),
    ]
    assert {one["flow"] for one in found["executions"]} == {None}
    text = cli("events", "list").out
    assert "2 executions." in text
    assert CONTACT not in text
    assert "contact-" in text
    assert cli("events", "list", "--json", "--status", "active").json["total"] == 1
    assert cli("events", "list", "--json", FLOW, "--limit", "1").json["total"] == 2
    assert cli("events", "list", "--json", "--since", "2026-03-01T12:02").json["total"] == 1
    assert cli("events", "list", "--json", "FW" + "0" * 32).json["total"] == 0
    assert cli("events", "list", "hello").code == 1


@pytest.mark.usefixtures("kept")
def test_what_is_kept_is_told(cli):
    """`status` counts events by type, and tells the way to the file."""
    found = fits(cli("events", "status", "--json"), "events-status")
    assert (found["executions"], found["active"], sum(found["events"].values())) == (2, 1, 6)
    assert "2 executions, 1 of them without an end" in cli("events", "status").out


def test_a_store_needs_no_project(cli, project, tmp_path, monkeypatch):
    """With --database no manifests are read; without either, nobody knows where to look."""
    store = EventStore(tmp_path / "own.sqlite", create=True)
    store.add(parse(body_of([*run_of(1, 1), event("com.twilio.x.y", 1, {})])), NOW)
    store.close()
    for path in sorted(project.manifests.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    project.manifests.rmdir()
    monkeypatch.chdir(tmp_path)
    assert cli("events", "list", "--json", "--database", "own.sqlite").json["total"] == 1
    assert cli("events", "list", "--database", "own.sqlite", "hello").code == 1
    assert "kept aside" in cli("events", "status", "--database", "own.sqlite").out
    assert cli("events", "status").code == 1
    assert cli("events", "status", "--database", "none.sqlite").code == 1
    assert not Path("none.sqlite").exists()


def test_without_a_token_nobody_listens(cli, monkeypatch):
    """An API key cannot check a signature: without the auth token it is a matter of credentials, and says so."""
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("TWILIO_API_KEY", "SK" + "0" * 32)
    monkeypatch.setenv("TWILIO_API_SECRET", "secret")
    found = cli("events", "listen", "--environment", "production", "--listen", "127.0.0.1:0")
    assert found.code == 6
    assert "TWILIO_AUTH_TOKEN" in found.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("listen", "--keep", "0d"),
        ("listen", "--keep", "soon"),
        ("listen", "--listen", "nowhere"),
        ("listen", "--public-url", "http://events.example.test/"),
        ("setup", "--url", "events.example.test"),
        ("setup", "--url", "https://" + "user:password" + "@events.example.test/"),
        ("setup", "--url", "https://events.example.test/#here"),
        ("setup", "--url", "http://127.0.0.1:9/"),
        ("check", "--url", "nothing"),
        ("remove", "--url", "ftp://127.0.0.1/"),
    ],
)
def test_what_makes_no_sense_is_refused(cli, arguments):
    """Days, places and URLs that are none are usage errors; so is setting up an emulator that ends with the command."""
    assert cli("events", *arguments).code == 1


@contextlib.contextmanager
def emulator(**quirks: str) -> Iterator[str]:
    """Serve an emulator that sends; gives its base URL."""
    settings = Settings(credentials=(ACCOUNT, TOKEN), quirks=quirks)
    with contextlib.closing(Store(None)) as store:
        studio = make_studio(settings, store=store, clock=ServerClock())
        server = Server(app_of(studio), "127.0.0.1", 0)
        thread = threading.Thread(target=server.run, daemon=True)
        with sending(studio):
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.port}"
            finally:
                server.stop()
                thread.join(10)


def listening(folder: Path, *arguments: str) -> contextlib.AbstractContextManager[tuple[str, subprocess.Popen[str]]]:
    """Run `events listen` as a process of its own; gives the URL that it told, and the process."""
    return running(folder, "events", "listen", "--listen", "127.0.0.1:0", *arguments)


@contextlib.contextmanager
def running(folder: Path, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run a command that serves as a process of its own; gives the URL that it told, and the process."""
    command = [sys.executable, "-m", "reconciler", *arguments]
    environment = {**os.environ, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_ACCOUNT_SID": ACCOUNT}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip(), process
        finally:
            process.kill()


def until(told: Callable[[], bool]) -> None:
    """Wait until something is so, at most half a minute."""
    deadline = time.monotonic() + 30
    while not told():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def deliver(url: str, body: bytes, token: str = TOKEN) -> int:
    """Send a body as Twilio would; give the status."""
    whole = f"{url}?bodySHA256={hash_of(body)}"
    request = Request(whole, body, {"X-Twilio-Signature": sign(token, whole)})  # noqa: S310 - our own address
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
            return answer.status
    except HTTPError as error:
        with contextlib.closing(error):
            return error.code


def ask(url: str, **form: str) -> dict[str, Any]:
    """Ask an emulator as the account: POST with a form, else GET."""
    request = Request(url, urlencode(form).encode() if form else None)  # noqa: S310 - our own address
    request.add_header("Authorization", f"Basic {b64encode(f'{ACCOUNT}:{TOKEN}'.encode()).decode()}")
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
        found: dict[str, Any] = json.load(answer)
    return found


@pytest.fixture
def signed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the credentials of the account."""
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", TOKEN)


@pytest.mark.socket
@pytest.mark.usefixtures("signed_in")
def test_an_execution_arrives(cli, project):
    """Emulator, `listen` as a process, `setup`, an execution: `list` shows it; `check` and `remove` do as they say."""
    with emulator() as studio, listening(project.root, "--endpoint", studio) as (url, process):
        at = ("--endpoint", studio)
        cli("apply", "--auto-approve", *at)
        assert cli("events", "check", *at).code == 1
        assert cli("events", "setup", "--url", url, *at).code == 1  # nobody was there to be asked
        done = fits(cli("events", "setup", "--url", url, "--auto-approve", "--json", *at), "events-setup")
        assert (done["proved"], done["changed"], done["sink"]["status"]) == (True, True, "active")
        assert not cli("events", "setup", "--url", url, "--json", *at).json["changed"]
        checked = cli("events", "check", "--json", *at)
        assert (checked.code, fits(checked, "events-check")["holds"]) == (0, True)
        sid = next(
            row["sid"] for row in cli("status", "--json", *at).json["resources"] if row["address"] == "Flow/hello"
        )
        execution = ask(f"{studio}/v2/Flows/{sid}/Executions", To="+15555550101", From="+15555550100")["sid"]
        until(lambda: cli("events", "list", "--json", "hello", *at).json["total"] == 1)
        (found,) = cli("events", "list", "--json", "hello", *at).json["executions"]
        assert (found["sid"], found["flow"]) == (execution, "Flow/hello")
        removed = fits(cli("events", "remove", "--auto-approve", "--json", *at), "events-remove")
        assert [one[:2] for one in removed["removed"]] == ["DF", "DG"]
        assert cli("events", "remove", "--auto-approve", *at).code == 0
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=10)
        assert process.returncode == 0
        assert TOKEN not in out + err


@pytest.mark.socket
@pytest.mark.usefixtures("signed_in")
def test_a_webhook_that_refuses_ends_the_setup(cli, project):
    """With another token the test event never arrives: exit 1, nothing subscribed, and `listen` says why."""
    with emulator() as studio, listening(project.root, "--endpoint", studio) as (url, _):
        at = ("--endpoint", studio)
        wrong = f"{url}elsewhere"
        found = cli("events", "setup", "--url", wrong, "--auto-approve", "--timeout", "1", "--json", *at)
        assert (found.code, found.json["proved"], found.json["sink"]["subscription"]) == (1, False, None)
        assert "hint:" in found.err
        assert cli("events", "check", *at).code == 1


@pytest.mark.socket
def test_what_was_answered_survives_a_kill(tmp_path):
    """`listen` is killed again and again while events come: all that were answered with 200 are there, once each."""
    database = tmp_path / "events.sqlite"
    options = ("--database", str(database), "--keep", "9999d")
    acknowledged: set[str] = set()
    number = 0
    for _ in range(3):
        with listening(tmp_path, *options) as (url, process):
            killer = threading.Timer(0.3, process.kill)
            killer.start()
            with contextlib.suppress(OSError, HTTPException):
                while True:
                    number += 1
                    events = run_of(number, 2)
                    assert deliver(url, body_of(events)) == 200
                    acknowledged |= {one["id"] for one in events}
            killer.cancel()
    assert len(acknowledged) > 4
    with listening(tmp_path, *options) as (url, process):
        assert deliver(url, body_of(run_of(1, 2))) == 200
        assert deliver(url, body_of(run_of(1, 2)), "wrong") == 403
        assert deliver(url, b"[") == 400
        process.terminate()
        _, err = process.communicate(timeout=10)
    assert "403" in err
    assert "400" in err
    assert TOKEN not in err
    assert not any(TOKEN.encode() in file.read_bytes() for file in tmp_path.iterdir())
    with contextlib.closing(sqlite3.connect(database)) as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM events")]
    assert acknowledged <= set(ids)
    assert len(ids) == len(set(ids))


@pytest.mark.socket
def test_old_executions_are_forgotten(tmp_path):
    """What began before `--keep` is gone when somebody listens again."""
    database = tmp_path / "events.sqlite"
    for keep, left in (("9999d", 1), ("1d", 0)):
        with listening(tmp_path, "--database", str(database), "--keep", keep) as (url, process):
            assert deliver(url, body_of([event("com.twilio.x.y", 1, {})])) == 200
            if left:
                assert deliver(url, body_of(run_of(1, 2))) == 200
            process.terminate()
            process.communicate(timeout=10)
        with contextlib.closing(EventStore(database)) as store:
            assert store.summary().executions == left
            assert store.summary().keep == keep


@pytest.mark.socket
@pytest.mark.usefixtures("signed_in")
def test_an_emulator_that_is_killed_forgets_no_event(cli, project):
    """Events that nobody could take are sent by the next emulator on the same file, as soon as it knows the account."""
    serve = ("emulator", "--listen", "127.0.0.1:0", "--database", "studio.sqlite")
    with listening(project.root, "--keep", "9999d", "--endpoint", "http://127.0.0.1:9") as (url, receiver):
        database = next((project.root / "state").glob("*.events.sqlite"))
        receiver.kill()
        with running(project.root, *serve) as (studio, process):
            at = ("--endpoint", studio)
            cli("apply", "--auto-approve", *at)
            assert cli("events", "setup", "--url", url, "--auto-approve", "--no-validate", *at).code == 0
            flows = ask(f"{studio}/v2/Flows")["flows"]
            for number, flow in enumerate(flows):
                ask(f"{studio}/v2/Flows/{flow['sid']}/Executions", To=f"+1555555010{number}", From="+15555550100")
            process.kill()
    port = url.rpartition(":")[2].strip("/")
    options = ("--database", str(database), "--keep", "9999d", "--endpoint", "http://127.0.0.1:9")
    with (
        running(project.root, "events", "listen", "--listen", f"127.0.0.1:{port}", *options),
        running(project.root, *serve) as (studio, _),
    ):
        ask(f"{studio}/v2/Flows")
        until(lambda: cli("events", "list", "--json", "--database", database).json["total"] == len(flows) == 2)
