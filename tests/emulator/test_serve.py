from __future__ import annotations

import concurrent.futures
import contextlib
import itertools
import json
import signal
import sqlite3
import threading
import time
from datetime import timedelta

import httpx
import pytest

from reconciler.emulator.app import make_app
from reconciler.emulator.run import Options, ServerClock, run
from reconciler.emulator.settings import EMBEDDED_ACCOUNT, Settings
from reconciler.emulator.store import Store
from reconciler.errors import UsageError

AUTH = (EMBEDDED_ACCOUNT, "x")
pytestmark = pytest.mark.socket


@pytest.fixture
def serving(in_thread):
    """Give a maker of clients of an emulator on a socket, with settings by keyword."""
    with contextlib.ExitStack() as stack:

        def make(path=None, **settings):
            store = stack.enter_context(contextlib.closing(Store(path)))
            app = make_app(Settings(seed=3, **settings), store=store, clock=ServerClock())
            url = stack.enter_context(in_thread(app))
            return stack.enter_context(httpx.Client(base_url=url, auth=AUTH))

        yield make


def _form(definition, name="Test"):
    return {"FriendlyName": name, "Status": "draft", "Definition": json.dumps(definition())}


def test_answers_on_a_socket(serving, definition):
    """On a socket there is exactly one Date, and URLs name the host that was asked."""
    client = serving()
    answer = client.post("/v2/Flows", data=_form(definition))
    assert answer.status_code == 201
    assert len(answer.headers.get_list("Date")) == 1
    assert "Server" not in answer.headers
    assert answer.json()["url"].startswith(str(client.base_url).rstrip("/"))
    deleted = client.delete(f"/v2/Flows/{answer.json()['sid']}")
    assert (deleted.status_code, deleted.content) == (204, b"")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("lost-answer", httpx.RemoteProtocolError),
        ("lost-request", httpx.RemoteProtocolError),
        ("truncated-body", httpx.RemoteProtocolError),
        ("reset", httpx.ReadError),
    ],
)
def test_broken_connections_break(serving, definition, fault, error):
    """A connection that breaks does so for real: closed without an answer, in the middle of one, or reset."""
    client = serving(faults={fault: 1.0})
    for _ in range(4):
        with pytest.raises(error):
            client.post("/v2/Flows", data=_form(definition))


def test_parallel_clients_do_not_wait_for_one_another(serving):
    """Sixteen requests at once with 200 ms latency take not much longer than one."""
    client = serving(latency=timedelta(milliseconds=200))
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: client.get("/v2/Flows"), range(16)))
    assert {answer.status_code for answer in answers} == {200}
    assert max(int(answer.headers["Twilio-Concurrent-Requests"]) for answer in answers) > 4
    assert 0.2 <= time.monotonic() - start < 1.6


def test_a_million_bytes_are_too_many(serving, definition):
    """A form of 1,000,000 bytes is refused with 413, one just below is taken."""
    client = serving()
    form = _form(definition)
    form["CommitMessage"] = "m" * 900_000
    assert client.post("/v2/Flows", data=form).status_code == 201
    form["CommitMessage"] = "m" * 1_000_000
    answer = client.post("/v2/Flows", data=form)
    assert (answer.status_code, answer.json()["code"]) == (413, 20413)


def test_threads_share_one_store(serving, definition):
    """Updates of one flow from eight threads mint consecutive revisions, none twice."""
    client = serving()
    sid = client.post("/v2/Flows", data=_form(definition)).json()["sid"]

    def update(_):
        return client.post(f"/v2/Flows/{sid}", data={"Status": "draft"}).json()["revision"]

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(update, range(40))) == list(range(2, 42))


def test_sigterm_ends_it_and_answers_what_is_in_flight(in_process):
    """After SIGTERM a request in flight is still answered, and the process ends soon with exit code 0."""
    with in_process(latency=2) as (url, process):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            flight = pool.submit(httpx.get, f"{url}/v2/Flows", auth=AUTH, timeout=20)
            time.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            start = time.monotonic()
            assert flight.result().status_code == 200
            assert process.wait(timeout=10) == 0
        assert time.monotonic() - start < 5


def test_sigint_ends_it(in_process):
    """SIGINT ends an idle server at once with exit code 0."""
    with in_process() as (url, process):
        assert httpx.get(f"{url}/_health").status_code == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=5) == 0


def test_two_processes_on_one_file(in_process, tmp_path, definition):
    """Two servers on one file, with the same seed, lose nothing, make no SID twice and see each other's flows."""
    path = tmp_path / "shared.sqlite"
    with in_process(path, seed=1) as (one, _), in_process(path, seed=1) as (two, _):

        def create(n):
            with httpx.Client(auth=AUTH, base_url=(one, two)[n % 2]) as client:
                return client.post("/v2/Flows", data=_form(definition, f"Flow {n}")).json()["sid"]

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            sids = list(pool.map(create, range(40)))
        assert len(set(sids)) == 40
        for url in (one, two):
            rows = httpx.get(f"{url}/v2/Flows", auth=AUTH).json()["flows"]
            assert {row["sid"] for row in rows} == set(sids)


def test_kill_loses_nothing_that_was_answered(in_process, tmp_path, definition):
    """`kill -9` in the middle of writes: what was answered is there, and the file is whole."""
    path = tmp_path / "killed.sqlite"
    answered = []
    with in_process(path) as (url, process):
        killer = threading.Timer(0.7, process.kill)
        killer.start()
        with httpx.Client(auth=AUTH, base_url=url) as client, contextlib.suppress(httpx.TransportError):
            forms = (_form(definition, f"Flow {n}") for n in itertools.count())
            answered.extend(client.post("/v2/Flows", data=form).json()["sid"] for form in forms)
        killer.join()
    assert len(answered) > 3
    with contextlib.closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with in_process(path) as (url, _):
        rows = httpx.get(f"{url}/v2/Flows?PageSize=1000", auth=AUTH).json()["flows"]
    assert {row["sid"] for row in rows} >= set(answered)
    assert len(rows) <= len(answered) + 1


def test_a_taken_port_is_a_usage_error(serving):
    """Listening where somebody else listens is a UsageError, and so is a host that is none."""
    port = serving().base_url.port
    for options in (Options(port=port), Options(host="no such host.invalid")):
        with pytest.raises(UsageError):
            run(options, ready=pytest.fail, warn=lambda _: None)


def test_exposed_hosts_are_warned_of(serving):
    """Only a listen address that others can reach, without credentials of its own, brings a warning."""
    port, warnings = serving().base_url.port, []
    closed = Settings(credentials=("AC" + "0" * 32, "x"))
    for settings in (Settings(), closed):
        options = Options("0.0.0.0", port, settings=settings)  # noqa: S104 - the port is taken
        with pytest.raises(UsageError):
            run(options, ready=pytest.fail, warn=warnings.append)
    assert len(warnings) == 1
