"""An apply whose state cannot be put together at the end: what was done is told all the same."""

import json

import pytest


@pytest.fixture
def backups(project):
    """Put a file in the way of the folder of backups, so that no fold can be made; give it."""
    (project.root / "state").mkdir(exist_ok=True)
    path = project.root / "state" / "backups"
    path.write_text("")
    return path


def test_what_was_done_is_summed_up(cli, backups):
    """People see on stdout what came of every step, on stderr what failed; the next run has nothing to do."""
    found = cli("apply", "--auto-approve")
    assert found.code == 1
    assert "Done:\n" in found.out
    assert str(backups) in found.err
    backups.unlink()
    assert cli("plan", "--detailed-exitcode").code == 0


def test_what_was_done_is_counted(cli, backups):
    """The last line for machines counts what was done, and names what failed."""
    found = cli("apply", "--auto-approve", "--json")
    assert found.code == 1
    summary = json.loads(found.out.splitlines()[-1])
    assert (summary["type"], summary["exitCode"]) == ("summary", 1)
    assert summary["counts"]["done"] > 1
    assert str(backups) in summary["error"]["message"]
