"""The two processes that a benchmark watches: the command line, measured, and the emulator, counted."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.benchmarks.project import ACCOUNT

# An installed package has its byte code; an editable install gets it on the first run, unless this forbids it.
HIDDEN = ("TWILIO_", "RECONCILER_", "PYTHONDONTWRITEBYTECODE")
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(HIDDEN)},
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": "0" * 32,
}
COMMAND = Path(sys.executable).with_name("reconciler")


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the command line cost."""

    seconds: float
    megabytes: float
    output: str


def reconciler(*arguments: str | Path, cwd: Path) -> Run:
    """Run the real command line as a process of its own; end the benchmark when it fails."""
    log = cwd / "benchmark.log"
    started = time.perf_counter()
    with log.open("w+") as output:
        child = subprocess.Popen(  # noqa: S603  # our own command
            [COMMAND, *arguments], cwd=cwd, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
        _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    text = log.read_text()
    if child.returncode != 0:
        raise SystemExit(f"reconciler {' '.join(map(str, arguments))} exited {child.returncode}:\n{text[-3000:]}")
    # Linux counts in kilobytes, macOS in bytes.
    return Run(seconds, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2), text)


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator."""

    url: str

    def calls(self) -> int:
        """Ask how many API calls it has answered so far."""
        with urllib.request.urlopen(f"{self.url}/_calls", timeout=10) as answer:  # noqa: S310  # our own loopback address
            return sum(json.load(answer).values())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _wait(url: str, child: subprocess.Popen[bytes], log: IO[str]) -> None:
    for _ in range(200):
        if child.poll() is not None:
            log.seek(0)
            raise SystemExit(f"the emulator ended at once, with exit code {child.returncode}:\n{log.read()}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_calls", timeout=1):  # noqa: S310  # as above
            return
        time.sleep(0.05)
    raise SystemExit("the emulator does not answer")


@contextlib.contextmanager
def emulator(*options: str) -> Iterator[Emulator]:
    """Serve an empty emulator on loopback until the context ends."""
    port = _free_port()
    command = [COMMAND, "emulator", "--listen", f"127.0.0.1:{port}", *options]
    with tempfile.TemporaryFile("w+") as log:
        child = subprocess.Popen(command, env=ENVIRONMENT, stdout=log, stderr=log)  # noqa: S603  # our own command
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(url, child, log)
            yield Emulator(url)
        finally:
            child.terminate()
            child.wait(timeout=15)
