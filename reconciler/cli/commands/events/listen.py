"""`reconciler events listen`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import compose, eventing, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.events.listen import Options, parse_keep, run
from reconciler.serving.place import exposed, parse_listen


@make("listen")
@click.option(
    "--listen",
    metavar="HOST:PORT",
    default="127.0.0.1:8086",
    help="Where to receive; port 0 takes a free one.  [default: 127.0.0.1:8086]",
)
@click.option("--public-url", metavar="URL", help="What Twilio calls, when a proxy stands in between.")
@click.option("--keep", metavar="DAYS", default="30d", help="For how long executions are kept.  [default: 30d]")
@click.option("--keep-contacts", is_flag=True, help="Keep contacts as they are, instead of pseudonyms.")
@eventing.database_option
def command(  # noqa: PLR0913 - one for each option
    app: App, *, listen: str, public_url: str | None, keep: str, keep_contacts: bool, database: Path | None
) -> int:
    """Receive Studio's events on a webhook, and keep them.

    Every request must be signed with the account's auth token, for the very URL that Twilio calls. What is answered
    with 200 is kept, once, and survives any crash. Prints that URL when it answers, and receives until Ctrl-C or
    SIGTERM.
    """
    host, port = parse_listen(listen)
    parse_keep(keep)
    found = compose.project(app) if eventing.has_project(app) else None
    options = Options(
        database=eventing.database_of(app, database, found),
        token=eventing.token_of(app, found),
        host=host,
        port=port,
        url=None if public_url is None else eventing.webhook(public_url),
        keep=keep,
        keep_contacts=keep_contacts,
    )
    console = app.console
    if exposed(host) and public_url is None:
        console.say("Warning: --public-url says what Twilio calls; without it, no signature made for another URL fits.")

    def ready(url: str) -> None:
        console.result(url)
        console.say(f"Receiving Studio's events into {options.database}; Ctrl-C ends it.")

    run(options, ready=ready, say=console.say)
    return exits.DONE
