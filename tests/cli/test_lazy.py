import subprocess
import sys

HEAVY = ("httpx", "structlog", "rich", "pydantic", "jsonschema", "yaml", "werkzeug", "sqlite3", "importlib.metadata")


def test_version_and_help_load_nothing_heavy():
    """`version` and `--help` are quick because they import neither adapters nor their libraries."""
    script = (
        "import sys\n"
        "from reconciler.cli.main import run\n"
        "assert run(['version']) == 0 and run(['--help']) == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    told = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=False, env=env())  # noqa: S603 - our own code
    assert told.stdout.splitlines()[-1] == "[]", told.stderr


def env() -> dict[str, str]:
    """Give a process the paths of this one: without site, no path file imports anything of its own."""
    return {"PYTHONPATH": ":".join(path for path in sys.path if path), "LC_ALL": "C.UTF-8"}
