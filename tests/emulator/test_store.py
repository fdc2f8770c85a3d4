from __future__ import annotations

import contextlib
import sqlite3
import time

import pytest

from reconciler.emulator.store import Store
from reconciler.errors import UsageError


def test_a_file_keeps_everything(make_api, tmp_path):
    """What one emulator wrote into a file another one finds there."""
    path = tmp_path / "kept.sqlite"
    body = make_api(path).create(CommitMessage="first")
    assert make_api(path).fetch(body["sid"]) == body


def test_other_files_are_refused(tmp_path):
    """A file that is no database, or another program's, or of a newer format, is a UsageError and stays as it is."""
    text = tmp_path / "text"
    text.write_text("no database, but long enough to be read as one " * 40)
    other = tmp_path / "other.sqlite"
    with contextlib.closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE mine (x)")
    newer = tmp_path / "newer.sqlite"
    with contextlib.closing(sqlite3.connect(newer)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = [path.read_bytes() for path in (text, other, newer)]
    for path in (text, other, newer, tmp_path / "absent" / "x.sqlite"):
        with pytest.raises(UsageError):
            Store(path)
    assert text.read_bytes() == before[0]
    with contextlib.closing(sqlite3.connect(other)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("mine",)]


def test_a_refused_request_leaves_nothing(make_api, subflow):
    """A write that is refused half-way leaves nothing behind."""
    api = make_api(quirks={"validate-resolves-sids": "yes"})
    api.post("/v2/Flows", FriendlyName="x", Status="draft", Definition=subflow("FW" + "0" * 32))
    assert api.get("/v2/Flows").json()["flows"] == []


def test_ten_thousand_flows_are_listed_quickly(make_api, definition):
    """Ten thousand flows, each with a definition of 40 kB, are listed in pages of 1000 in a few seconds at most."""
    api = make_api()
    store = api.client._transport.app._studio.store
    text = api.create(Definition=definition("x" * 40_000))["sid"]
    with store.write() as t:
        t._connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) INSERT INTO flows "
            "SELECT i, printf('FW%032x', i), account, created, NULL, i FROM n, flows WHERE sid = ?",
            (text,),
        )
        t._connection.execute(
            "INSERT INTO revisions SELECT NULL, f.seq, number, status, friendly_name, commit_message, author, valid, "
            "errors, minted, updated, definition FROM flows f, revisions WHERE f.seq > 1"
        )
    start, count, url = time.monotonic(), 0, "/v2/Flows?PageSize=1000"
    while url:
        page = api.get(url).json()
        count, url = count + len(page["flows"]), page["meta"]["next_page_url"]
    assert count == 10_000
    assert time.monotonic() - start < 5
