from __future__ import annotations

import threading
from datetime import UTC, datetime

import httpx
import pytest

from reconciler import errors
from reconciler.studio.call import VALIDATE, Call
from reconciler.studio.hosts import Hosts
from reconciler.studio.http import Http
from reconciler.studio.settings import HttpSettings

GET = Call("FetchFlow", "GET", "/v2/Flows/FW1")
POST = Call("CreateFlow", "POST", "/v2/Flows", form=(("FriendlyName", "Löwe & Co"), ("TestUsers", "")))
DELETE = Call("DeleteFlow", "DELETE", "/v2/Flows/FW1", may_be_empty=True)


def test_a_request_is_what_the_contract_wants(http, answer):
    """Form encoding, JSON accepted, basic authentication, our user agent, the configured host."""
    sender, script = http(answer({}))
    sender.request(POST)
    request = script.seen[0]
    assert str(request.url) == "https://studio.example.test/v2/Flows"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"].startswith("reconciler/")
    assert "(python/" in request.headers["user-agent"]
    assert request.headers["authorization"].startswith("Basic ")
    assert request.content == b"FriendlyName=L%C3%B6we+%26+Co&TestUsers="


def test_every_request_has_time_outs(http, answer):
    """No phase of a request may wait for ever."""
    sender, script = http(answer({}))
    sender.request(GET)
    assert script.seen[0].extensions["timeout"] == {"connect": 5.0, "read": 30.0, "write": 30.0, "pool": 60.0}


@pytest.mark.parametrize("path", ["https://evil.test/", "//evil.test/v2", "v2/Flows", ""])
def test_only_paths_are_taken(http, answer, path):
    """Credentials can go to no other host, as a call names none."""
    sender, script = http(answer({}))
    with pytest.raises(errors.UsageError):
        sender.request(Call("FetchFlow", "GET", path))
    assert not script.seen


def test_redirects_are_not_followed(http):
    """A redirect is an error: following it would take the credentials along."""
    sender, script = http(httpx.Response(307, headers={"Location": "https://evil.test/"}))
    with pytest.raises(errors.ProtocolError):
        sender.request(GET)
    with pytest.raises(errors.AmbiguousError):
        sender.request(POST)
    assert len(script.seen) == 2


@pytest.mark.parametrize("call", [POST, DELETE, Call(VALIDATE, "POST", "/v2/Flows/Validate")])
def test_a_read_only_client_sends_nothing_but_reads(http, answer, call):
    """Whatever is no GET is refused before it leaves."""
    sender, script = http(answer({}), read_only=True)
    with pytest.raises(errors.UsageError):
        sender.request(call)
    assert not script.seen
    sender.request(GET)
    assert len(script.seen) == 1


def test_validate_may_be_allowed_to_a_read_only_client(http, answer):
    """Validate is a POST that changes nothing: planning may allow it by name."""
    sender, script = http(answer({"valid": True}), read_only=True, allow=frozenset({VALIDATE}))
    sender.request(Call(VALIDATE, "POST", "/v2/Flows/Validate"))
    assert len(script.seen) == 1


def test_plain_http_is_for_loopback(http):
    """Plain http shows credentials to the network, so it is refused at once; loopback is this machine."""
    with pytest.raises(errors.UsageError):
        http(hosts=Hosts("http://studio.example.test", "https://api.example.test"))
    with pytest.raises(errors.UsageError):
        http(hosts=Hosts("https://studio.example.test", "http://api.example.test"))
    for host in ("http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost"):
        http(hosts=Hosts(host, host))


SAFE_FAILURES = [
    (httpx.ConnectError("x"), errors.NotSentError),
    (httpx.ConnectTimeout("x"), errors.NotSentError),
    (httpx.PoolTimeout("x"), errors.NotSentError),
    (httpx.ProxyError("x"), errors.NotSentError),
    (ConnectionRefusedError(), errors.NotSentError),
    (httpx.ReadTimeout("x"), errors.AmbiguousError),
    (httpx.WriteTimeout("x"), errors.AmbiguousError),
    (httpx.ReadError("x"), errors.AmbiguousError),
    (httpx.WriteError("x"), errors.AmbiguousError),
    (httpx.RemoteProtocolError("x"), errors.AmbiguousError),
    (httpx.LocalProtocolError("x"), errors.AmbiguousError),
    (httpx.DecodingError("x"), errors.AmbiguousError),
    (ConnectionResetError(), errors.AmbiguousError),
    (TimeoutError(), errors.AmbiguousError),
]


@pytest.mark.parametrize(("failure", "kind"), SAFE_FAILURES, ids=lambda value: getattr(value, "__name__", repr(value)))
def test_no_foreign_error_leaks(http, failure, kind):
    """Every failure of the transport is one of our errors, with the foreign one as its cause."""
    sender, script = http(failure)
    with pytest.raises(kind) as caught:
        sender.request(POST)
    assert type(caught.value) is kind
    assert caught.value.__cause__ is failure
    assert len(script.seen) == (5 if kind is errors.NotSentError else 1)


def test_all_of_httpx_is_mapped():
    """No error class of httpx that a request can raise is outside of what is caught."""
    from reconciler.studio.http import _FOREIGN  # noqa: PLC0415 - the list under test

    raised = [
        getattr(httpx, name)
        for name in httpx.__all__
        if isinstance(getattr(httpx, name), type) and issubclass(getattr(httpx, name), Exception)
    ]
    assert len(raised) > 20
    # CookieConflict needs a cookie to be read by name, which nothing here does.
    assert [kind.__name__ for kind in raised if not issubclass(kind, _FOREIGN)] == ["CookieConflict"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_a_write_of_unknown_outcome_is_never_repeated(http, answer, status):
    """5xx after a POST is ambiguous and sent once; the same after a GET is repeated."""
    sender, script = http(answer({"status": status}, status), answer({"status": status}, status), answer({"a": 1}))
    with pytest.raises(errors.AmbiguousError) as caught:
        sender.request(POST)
    assert (caught.value.status, len(script.seen)) == (status, 1)
    assert sender.request(GET) == {"a": 1}
    assert len(script.seen) == 3


@pytest.mark.parametrize("call", [POST, DELETE])
def test_a_write_that_was_lost_on_the_way_back_is_never_repeated(http, answer, call):
    """A connection that broke after sending leaves a write ambiguous, sent once."""
    sender, script = http(httpx.ReadTimeout("x"), answer({}))
    with pytest.raises(errors.AmbiguousError):
        sender.request(call)
    assert len(script.seen) == 1


@pytest.mark.parametrize("call", [GET, POST, DELETE])
def test_what_was_never_processed_is_repeated(http, answer, clock, call):
    """429 and a refused connection did nothing, so even a POST is sent again."""
    sender, script = http(answer({"code": 20429}, 429), httpx.ConnectError("x"), answer({"a": 1}))
    assert sender.request(call) == {"a": 1}
    assert len(script.seen) == 3
    assert clock.slept == pytest.approx([0.1, 0.2])


def test_five_tries_then_the_error(http, answer, clock):
    """The last error is raised after five tries, with 100 ms doubled between them."""
    sender, script = http(answer({"code": 20429, "message": "Too many"}, 429, [("Retry-After", "1")]))
    with pytest.raises(errors.RateLimitedError) as caught:
        sender.request(POST)
    assert (caught.value.retry_after, caught.value.code, len(script.seen)) == (1.0, 20429, 5)
    assert clock.slept == [1.0] * 4


def test_retry_after_of_a_503_is_honoured_as_a_date(http, answer, clock):
    """A date is relative to the server's own clock, and cut to a minute."""
    busy = [("Date", "Tue, 01 Jan 2030 00:00:00 GMT"), ("Retry-After", "Tue, 01 Jan 2030 00:00:07 GMT")]
    long = [("Retry-After", "86400")]
    sender, _ = http(answer({}, 503, busy), answer({}, 503, long), answer({"a": 1}))
    sender.request(GET)
    assert clock.slept == [7.0, 60.0]


def test_a_wait_ends_with_the_run(http, answer, clock):
    """When the run is to stop, nothing is sent again."""
    sender, script = http(answer({}, 429))
    clock.stop = True
    with pytest.raises(errors.InterruptedRunError):
        sender.request(GET)
    assert len(script.seen) == 1


@pytest.mark.parametrize("body", [b"", b"null", b'{"sid": "FW', b"<html>", b"\xff\xfe\xfa", b"[" * 100_000])
def test_an_unreadable_answer(http, body):
    """A read is repeated and then a protocol error; a write is ambiguous and sent once."""
    sender, script = http(httpx.Response(200, content=body))
    with pytest.raises(errors.ProtocolError):
        sender.request(GET)
    assert len(script.seen) == 5
    with pytest.raises(errors.AmbiguousError):
        sender.request(POST)
    assert len(script.seen) == 6


def test_an_unreadable_answer_may_be_readable_the_next_time(http, answer):
    """A truncated read is repeated and its second answer taken."""
    sender, _ = http(httpx.Response(200, content=b'{"sid": "FW'), answer({"a": 1}))
    assert sender.request(GET) == {"a": 1}


def test_an_answer_shorter_than_it_says_is_a_lost_connection(http):
    """A body that ends early is not mistaken for an empty one, not even without a socket."""
    sender, _ = http(httpx.Response(200, headers={"Content-Length": "10"}, content=b""))
    with pytest.raises(errors.AmbiguousError):
        sender.request(DELETE)


def test_an_empty_answer_where_one_is_allowed(http):
    """204 of a delete is an answer."""
    sender, _ = http(httpx.Response(204))
    assert sender.request(DELETE) is None


def test_calls_are_counted_by_operation(http, answer):
    """Every request counts, repeated ones too."""
    sender, _ = http(answer({}, 503), answer({"a": 1}))
    sender.request(GET)
    sender.request(POST)
    assert sender.calls() == {"FetchFlow": 2, "CreateFlow": 1}


def test_the_newest_date_is_remembered(http, answer):
    """The server's time never goes backwards, and a bad date changes nothing."""
    dates = ["Tue, 01 Jan 2030 00:00:02 GMT", "Tue, 01 Jan 2030 00:00:01 GMT", "soon"]
    sender, _ = http(*(answer({"a": 1}, 200, [("Date", date)]) for date in dates))
    assert sender.server_time() is None
    for _ in dates:
        sender.request(GET)
    assert sender.server_time() == datetime(2030, 1, 1, 0, 0, 2, tzinfo=UTC)


def test_429_and_a_crowded_account_lower_the_concurrency(http, answer):
    """Both halve what may be in flight at once; the ceiling is 8."""
    sender, _ = http(answer({"a": 1}, 200, [("Twilio-Concurrent-Requests", "77")]), answer({}, 429), answer({"a": 1}))
    assert sender._limit.allowed == 8
    sender.request(GET)
    assert sender._limit.allowed == 4
    sender.request(GET)
    assert sender._limit.allowed == 2


def test_never_more_in_flight_than_the_ceiling(http):
    """Thirty threads share two slots."""
    lock = threading.Lock()
    now = {"in_flight": 0, "most": 0}

    def reply(_: httpx.Request) -> httpx.Response:
        with lock:
            now["in_flight"] += 1
            now["most"] = max(now["most"], now["in_flight"])
        threading.Event().wait(0.002)
        with lock:
            now["in_flight"] -= 1
        return httpx.Response(200, content=b"{}")

    sender, _ = http(reply, ceiling=2)
    threads = [threading.Thread(target=sender.request, args=(GET,)) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert now["most"] == 2
    assert sender.calls() == {"FetchFlow": 30}


def test_broken_proxy_settings_are_a_usage_error(monkeypatch, clock, http):
    """Settings that httpx cannot use are named without their values, before anything is sent."""
    monkeypatch.setenv("HTTPS_PROXY", "gopher://me:proxy-password@proxy.test")
    settings = HttpSettings(Hosts("https://studio.example.test", "https://api.example.test"), "AC", "AC", "secret")
    with pytest.raises(errors.UsageError) as caught:
        Http(settings, clock, http(httpx.Response(200))[0]._chance).request(GET)
    assert "proxy-password" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_loopback_takes_no_proxy_from_the_environment(monkeypatch, clock, http):
    """What stays on this machine does not go through a proxy."""
    monkeypatch.setenv("HTTP_PROXY", "gopher://proxy.test")
    hosts = Hosts("http://127.0.0.1:9", "http://127.0.0.1:9")
    settings = HttpSettings(hosts, "AC", "AC", "secret")
    sender = Http(settings, clock, http(httpx.Response(200))[0]._chance)
    with pytest.raises(errors.NotSentError):
        sender.request(GET)
    sender.close()
    sender.close()


def test_the_account_api_has_its_own_host(http, answer):
    """Only calls that say so go to the account API."""
    sender, script = http(answer({}))
    sender.request(Call("FetchAccount", "GET", "/2010-04-01/Accounts/AC1.json", api=True))
    assert script.seen[0].url.host == "api.example.test"
