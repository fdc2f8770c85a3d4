"""Each fault shows its effect in-process; what it does to a socket stands in test_serve.py."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from reconciler.emulator.breaking import SLOWNESS
from reconciler.emulator.faults import FAULTS, Dice
from reconciler.emulator.sids import CONSOLE_AUTHOR


@pytest.fixture
def faulty(make_api, tmp_path):
    """Give two emulators on one file: one without faults, and one where a fault always happens."""

    def make(name, **settings):
        path = tmp_path / f"{name}.sqlite"
        return make_api(path), make_api(path, faults={name: 1.0}, **settings)

    return make


def _names(api):
    return [row["friendly_name"] for row in api.get("/v2/Flows").json()["flows"]]


def test_lost_answer(faulty, definition):
    """lost-answer: the flow is there, and the caller gets a ConnectionResetError."""
    good, bad = faulty("lost-answer")
    with pytest.raises(ConnectionResetError):
        bad.post("/v2/Flows", FriendlyName="Lost", Status="draft", Definition=definition())
    assert _names(good) == ["Lost"]


def test_lost_request(faulty, definition):
    """lost-request: nothing is there, and the caller gets a ConnectionResetError."""
    good, bad = faulty("lost-request")
    with pytest.raises(ConnectionResetError):
        bad.post("/v2/Flows", FriendlyName="Lost", Status="draft", Definition=definition())
    assert _names(good) == []


def test_reset_before_and_after(faulty, definition):
    """reset: the caller never gets an answer; some requests were carried out, some not."""
    good, bad = faulty("reset")
    for n in range(20):
        with pytest.raises(ConnectionResetError):
            bad.post("/v2/Flows", FriendlyName=str(n), Status="draft", Definition=definition())
    assert 0 < len(_names(good)) < 20


def test_slow(faulty):
    """slow: the answer comes after a wait by the clock."""
    _, bad = faulty("slow")
    assert bad.get("/v2/Flows").status_code == 200
    assert bad.clock.slept == [SLOWNESS]


def test_too_many_requests(faulty, definition):
    """429: refused with code 20429, nothing carried out."""
    good, bad = faulty("429")
    answer = bad.post("/v2/Flows", FriendlyName="x", Status="draft", Definition=definition())
    assert (answer.status_code, answer.json()["code"]) == (429, 20429)
    assert _names(good) == []


@pytest.mark.parametrize(("name", "carried_out"), [("5xx-before", 0), ("5xx-after", 20)])
def test_server_errors(faulty, definition, name, carried_out):
    """5xx-before, 5xx-after: all four statuses come, and the request was carried out or not."""
    good, bad = faulty(name)
    form = {"FriendlyName": "x", "Status": "draft", "Definition": definition()}
    answers = {answer.status_code: answer for answer in (bad.post("/v2/Flows", **form) for _ in range(20))}
    assert sorted(answers) == [500, 502, 503, 504]
    assert answers[500].json()["status"] == 500
    assert answers[502].headers["Content-Type"] == "text/html"
    assert answers[503].json()["code"] == 20503
    assert len(_names(good)) == carried_out


def test_truncated_body(faulty, definition):
    """truncated-body: reading the body breaks, although the request was carried out."""
    good, bad = faulty("truncated-body")
    with pytest.raises(ConnectionResetError):
        bad.post("/v2/Flows", FriendlyName="Cut", Status="draft", Definition=definition())
    assert _names(good) == ["Cut"]


def test_malformed_body(faulty, definition):
    """malformed-body: a complete 201 whose body is no JSON."""
    good, bad = faulty("malformed-body")
    answer = bad.post("/v2/Flows", FriendlyName="Garbled", Status="draft", Definition=definition())
    assert answer.status_code == 201
    assert int(answer.headers["Content-Length"]) == len(answer.content)
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert _names(good) == ["Garbled"]


def test_expired_page_token(faulty):
    """expired-page-token: the first page is answered, any further one is 400 21481."""
    good, bad = faulty("expired-page-token")
    for n in range(3):
        good.create(str(n))
    page = bad.get("/v2/Flows", PageSize="2").json()
    answer = bad.get(page["meta"]["next_page_url"])
    assert (answer.status_code, answer.json()["code"]) == (400, 21481)


def test_console_edit(faulty):
    """console-edit: a person edits some flow just before each request, with an author of its own and no message."""
    good, bad = faulty("console-edit")
    body = good.create(CommitMessage="ours")
    seen = bad.fetch(body["sid"])
    assert (seen["revision"], seen["author_sid"], seen["commit_message"]) == (2, CONSOLE_AUTHOR, None)
    assert seen["definition"] != body["definition"]
    assert bad.update(body["sid"])["revision"] == 4


def test_the_seed_decides():
    """The same seed gives the same faults, whatever other faults are on; the rate is met roughly."""
    alone = Dice({"429": 0.3}, seed=5)
    together = Dice({"429": 0.3, "slow": 0.9}, seed=5)
    other = Dice({"429": 0.3}, seed=6)
    hits = ["429" in alone.throw() for _ in range(1000)]
    assert hits == ["429" in together.throw() for _ in range(1000)]
    assert hits != ["429" in other.throw() for _ in range(1000)]
    assert 250 < sum(hits) < 350


def test_the_console_is_spared(make_api):
    """Faults meet the API alone: what tests do from outside, and what they count, never fails."""
    api = make_api(faults=dict.fromkeys(FAULTS, 1.0))
    assert api.get("/_health").status_code == 200
    assert api.get("/_calls").json() == {}


def test_every_fault_has_a_test():
    """No fault stands in the table without a test in this file that names it."""
    source = Path(__file__).read_text()
    assert [name for name in FAULTS if not re.search(rf'"{name}"', source)] == []
