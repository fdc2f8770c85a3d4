"""The signature, held against Twilio's own validator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from reconciler.serving.signature import BODY_HASH, hash_of, is_genuine, is_genuine_form, sign

TOKEN = "an-invented-token"
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8)
FORMS = st.dictionaries(TEXT, st.lists(TEXT, min_size=1, max_size=1), max_size=4)
HOSTS = st.sampled_from(["example.test", "example.test:8443", "127.0.0.1:8090", "example.test:443"])
PATHS = st.sampled_from(["", "/", "/studio/events", "/a?b=c", "/a?b=c&d=%20"])
URLS = st.builds("{}://{}{}".format, st.sampled_from(["http", "https"]), HOSTS, PATHS)


@given(URLS, FORMS, TEXT)
def test_forms_are_signed_as_twilio_does(url: str, form: dict[str, list[str]], token: str):
    """Our signature of a form is Twilio's, and each side takes the other's."""
    theirs = RequestValidator(token)
    flat = {name: values[0] for name, values in form.items()}
    assert sign(token, url, form) == theirs.compute_signature(url, flat)
    assert theirs.validate(url, flat, sign(token, url, form))
    assert is_genuine_form(token, url, form, theirs.compute_signature(url, flat))


@given(URLS, TEXT, st.text(max_size=40))
def test_json_is_signed_as_twilio_does(url: str, text: str, wrong: str):
    """A body in JSON is taken by both sides when its hash stands in the URL, and by neither when it does not fit."""
    body, theirs = text.encode(), RequestValidator(TOKEN)
    whole = f"{url}{'&' if '?' in url else '?'}{BODY_HASH}={hash_of(body)}"
    signature = sign(TOKEN, whole)
    assert theirs.compute_hash(text) == hash_of(body)
    assert theirs.validate(whole, text, signature)
    assert is_genuine(TOKEN, whole, body, signature)
    assert is_genuine(TOKEN, whole, body + b"x", signature) is theirs.validate(whole, text + "x", signature) is False
    assert not is_genuine(TOKEN + "x", whole, body, signature)
    assert not is_genuine(TOKEN, whole, body, wrong)


@pytest.mark.parametrize(
    ("signed", "called"),
    [
        ("https://example.test/a", "https://example.test:443/a"),
        ("https://example.test:443/a", "https://example.test/a"),
        ("http://example.test:80/a", "http://example.test/a"),
        ("https://example.test/a", "https://example.test:8443/a"),
    ],
)
def test_the_port_may_be_named_or_not(signed: str, called: str):
    """Twilio signs URLs with their port or without it; both sides take both."""
    signature = sign(TOKEN, signed)
    assert RequestValidator(TOKEN).validate(called, {}, signature)
    assert is_genuine_form(TOKEN, called, {}, signature)


def test_a_body_that_nothing_vouches_for_is_nobodys():
    """A right signature over a URL without the hash of the body says nothing of the body."""
    url = "https://example.test/events"
    assert not is_genuine(TOKEN, url, b"[]", sign(TOKEN, url))


def test_a_value_that_is_sent_twice_counts_once():
    """Twilio signs every value of a name once, in order."""
    url = "https://example.test/events"
    assert sign(TOKEN, url, {"a": ["2", "1", "2"]}) == sign(TOKEN, url + "a1a2")
