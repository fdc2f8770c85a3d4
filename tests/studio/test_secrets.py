"""No credential may leave by a message, a repr, a traceback or a log line."""

from __future__ import annotations

import logging
import socket
import threading
import traceback
from base64 import b64encode

import httpx
import pytest
import structlog

from reconciler import errors
from reconciler.studio.call import Call
from reconciler.studio.hosts import Hosts
from reconciler.studio.http import Http
from reconciler.studio.settings import HttpSettings

GET = Call("FetchFlow", "GET", "/v2/Flows/FW1")
POST = Call("CreateFlow", "POST", "/v2/Flows", form=(("Definition", "sip-password-in-a-definition"),))


@pytest.fixture
def forbidden(http):
    """Give what no output may hold: the password, as it is and as the header shows it."""
    settings = http(httpx.Response(200))[0]._settings
    return settings.password, b64encode(f"{settings.user}:{settings.password}".encode()).decode()


def everything_of(error: BaseException) -> str:
    """Print an error in every way a log may print it: chained, with local variables, with its attributes.

    The frame of the test itself, which knows what is forbidden, is left out.
    """
    error = error.with_traceback(error.__traceback__.tb_next)
    shown = list(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    link: BaseException | None = error
    while link is not None:
        shown += [repr(link), str(link), repr(vars(link))]
        link = link.__cause__ or link.__context__
    return "\n".join(shown)


@pytest.mark.parametrize("call", [GET, POST])
@pytest.mark.parametrize(
    "failure", [httpx.ReadTimeout("x"), httpx.ConnectError("x"), httpx.Response(500), httpx.Response(200, content=b"{")]
)
def test_errors_hold_no_credentials(http, forbidden, call, failure):
    """An error, whatever is behind it, can be printed with all its local variables."""
    sender, script = http(failure)
    with pytest.raises(errors.StudioError) as caught:
        sender.request(call)
    assert script.seen[0].headers["authorization"] == f"Basic {forbidden[1]}"
    shown = everything_of(caught.value)
    assert not [secret for secret in forbidden if secret in shown]


@pytest.mark.socket
def test_errors_of_a_real_connection_hold_no_credentials(clock, http, forbidden, caplog):
    """The frames of httpx's own machinery, which know the header, do not travel with the error, nor do they log it."""
    caplog.set_level(logging.DEBUG)
    listener = socket.create_server(("127.0.0.1", 0))

    def hang_up() -> None:
        connection, _ = listener.accept()
        connection.recv(65_536)
        connection.close()

    server = threading.Thread(target=hang_up)
    server.start()
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    given = http(httpx.Response(200))[0]._settings
    settings = HttpSettings(Hosts(base, base), given.account, given.user, given.password)
    sender = Http(settings, clock, http(httpx.Response(200))[0]._chance)
    with pytest.raises(errors.AmbiguousError) as caught:
        sender.request(POST)
    server.join()
    listener.close()
    sender.close()
    shown = everything_of(caught.value) + caplog.text
    assert "send_request_headers" in caplog.text
    cause = caught.value.__cause__
    assert isinstance(cause, httpx.TransportError)
    assert cause.__traceback__ is None
    assert cause.__cause__ is cause.__context__ is None
    with pytest.raises(RuntimeError):
        cause.request  # noqa: B018 - the request would hold the header
    assert not [secret for secret in forbidden if secret in shown]


def test_a_server_that_repeats_credentials_is_not_quoted(http, answer, forbidden):
    """A proxy's error page may echo the request: what it echoes is covered."""
    sender, _ = http(answer({"message": f"bad header Basic {forbidden[1]} {forbidden[0]}", "code": 1}, 400))
    with pytest.raises(errors.RequestRefusedError) as caught:
        sender.request(GET)
    assert not [secret for secret in forbidden if secret in everything_of(caught.value)]


def test_reprs_hold_no_credentials(http, answer, forbidden):
    """Settings, sender and calls can be printed; calls do not show what they send."""
    sender, _ = http(answer({}))
    shown = repr((sender, sender._settings, POST))
    assert not [secret for secret in (*forbidden, "sip-password-in-a-definition") if secret in shown]


def test_one_log_line_for_each_try(http, answer, forbidden, caplog):
    """A line has a constant name, method, operation, status, duration and attempt; no body, no credentials."""
    sender, _ = http(answer({}, 503), httpx.ReadTimeout("x"), answer({"sid": "sip-password-in-a-definition"}))
    caplog.set_level(logging.DEBUG, logger="reconciler.studio")
    with structlog.testing.capture_logs() as lines:
        sender.request(GET)
    assert [(line["event"], line["status"], line["attempt"]) for line in lines] == [
        ("studio.request", 503, 1),
        ("studio.request", "ReadTimeout", 2),
        ("studio.request", 200, 3),
    ]
    assert set(lines[0]) == {"event", "log_level", "method", "operation", "status", "duration", "attempt"}
    assert not [secret for secret in (*forbidden, "sip-password-in-a-definition") if secret in repr(lines)]


def test_nobody_listens_nothing_is_logged(http, answer):
    """Without a listener no record is made."""
    sender, _ = http(answer({"a": 1}))
    with structlog.testing.capture_logs() as lines:
        sender.request(GET)
    assert lines == []
