"""The webhook: who is let in, what is answered, and what is kept by then."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime

import httpx
import pytest

from reconciler.events.receiver import LARGEST, Receiver
from reconciler.serving.signature import hash_of, sign
from tests.support.cloudevents import body_of, run_of

TOKEN = "token-9b41-never-shown"
URL = "https://events.example.test/studio"


class Webhook:
    """A receiver in this process, called as Twilio would through a proxy."""

    def __init__(self, keeper: object) -> None:
        self.refused: list[tuple[str, str]] = []
        self.receiver = Receiver(TOKEN, lambda: URL, keeper, lambda: datetime(2026, 3, 2, tzinfo=UTC), self._refused)
        transport = httpx.WSGITransport(self.receiver)
        self.client = httpx.Client(transport=transport, base_url="http://10.0.0.1:8090")

    def _refused(self, kind: str, reason: str) -> None:
        self.refused.append((kind, reason))

    def post(self, body: bytes, signature: str | None = None) -> httpx.Response:
        """Send a body, signed with our token unless told otherwise."""
        query = f"bodySHA256={hash_of(body)}"
        mark = sign(TOKEN, f"{URL}?{query}") if signature is None else signature
        return self.client.post(f"/behind/a/proxy?{query}", content=body, headers={"X-Twilio-Signature": mark})


@pytest.fixture
def store(open_store):
    return open_store()


@pytest.fixture
def webhook(store) -> Webhook:
    return Webhook(store)


def test_events_are_kept_before_the_answer(webhook: Webhook, store):
    """What was answered with 200 can be read by others at that moment; the same again is 200, and changes nothing."""
    body = body_of(run_of(1, 2))
    for expected in ({"new": 4, "again": 0, "aside": 0}, {"new": 0, "again": 4, "aside": 0}):
        answer = webhook.post(body)
        assert (answer.status_code, answer.json()) == (200, expected)
        assert sum(store.summary().events.values()) == 4
    assert webhook.refused == []


@pytest.mark.parametrize("signature", ["", "AAAA", sign("another", URL)])
def test_a_forged_request_is_refused(webhook: Webhook, store, signature):
    """Without the signature of the account: 403, and nothing is kept."""
    answer = webhook.post(body_of(run_of()), signature)
    assert answer.status_code == 403
    assert store.summary().executions == 0
    assert [kind for kind, _ in webhook.refused] == ["forged"]


def test_another_body_under_a_good_signature_is_refused(webhook: Webhook):
    """The signature is over the hash of the body, and the hash is looked at."""
    body = body_of(run_of())
    query = f"bodySHA256={hash_of(body)}"
    mark = {"X-Twilio-Signature": sign(TOKEN, f"{URL}?{query}")}
    assert webhook.client.post(f"/?{query}", content=body + b" ", headers=mark).status_code == 403
    assert webhook.client.post(f"/?{query}", content=body, headers=mark).status_code == 200


def test_malformed_bodies_are_refused(webhook: Webhook, store):
    """What is no CloudEvent is 400, and of its batch nothing is kept."""
    assert webhook.post(b"{").status_code == 400
    assert webhook.post(str([*run_of(), 1]).encode()).status_code == 400
    assert store.summary().executions == 0
    assert {kind for kind, _ in webhook.refused} == {"malformed"}


def test_large_bodies_are_refused(webhook: Webhook):
    """Beyond the limit: 413, before anything is computed."""
    assert webhook.post(b" " * (LARGEST + 1)).status_code == 413


def test_what_cannot_be_kept_is_asked_for_again():
    """When the store fails the answer is 503, which Twilio takes for `again`, and not a 4xx, which loses events."""

    class Full:
        def add(self, _events: object, _received: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

    webhook = Webhook(Full())
    answer = webhook.post(body_of(run_of()))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert [kind for kind, _ in webhook.refused] == ["unkept"]


def test_health_and_other_requests(webhook: Webhook):
    """GET of the health address is 200, every other method 405."""
    assert webhook.client.get("/_health").json() == {"status": "ok"}
    assert webhook.client.get("/studio").status_code == 405
    assert webhook.client.put("/").headers["Allow"] == "POST"


def test_nothing_shows_the_token(webhook: Webhook):
    """Neither the receiver's repr, nor a reason, nor an answer holds the token or a contact."""
    texts = [repr(webhook.receiver), webhook.post(b"{").text, webhook.post(body_of(run_of()), "x").text]
    assert not any(secret in text for text in [*texts, *map(str, webhook.refused)] for secret in (TOKEN, "+1555"))
