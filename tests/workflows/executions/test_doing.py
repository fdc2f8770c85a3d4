"""Starting, ending and deleting runs: values and an account without a network."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.errors import (
    AmbiguousError,
    CredentialsError,
    InterruptedRunError,
    NotFoundError,
    NotSentError,
    ProtocolError,
    RateLimitedError,
    RequestRefusedError,
)
from reconciler.workflows.executions.ending import Chosen, choose_all, choose_named, do_with
from reconciler.workflows.executions.flows import SeenRun
from reconciler.workflows.executions.starting import Start, start_runs
from tests.support.executions import BEGIN, HELLO, MENU, Account, execution, run_sid, world_of
from tests.support.world import VirtualClock


class Heads:
    """Knows the published revision of every flow."""

    def __init__(self, revision):
        self.revision = revision

    def fetch_published(self, _sid):
        """Give the published head."""
        return self


def contacts(number):
    return tuple(f"+1555010{n:04}" for n in range(number))


def started(account, to, published=3, clock=None):
    world = world_of(account, clock)
    return list(start_runs(world, account, Heads(published), Start(HELLO, to, "+15550109999", {"a": 1})))


def raising(error, only="start"):
    """Give what raises an error before each answer of a kind."""

    def before(word, _sid):
        if word == only:
            raise error

    return before


def test_starts_are_no_faster_than_studio_takes_them():
    """In no second of a hundred starts are there more than twenty, and each contact is started once, in order."""
    clock, account, moments = VirtualClock(), Account(), []
    account.before = lambda word, _: moments.append(clock.elapsed) if word == "start" else None
    done = started(account, contacts(100), clock=clock)
    assert [one.to for one in done] == list(contacts(100))
    assert {one.outcome for one in done} == {"started"}
    assert clock.elapsed < 6
    # Threads begin a little after their turn, so it is the time that was waited that counts.
    assert clock.elapsed >= 99 / 20
    assert len(moments) == 100


def test_a_draft_is_told_from_what_is_published():
    """A revision above the published one is a draft; without a published one every revision is."""
    assert [one.draft for one in started(Account(), contacts(1), published=3)] == [False]
    assert [one.draft for one in started(Account(), contacts(1), published=2)] == [True]


def test_who_cannot_meet_a_draft_is_told_why():
    """A refusal says that nothing is published, when nothing is."""
    account = Account()
    account.before = raising(RequestRefusedError("no"))
    world = world_of(account)
    asked = Start(HELLO, contacts(1), "+15550109999")

    class Unpublished:
        def fetch_published(self, _sid):
            return None

    (one,) = start_runs(world, account, Unpublished(), asked)
    assert one.outcome == "refused"
    assert one.message != "no"
    assert [one.message for one in started(account, contacts(1))] == ["no"]


def test_who_is_in_the_way_is_named():
    """A second run with the same contact is a conflict that names the first; the others are started."""
    account = Account([execution(9, contact=contacts(1)[0], status="active")])
    first, second = started(account, contacts(2))
    assert (first.outcome, first.conflicting) == ("conflict", run_sid(9))
    assert second.outcome == "started"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (RateLimitedError("slow"), "limited"),
        (RequestRefusedError("no"), "refused"),
        (NotSentError("no network"), "not-sent"),
        (AmbiguousError("?"), "unknown"),
        (ProtocolError("?"), "unknown"),
    ],
)
def test_a_start_is_never_repeated(error, outcome):
    """What Studio refuses, or nobody knows of, is told, once each: nobody is called twice."""
    account = Account(before=raising(error))
    assert [one.outcome for one in started(account, contacts(2))] == [outcome] * 2
    assert account.count("start") == 2


@pytest.mark.parametrize("error", [NotFoundError("no flow"), CredentialsError("no")])
def test_what_no_start_can_pass_ends_all(error):
    """Without the flow, or the right, nothing more is tried."""
    account = Account(before=raising(error))
    with pytest.raises(type(error)):
        started(account, contacts(200))
    assert account.count("start") < 200


def test_an_interrupt_tells_what_was_started():
    """What was under way is told before the run ends; what had not begun never is."""
    clock, account, done = VirtualClock(), Account(), []
    account.before = lambda _, sid: setattr(clock, "stopped", sid == contacts(50)[20] or clock.stopped)
    asked = Start(HELLO, contacts(50), "+15550109999")
    with pytest.raises(InterruptedRunError):
        done.extend(start_runs(world_of(account, clock), account, Heads(3), asked))
    assert 20 < len(done) < 50
    assert [one.to for one in done] == [to for word, to in sorted(account.calls, key=lambda call: call[1])]


def test_all_that_are_active_and_old_enough_are_chosen():
    """Those of the flows with the status that began before the moment; the others are left alone."""
    runs = [execution(n, at=60 * n, status="active", flow_sid=(HELLO, MENU)[n % 2].sid) for n in range(1, 5)]
    account = Account([*runs, execution(9, at=600)])
    chosen = choose_all(world_of(account), (HELLO, MENU), "active", BEGIN - timedelta(hours=2))
    assert [seen.run.sid for seen in chosen.runs] == [run_sid(4), run_sid(3)]
    assert len(choose_all(world_of(account), (HELLO,), "ended", None).runs) == 1


def test_named_ones_are_found_and_missing_ones_told():
    """Each SID once; one that no flow has is missing, and the others are done all the same."""
    account = Account([execution(1, status="active"), execution(2, status="active", flow_sid=MENU.sid)])
    world = world_of(account)
    chosen = choose_named(world, (HELLO, MENU), [run_sid(2), run_sid(3), run_sid(2), run_sid(1)])
    assert [seen.run.sid for seen in chosen.runs] == [run_sid(2), run_sid(1)]
    done = list(do_with(world, account, "end", chosen))
    assert {one.sid: one.outcome for one in done} == {run_sid(3): "missing", run_sid(2): "ended", run_sid(1): "ended"}


def chosen_of(account):
    return Chosen(tuple(SeenRun(HELLO, run) for run in account.runs))


def test_what_ended_or_went_meanwhile_is_no_failure():
    """A run that ended by itself has ended already; one that was deleted is gone."""
    account = Account([execution(n, status="active") for n in (1, 2, 3)])
    chosen = chosen_of(account)
    account.runs = [replace(account.runs[0], status="ended"), account.runs[2]]
    outcomes = [one.outcome for one in do_with(world_of(account), account, "end", chosen)]
    assert outcomes == ["already", "gone", "ended"]
    assert [one.outcome for one in do_with(world_of(account), account, "delete", chosen)] == [
        "deleted", "gone", "deleted",
    ]  # fmt: skip
    ended = Account([execution(4)])
    assert [one.outcome for one in do_with(world_of(ended), ended, "end", chosen_of(ended))] == ["already"]
    assert ended.calls == []


@pytest.mark.parametrize("what", ["end", "delete"])
def test_a_lost_answer_is_looked_up(what):
    """Nobody knows whether it was done: it is looked up, and said once more only if it was not."""
    account = Account([execution(1, status="active")])
    chosen = chosen_of(account)
    account.before = raising(AmbiguousError("lost before"), only=what)
    (one,) = do_with(world_of(account), account, what, chosen)
    assert (one.outcome, account.count(what), account.count("fetch")) == ("unknown", 2, 2)

    class Deaf(Account):
        """Does it, and its answer is lost."""

        def end_execution(self, flow, execution):
            """End a run."""
            super().end_execution(flow, execution)
            raise AmbiguousError("lost after")

        def delete_execution(self, flow, execution):
            """Remove a run."""
            super().delete_execution(flow, execution)
            raise AmbiguousError("lost after")

    deaf = Deaf([execution(1, status="active")])
    (one,) = do_with(world_of(deaf), deaf, what, chosen)
    assert (one.outcome, deaf.count(what)) == ({"end": "ended", "delete": "deleted"}[what], 1)


def test_a_refusal_does_not_stop_the_others():
    """What Studio refuses is told with its reason; the rest is done."""
    account = Account([execution(n, status="active") for n in (1, 2)])

    def before(word, sid):
        if (word, sid) == ("end", run_sid(1)):
            raise RateLimitedError("slow")

    account.before = before
    one, other = do_with(world_of(account), account, "end", chosen_of(account))
    assert (one.outcome, one.message, other.outcome) == ("refused", "slow", "ended")
