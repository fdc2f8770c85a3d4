"""The webhook: a WSGI application that checks who calls, reads events, and keeps them before it answers.

What its answers mean to Twilio: 2xx, arrived; 429 and 5xx, send it again, for up to four hours; any other 4xx, throw
it away. So only what would never become right is refused, and what cannot be kept now is asked for again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

from reconciler.events.cloudevents import MalformedEventsError, parse
from reconciler.events.event import Event
from reconciler.events.summary import Added
from reconciler.serving.signature import is_genuine

LARGEST: Final = 1_000_000
"""Bytes of a body. Twilio's batches have at most 64 kB."""

HEALTH: Final = "/_health"

_AGAIN: Final = (("Retry-After", "5"),)

Refusal = Literal["forged", "malformed", "unkept"]


class Keeper(Protocol):
    """Where events are kept."""

    def add(self, events: Sequence[Event], received: datetime) -> Added:
        """Keep events, all or none, durably. Safe to call again."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """What a receiver is told.

    Attributes:
        token: the auth token of the account that sends.
        url: gives what Twilio calls: behind a proxy we see another host, port and path than were signed.
        keeper: where events are kept.
        now: tells the time.
        refused: told of every refusal, with a reason in which nothing of the request is repeated.
    """

    token: str = field(repr=False)
    url: Callable[[], str]
    keeper: Keeper
    now: Callable[[], datetime]
    refused: Callable[[Refusal, str], None]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        status, body, headers = self._answer(environ)
        content = json.dumps(body).encode()
        told = [("Content-Type", "application/json"), ("Content-Length", str(len(content))), *headers]
        start_response(f"{status} {status.phrase}", told)
        return [content]

    def _answer(self, environ: WSGIEnvironment) -> _Answer:
        method = environ["REQUEST_METHOD"].upper()
        if method == "GET" and environ.get("PATH_INFO") == HEALTH:
            return HTTPStatus.OK, {"status": "ok"}, ()
        if method != "POST":
            return HTTPStatus.METHOD_NOT_ALLOWED, {"message": "Events are posted"}, (("Allow", "POST"),)
        body = _body(environ)
        if body is None:
            return _answered(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"At most {LARGEST} bytes")
        if not is_genuine(self.token, self._signed_url(environ), body, environ.get("HTTP_X_TWILIO_SIGNATURE", "")):
            self.refused("forged", "the signature is not that of the account")
            return _answered(HTTPStatus.FORBIDDEN, "The signature is wrong")
        return self._keep(body)

    def _keep(self, body: bytes) -> _Answer:
        try:
            added = self.keeper.add(parse(body), self.now())
        except MalformedEventsError as error:
            self.refused("malformed", str(error))
            return _answered(HTTPStatus.BAD_REQUEST, str(error))
        except (sqlite3.Error, OSError) as error:
            self.refused("unkept", f"{type(error).__name__}: {error}")
            return HTTPStatus.SERVICE_UNAVAILABLE, {"message": "The events cannot be kept now"}, _AGAIN
        return HTTPStatus.OK, {"new": added.new, "again": added.again, "aside": added.aside}, ()

    def _signed_url(self, environ: WSGIEnvironment) -> str:
        """Give the URL that was called: ours, with the query of the request, which the sender completes."""
        query = environ.get("QUERY_STRING", "").encode("latin-1").decode(errors="replace")
        return urlsplit(self.url())._replace(query=query, fragment="").geturl()


_Answer = tuple[HTTPStatus, dict[str, str | int], tuple[tuple[str, str], ...]]


def _answered(status: HTTPStatus, message: str) -> _Answer:
    return status, {"message": message}, ()


def _body(environ: WSGIEnvironment) -> bytes | None:
    """Read the body; None when it is too large."""
    said = environ.get("CONTENT_LENGTH", "")
    length = int(said) if said.isascii() and said.isdigit() and len(said) <= len(str(LARGEST)) + 1 else 0
    if length > LARGEST:
        return None
    ended = "wsgi.input_terminated" in environ  # the server ends it; else reading on might wait for ever
    body: bytes = environ["wsgi.input"].read(LARGEST + 1 if ended else length)
    return body if len(body) <= LARGEST else None
