"""Run a command line: every end of it becomes an exit code, and every error a sentence. No traceback by default."""

from __future__ import annotations

from collections.abc import Sequence

import click

from reconciler.cli import exits
from reconciler.cli.app import App
from reconciler.cli.common import said
from reconciler.cli.root import root
from reconciler.errors import InterruptedRunError, ReconcilerError, UsageError


def run(arguments: Sequence[str]) -> int:
    """Run a command line and give its exit code."""
    app = App()
    try:
        code = root.main(args=list(arguments), prog_name="reconciler", standalone_mode=False, obj=app)
    except click.exceptions.Exit as end:
        return end.exit_code
    except SystemExit as end:  # click's answer to a shell that asks for completions
        return end.code if isinstance(end.code, int) else exits.DONE
    except (click.Abort, KeyboardInterrupt, InterruptedRunError):
        app.console.say("Interrupted; nothing more was done.")
        return exits.INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the last place that can say it in a sentence
        return _failed(app, error)
    finally:
        app.close()
    return code if isinstance(code, int) else exits.DONE


def _failed(app: App, error: Exception) -> int:
    match error:
        case click.exceptions.NoArgsIsHelpError():
            app.console.result(error.format_message())
            return exits.DONE
        case click.ClickException():
            return _usage(app, error)
        case ReconcilerError():
            return _show(app, error)
        case _:
            return _unexpected(app, error)


def _usage(app: App, error: click.ClickException) -> int:
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is not None:
        app.common = said(context)
    hint = f"See {context.command_path} --help." if context is not None else None
    return _show(app, UsageError(error.format_message().rstrip("."), hint=hint))


def _show(app: App, error: ReconcilerError) -> int:
    console = app.console
    code = exits.of_error(error)
    # Views cost time that most runs need not pay.
    if app.common.json:
        from reconciler.views import machine  # noqa: PLC0415 - as above

        console.say(machine.render_error(error, exit_code=code, sensitive=console.covered))
    else:
        from reconciler.views import human  # noqa: PLC0415 - as above

        console.say(human.render_error(error, console.message_style, sensitive=console.covered))
    for note in getattr(error, "__notes__", ()):
        console.say(console.cover(note))
    if app.common.log_level == "debug":
        _traceback(app, error)
    return code


def _unexpected(app: App, error: Exception) -> int:
    what = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    where = f" ({error.filename})" if isinstance(error, OSError) and error.filename else ""
    kind = "" if isinstance(error, OSError) else f"unexpected {type(error).__name__}: "
    app.console.say(app.console.cover(f"Error: {kind}{what}{where}"))
    if app.common.log_level == "debug":
        _traceback(app, error)
    elif not isinstance(error, OSError):
        app.console.say("  hint: This is a fault of reconciler. --log-level debug shows where; please report it.")
    return exits.ERROR


def _traceback(app: App, error: Exception) -> None:
    import traceback  # noqa: PLC0415 - only for debugging

    app.console.say(app.console.cover("".join(traceback.format_exception(error)).rstrip()))
