"""`reconciler events status`."""

from __future__ import annotations

import contextlib
from pathlib import Path

from reconciler.cli import compose, eventing, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.events.store import EventStore
from reconciler.views.events import human, machine


@make("status")
@eventing.database_option
def command(app: App, *, database: Path | None) -> int:
    """Say how many events were received, and how late.

    Asks Twilio nothing: `events check` does.
    """
    found = compose.project(app) if database is None and eventing.has_project(app) else None
    path = eventing.database_of(app, database, found)
    with contextlib.closing(EventStore(path)) as store:
        kept = store.summary()
    console = app.console
    console.result(
        machine.render_kept(kept, str(path)) if app.common.json else human.render_kept(kept, str(path), console.style)
    )
    return exits.DONE
