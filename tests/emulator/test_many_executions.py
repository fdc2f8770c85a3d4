"""The emulator keeps very many executions and steps, and lists them quickly."""

from __future__ import annotations

import time

from tests.support.many_executions import Crowd, put_crowd


def test_many_steps_are_listed_quickly(make_api, store_of, tmp_path):
    """10,000 executions of 5 steps in a file: pages of 1000, the steps of any, and its contexts come at once."""
    api = make_api(tmp_path / "many.sqlite")
    sid = api.create()["sid"]
    since = api.clock.now().timestamp() - 10_000
    put_crowd(store_of(api), sid, Crowd(10_000, 5, since))
    start, count, url = time.monotonic(), 0, f"/v2/Flows/{sid}/Executions?PageSize=1000"
    while url:
        page = api.get(url).json()
        count, url = count + len(page["executions"]), page["meta"]["next_page_url"]
    assert count == 10_000
    last = page["executions"][-1]
    steps = api.get(last["links"]["steps"]).json()["steps"]
    assert [step["name"] for step in steps][::-1] == ["incomingMessage", "sent", "match", "success", "incomingMessage"]
    assert api.get(steps[0]["links"]["step_context"]).json()["context"]["widgets"]
    assert len(api.get(f"/v2/Flows/{sid}/Executions", status="active", PageSize="1000").json()["executions"]) == 1000
    assert time.monotonic() - start < 8
