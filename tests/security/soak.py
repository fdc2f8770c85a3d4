"""Fuzz with coverage as the guide: `python -m tests.security.soak MINUTES`, one process for each reader, on atheris.

What breaks a reader is kept in `corpus/TARGET/` under its digest; give it a telling name, repair the reader, commit
both. Without atheris, which has no wheel for every platform, this says so and ends well.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
LARGEST = 20_000
SECONDS = 5
MEGABYTES = 1_500


def main(minutes: float) -> int:
    """Fuzz every reader, as many at a time as there are processors; give how many broke."""
    if find_spec("atheris") is None:
        print("atheris is not installed, so nothing was fuzzed by coverage; `make fuzz` installs it where it can")  # noqa: T201 - a tool
        return 0
    from tests.security.targets import TARGETS  # noqa: PLC0415 - the fuzzing process imports it instrumented

    workers = os.cpu_count() or 1
    seconds = max(1, int(minutes * 60 * workers / len(TARGETS)))
    with ThreadPoolExecutor(workers) as pool:
        results = list(pool.map(lambda name: (name, *_fuzzed(name, seconds)), TARGETS))
    for name, code, runs in results:
        print(f"{name}: {runs} runs in {seconds} s, {'ok' if code == 0 else f'BROKEN, see corpus/{name}'}")  # noqa: T201 - a tool
    return sum(1 for _, code, _ in results if code)


def _fuzzed(name: str, seconds: int) -> tuple[int, str]:
    from tests.security.samples import SEEDS  # noqa: PLC0415 - as above

    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as grown:
        for number, seed in enumerate(SEEDS[name]):
            (Path(grown) / f"seed-{number}").write_bytes(seed)
        flags = [
            f"-max_total_time={seconds}",
            f"-timeout={SECONDS}",
            f"-rss_limit_mb={MEGABYTES}",
            f"-max_len={LARGEST}",
        ]
        command = [sys.executable, "-m", "tests.security.soak", "--target", name, *flags]
        command += ["-print_final_stats=1", f"-artifact_prefix={CORPUS / name}/", grown, str(CORPUS / name)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - ourselves
    if done.returncode:
        print(done.stderr[-6_000:], file=sys.stderr)  # noqa: T201 - a tool
    runs = next((line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line), "?")
    return done.returncode, runs


def _fuzz(name: str, arguments: list[str]) -> None:
    import atheris  # noqa: PLC0415 - only where it is installed

    with atheris.instrument_imports(include=["reconciler", "json", "yaml"]):
        from reconciler.errors import ReconcilerError  # noqa: PLC0415 - instrumented
        from tests.security.targets import TARGETS  # noqa: PLC0415 - instrumented

    target = TARGETS[name]

    def once(raw: bytes) -> None:
        try:
            target(raw)
        except ReconcilerError:
            return

    atheris.Setup([sys.argv[0], *arguments], once)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--target"]:
        _fuzz(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(1 if main(float(sys.argv[1])) else 0)
