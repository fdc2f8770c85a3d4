"""How a state changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from reconciler.model.address import Address, flow
from reconciler.model.definition import Digests
from reconciler.model.record import (
    DropIntent,
    DropResource,
    FlowRecord,
    Intent,
    PutIntent,
    PutRelease,
    PutResource,
    SetAccount,
    State,
    TestUsersRecord,
    changed,
)
from reconciler.model.release import Release

STATE = State("lineage", 3, "clinic", "local", None, "embedded")
RECORD = FlowRecord("FW1", "Menu", "published", 1, None, None, None, Digests("b", "f"))
USERS = TestUsersRecord(flow("menu"), "FW1", ("a",), ("a",))
INTENT = Intent("T", "create", None, "Menu", "draft", 0, "f", "p", datetime(2026, 1, 1, tzinfo=UTC))
RELEASE = Release("R", "draft", datetime(2026, 1, 1, tzinfo=UTC), None, ())
CHANGES = [
    SetAccount("AC1"),
    PutIntent(flow("menu"), INTENT),
    PutResource(flow("menu"), RECORD),
    PutResource(Address("TestUsers", "t"), USERS),
    DropIntent(flow("menu")),
    DropResource(flow("gone")),
    PutRelease(RELEASE),
]


def test_changes_leave_the_state_they_start_from():
    """A change gives another state; the old one stays as it was."""
    after = changed(STATE, CHANGES)
    assert after.flow(flow("menu")) == RECORD
    assert (after.account, after.serial, dict(after.pending)) == ("AC1", 3, {})
    assert (dict(STATE.resources), dict(STATE.pending), STATE.account) == ({}, {}, None)


def test_changes_twice_are_changes_once():
    """A journal that is applied again after a crash changes nothing more."""
    assert changed(changed(STATE, CHANGES), CHANGES) == changed(STATE, CHANGES)


def test_kinds_are_told_apart():
    """Flows and test users are found under their own kind only."""
    after = changed(STATE, CHANGES)
    assert after.flows() == {flow("menu"): RECORD}
    assert after.test_users() == {Address("TestUsers", "t"): USERS}
    assert after.flow(Address("TestUsers", "t")) is None


def test_a_release_stays_until_the_next_one():
    """The state tells a release that is under way from one that is over."""
    after = changed(STATE, CHANGES)
    assert (after.release, after.releasing) == (RELEASE, RELEASE)
    over = changed(after, [PutRelease(replace(RELEASE, stage="taken-back"))])
    assert over.release is not None
    assert over.releasing is None
