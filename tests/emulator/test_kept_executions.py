"""What is kept of executions: contexts of every step, older databases, several processes, and what a kill leaves."""

from __future__ import annotations

import concurrent.futures
import contextlib
import json
import signal
import sqlite3
import threading

import httpx
import pytest

from reconciler import simulate
from reconciler.emulator.running.contexts import packed
from reconciler.emulator.settings import EMBEDDED_ACCOUNT
from reconciler.emulator.store import Store

ENDS = {"To": "+15550100001", "From": "+15550100009"}

FORMAT_1 = """
CREATE TABLE flows (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, account TEXT NOT NULL, created REAL NOT NULL,
  deleted REAL, shuffle INTEGER NOT NULL);
CREATE INDEX flows_of_account ON flows (account, seq);
CREATE TABLE revisions (
  seq INTEGER PRIMARY KEY, flow INTEGER NOT NULL REFERENCES flows (seq) ON DELETE CASCADE, number INTEGER NOT NULL,
  status TEXT NOT NULL, friendly_name TEXT NOT NULL, commit_message TEXT, author TEXT NOT NULL, valid INTEGER NOT NULL,
  errors TEXT NOT NULL, minted REAL NOT NULL, updated REAL, definition TEXT NOT NULL, UNIQUE (flow, number));
CREATE TABLE test_users (
  seq INTEGER PRIMARY KEY, flow INTEGER NOT NULL REFERENCES flows (seq) ON DELETE CASCADE, set_at REAL NOT NULL,
  contacts TEXT NOT NULL);
CREATE INDEX test_users_of_flow ON test_users (flow, seq);
CREATE TABLE executions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE,
  flow INTEGER NOT NULL REFERENCES flows (seq) ON DELETE CASCADE, status TEXT NOT NULL, version INTEGER NOT NULL,
  contact TEXT NOT NULL, created REAL NOT NULL, updated REAL, shuffle INTEGER NOT NULL);
CREATE INDEX executions_of_flow ON executions (flow, seq);
"""
"""What an emulator made before executions ran."""


def counting(widget, flow_of):
    """Give a flow that sets variables and calls a URL again and again until a limit ends it."""
    add = widget(
        "add", "set-variables", {"variables": [{"key": "n", "value": "{{flow.variables.n | plus: 1}}"}]}, next="ask"
    )
    ask = widget("ask", "make-http-request", {"url": "https://api.example/x", "method": "GET"}, success="add")
    return flow_of("add", add, ask)


def test_the_context_of_every_step_is_kept(api, flow_of, widget):
    """1,000 steps: the context after each is what the simulator had there, however it is kept."""
    definition = counting(widget, flow_of)
    sid = api.create(Definition=definition)["sid"]
    api.post("/_console/Stubs", Event="success", Data=json.dumps({"body": "{}"}))
    made = api.post(f"/v2/Flows/{sid}/Executions", **ENDS).json()
    flow = simulate.flow_of(definition, sid, 1)
    library, trigger = simulate.shelf(flow), simulate.IncomingRequest(*ENDS.values())
    launch = simulate.Launch(flow, trigger, api.clock.now().timestamp(), made["sid"], made["account_sid"])
    turn = simulate.start(library, launch)
    wanted = [*turn.steps]
    while turn.state.waiting is not None:
        turn = simulate.advance(library, turn.state, simulate.Outcome("success", {"body": "{}"}))
        wanted += turn.steps
    steps = api.get(f"{made['links']['steps']}?PageSize=1000").json()["steps"][::-1]
    assert [step["sid"] for step in steps] == [step.sid for step in wanted]
    assert len(steps) == 1000
    for number in (*range(70), 333, 998, 999):
        kept = api.get(steps[number]["links"]["step_context"]).json()["context"]
        assert kept == json.loads(json.dumps(wanted[number].context)), number
    assert api.get(f"/_console/Executions/{made['sid']}").json()["ended_reason"] == "STEP_LIMIT"


def test_subflows_run_inside(api, flow_of, widget, chat):
    """A subflow's steps are the execution's, name their flow and their parent, and a test user gets its draft."""
    child = api.create("child", Definition=chat("old"))["sid"]
    api.update(child, "draft", Definition=chat("new"))
    run = widget("run", "run-subflow", {"flow_sid": child, "flow_revision": "LatestRevision"}, completed=None)
    parent = api.create("parent", Definition=flow_of("run", run))["sid"]
    api.post(f"/v2/Flows/{parent}/TestUsers", TestUsers="+15550100002")
    for contact, text in (("+15550100001", "old"), ("+15550100002", "new")):
        made = api.post(f"/v2/Flows/{parent}/Executions", **{**ENDS, "To": contact}).json()
        api.post(f"/_console/Executions/{made['sid']}/Events", Event="reply", Body="yes").raise_for_status()
        steps = api.get(made["links"]["steps"]).json()["steps"][::-1]
        assert [(step["name"], step["flow_sid"] == child) for step in steps] == [
            ("incomingRequest", False), ("incomingParent", True), ("incomingMessage", True), ("sent", True),
            ("completed", False),
        ]  # fmt: skip
        assert {step["parent_step_sid"] for step in steps[1:4]} == {steps[0]["sid"]}
        context = api.get(steps[2]["links"]["step_context"]).json()["context"]
        assert context["widgets"]["ask"]["outbound"]["Body"] == text
        assert context["trigger"]["parent"]["execution_sid"] == made["sid"]


def test_a_subflow_that_is_deleted_meanwhile_ends_it(api, flow_of, widget, chat):
    """An execution that cannot go on, as its subflow is gone, ends when its time comes, and blocks nobody."""
    child = api.create("child", Definition=chat())["sid"]
    run = widget("run", "run-subflow", {"flow_sid": child, "flow_revision": "LatestPublished"}, completed=None)
    parent = api.create("parent", Definition=flow_of("run", run))["sid"]
    made = api.post(f"/v2/Flows/{parent}/Executions", **ENDS).json()
    api.delete(f"/v2/Flows/{child}")
    assert api.post(f"/_console/Executions/{made['sid']}/Events", Event="reply").status_code == 409
    api.post("/_console/Clock", Advance="2h")
    assert api.get(made["url"]).json()["status"] == "ended"


def test_databases_from_before_are_used_on(make_api, tmp_path, chat):
    """A database that was made before executions ran opens, keeps its rows, and runs executions from then on."""
    path = tmp_path / "old.sqlite"
    sid = "FW00000000000000000000000000000001"
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript(FORMAT_1)
        old.execute("INSERT INTO flows VALUES (1, ?, ?, 1772366400, NULL, 1)", (sid, "AC" + "a1" * 16))
        old.execute(
            "INSERT INTO revisions VALUES (1, 1, 1, 'published', 'Old', NULL, 'US1', 1, '[]', 1772366400, NULL, ?)",
            (json.dumps(chat()),),
        )
        old.execute(
            "INSERT INTO executions VALUES (1, 'FN1', 1, 'active', 1, '+15550100001', 1772366400, NULL, 1)",
        )
        old.execute("PRAGMA user_version = 1")
        old.commit()
    api = make_api(path)
    (one,) = api.get(f"/v2/Flows/{sid}/Executions").json()["executions"]
    assert (one["sid"], one["status"], one["initiated_by"]) == ("FN1", "active", None)
    assert api.get(one["links"]["execution_context"]).json()["context"] == {}
    assert api.get(one["links"]["steps"]).json()["steps"] == []
    assert api.post(one["url"], Status="ended").json()["status"] == "ended"
    assert api.post(f"/v2/Flows/{sid}/Executions", **ENDS).status_code == 201
    with contextlib.closing(Store(path)) as again, again.read() as t:
        assert len(t.runs.outbox()) == 2


def test_the_clock_is_kept(make_api, tmp_path):
    """A clock that was moved stays so, for the next process and for one that shares the file."""
    path = tmp_path / "clock.sqlite"
    one, other = make_api(path), make_api(path)
    other.get("/v2/Flows")
    one.post("/_console/Clock", Advance="1h")
    assert other.get("/_console/Clock").json()["ahead"] == 3600
    assert make_api(path).create()["date_created"] == "2026-03-01T13:00:00Z"


def test_two_emulators_run_an_execution_once(make_api, tmp_path, chat):
    """Two emulators on one file that both see what is due take it up once: no step twice, no message lost."""
    path = tmp_path / "shared.sqlite"
    apis = [make_api(path, seed=None), make_api(path, seed=None)]
    sid = apis[0].create(Definition=chat())["sid"]
    made = [
        apis[n % 2].post(f"/v2/Flows/{sid}/Executions", **{**ENDS, "To": f"+1555010{n:04d}"}).json() for n in range(12)
    ]
    for api in apis:
        api.clock.sleep(3600)
    threads = [threading.Thread(target=api.get, args=(f"/v2/Flows/{sid}/Executions",)) for api in apis * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in made:
        steps = apis[0].get(one["links"]["steps"]).json()["steps"]
        assert [step["name"] for step in steps] == ["timeout", "incomingRequest"]
        assert apis[1].get(one["url"]).json()["status"] == "ended"


@pytest.mark.socket
def test_a_killed_emulator_goes_on(in_process, tmp_path, chat):
    """After kill -9 everything that was answered is there, and a waiting execution takes its reply."""
    path, auth = tmp_path / "killed.sqlite", (EMBEDDED_ACCOUNT, "x")
    with in_process(path) as (url, process):
        with httpx.Client(base_url=url, auth=auth) as client:
            form = {"FriendlyName": "x", "Status": "published", "Definition": json.dumps(chat())}
            sid = client.post("/v2/Flows", data=form).json()["sid"]
            made = client.post(f"/v2/Flows/{sid}/Executions", data=ENDS).json()
        process.send_signal(signal.SIGKILL)
        process.wait()
    with in_process(path) as (url, _), httpx.Client(base_url=url, auth=auth) as client:
        at = f"/v2/Flows/{sid}/Executions/{made['sid']}"
        assert client.get(at).json()["status"] == "active"
        client.post(f"/_console/Executions/{made['sid']}/Events", data={"Event": "reply", "Body": "yes"})
        assert client.get(at).json()["status"] == "ended"
        assert len(client.get(f"{at}/Steps").json()["steps"]) == 3


def test_what_was_begun_is_taken_up(make_api, store_of, tmp_path, chat):
    """An execution that was committed and never ran, as its process died, runs when somebody looks."""
    path = tmp_path / "begun.sqlite"
    api = make_api(path)
    sid = api.create(Definition=chat())["sid"]
    with store_of(api).write() as t:
        t._connection.execute(
            "CREATE TRIGGER die AFTER INSERT ON steps BEGIN SELECT RAISE(ABORT, 'the process dies here'); END"
        )
    with pytest.raises(sqlite3.IntegrityError):
        api.post(f"/v2/Flows/{sid}/Executions", **ENDS)
    with store_of(api).write() as t:
        t._connection.execute("DROP TRIGGER die")
    other = make_api(path)
    (one,) = other.get(f"/v2/Flows/{sid}/Executions").json()["executions"]
    assert one["status"] == "active"
    assert len(other.get(one["links"]["steps"]).json()["steps"]) == 1


def test_a_state_that_cannot_be_read_ends(make_api, store_of, chat):
    """An execution whose state another version wrote ends when it is looked at, and does not block its contact."""
    api = make_api()
    sid = api.create(Definition=chat())["sid"]
    made = api.post(f"/v2/Flows/{sid}/Executions", **ENDS).json()
    with store_of(api).write() as t:
        t._connection.execute("UPDATE contexts SET state = ?", (packed({"format": 99, "frames": [{"context": {}}]}),))
    assert api.post(f"/_console/Executions/{made['sid']}/Events", Event="reply").status_code == 409
    assert api.get(made["url"]).json()["status"] == "ended"
    assert api.post(f"/v2/Flows/{sid}/Executions", **ENDS).status_code == 201


def test_what_was_under_way_goes_on_after_the_end(api, flow_of, widget):
    """An execution that is ended while a URL is asked goes on with its answer, up to the next message."""
    ask = widget("ask", "make-http-request", {"url": "https://api.example/x", "method": "GET"}, success="note")
    note = widget("note", "set-variables", {"variables": [{"key": "a", "value": "1"}]}, next="say")
    sid = api.create(Definition=flow_of("ask", ask, note, widget("say", "send-message", {"body": "x"}, sent=None)))[
        "sid"
    ]
    api.post("/_console/Stubs", Widget="ask", Event="hold")
    made = api.post(f"/v2/Flows/{sid}/Executions", **ENDS).json()
    assert api.post(made["url"], Status="ended").json()["status"] == "ended"
    assert api.post(made["url"], Status="ended").status_code == 409
    told = api.post(f"/_console/Executions/{made['sid']}/Events", Event="answer", Body='{"b": 2}').json()
    assert (told["status"], told["ended_reason"]) == ("ended", "STOPPED")
    steps = api.get(made["links"]["steps"]).json()["steps"][::-1]
    assert [step["name"] for step in steps] == ["incomingRequest", "success", "next"]
    context = api.get(made["links"]["execution_context"]).json()["context"]
    assert (context["flow"]["variables"]["a"], context["widgets"]["ask"]["parsed"]) == (1, {"b": 2})


def test_lag_hides_what_was_begun(make_api, chat):
    """Under read-lag a new execution is not found for a while, and can be ended and deleted all the same."""
    api = make_api(quirks={"read-lag": "2s"})
    sid = api.create(Definition=chat())["sid"]
    api.clock.sleep(3)
    made = api.post(f"/v2/Flows/{sid}/Executions", **ENDS).json()
    assert api.get(made["url"]).status_code == 404
    assert api.post(made["url"], Status="ended").json()["status"] == "ended"
    api.clock.sleep(2)
    assert api.get(made["url"]).status_code == 200
    assert api.delete(made["url"]).status_code == 204


def test_a_flow_whose_executions_are_over_is_deleted(make_api, chat):
    """delete-while-active=refuse: an execution that has timed out meanwhile is in nobody's way."""
    api = make_api(quirks={"delete-while-active": "refuse"})
    sid = api.create(Definition=chat())["sid"]
    api.post(f"/v2/Flows/{sid}/Executions", **ENDS)
    assert api.delete(f"/v2/Flows/{sid}").status_code == 409
    api.clock.sleep(3600)
    assert api.delete(f"/v2/Flows/{sid}").status_code == 204


@pytest.mark.socket
def test_company_on_one_file(in_process, tmp_path, chat):
    """Two processes, many clients, the same pairs: one start of a pair wins, one reply is taken, no step is twice."""
    path, auth = tmp_path / "company.sqlite", (EMBEDDED_ACCOUNT, "x")
    with in_process(path) as (one, _), in_process(path) as (other, _):
        clients = [httpx.Client(base_url=url, auth=auth, timeout=60) for url in (one, other) * 4]
        form = {"FriendlyName": "x", "Status": "published", "Definition": json.dumps(chat())}
        sid = clients[0].post("/v2/Flows", data=form).json()["sid"]
        hook = f"/v1/Accounts/{EMBEDDED_ACCOUNT}/Flows/{sid}"

        def begin(client):
            ends = [{**ENDS, "To": f"+1555010{number:04d}"} for number in range(3)]
            return [client.post(f"/v2/Flows/{sid}/Executions", data=form).status_code for form in ends]

        def reply(client):
            for number in range(3):
                form = {"To": ENDS["From"], "From": f"+1555010{number:04d}", "Body": "yes", "MessageSid": f"SM{number}"}
                client.post(hook, data=form).raise_for_status()

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            started = [status for found in pool.map(begin, clients) for status in found]
            list(pool.map(reply, clients))
        found = clients[0].get(f"/v2/Flows/{sid}/Executions").json()["executions"]
        for execution in found:
            numbers = [step["name"] for step in clients[1].get(execution["links"]["steps"]).json()["steps"]]
            assert numbers in (["sent", "incomingMessage", "incomingRequest"], ["incomingMessage"]), numbers
        for client in clients:
            client.close()
    assert sorted(set(started)) == [201, 409]
    assert started.count(201) == 3
    assert sum(one["status"] == "ended" for one in found) == 3
