"""The real command line in real processes, hundreds of times: one interpreter imports it, and forks for each run.

As a program this reads one JSON request a line from stdin and answers one line each: `{"start": …}` forks a process
that runs `reconciler ARGUMENTS`, `{"poll": pid}` gives how it ended, null when it has not. Each process has a session,
a folder, an environment and streams of its own; what is saved is the second of imports. `Zygote` is its client.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).with_name("reconciler")


@dataclass(frozen=True, slots=True)
class How:
    """How a process is started.

    Attributes:
        fatal: arguments of `fatal.install`; only without `executed`.
        terminal: the terminal it has as stdin and stderr, and as the one whose Ctrl-C it hears; None for none.
        executed: whether the installed command is executed, instead of called in the fork.
    """

    fatal: tuple[str, str, str] | None = None
    terminal: str | None = None
    executed: bool = False


@dataclass(slots=True)
class Zygote:
    """Starts command lines, for any thread."""

    process: subprocess.Popen[str]
    lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    @contextlib.contextmanager
    def running(cls):
        """Import everything once."""
        command = [sys.executable, "-m", "tests.support.zygote"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=REPOSITORY, stdin=pipe, stdout=pipe, text=True) as process:  # noqa: S603 - our own module
            try:
                yield cls(process)
            finally:
                process.kill()

    def start(self, arguments: list[str], folder: Path, env: dict[str, str], how: How = How()) -> int:
        """Start `reconciler ARGUMENTS`, give its process ID; FOLDER/PID.out and FOLDER/PID.err get what it prints."""
        request = {"start": arguments, "folder": str(folder), "env": env, "how": asdict(how)}
        return int(self._ask(request)["pid"])

    def wait(self, pid: int, seconds: float = 90) -> int:
        """Give the exit code, negative for a signal; what does not end in time is killed, and that is an error."""
        deadline, pause = time.monotonic() + seconds, 0.002
        while (code := self._ask({"poll": pid})["code"]) is None:
            if time.monotonic() > deadline:
                os.killpg(pid, signal.SIGKILL)
                raise TimeoutError(f"process {pid} did not end within {seconds} s")
            time.sleep(pause)
            pause = min(pause * 1.5, 0.02)
        return int(code)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with self.lock:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
            return dict(json.loads(self.process.stdout.readline()))


def _serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"pid": _fork(request)} if "start" in request else {"code": _poll(request["poll"])}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _fork(request: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        _become(request)
    finally:
        os._exit(70)  # never back into the loop


def _become(request: dict[str, Any]) -> None:
    how = How(**request["how"])
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["env"])
    _streams(request["folder"], how.terminal)
    if how.executed:
        os.execv(COMMAND, [str(COMMAND), *request["start"]])  # noqa: S606 - our own command
    sys.argv = ["reconciler", *request["start"]]
    if how.fatal:
        from tests.support import fatal  # noqa: PLC0415 - most processes are to live

        fatal.install(*how.fatal)
    from reconciler.cli import main  # noqa: PLC0415 - imported before the fork; here for its name

    try:
        main()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)


def _streams(folder: str, terminal: str | None) -> None:
    new = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    # Who leads a session and opens a terminal has it as its own from then on.
    os.dup2(os.open(terminal or os.devnull, os.O_RDWR), 0)
    os.dup2(os.open(f"{folder}/{os.getpid()}.out", new), 1)
    os.dup2(0 if terminal else os.open(f"{folder}/{os.getpid()}.err", new), 2)


def _poll(pid: int) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def _preload() -> None:
    """Import what `apply`, `plan` and `emulator` import; threads are not started by that, so that forks are safe."""
    import importlib  # noqa: PLC0415 - only the program needs it
    import pkgutil  # noqa: PLC0415 - as above

    import reconciler  # noqa: PLC0415 - as above

    for module in pkgutil.walk_packages(reconciler.__path__, "reconciler."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


if __name__ == "__main__":
    _preload()
    _serve()
