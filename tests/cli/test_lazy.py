import shutil
import subprocess
import sys
from pathlib import Path

HEAVY = ("httpx", "structlog", "rich", "pydantic", "jsonschema", "yaml", "werkzeug", "sqlite3", "importlib.metadata")

UNUSED = (
    "asyncio", "jsonschema", "obstore", "psycopg", "pyrage", "rich", "ruamel", "structlog", "waitress", "werkzeug",
    "reconciler.apply.execute", "reconciler.apply.recover", "reconciler.apply.run", "reconciler.cli.logs",
    "reconciler.cli.saved", "reconciler.emulator.streams", "reconciler.events", "reconciler.serving.server",
    "reconciler.manifest.groups", "reconciler.manifest.write",
    "reconciler.model.execution", "reconciler.plan.document", "reconciler.state.encryption", "reconciler.state.history",
    "reconciler.state.journal", "reconciler.state.lock", "reconciler.state.remote", "reconciler.state.session",
    "reconciler.simulate", "reconciler.scenario", "reconciler.studio.executions", "reconciler.studio.streams",
    "reconciler.views.human.apply", "reconciler.views.machine.apply",
    "reconciler.workflows.apply", "reconciler.workflows.rebuild", "reconciler.workflows.verify",
)  # fmt: skip
"""What a plan has no use for. Each took its part of the time of every plan, or would."""

LINT = ("liquid", "reconciler.cli.linting", "reconciler.definition.lint.engine")
"""What only a plan that changes something has use for."""


def test_version_and_help_load_nothing_heavy():
    """`version` and `--help` are quick because they import neither adapters nor their libraries."""
    script = (
        "import sys\n"
        "from reconciler.cli.run import run\n"
        "assert run(['version']) == 0 and run(['--help']) == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    told = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=False, env=env())  # noqa: S603 - our own code
    assert told.stdout.splitlines()[-1] == "[]", told.stderr


def test_a_plan_loads_only_what_it_uses(tmp_path):
    """A plan loads nothing of writing, recovering, serving and other stores: neither before nor after an apply."""
    shutil.copytree(Path(__file__).parents[2] / "manifests", tmp_path / "manifests")
    assert set(loaded(tmp_path, "plan")) <= set(LINT)
    assert "reconciler.state.session" in loaded(tmp_path, "apply", "--auto-approve")
    assert loaded(tmp_path, "plan") == []


def loaded(folder: Path, *arguments: str) -> list[str]:
    """Run a command line and give what it loaded although a plan has no use for it."""
    script = (
        "import sys\n"
        "from reconciler.cli.run import run\n"
        f"assert run({list(arguments)!r}) == 0\n"
        f"print(*[name for name in {(*UNUSED, *LINT)!r} if name in sys.modules], file=sys.stderr)\n"
    )
    command = [sys.executable, "-S", "-c", script]
    told = subprocess.run(command, capture_output=True, text=True, check=True, env=env(), cwd=folder)  # noqa: S603 - our own code
    return told.stderr.splitlines()[-1].split()


def env() -> dict[str, str]:
    """Give a process the paths of this one: without site, no path file imports anything of its own."""
    return {"PYTHONPATH": ":".join(path for path in sys.path if path), "LC_ALL": "C.UTF-8"}
