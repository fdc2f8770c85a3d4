"""The sender: takes what happened out of the outbox, and posts it to the webhooks that subscribed, at least once each.

As at Twilio: 2xx is arrived; 429, 5xx and no answer within five seconds are tried again, later and later, for four
hours; every other answer throws the event away. Nothing is followed, and no proxy is asked.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Final, cast
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from reconciler.emulator.running.engine import catch_up
from reconciler.emulator.sids import derived
from reconciler.emulator.streams.cloudevents import cloud_event
from reconciler.emulator.streams.sinks import may_be_called
from reconciler.emulator.streams.tables import Delivery, SinkRow
from reconciler.emulator.studio import Studio
from reconciler.emulator.transaction import Transaction
from reconciler.serving.signature import BODY_HASH, hash_of, sign

Post = Callable[[str, bytes, str], int]
"""Post a body to a URL with a signature; give the status. Raises OSError when there is no answer."""

LONGEST: Final = 4 * 3600.0
_ANSWER_SECONDS: Final = 5.0
_LARGEST_BATCH: Final = 64_000
_AT_ONCE: Final = 500
_PAUSE_SECONDS: Final = 0.1
_FIRST_WAIT: Final = 0.5
_LONGEST_WAIT: Final = 600.0


class Sender:
    """Send for one emulator. `turn` may be called by one thread at a time."""

    def __init__(self, studio: Studio, post: Post) -> None:
        """Send nothing yet.

        Args:
            studio: whose events.
            post: how a webhook is called.
        """
        self._studio = studio
        self._post = post
        self._single = studio.settings.quirk("event-batching") == "single"
        self._shuffled = studio.settings.quirk("event-order") == "shuffled"
        self._twice = studio.settings.quirk("event-redelivery") == "twice"

    def turn(self) -> bool:
        """Let executions go on that are due, and send what can be sent now; tell whether something was."""
        catch_up(self._studio)
        with self._studio.store.read() as t:
            waiting = bool(t.runs.outbox(limit=1))
        while waiting:
            with self._studio.store.write() as t:
                waiting = self._distribute(t)
        with self._studio.store.read() as t:
            found = t.streams.deliveries(_AT_ONCE)
            sinks = {one.sink: t.streams.sink(one.sink) for one in found}
        sent = False
        for sid, sink in sinks.items():
            mine = [one for one in found if one.sink == sid]
            sent |= sink is not None and self._serve(sink, mine)
        return sent

    def _distribute(self, t: Transaction) -> bool:
        """Put some of the outbox on its way to whoever subscribed; tell whether there may be more."""
        posted = t.runs.outbox(limit=_AT_ONCE)
        subscriptions = t.streams.every_subscription()
        for one in posted:
            sid = self._studio.sid_of("EZ", one.seq)
            for subscription in subscriptions:
                version = json.loads(subscription.types).get(one.happening.type)
                mine = subscription.account == one.happening.account_sid and one.seq > subscription.since
                if mine and version is not None:
                    body = json.dumps(cloud_event(one.happening, sid, version))
                    t.streams.post(subscription.sink, body, self._studio.now())
        if posted:
            t.runs.forget(posted[-1].seq)
        return len(posted) == _AT_ONCE

    def _serve(self, sink: SinkRow, deliveries: Sequence[Delivery]) -> bool:
        now = self._studio.now()
        due = [one for one in deliveries if one.due <= now]
        if self._shuffled:
            due.sort(key=lambda one: derived(f"{one.seq}:{one.sent}"))
        elif due and due[0] is not deliveries[0]:
            return False  # what is to be sent in order waits for what comes before it
        token = self._studio.tokens.of(self._studio.settings, sink.sid, sink.account)
        if token is None:
            return False
        sent = False
        for batch in self._batches(due):
            sent = True
            if not self._send(sink, token, batch) and not self._shuffled:
                break
        return sent

    def _batches(self, due: Sequence[Delivery]) -> Iterator[Sequence[Delivery]]:
        if self._single:
            yield from ((one,) for one in due)
            return
        batch: list[Delivery] = []
        size = 0
        for one in due:
            if batch and size + len(one.body) > _LARGEST_BATCH:
                yield batch
                batch, size = [], 0
            batch.append(one)
            size += len(one.body) + 2
        if batch:
            yield batch

    def _send(self, sink: SinkRow, token: str, batch: Sequence[Delivery]) -> bool:
        """Post a batch and keep what came of it; tell whether the webhook took it, or will never."""
        bodies = [one.body for one in batch]
        body = (bodies[0] if self._single else f"[{', '.join(bodies)}]").encode()
        destination = str(json.loads(sink.configuration)["destination"])
        url = f"{destination}{'&' if urlsplit(destination).query else '?'}{BODY_HASH}={hash_of(body)}"
        status = 0
        if may_be_called(destination, anywhere=self._studio.settings.send_anywhere):
            with contextlib.suppress(OSError):
                status = self._post(url, body, sign(token, url))
        retry = status in {0, HTTPStatus.TOO_MANY_REQUESTS} or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        taken = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
        with self._studio.store.write() as t:
            for one in batch:
                self._conclude(t, one, taken=taken, retry=retry)
        return not retry

    def _conclude(self, t: Transaction, one: Delivery, *, taken: bool, retry: bool) -> None:
        now = self._studio.now()
        if one.test and not taken:
            sink = t.streams.sink(one.sink)
            if sink is not None and sink.status == "validating":
                t.streams.update_sink(sink._replace(status="failed", updated=now))
            t.streams.done(one)
        elif taken and self._twice and one.sent == 0:
            t.streams.again(one._replace(due=now, sent=1))
        elif retry and now - one.posted < LONGEST:
            wait = min(_FIRST_WAIT * 2**one.tries, _LONGEST_WAIT)
            t.streams.again(one._replace(due=now + wait, tries=one.tries + 1))
        else:
            t.streams.done(one)


class _NoRedirects(HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_more: Any) -> None:  # noqa: ANN401 - urllib's signature
        """Follow nothing: a redirect is an answer, and none that takes an event."""


_OPENER: Final = build_opener(ProxyHandler({}), _NoRedirects())


def post(url: str, body: bytes, signature: str) -> int:
    """Call a webhook as Event Streams does."""
    headers = {
        "Content-Type": "application/json",
        "X-Twilio-Signature": signature,
        "User-Agent": "reconciler-emulator",
    }
    request = Request(url, body, headers, method="POST")  # noqa: S310 - checked by may_be_called, http and https only
    try:
        with _OPENER.open(request, timeout=_ANSWER_SECONDS) as answer:
            return cast("int", answer.status)
    except HTTPError as error:
        with contextlib.closing(error):
            return error.code
    except (HTTPException, ValueError) as error:  # a ValueError: a host whose name cannot be one
        raise ConnectionError("nobody can be called there, or the answer is no HTTP") from error


@contextlib.contextmanager
def sending(studio: Studio) -> Iterator[None]:
    """Send in a thread of its own until the context ends."""
    ended = threading.Event()

    def run() -> None:
        sender = Sender(studio, post)
        while not ended.is_set():
            try:
                busy = sender.turn()
            except sqlite3.Error:  # another process holds the file; or it was closed under us, at the end
                busy = False
            if not busy:
                ended.wait(_PAUSE_SECONDS)

    thread = threading.Thread(target=run, name="sender", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(2.0)
