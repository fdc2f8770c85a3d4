"""Errors, the expected and the unexpected, hold no secret: not even when the server repeats what it was sent."""

from __future__ import annotations

import json
from urllib.parse import parse_qs

import pytest

from reconciler.emulator.settings import EMBEDDED_ACCOUNT
from tests.security import conftest as desks
from tests.security import echo

pytestmark = pytest.mark.socket
VARS = ("--var", f"given={desks.VARIABLES['sensitive --var']}", "--var-file", "given.yaml")


def _echo(asked: echo.Seen) -> str:
    """Repeat what is secret in the request, the shortest first, as messages are cut."""
    definition = json.loads("".join(parse_qs(asked.body).get("Definition", [])) or '{"states": []}')
    values = [value for state in definition["states"] for value in state["properties"].values()]
    texts = sorted((text for text in values if isinstance(text, str)), key=len)
    secret = [text for text in texts if "never" in text]
    return " ".join([asked.authorization, *secret])


def _json(status: int, code: int = 20003):
    return lambda asked: echo.Said(status, json.dumps({"code": code, "message": _echo(asked), "detail": _echo(asked)}))


def _details(asked: echo.Seen) -> echo.Said:
    faults = [{"message": f"bad value in {_echo(asked)}", "property_path": "#/states/1/properties/sip_password"}]
    body = {"code": 81022, "message": f"Invalid: {_echo(asked)}", "status": 400, "details": {"errors": faults}}
    return echo.Said(400, json.dumps(body))


REFUSALS = {
    "400 with details": _details,
    "401": _json(401),
    "403": _json(403),
    "409": _json(409, 20409),
    "500 of HTML": lambda asked: echo.Said(500, f"<html><pre>{_echo(asked)}</pre></html>"),
    "502 of JSON": _json(502),
    "302": lambda asked: echo.Said(302, _echo(asked), (("Location", f"https://other.test/?{asked.authorization}"),)),
    "no JSON": lambda asked: echo.Said(201, '{"sid": "' + _echo(asked)),
    "JSON of another shape": lambda asked: echo.Said(201, json.dumps({"sid": 1, "status": _echo(asked)})),
    "too deep": lambda asked: echo.Said(201, "[" * 500 + json.dumps(_echo(asked)) + "]" * 500),
}


def _studio(refusal: str, method: str) -> echo.Reply:
    """Answer lists rightly, and what is sent with `method` with the refusal."""

    def reply(asked: echo.Seen) -> echo.Said:
        if asked.method == method:
            return REFUSALS[refusal](asked)
        if "Accounts" in asked.target:
            return echo.Said(200, json.dumps({"sid": desks.ACCOUNT}))
        return echo.Said(200, echo.page())

    return reply


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("key", [False, True], ids=["token", "key"])
def test_a_server_that_repeats_the_request(desk, leaked, monkeypatch, refusal, method, key):
    """Whatever error an answer that echoes credentials and definition becomes, it shows neither, with tracebacks too."""
    if key:
        monkeypatch.setenv("MY_KEY", desks.KEY)
        monkeypatch.setenv("MY_SECRET", desks.CREDENTIALS["API secret"])
    with echo.serving(_studio(refusal, method)) as server:
        desk.endpoint = server.url
        codes = [desk.call("apply", *VARS, "--auto-approve", *more) for more in ((), ("--json", "--no-validate"))]
    assert server.seen
    assert 0 not in codes
    assert leaked({**desk.printed, **desk.files()}) == []
