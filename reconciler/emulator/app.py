"""The WSGI application: routing, credentials, faults, latency, and how an answer goes out."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from reconciler.emulator.accounts import authenticate
from reconciler.emulator.answers import (
    TOO_LARGE,
    UNAVAILABLE,
    WRONG_METHOD,
    Answer,
    RefusalError,
    bad_parameter,
    json_answer,
    not_found,
)
from reconciler.emulator.breaking import SLOWNESS, break_after, break_before, refuse_before
from reconciler.emulator.calls import Calls
from reconciler.emulator.console import edit_some_flow
from reconciler.emulator.faults import Dice, Misfortune
from reconciler.emulator.forms import MAX_BODY, Form, parse_form
from reconciler.emulator.operations import API, CONSOLE, OWN, WEBHOOKS, Operation, route
from reconciler.emulator.request import Request
from reconciler.emulator.settings import Settings
from reconciler.emulator.sids import CONSOLE_AUTHOR, derived, sid_maker
from reconciler.emulator.store import Store
from reconciler.emulator.studio import Call, Studio
from reconciler.ports import Clock
from reconciler.serving.connection import BrokenConnectionError

_DIGITS_OF_SEED: Final = 64


def make_studio(settings: Settings, *, store: Store, clock: Clock) -> Studio:
    """Give an emulated Studio; arguments as of `make_app`."""
    return Studio(settings, store, clock, sid_maker(settings.seed))


def make_app(settings: Settings, *, store: Store, clock: Clock) -> WSGIApplication:
    """Give an emulated Studio as a WSGI application.

    It may be called from any number of threads. Where a connection breaks it raises `BrokenConnectionError`, an
    OSError, from the call or from the iteration over the body; waits go through the clock and raise what that raises.

    Args:
        settings: how it behaves.
        store: what it keeps; may be shared by several applications, also of several processes.
        clock: its time: dates, lags and latency.
    """
    return app_of(make_studio(settings, store=store, clock=clock))


def app_of(studio: Studio) -> WSGIApplication:
    """Give the WSGI application of an emulated Studio; see `make_app`."""
    return _Application(studio)


class _Application:
    def __init__(self, studio: Studio) -> None:
        settings = self._settings = studio.settings
        self._studio = studio
        self._calls = Calls()
        seed = secrets.randbits(_DIGITS_OF_SEED) if settings.seed is None else settings.seed
        self._dice = Dice(settings.faults, seed)
        self._latency = settings.latency.total_seconds()
        self._retry_after = settings.quirk("retry-after") == "present"

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        try:
            answer = self._route(request)
        except RefusalError as refusal:
            answer = refusal.answer()
        except sqlite3.OperationalError as error:  # a full disk, or another process that holds the file
            answer = RefusalError(503, UNAVAILABLE, f"The emulator's database cannot be used: {error}").answer()
        now = datetime.fromtimestamp(self._studio.now(), UTC)
        return _send(answer, request.method, now, start_response)

    def _route(self, request: Request) -> Answer:
        if not request.host:
            raise bad_parameter("The header Host is no host")
        found = route(request.path)
        if found is None:
            raise not_found(request.path)
        path, parts = found
        methods = API.get(path) or CONSOLE.get(path) or WEBHOOKS.get(path) or OWN[path]
        if request.method not in methods:
            message = f"Method {request.method} is not allowed for {request.path.removeprefix('/v2')}"
            raise RefusalError(405, WRONG_METHOD, message, allow=", ".join(sorted(methods)))
        if path in API:
            return self._operate(request, API[path][request.method], parts)
        if path in CONSOLE:
            return self._console(request, path, parts)
        if path in WEBHOOKS:
            return WEBHOOKS[path][request.method](self._studio, _call(request, parts, parts["account"], CONSOLE_AUTHOR))
        return self._own(request)

    def _operate(self, request: Request, operation: Operation, parts: Mapping[str, str]) -> Answer:
        misfortune = self._dice.throw()
        with self._calls.counted(operation.name) as running:
            seconds = self._latency + (SLOWNESS if "slow" in misfortune else 0)
            if seconds:
                self._studio.clock.sleep(seconds)
            try:
                answer = self._carry_out(request, operation, parts, misfortune)
            except RefusalError as refusal:
                answer = refusal.answer()
            answer = break_after(misfortune, answer, retry_after=self._retry_after)
        return _with_header(answer, "Twilio-Concurrent-Requests", str(running))

    def _carry_out(
        self, request: Request, operation: Operation, parts: Mapping[str, str], misfortune: Misfortune
    ) -> Answer:
        break_before(misfortune)
        account, author = authenticate(self._settings, request.credentials)
        self._studio.tokens.remember(account, (request.credentials or ("", ""))[1])
        if "console-edit" in misfortune:
            edit_some_flow(self._studio, account, misfortune.chance)
        refused = refuse_before(misfortune, retry_after=self._retry_after, with_token="PageToken" in request.query)
        if refused is not None:
            return refused
        return operation.handler(self._studio, _call(request, parts, account, author))

    def _console(self, request: Request, path: str, parts: Mapping[str, str]) -> Answer:
        account = self._settings.account
        if request.credentials is not None:
            account, _ = authenticate(self._settings, request.credentials)
        return CONSOLE[path][request.method](self._studio, _call(request, parts, account, CONSOLE_AUTHOR))

    def _own(self, request: Request) -> Answer:
        if request.path == "/_health":
            return json_answer({"status": "ok"})
        if request.method == "DELETE":
            self._calls.reset()
            return Answer(204)
        return json_answer({**self._calls.counts()})


def _call(request: Request, parts: Mapping[str, str], account: str, author: str) -> Call:
    return Call(
        account=account,
        author=author,
        base=request.base,
        path=request.path.rstrip("/"),
        parts=parts,
        query=request.query,
        form=_form(request) if request.method == "POST" else Form({}),
    )


def _form(request: Request) -> Form:
    if (request.length or 0) >= MAX_BODY:
        raise RefusalError(413, TOO_LARGE, f"The request body must be smaller than {MAX_BODY} bytes")
    return parse_form(request.content_type, request.body())


def _with_header(answer: Answer, name: str, value: str) -> Answer:
    return Answer(answer.status, answer.body, {**answer.headers, name: value}, answer.content_type, answer.torn)


def _send(answer: Answer, method: str, now: datetime, start_response: StartResponse) -> Iterable[bytes]:
    body = answer.body.encode()
    headers = [
        ("Date", format_datetime(now.astimezone(UTC), usegmt=True)),
        ("Twilio-Request-Id", "RQ" + derived(secrets.token_hex(8))),
    ]
    headers += answer.headers.items()
    if answer.status != HTTPStatus.NO_CONTENT:
        headers += [("Content-Type", answer.content_type), ("Content-Length", str(len(body)))]
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
    if method == "HEAD":
        return []
    return _torn(body) if answer.torn else [body]


def _torn(body: bytes) -> Iterator[bytes]:
    yield body[: len(body) // 2 + 1]
    raise BrokenConnectionError
