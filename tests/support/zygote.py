"""The real command line in real processes, hundreds of times: one interpreter imports it, and forks for each run.

As a program this reads one JSON request a line from stdin and answers one line each: `{"start": …}` forks a process
that runs `reconciler ARGUMENTS`, `{"wait": pid, "seconds": n}` gives how it ended. Each process has a session, a
folder, an environment and streams of its own; what is saved is the second of imports. `Zygote` is its client.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(slots=True)
class Zygote:
    """Starts command lines. One thread at a time may speak to it."""

    process: subprocess.Popen[str]

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

    def start(self, arguments: list[str], *, folder: Path, env: dict[str, str], fatal: list[str] | None = None) -> int:
        """Start `reconciler ARGUMENTS`, give its process ID; FOLDER/PID.out and FOLDER/PID.err get what it prints."""
        request = {"start": arguments, "folder": str(folder), "env": env, "fatal": fatal}
        return int(self._ask(request)["pid"])

    def wait(self, pid: int, seconds: float = 30) -> int:
        """Give the exit code, negative for a signal; what does not end in time is killed, and that is an error."""
        answer = self._ask({"wait": pid, "seconds": seconds})
        if answer["code"] is None:
            raise TimeoutError(f"process {pid} did not end within {seconds} s")
        return int(answer["code"])

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return dict(json.loads(self.process.stdout.readline()))


def _serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        answer = {"pid": _fork(request)} if "start" in request else {"code": _wait(request["wait"], request["seconds"])}
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
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["env"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, end in ((1, "out"), (2, "err")):
        path = f"{request['folder']}/{os.getpid()}.{end}"
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND), number)
    sys.argv = ["reconciler", *request["start"]]
    if request["fatal"]:
        from tests.support import fatal  # noqa: PLC0415 - most processes are to live

        fatal.install(*request["fatal"])
    from reconciler.cli import main  # noqa: PLC0415 - imported before the fork; here for its name

    try:
        main()
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(end.code if isinstance(end.code, int) else 1)


def _wait(pid: int, seconds: float) -> int | None:
    deadline = time.monotonic() + seconds
    pause = 0.002
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)
    os.killpg(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return None


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
