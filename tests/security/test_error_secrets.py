"""Errors, the expected and the unexpected, hold no secret: not even when the server repeats what it was sent."""

from __future__ import annotations

import base64
import json
from urllib.parse import parse_qs

import pytest

from reconciler.cli.app import App
from reconciler.cli.common import Common
from reconciler.cli.run import _failed as failed
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


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_server_that_repeats_a_write(desk, leaked, refusal):
    """Whatever error an answer becomes that echoes credentials and definition: it shows neither, nor do tracebacks."""
    with echo.serving(_studio(refusal, "POST")) as server:
        desk.endpoint = server.url
        codes = [desk.call("apply", *VARS, "--auto-approve", *more) for more in ((), ("--json", "--no-validate"))]
    assert server.seen
    assert 0 not in codes
    assert leaked({**desk.printed, **desk.files()}) == []


@pytest.mark.parametrize("refusal", ["401", "500 of HTML", "302", "no JSON", "JSON of another shape"])
def test_a_server_that_repeats_a_read(desk, leaked, monkeypatch, refusal):
    """The same of a read, with the secret of an API key."""
    monkeypatch.setenv("MY_KEY", desks.KEY)
    monkeypatch.setenv("MY_SECRET", desks.CREDENTIALS["API secret"])
    with echo.serving(_studio(refusal, "GET")) as server:
        desk.endpoint = server.url
        assert desk.call("plan", *VARS) != 0
    assert base64.b64decode(server.seen[0].authorization.split()[1]).decode().startswith(desks.KEY)
    assert leaked({**desk.printed, **desk.files()}) == []


PLACES = {
    "a name": ("metadata: {name: hello}", "metadata: {name: '${env.HOOK}'}"),
    "a label": ("metadata: {name: hello}", "metadata: {name: hello, labels: {'a b': '${env.HOOK}'}}"),
    "a status": ("spec:", "spec:\n  status: '${env.HOOK}'"),
    "a policy": ("spec:", "spec:\n  lifecycle: {onDrift: '${env.HOOK}'}"),
    "an unknown key": ("spec:", "spec:\n  extra: '${env.HOOK}'"),
    "a file": ("flows/hello.json", "${env.HOOK}.json"),
    "a former name": ("spec:", "spec:\n  previousNames: ['${env.HOOK}']"),
    "what is ignored": ("spec:", "spec:\n  lifecycle: {ignoreChanges: ['${env.HOOK}']}"),
    "a wrong type": ("spec:", "spec:\n  commitMessage: ['${env.HOOK}', '${var.odd}']"),
    "an unknown name beside it": ("spec:", "spec:\n  commitMessage: '${env.HOOK} ${var.odd} ${var.none}'"),
    "a broken name": ("spec:", "spec:\n  commitMessage: '${env.HOOK} ${var.odd'"),
    "test users": ("kind: Flow", "kind: TestUsers"),
}


@pytest.mark.parametrize("place", PLACES)
def test_faults_of_manifests(desk, leaked, place):
    """A value that may not be seen does not appear in what is said about the place where it stands."""
    before, after = PLACES[place]
    path = desk.manifests / "hello.yaml"
    path.write_text(path.read_text().replace(before, after, 1))
    for more in ((), ("--json",)):
        assert desk.call("validate", *VARS, *more) in {0, 1}
    assert leaked(desk.printed) == []


def test_an_error_that_nobody_expected(capsys, leaked):
    """A fault of reconciler itself is told with a traceback, in which no secret can be read, however it is written."""
    app = App()
    app.begin(Common(log_level="debug", log_format="json"))
    app.console.secrets |= set(desks.SECRETS.values())
    texts = list(desks.SECRETS.values())
    error = RuntimeError(f"{texts} {json.dumps(texts)} {' '.join(texts)}")
    error.__cause__ = KeyError(texts[0])
    assert failed(app, error) == 1
    out, err = capsys.readouterr()
    assert "RuntimeError" in err
    assert "KeyError" in err
    assert leaked({"stdout": out.encode(), "stderr": err.encode()}) == []
