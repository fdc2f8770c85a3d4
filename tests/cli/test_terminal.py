"""A person at a terminal: questions, Ctrl-C once and twice. Real processes on a pseudo-terminal."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from reconciler.emulator.settings import Settings

pytestmark = pytest.mark.socket
PATIENCE = 20.0


class Terminal:
    """A process that has a terminal."""

    def __init__(self, child: subprocess.Popen, master: int) -> None:
        self.child = child
        self.shown = ""
        self._master = master

    def expect(self, pattern: str) -> None:
        """Read until something is shown."""
        end = time.monotonic() + PATIENCE
        while not re.search(pattern, self.shown):
            assert time.monotonic() < end, self.shown
            if not self._read(0.1) and self.child.poll() is not None and not self._read(0.1):
                assert re.search(pattern, self.shown), self.shown

    def type(self, text: str) -> None:
        """Type a line, or a control character."""
        os.write(self._master, text.encode())

    def end(self) -> int:
        """Wait for the end and give the exit code."""
        deadline = time.monotonic() + PATIENCE
        while self.child.poll() is None:
            assert time.monotonic() < deadline, self.shown
            self._read(0.1)
        while self._read(0.1):
            pass
        return self.child.wait()

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self._master, 65_536)
        except OSError:  # Linux's way to say that nobody holds the other end any more
            return False
        self.shown += data.decode()
        return bool(data)


@contextlib.contextmanager
def terminal(*arguments: object, cwd: Path) -> Iterator[Terminal]:
    """Run a command line on a terminal of its own."""
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "reconciler", *map(str, arguments)]
    child = subprocess.Popen(  # noqa: S603 - our own command
        command,
        cwd=cwd,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(child, master)
    finally:
        child.kill()
        child.wait()
        os.close(master)


@pytest.fixture
def slow(serving):
    """Give an emulated Studio that takes its time."""
    with serving(Settings(latency=timedelta(seconds=0.4))) as found:
        yield found


@pytest.mark.parametrize(("answer", "code", "recorded"), [("yes", 0, 3), ("y", 1, 0)])
def test_only_yes_is_a_yes(project, answer, code, recorded):
    """The plan is shown in colour, then asked about; anything but `yes` does nothing."""
    with terminal("apply", cwd=project.root) as screen:
        screen.expect("Answer: ")
        assert "\x1b[" in screen.shown
        assert "2 to create" in screen.shown
        screen.type(f"{answer}\n")
        assert screen.end() == code
    state = project.root / "state" / "local.json"
    assert (len(project.state()["resources"]) if state.exists() else 0) == recorded


@pytest.mark.parametrize(("answer", "left"), [("yes", 0), ("y", 2)])
def test_many_executions_are_counted_before_they_are_ended(project, cli, studio, answer, left):
    """How many of which flow, and since when, is shown; anything but `yes` ends none."""
    options = ("--endpoint", studio.url)
    cli("apply", "--auto-approve", *options)
    for row in cli("status", "--json", *options).json["resources"]:
        if row["address"].startswith("Flow/"):
            address = f"{studio.url}/_console/Flows/{row['sid']}/Executions"
            with urlopen(Request(address, b"Status=active"), timeout=10) as told:  # noqa: S310 - our own address
                told.read()
    with terminal("executions", "end", "--all-active", *options, cwd=project.root) as screen:
        screen.expect("Answer: ")
        assert "Flow/menu: 1, the oldest begun 20" in screen.shown
        screen.type(f"{answer}\n")
        assert screen.end() == (1 if left else 0)
    found = cli("executions", "list", "--status", "active", "--json", *options)
    assert found.json["total"] == left


def test_ctrl_c_at_a_question_ends_at_once(project):
    """Nothing was done, and the exit code says interrupted."""
    with terminal("apply", cwd=project.root) as screen:
        screen.expect("Answer: ")
        screen.child.send_signal(signal.SIGINT)
        assert screen.end() == 130


def test_a_person_decides_about_drift_and_protection(project, cli, studio):
    """First the name of a protected environment is asked for, then what meets each drifted flow, then the whole."""
    options = ("--environment", "production", "--endpoint", studio.url)
    cli("apply", "--auto-approve", "--confirm", "production", *options)
    resources = cli("status", "--json", *options).json["resources"]
    studio.edit(next(row["sid"] for row in resources if row["address"] == "Flow/hello"), "Somebody else")
    project.says("hello", "Good day")
    with terminal("apply", *options, cwd=project.root) as screen:
        screen.expect("Environment: ")
        screen.type("production\n")
        screen.expect("revert/accept/merge/stop: ")
        screen.type("what?\n")
        screen.type("revert\n")
        screen.expect("Answer: ")
        screen.type("yes\n")
        assert screen.end() == 0
    assert cli("plan", "--detailed-exitcode", *options, "--confirm", "production").code == 0


def test_a_read_ends_at_once(project, slow):
    """Ctrl-C while Studio takes its time ends a plan."""
    with terminal("plan", "--endpoint", slow.url, cwd=project.root) as screen:
        wait_for(lambda: slow.calls().get("ListFlow"))
        started = time.monotonic()
        screen.child.send_signal(signal.SIGINT)
        assert screen.end() == 130
        assert time.monotonic() - started < 5
    assert "Traceback" not in screen.shown


@pytest.mark.parametrize("twice", [False, True])
def test_an_interrupted_apply_is_picked_up(project, cli, slow, twice):
    """The first Ctrl-C records what is in flight, the second aborts; the next run ends with each flow once."""
    options = ("--endpoint", slow.url)
    with terminal("apply", "--auto-approve", "--parallelism", "1", *options, cwd=project.root) as screen:
        wait_for(lambda: slow.calls().get("CreateFlow"))
        screen.child.send_signal(signal.SIGINT)
        screen.expect("Stopping")
        if twice:
            screen.child.send_signal(signal.SIGINT)
        assert screen.end() == 130
    assert "Traceback" not in screen.shown
    assert ("Aborted" in screen.shown) is twice
    assert cli("apply", "--auto-approve", *options).code == 0
    assert cli("plan", "--detailed-exitcode", *options).code == 0
    assert slow.calls()["CreateFlow"] == 2


def wait_for(condition) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
