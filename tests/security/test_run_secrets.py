"""All that a run prints, logs and leaves behind is searched for every secret it knew, in every way of writing."""

from __future__ import annotations

import json
import stat

import pytest

from reconciler.emulator.settings import Settings
from tests.security import conftest as desks

pytestmark = pytest.mark.socket

FAULTS = {
    "429": 0.05,
    "5xx-before": 0.05,
    "5xx-after": 0.05,
    "malformed-body": 0.05,
    "truncated-body": 0.05,
    "reset": 0.05,
}
VARS = ("--var", f"given={desks.VARIABLES['sensitive --var']}", "--var-file", "given.yaml")


def _whole_life(desk: desks.Desk, studio: desks.Studio) -> None:
    """Let a project live: planned, applied, edited by others, drifted, looked at, rolled back, forgotten, deleted."""
    desk.call("plan", *VARS, "--out", "first.plan", "--validate")
    desk.call("plan", *VARS, "--json")
    desk.call("show", "first.plan")
    desk.call("show", "first.plan", "--json")
    for _ in range(4):  # faults may end a run; the next one takes it up
        desk.call("apply", *VARS, "--auto-approve", "--lock-timeout", "5")
    (state,) = (desk.root / "state").glob("production@*.json")
    sid = json.loads(state.read_text())["resources"]["Flow/hello"]["sid"]
    studio.edit(sid, "A person was here")
    desk.says("menu", "Changed", desks.LATER["sip_password of tomorrow"])
    past = (("history", "hello", "--patch"), ("blame", "hello", "dial"), ("pull", "hello", "--dry-run"))
    for command in (("plan",), ("drift",), ("status",), ("diff", "hello"), ("diff", "hello", "1", "2"), *past):
        desk.call(*command, *VARS)
        desk.call(*command, *VARS, "--json")
    for command in (("doctor",), ("history", "hello", "--offline"), ("explain", "hello", *VARS)):
        desk.call(*command)
        desk.call(*command, "--json")
    for command in ("list", "show", "pull", "verify"):
        desk.call("state", command, *(("hello",) if command == "show" else ()))
    desk.call("validate", "--remote", *VARS)
    desk.call("apply", *VARS, "--auto-approve", "--json", "--on-drift", "revert", "--allow-draft")
    desk.call("rollback", "menu", "--to", "1", "--live-only", "--auto-approve", *VARS)
    for path in (desk.manifests / "menu.yaml", desk.manifests / "flows" / "menu.json"):
        path.unlink()
    for _ in range(3):
        desk.call("apply", *VARS, "--auto-approve", "--on-drift", "revert")
    desk.call("destroy", "--auto-approve", "--allow-delete", "--allow-percent")


@pytest.mark.parametrize("faults", [{}, FAULTS], ids=["calm", "faults"])
def test_no_secret_is_left_behind(desk, serving, leaked, faults):
    """No output, log, plan, state, journal, backup, history or lock file of a whole life holds any secret."""
    with serving(Settings(seed=11, faults=faults)) as studio:
        desk.endpoint = studio.url
        _whole_life(desk, studio)
    files = desk.files()
    assert {"first.plan", *(name for name in files if name.startswith("state/backups/"))} <= files.keys()
    assert faults or {code for _, code in desk.codes} == {0, 2, 3}, desk.codes
    assert any(b"(sensitive)" in text for text in desk.printed.values())
    assert leaked({**desk.printed, **files}) == []


def test_what_a_run_writes_is_for_its_owner_alone(desk, serving):
    """Plan, state, journal, lock, backups and bodies of deleted flows have mode 0600, their folders 0700."""
    with serving(Settings(seed=11)) as studio:
        desk.endpoint = studio.url
        desk.call("plan", *VARS, "--out", "first.plan")
        assert desk.call("apply", *VARS, "--auto-approve") == 0
        assert desk.call("destroy", "--auto-approve", "--allow-delete", "--allow-percent") == 0
    written = [desk.root / "first.plan", *(desk.root / "state").rglob("*"), desk.root / "state"]
    modes = {
        str(path.relative_to(desk.root)): oct(stat.S_IMODE(path.stat().st_mode))
        for path in written
        if stat.S_IMODE(path.stat().st_mode) != (0o700 if path.is_dir() else 0o600)
    }
    assert modes == {}
    bodies = list((desk.root / "state" / "deleted").iterdir())
    assert any(desks.PROPERTIES["sip_password"].encode() in body.read_bytes() for body in bodies)
