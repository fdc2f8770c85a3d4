"""What the commands on events share: the store that they look at, the webhook, the token, and Event Streams itself."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import click

from reconciler.cli import compose, prompt
from reconciler.cli.app import App
from reconciler.cli.options import FILE, NO_VARIABLES, Variables
from reconciler.cli.runtime import Runtime
from reconciler.errors import RefusedError, UsageError
from reconciler.model.record import State
from reconciler.studio.credentials import auth_token
from reconciler.studio.hosts import hosts_of, is_loopback
from reconciler.studio.streams import EventStreams

F = TypeVar("F", bound=Callable[..., Any])

_EMULATOR: Final = (
    "Serve it: `reconciler emulator --database state/ENVIRONMENT.emulator.sqlite`, and say where with --endpoint."
)


@dataclass(frozen=True, slots=True)
class Events:
    """What a command on Event Streams is handed."""

    streams: EventStreams
    run: Runtime
    found: compose.Project


def database_option(function: F) -> F:
    """Add `--database`."""
    option = click.option(
        "--database",
        type=FILE,
        metavar="FILE",
        help="The store.  [default: beside the state, as ENVIRONMENT.events.sqlite]",
    )
    return option(function)


def has_project(app: App) -> bool:
    """Tell whether there are manifests; without them a store must be named."""
    return app.common.manifests.is_dir()


def database_of(app: App, said: Path | None, found: compose.Project | None) -> Path:
    """Give the file of the store: what was said, else beside the state of the project.

    Raises:
        UsageError: nothing was said, and there is no project.
    """
    if said is not None:
        return said
    if found is None:
        raise UsageError(
            f"there are no manifests in {app.common.manifests}, so nobody knows where events are kept",
            hint="Name the file with --database, or the project with --manifests.",
        )
    state = found.places.state  # that of an endpoint has a name of its own, and so have its events
    return state.with_name(f"{state.stem}.events.sqlite")


def token_of(app: App, found: compose.Project | None) -> str:
    """Give the auth token by which events are signed, and cover it wherever something is printed.

    Raises:
        CredentialsError: it is not set. An emulator's own is known.
    """
    endpoint = app.common.endpoint
    names: Mapping[str, str] = {}
    if found is not None:
        endpoint, names = found.desired.environment.endpoint, found.desired.environment.credentials
    local = endpoint is not None and is_loopback(hosts_of(endpoint).studio)
    token = auth_token(os.environ, names, required=not local)
    app.console.secrets.add(token)
    return token


def webhook(text: str) -> str:
    """Check the URL of a webhook.

    Raises:
        UsageError: it is none, or would let others read what Twilio sends.
    """
    try:
        parts = urlsplit(text)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if "@" in text or "#" in text:
        raise UsageError("the URL of a webhook holds neither credentials nor a fragment", hint="Leave them out.")
    if not fits or not text.isascii() or not text.isprintable() or " " in text:
        raise UsageError(f"{text!r} is no URL of a webhook", hint="Write https://HOST/PATH, as Twilio is to call it.")
    if parts.scheme == "http" and not is_loopback(text):
        raise UsageError(
            f"{text!r}: plain http would show to the network who speaks with whom",
            hint="Use https; http is accepted for 127.0.0.1, ::1 and localhost only.",
        )
    return text if parts.path else parts._replace(path="/").geturl()


def approve(app: App, question: str, *, auto: bool) -> None:
    """Ask whether something shall be done.

    Raises:
        UsageError: the answer is no, or there is nobody to ask.
    """
    if auto:
        return
    prompt.must_be_there(app.console, "this wants to be approved", "Say --auto-approve.")
    app.console.say(f"\n{question} Only `yes` is taken for a yes.")
    if prompt.ask(app.console, "Answer: ") != "yes":
        raise UsageError("nothing was done", hint="Only `yes` is taken for a yes.")


def state_of(found: compose.Project, run: Runtime) -> State:
    """Give the state, blank when there is none yet."""
    return compose.state_store(found, run).read() or compose.blank(found, run)


@contextlib.contextmanager
def looking(app: App, variables: Variables = NO_VARIABLES) -> Iterator[Events]:
    """Compose what only looks at Event Streams."""
    with compose.asking(app, variables) as (found, run, client):
        yield Events(client.streams, run, found)


@contextlib.contextmanager
def changing(app: App, variables: Variables = NO_VARIABLES) -> Iterator[Events]:
    """Compose what changes where events are sent.

    Raises:
        RefusedError: another account answers than the environment's.
        UsageError: the emulator is inside of this process, and ends with it.
    """
    with compose.acting(app, variables) as (found, run, client):
        if found.desired.environment.endpoint == compose.EMBEDDED:
            raise UsageError("the embedded emulator ends with this command, so it sends no events", hint=_EMULATOR)
        expected = found.desired.environment.account
        answered = client.fetch_account() if expected is not None else None
        if answered != expected:
            raise RefusedError(
                f"account {answered} answers, but {expected} is expected for {found.desired.environment.name}",
                hint="Set the credentials of that account.",
            )
        yield Events(client.streams, run, found)
