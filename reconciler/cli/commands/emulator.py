"""`reconciler emulator`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from reconciler.cli import exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import FILE
from reconciler.emulator.durations import parse_duration
from reconciler.emulator.run import Options, parse_credentials, run
from reconciler.emulator.settings import Settings, catalogue, parse_fault, parse_quirk
from reconciler.serving.place import parse_listen


@make("emulator")
@click.option(
    "--listen",
    metavar="HOST:PORT",
    default="127.0.0.1:8085",
    help="Where to serve; port 0 takes a free one.  [default: 127.0.0.1:8085]",
)
@click.option("--database", type=FILE, metavar="FILE", help="Keep everything in this file.  [default: in memory]")
@click.option("--latency", metavar="TIME", default="0", help="How long every answer takes at least, such as 100ms.")
@click.option("--quirk", multiple=True, metavar="NAME=VALUE", help="Behave otherwise where nobody knows; repeatable.")
@click.option(
    "--fault", multiple=True, metavar="NAME=RATE", help="Let this go wrong, at a rate from 0 to 1; repeatable."
)
@click.option("--seed", type=int, metavar="N", help="Make faults, SIDs and gaps the same every time.")
@click.option("--credentials", metavar="SID:TOKEN", help="Accept this pair only.  [default: any well-formed one]")
@click.option(
    "--call-local", is_flag=True, help="Let make-http-request ask servers on this machine; nothing else is ever called."
)
@click.option("--send-anywhere", is_flag=True, help="Let events be sent to webhooks that are not on this machine.")
@click.option("--list", "listing", is_flag=True, help="Print all quirks and faults as JSON, and end.")
def command(  # noqa: PLR0913 - one for each option
    app: App,
    *,
    listen: str,
    database: Path | None,
    latency: str,
    quirk: tuple[str, ...],
    fault: tuple[str, ...],
    seed: int | None,
    credentials: str | None,
    call_local: bool,
    send_anywhere: bool,
    listing: bool,
) -> int:
    """Serve an emulated Studio.

    Prints its base URL when it answers, and serves until Ctrl-C or SIGTERM.
    """
    if listing:
        app.console.result(json.dumps(catalogue(), indent=2))
        return exits.DONE
    settings = Settings(
        credentials=None if credentials is None else parse_credentials(credentials),
        quirks=dict(map(parse_quirk, quirk)),
        faults=dict(map(parse_fault, fault)),
        seed=seed,
        latency=parse_duration(latency),
        call_local=call_local,
        send_anywhere=send_anywhere,
    )
    host, port = parse_listen(listen)
    options = Options(host=host, port=port, database=database, settings=settings)

    def ready(url: str) -> None:
        app.console.result(url)
        app.console.say("Serving an emulated Studio; Ctrl-C ends it.")

    run(options, ready=ready, warn=lambda text: app.console.say(f"Warning: {text}"))
    return exits.DONE
