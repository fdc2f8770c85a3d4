"""Listing, finding and showing runs: values and an account without a network."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.errors import NotFoundError, UsageError
from reconciler.model.execution import ExecutionFilter
from reconciler.model.export import ExportSettings
from reconciler.workflows.executions.ending import choose_all
from reconciler.workflows.executions.exporting import ExportRequest, export
from reconciler.workflows.executions.flows import KnownFlow, SeenRun, find_run
from reconciler.workflows.executions.listing import Wanted, ends_of, list_runs
from reconciler.workflows.executions.path import path_of
from reconciler.workflows.executions.showing import show_run
from tests.support.executions import BEGIN, HELLO, MENU, Account, MemorySink, execution, run_sid, step, world_of

ALL = ExecutionFilter()


def sids(listed):
    return [int(seen.run.sid.removeprefix("FN"), 16) for seen in listed.runs]


def test_the_newest_of_all_flows_are_given_by_flow():
    """A limit counts over all flows; each flow's own are the newest first, and the total counts the others too."""
    account = Account([execution(n, at=n, flow_sid=(HELLO, MENU)[n % 2].sid) for n in range(1, 9)])
    listed = list_runs(world_of(account), (HELLO, MENU), Wanted(ALL, limit=4))
    assert sids(listed) == [2, 4, 1, 3]
    assert [seen.flow for seen in listed.runs] == [HELLO, HELLO, MENU, MENU]
    assert listed.total == 8
    assert len(list_runs(world_of(account), (HELLO, MENU), Wanted(ALL)).runs) == 8


def test_a_span_is_exact():
    """Runs of the first moment are in it and of the last are not, although Studio may think otherwise."""
    account = Account([execution(n, at=n) for n in range(1, 6)])
    which = ExecutionFilter(since=BEGIN - timedelta(minutes=4), until=BEGIN - timedelta(minutes=2))
    assert sids(list_runs(world_of(account), (HELLO,), Wanted(which))) == [3, 4]


def test_what_studio_no_longer_keeps_is_said():
    """Whoever asks for more than thirty days back is told since when there is something."""
    world = world_of(Account())
    for days, kept in ((29, None), (31, BEGIN - timedelta(days=30))):
        which = ExecutionFilter(since=BEGIN - timedelta(days=days))
        assert list_runs(world, (HELLO,), Wanted(which)).kept_since == kept


def test_a_contact_costs_no_request_and_both_ends_read_contexts():
    """The contact is known of every run; who was at which end stands in its context, read only when it is asked for."""
    account = Account([execution(n, at=n, contact=f"+1555010000{n}") for n in (1, 2, 3)])
    incoming = {"trigger": {"message": {"From": "+15550100001", "To": "+15550100009"}}}
    outgoing = {"trigger": {"request": {"from": "+15550100009", "to": "+15550100002"}}}
    account.contexts = {run_sid(1): incoming, run_sid(2): outgoing, run_sid(3): {"trigger": {"call": {}}}}
    world = world_of(account)
    assert sids(list_runs(world, (HELLO,), Wanted(ALL, contact="+15550100002"))) == [2]
    assert account.count("context") == 0
    assert sids(list_runs(world, (HELLO,), Wanted(ALL, sender="+15550100009"))) == [2]
    assert sids(list_runs(world, (HELLO,), Wanted(ALL, recipient="+15550100009"))) == [1]
    assert account.count("context") == 6
    both = Wanted(ALL, sender="+15550100001", recipient="+15550100009")
    assert sids(list_runs(world, (HELLO,), both)) == [1]
    assert account.count("context") == 7


@pytest.mark.parametrize("context", [None, [], {}, {"trigger": "?"}, {"trigger": {"message": []}}])
def test_contexts_of_any_shape_are_read(context):
    """What is not as documented has no ends, and stops nothing."""
    assert ends_of(context) == (None, None)


def test_a_run_deleted_meanwhile_is_left_out():
    """A run that goes between the list and its context is no failure."""
    account = Account([execution(1, flow_sid=HELLO.sid)])
    account.before = lambda word, _: account.runs.clear() if word == "context" else None
    assert list_runs(world_of(account), (HELLO,), Wanted(ALL, sender="x")).runs == ()


def test_a_sid_alone_finds_its_run():
    """Each flow is asked until one has it; when none has, the error says so."""
    account = Account([execution(1, flow_sid=MENU.sid)])
    assert find_run(world_of(account), (HELLO, MENU), run_sid(1)).flow == MENU
    with pytest.raises(UsageError):
        find_run(world_of(account), (HELLO, MENU), run_sid(2))


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("spread", [0, 1])
def test_visits_come_in_the_order_of_the_path(backwards, spread):
    """Whatever Studio's order, and even all in one second: each step follows the one before, through a sub-flow too."""
    run = execution(1)
    moves = [
        (1, "Trigger incomingMessage greet", None), (2, "greet sent call", None), (3, "Trigger incomingParent ask", 2),
        (4, "ask timeout ask_again", 2), (5, "ask_again incomingMessage Ended", 2), (6, "call completed bye", None),
        (7, "bye sent Ended", None),
    ]  # fmt: skip
    steps = [step(n, run, move, at=n * spread, parent=parent) for n, move, parent in moves]
    mixed = steps[::-1] if backwards else steps
    visits = path_of(run, mixed)
    came = ["Trigger", "greet", "Trigger", "ask", "ask_again", "call", "bye"]
    assert [visit.widget for visit in visits] == came
    assert [visit.step for visit in visits] == steps
    assert [visit.depth for visit in visits] == [0, 0, 1, 1, 1, 0, 0]


def test_a_run_that_waits_and_one_that_was_cut_short():
    """An active run is at its last widget; one that ended there without coming to an end was cut short."""
    run = execution(1, status="active")
    account = Account([run], {run.sid: [step(1, run, "Trigger incomingMessage ask", at=1)]}, {run.sid: {"a": 1}})
    shown = show_run(world_of(account), SeenRun(HELLO, run))
    assert (shown.waiting_at, shown.cut_short, shown.context) == ("ask", False, {"a": 1})
    assert [visit.spent for visit in shown.path] == [timedelta(seconds=1), None]
    ended = show_run(world_of(account), SeenRun(HELLO, replace(run, status="ended")))
    assert (ended.waiting_at, ended.cut_short) == (None, True)
    account.steps[run.sid].append(step(2, run, "ask timeout Ended", at=2))
    assert show_run(world_of(account), SeenRun(HELLO, replace(run, status="ended"))).cut_short is False


def test_a_deleted_flow_does_not_hide_the_others():
    """A recorded flow that Studio does not have any more is named, and all others are read; a wrong SID is an error."""
    account = Account([execution(1)], gone=frozenset({MENU.sid}))
    world = world_of(account)
    listed = list_runs(world, (HELLO, MENU), Wanted(ALL))
    assert (sids(listed), listed.absent) == ([1], (MENU,))
    chosen = choose_all(world, (MENU, HELLO), "ended", None)
    assert (len(chosen.runs), chosen.absent) == (1, (MENU,))
    asked = ExportRequest((MENU, HELLO), ExportSettings(), lambda contact: contact)
    exported = export(world, MemorySink(), asked)
    assert (exported.rows["executions"], exported.absent) == (1, (MENU,))
    with pytest.raises(NotFoundError):
        list_runs(world, (KnownFlow(MENU.sid),), Wanted(ALL))
