from __future__ import annotations

import json

import httpx
import pytest

from reconciler import errors
from reconciler.studio.call import Call

GET = Call("FetchFlow", "GET", "/v2/Flows/FW1")
POST = Call("CreateFlow", "POST", "/v2/Flows")

TWILIO = {
    "code": 20001,
    "status": 400,
    "message": "Missing\nTo",
    "more_info": "https://www.twilio.com/docs/errors/20001",
}
CASES = [
    (400, TWILIO, errors.RequestRefusedError, 20001),
    (401, {"code": 20003}, errors.CredentialsError, None),
    (403, {"code": 20003}, errors.CredentialsError, None),
    (404, {"code": 20404}, errors.NotFoundError, 20404),
    (405, {}, errors.RequestRefusedError, None),
    (409, {"code": 20409}, errors.StudioConflictError, 20409),
    (413, "<html>413</html>", errors.RequestRefusedError, None),
    (429, {"code": 20429}, errors.RateLimitedError, 20429),
    (499, [], errors.RequestRefusedError, None),
    (
        422,
        {"type": "https://docs.test/x", "title": "Bad", "status": 422, "code": 70, "detail": "d"},
        errors.RequestRefusedError,
        70,
    ),
    (500, "", errors.AmbiguousError, None),
    (503, {"code": True}, errors.AmbiguousError, None),
    (301, "", errors.AmbiguousError, None),
    (199, "", errors.AmbiguousError, None),
]


def test_every_status_has_one_error(http):
    """Each status is one kind of error, whatever its body: Twilio's, RFC 9457's, HTML or nothing."""
    for status, body, kind, code in CASES:
        text = body if isinstance(body, str) else json.dumps(body)
        sender, _ = http(httpx.Response(status, content=text.encode()))
        with pytest.raises(errors.ReconcilerError) as caught:
            sender.request(POST)
        assert type(caught.value) is kind, status
        assert "\n" not in caught.value.message
        if isinstance(caught.value, errors.StudioError):
            assert (caught.value.status, caught.value.code) == (status, code)


def test_more_info_is_the_hint(http, answer):
    """What Twilio documents about an error is one click away."""
    sender, _ = http(answer(TWILIO, 400))
    with pytest.raises(errors.RequestRefusedError) as caught:
        sender.request(GET)
    assert TWILIO["more_info"] in caught.value.hint
    sender, _ = http(answer({**TWILIO, "more_info": "javascript:x"}, 400))
    with pytest.raises(errors.RequestRefusedError) as caught:
        sender.request(GET)
    assert caught.value.hint is None


def test_a_refusal_of_what_is_no_json(http, answer):
    """Faults are told as Studio said them when the definition that was sent cannot be read."""
    details = {"errors": [{"message": "m", "property_path": "#/states/0/name"}]}
    sender, _ = http(answer({"code": 81022, "details": details}, 400))
    with pytest.raises(errors.InvalidDefinitionError) as caught:
        sender.request(Call("CreateFlow", "POST", "/v2/Flows", form=(("Definition", "{"),)))
    assert [(one.widget, one.property) for one in caught.value.findings] == [(None, "#/states/0/name")]


def test_too_large_says_what_to_do(http):
    """413 names the limit."""
    sender, _ = http(httpx.Response(413))
    with pytest.raises(errors.RequestRefusedError) as caught:
        sender.request(POST)
    assert caught.value.hint is not None


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_name_their_variables(http, answer, status):
    """The hint has the names of the variables in use, never what they hold."""
    sender, _ = http(answer({"code": 20003}, status), variables=("PROD_KEY", "PROD_SECRET"))
    with pytest.raises(errors.CredentialsError) as caught:
        sender.request(GET)
    assert "PROD_KEY" in caught.value.hint
    assert "PROD_SECRET" in caught.value.hint
