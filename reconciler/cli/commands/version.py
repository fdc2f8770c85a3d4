"""`reconciler version`."""

from __future__ import annotations

from reconciler import __version__
from reconciler.cli import exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make


@make("version")
def command(app: App) -> int:
    """Print the version.

    With --json also the versions of what it runs on.
    """
    if not app.common.json:
        app.console.result(f"reconciler {__version__}")
        return exits.DONE
    # Asking for the version is quick; asking what lies under it need not be.
    import platform  # noqa: PLC0415 - as above
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - as above

    from reconciler.views import machine  # noqa: PLC0415 - as above

    parts = {"python": platform.python_version()}
    for name in ("click", "httpx", "jsonschema", "pydantic", "PyYAML", "rich", "structlog", "waitress"):
        try:
            parts[name] = version(name)
        except PackageNotFoundError:
            parts[name] = "missing"
    app.console.result(machine.render_version(__version__, parts))
    return exits.DONE
