"""A store that refuses a write after Studio did its part: the state is kept here, and can be brought back."""

import json
import re
import stat
from pathlib import Path

import pytest

from tests.support.lock_server import PASSWORD, USER, lock_server

RECORDS = 6
"""Writes of the state in a run that creates three flows one after the other, at least."""


@pytest.fixture
def desk(monkeypatch):
    """A server of states, its credentials and its address; gives what it keeps."""
    monkeypatch.setenv("RECONCILER_STATE_USERNAME", USER)
    monkeypatch.setenv("RECONCILER_STATE_PASSWORD", PASSWORD)
    with lock_server() as (url, kept):
        monkeypatch.setenv("RECONCILER_STATE", f"{url}/state")
        yield kept


@pytest.mark.parametrize("writes", range(1, RECORDS))
def test_what_a_store_refuses_is_kept_here(cli, desk, writes):
    """Refused at any write, an apply fails and names file and command; with that pushed, the next run ends in sync.

    At the first write nothing was sent to Studio yet, so that nothing has to be kept.
    """
    desk.refuses_after = writes
    ended = cli("apply", "--auto-approve", "--parallelism", 1)
    assert ended.code == 1
    found = re.search(r"state push (\S+)", ended.err)
    desk.refuses_after = None
    assert (found is None) == (writes == 1)
    if found is not None:
        path = Path(found[1])
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        kept = json.loads(path.read_bytes())
        assert kept["resources"]
        desk.locks.clear()
        assert cli("state", "push", path).code == 0
        assert json.loads(cli("state", "pull").out)["resources"].keys() == kept["resources"].keys()
    assert cli("apply", "--auto-approve").code == 0
    assert cli("plan", "--detailed-exitcode").code == 0


def test_the_run_finds_out_by_itself(cli, desk):
    """Without the push the next run finds out what the refused write was, and the plan after it is empty."""
    desk.refuses_after = 2
    assert cli("apply", "--auto-approve", "--parallelism", 1).code == 1
    desk.refuses_after = None
    desk.locks.clear()
    assert cli("apply", "--auto-approve").code == 0
    assert cli("plan", "--detailed-exitcode").code == 0
