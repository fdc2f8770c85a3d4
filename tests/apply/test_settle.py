"""What became of a write whose answer got lost, and reads in spite of lag."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.apply import look as looks
from reconciler.apply import records, settle
from reconciler.apply.look import Look
from reconciler.apply.recover import recover
from reconciler.definition.canonical import digest_of_contacts
from reconciler.errors import NotFoundError, StaleError
from reconciler.model.address import Address
from reconciler.model.definition import Digests
from reconciler.model.live import FlowRevision, LiveFlow
from reconciler.model.record import DropIntent, DropResource, PutResource, TestUsersRecord
from reconciler.plan.mark import Owner
from tests.support.flows import desired, flow, greeting, users
from tests.support.scripted import AT, SID, Scripted, body, intent, message, numbered, recorded, row, state
from tests.support.world import InlinePool, VirtualClock

GONE = NotFoundError("gone", status=404)
MENU = Address("Flow", "menu")
TESTERS = Address("TestUsers", "testers")


def look(studio: Scripted, window: float = 1.0) -> Look:
    """A reader of a scripted Studio."""
    return Look(studio, VirtualClock(), window)  # type: ignore[arg-type]  # it answers whatever is asked


def test_token_says_whose_a_revision_is():
    """A mark decides by its token alone; without a mark content, name, status and author do."""
    assert settle.is_ours(numbered(2, "Other", message()), intent())
    assert not settle.is_ours(numbered(2, "New", message("TOKEN0000002")), intent())
    assert settle.is_ours(numbered(2, "New"), intent())
    assert not settle.is_ours(numbered(2, "Other"), intent())
    assert not settle.is_ours(numbered(2, None), intent())
    assert not settle.is_ours(numbered(2, "New", status="draft"), intent())
    assert not settle.is_ours(numbered(2, "New"), intent(friendly_name="x"))
    assert settle.is_ours(numbered(2, "New", author_sid="US1"), intent(), "US1")
    assert not settle.is_ours(numbered(2, "New", author_sid="US2"), intent(), "US1")
    assert settle.is_ours(numbered(2, "New"), intent(), "US1")


def test_created_flow_is_found_whatever_it_is_called():
    """Candidates are unrecorded flows that are not older than the intent; one that is not shown yet is asked again."""
    old = row(sid="FW" + "2" * 32)
    old = type(old)(old.sid, None, "menu", "published", 1, date_created=AT - timedelta(minutes=2))
    other, known, ours = (row(sid="FW" + digit * 32, name="x") for digit in "345")
    firsts = {
        other.sid: [numbered(1, "Theirs")],
        ours.sid: [GONE, numbered(1, "New", message())],
    }

    def first(sid: str, number: int) -> FlowRevision:
        assert number == 1
        answer = firsts[sid].pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    studio = Scripted(list_flows=[[old, other, known, ours]], fetch_revision=[first])
    found = settle.find_created(look(studio), intent(kind="create", sid=None, base=0), {known.sid})
    assert found is not None
    assert found.row.sid == ours.sid
    assert studio.count("list_flows") == 2


def test_created_flow_that_is_nowhere():
    """Without a trace when the window has passed a create did not happen."""
    studio = Scripted(list_flows=[[]])
    assert settle.find_created(look(studio), intent(), ()) is None
    assert studio.count("list_flows") > 2


def test_updated_revision_is_found_below_others():
    """The revision with our token is found although others wrote on top of it, each number looked at once."""
    studio = Scripted(
        fetch_flow=[GONE, body(1), body(4, "Theirs")],
        fetch_revision=[GONE, numbered(2, "x"), numbered(3, "New", message())],
    )
    found, latest = settle.find_updated(look(studio), intent(), SID, None)
    assert found is not None
    assert (found.row.revision, latest) == (3, 4)


def test_update_that_is_nowhere():
    """Without our token the latest number is told, so that a repeat knows of others; looked-at numbers stay so."""
    studio = Scripted(fetch_flow=[body(2, "Theirs")], fetch_revision=[])
    assert settle.find_updated(look(studio), intent(), SID, None) == (None, 2)


def test_update_that_minted_nothing():
    """An update that is all there under the old number was done."""
    studio = Scripted(fetch_flow=[body(1, "New")])
    found, latest = settle.find_updated(look(studio), intent(), SID, None)
    assert found is not None
    assert (found.row.revision, latest) == (1, 1)


def test_deleted():
    """A delete was done when a 404 shows before the window has passed."""
    assert settle.is_deleted(look(Scripted(fetch_flow=[body(), GONE])), SID)
    assert not settle.is_deleted(look(Scripted(fetch_flow=[body()])), SID)


def test_contacts_arrive():
    """Contacts have arrived when they are what was sent, however late."""
    studio = Scripted(fetch_test_users=[GONE, ("b",), ("a",)])
    assert settle.has_test_users(look(studio), SID, ["a"]) == ("a",)
    assert settle.has_test_users(look(Scripted(fetch_test_users=[("b",)])), SID, ["a"]) is None


def test_write_is_found_by_its_body():
    """A revision without a body is none that could be recorded."""
    with pytest.raises(ValueError, match="body"):
        settle.as_body(row(), numbered(2, None))


def test_stale_flow_is_read_again():
    """An answer below what is known is stale; it is asked again, and at the end it is an error, never news."""
    assert looks.fetch_at_least(look(Scripted(fetch_flow=[body(1), GONE, body(3)])), SID, 3).row.revision == 3
    for answers in ([body(1)], [GONE, body(1), GONE]):
        with pytest.raises(StaleError):
            looks.fetch_at_least(look(Scripted(fetch_flow=answers)), SID, 3)
    with pytest.raises(NotFoundError):
        looks.fetch_at_least(look(Scripted(fetch_flow=[GONE])), SID, 3)


def test_flow_that_is_never_shown():
    """A read of what exists is repeated until the window has passed."""
    studio = Scripted(has_active_executions=[GONE, True])
    assert looks.when_shown(look(studio), lambda: studio.has_active_executions(SID)) is True
    with pytest.raises(NotFoundError):
        looks.when_shown(look(Scripted(x=[GONE])), lambda: Scripted(x=[GONE]).x())


def test_contacts_settle():
    """Contacts are read until they are settled; what differs at the end is told, a 404 to the end is one."""
    studio = Scripted(fetch_test_users=[GONE, ("b",), ("a",)])
    assert looks.fetch_contacts(look(studio), SID, lambda found: found == ("a",)) == ("a",)
    assert looks.fetch_contacts(look(Scripted(fetch_test_users=[("b",)])), SID, lambda _: False) == ("b",)
    with pytest.raises(NotFoundError):
        looks.fetch_contacts(look(Scripted(fetch_test_users=[GONE])), SID, lambda _: True)


def test_gap_and_lag_below_a_revision():
    """A 404 below an old revision is a gap at once; below a young one it is asked again."""
    old = numbered(3, date_updated=AT - timedelta(hours=1))
    studio = Scripted(fetch_revision=[GONE])
    assert looks.fetch_number(look(studio), SID, 2, old) is None
    assert studio.count("fetch_revision") == 1
    assert looks.fetch_number(look(Scripted(fetch_revision=[GONE, numbered(2)])), SID, 2, numbered(3)) == numbered(2)
    assert looks.fetch_number(look(Scripted(fetch_revision=[GONE])), SID, 2, numbered(3)) is None


def test_published_head_that_lags():
    """A published head older than the recorded one is asked again; at the end of the window it stands."""
    studio = Scripted(fetch_flow=[body(3, "New", status="draft")], fetch_published=[None, numbered(1), numbered(2)],
                      fetch_revision=[numbered(2)])  # fmt: skip
    live = looks.read_moved(look(studio), recorded(2, published=2), row(3), base=2)
    assert live.published == numbered(2)
    studio = Scripted(fetch_flow=[body(3, status="draft")], fetch_published=[None])
    assert looks.read_moved(look(studio), recorded(2, published=2, status="draft"), row(3), base=2).never_published
    studio = Scripted(fetch_flow=[body(3, status="draft")], fetch_published=[None], fetch_revision=[numbered(2)])
    live = looks.read_moved(look(studio), recorded(2, published=None), row(3, "draft"), base=2)
    assert live.never_published
    assert studio.count("fetch_published") == 1


def test_adopting_needs_a_body():
    """A flow is recorded by its body; a move without one changes the name only."""
    owner = Owner("clinic", "local", MENU)
    with pytest.raises(ValueError, match="body"):
        records.adopted(LiveFlow(row()), owner, "delete")
    assert records.moved(recorded(), LiveFlow(row(name="x")), owner, "published") == recorded(friendly_name="x")


def test_what_was_sent_after_a_move():
    """What we sent stays with its head, follows a layout, and is forgotten with other behaviour."""
    owner, sent = Owner("clinic", "local", MENU), greeting("Sent")
    known = recorded(sent=sent)
    for text, x, expected in (
        ("Hello", 0, sent.digests),
        ("Hello", 9, Digests(sent.digests.behaviour, greeting(x=9).digests.full)),
        ("New", 0, None),
    ):
        live = LiveFlow(row(2), FlowRevision(SID, 2, "published", "menu", greeting(text, x=x)))
        assert records.moved(known, live, owner, "published").sent == expected
    assert records.moved(recorded(), LiveFlow(row(2), numbered(2)), owner, "published").revision == 2


def test_flip_keeps_what_was_known_of_the_revision():
    """A revision that only changed its status keeps the entry of the write that minted it."""
    ours = records.entry(numbered(1), "us", plan="p")
    flipped = records.entry(numbered(1, status="draft"), "others")
    (found,) = records.with_entries([ours], [flipped])
    assert (found.by, found.plan, found.status) == ("us", "p", "draft")


def outcome(studio: Scripted, pending, resources=None, wanted=None, address=MENU):
    """Recover one intent."""
    studio._answers.setdefault("list_flows", [[]])  # it is asked what time it is, too
    known = state(resources, {address: pending})
    (found,) = recover(look(studio), InlinePool(), known, wanted or desired([flow("menu")]))
    return found


def test_recovered_update_without_a_record():
    """An update of what is no longer recorded is dropped."""
    found = outcome(Scripted(server_time=[None]), intent())
    assert found.changes == (DropIntent(MENU),)


def test_recovered_update_keeps_the_record_of_a_removed_manifest():
    """An update whose manifest is gone by now keeps what was recorded of its removal."""
    studio = Scripted(fetch_flow=[body(2, "New", message())])
    known = {MENU: recorded(on_delete="retain")}
    found = outcome(studio, intent(), known, desired())
    assert isinstance(found.changes[0], PutResource)
    assert found.changes[0].resource.on_delete == "retain"


def test_recovered_delete():
    """A delete without a SID, or of what is still there, did not happen; a done one takes the test users along."""
    assert outcome(Scripted(), intent(kind="delete", sid=None)).changes == (DropIntent(MENU),)
    assert outcome(Scripted(fetch_flow=[body()]), intent(kind="delete")).changes == (DropIntent(MENU),)
    known = {MENU: recorded(), TESTERS: TestUsersRecord(MENU, SID, (), ())}
    found = outcome(Scripted(fetch_flow=[GONE]), intent(kind="delete"), known)
    assert set(found.changes) == {DropResource(MENU), DropResource(TESTERS), DropIntent(MENU)}


def test_recovered_test_users():
    """Test users are recorded when they are what was sent, and set again otherwise."""
    wanted = desired([flow("menu")], [users("testers", "menu", "+15550100001")])
    sent = intent(kind="set-test-users", target=digest_of_contacts(["+15550100001"]))
    nothing = (DropIntent(TESTERS),)
    cases = (
        (sent, Scripted(fetch_test_users=[("+1 555 010 0001",)]), wanted, True),
        (sent, Scripted(fetch_test_users=[("+15550100009",)]), wanted, False),
        (sent, Scripted(fetch_test_users=[GONE]), wanted, False),
        (sent, Scripted(fetch_test_users=[("+15550100001",)]), desired([flow("menu")]), False),
        (intent(kind="set-test-users", sid=None), Scripted(), wanted, False),
    )
    for pending, studio, side, arrived in cases:
        found = outcome(studio, pending, {}, side, TESTERS)
        assert (found.changes != nothing) == arrived


def test_recovered_write_of_a_renamed_flow_takes_its_test_users_along():
    """A renamed flow's update that is found again moves record and test users to the new name."""
    old = Address("Flow", "old")
    studio = Scripted(fetch_flow=[body(2, "New", message())])
    known = {old: recorded(), TESTERS: TestUsersRecord(old, SID, (), ())}
    found = outcome(studio, intent(), known)
    kinds = {(type(change).__name__, str(change.address)) for change in found.changes}
    assert kinds == {
        ("DropResource", "Flow/old"), ("PutResource", "TestUsers/testers"),
        ("PutResource", "Flow/menu"), ("DropIntent", "Flow/menu"),
    }  # fmt: skip


def test_long_ago_is_not_waited_for():
    """A write of long ago is looked for once, after Studio was asked what time it is."""
    studio = Scripted(list_flows=[[]])
    outcome(studio, intent(kind="create", sid=None, base=0, at=AT - timedelta(days=1)))
    assert studio.count("list_flows") == 2
