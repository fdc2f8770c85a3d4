from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler import errors
from reconciler.studio.call import VALIDATE, Call
from reconciler.studio.retry import LONGEST, TRIES, delay, may_repeat, retry_after_of

NOW = datetime(2030, 1, 1, tzinfo=UTC)
GET = Call("FetchFlow", "GET", "/")
POST = Call("CreateFlow", "POST", "/")
DELETE = Call("DeleteFlow", "DELETE", "/")
CHECK = Call(VALIDATE, "POST", "/")


@pytest.mark.parametrize(
    ("error", "repeated"),
    [
        (errors.RateLimitedError("x"), {GET, CHECK, POST, DELETE}),
        (errors.NotSentError("x"), {GET, CHECK, POST, DELETE}),
        (errors.AmbiguousError("x"), {GET, CHECK}),
        (errors.ProtocolError("x", status=200), {GET, CHECK}),
        (errors.ProtocolError("x", status=302), set()),
        (errors.ProtocolError("x"), set()),
        (errors.NotFoundError("x"), set()),
        (errors.RequestRefusedError("x"), set()),
        (errors.CredentialsError("x"), set()),
        (errors.InterruptedRunError("x"), set()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_repeated(error, repeated):
    """Only what cannot do its work twice."""
    assert {call for call in (GET, CHECK, POST, DELETE) if may_repeat(call, error)} == repeated


@given(st.integers(1, TRIES), st.floats(0, 1), st.none() | st.floats(0, allow_infinity=True, allow_nan=False))
def test_a_wait_is_bounded(tries, jitter, retry_after):
    """Ten per cent around the doubled wait, or what the server asks, up to a minute."""
    own = 0.1 * 2 ** (tries - 1)
    waited = delay(tries, jitter, retry_after)
    assert own * 0.9 <= waited * (1 + 1e-9)
    assert waited <= max(own * 1.1 * (1 + 1e-9), min(retry_after or 0, LONGEST))
    assert waited >= min(retry_after or 0, LONGEST)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 0 "}, 0),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "9" * 400}, float("inf")),
        ({"retry-after": "Tue, 01 Jan 2030 00:00:09 GMT"}, 9),
        ({"retry-after": "Tue, 01 Jan 2030 00:00:09 -0000"}, 9),
        ({"retry-after": "Mon, 31 Dec 2029 00:00:00 GMT"}, 0),
        ({"retry-after": "Tue, 01 Jan 2030 00:00:09 GMT", "date": "Tue, 01 Jan 2030 00:00:06 GMT"}, 3),
    ],
)
def test_retry_after(headers, seconds):
    """Seconds and dates are read; nonsense is as good as nothing."""
    assert retry_after_of(headers, NOW) == seconds
