"""What is read for a plan, how often, and what is believed of it; and answers that got lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from reconciler.errors import (
    AmbiguousError,
    ProtocolError,
    StaleError,
    UsageError,
)
from reconciler.model.address import Address
from reconciler.model.desired import ChangeLimits, Policy
from reconciler.model.record import FlowRecord, PutResource
from reconciler.plan.scope import Scope
from tests.support.check import (
    drift,
    empty_after,
    ended,
    options,
    record,
    says_json,
    sid,
    steps,
)
from tests.support.flows import desired, flow, greeting, users
from tests.support.world import Bed

MENU = Address("Flow", "menu")


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    bed = Bed(tmp_path)
    bed.apply(desired([flow("menu")]))
    return bed


def test_stale_list_row_is_no_drift(bed: Bed):
    """A row that is lower than recorded is read again; when it stays lower the run ends and nothing is undone."""
    bed.apply(desired([flow("menu", greeting("New"))]))
    known = record(bed, "menu")
    with bed.store.open(create=bed.blank(desired()), timeout=0) as session:
        session.record([PutResource(MENU, replace(known, revision=9))])
    with pytest.raises(StaleError):
        bed.plan(desired([flow("menu")]))


def test_absence_needs_two_looks_a_window_apart(tmp_path: Path):
    """A flow that the list does not show and that one look does not find is there all the same if a later one does."""
    bed = Bed(tmp_path, quirks={"read-lag": "900ms", "list-lag": "900ms"})
    wanted = desired([flow("menu")])
    bed.apply(wanted)
    before = bed.clock.elapsed
    empty_after(bed, wanted)
    assert bed.clock.elapsed > before
    bed.clock.sleep(60)
    bed.world().writer.delete_flow(sid(bed, "menu"))
    bed.clock.sleep(2)
    before = bed.clock.elapsed
    assert drift(bed.plan(wanted).plan) == {"menu": "deleted"}
    assert bed.clock.elapsed - before >= 1


def test_nothing_changed_costs_one_call(bed: Bed):
    """A plan without changes makes one list call."""
    bed.calls()
    empty_after(bed, desired([flow("menu")]))
    assert bed.calls() == {"ListFlow": 2}


def test_refresh_none_trusts_the_state(bed: Bed):
    """With `refresh=none` nothing is read for what is recorded; apply still looks before it writes."""
    menu = sid(bed, "menu")
    bed.edit(menu, Definition=says_json("Theirs"))
    said = options(refresh="none")
    bed.calls()
    assert bed.plan(desired([flow("menu")]), said).plan.steps == ()
    wanted = desired([flow("menu", greeting("New"))], [users("testers", "menu", "+15550100001")])
    plan = bed.plan(wanted, said).plan
    assert bed.calls() == {}
    assert steps(plan) == [("menu", "update", "changed"), ("testers", "set-test-users", "changed")]
    assert ended(bed.apply(wanted, said)) == [("menu", "update", "conflict"), ("testers", "set-test-users", "skipped")]


def test_refresh_none_knows_recorded_test_users(bed: Bed):
    """With `refresh=none` recorded test users are as recorded."""
    wanted = desired([flow("menu")], [users("testers", "menu", "+15550100001")])
    bed.apply(wanted)
    assert bed.plan(wanted, options(refresh="none")).plan.steps == ()
    other = desired([flow("menu")], [users("testers", "menu", "+15550100002")])
    assert ended(bed.apply(other, options(refresh="none"))) == [("testers", "set-test-users", "done")]


def test_refresh_full_checks_recorded_digests(bed: Bed):
    """With `refresh=full` every body is read and held against what was recorded of that revision."""
    said = options(refresh="full")
    wanted = desired([flow("menu")])
    bed.calls()
    assert bed.plan(wanted, said).plan.steps == ()
    assert bed.calls()["FetchFlow"] == 1
    known = record(bed, "menu")
    assert isinstance(known, FlowRecord)
    odd = replace(known, stored=greeting("Odd").digests)
    with bed.store.open(create=bed.blank(wanted), timeout=0) as session:
        session.record([PutResource(MENU, odd)])
    with pytest.raises(ProtocolError):
        bed.plan(wanted, said)


def test_unreadable_list_is_no_short_list(bed: Bed):
    """When Studio cannot be listed there is no plan: no flow is taken for deleted."""
    bed.faulty({"5xx-before": 1.0})
    with pytest.raises(AmbiguousError):
        bed.plan(desired([flow("menu")]))


def test_lost_answers_are_found(bed: Bed):
    """A create and an update whose answers get lost are found by their marks, and made once."""
    wanted = desired([flow("menu", greeting("New")), flow("other")])
    for path in (sid(bed, "menu"), "/v2/Flows"):
        lose_first_answer(bed, path)
    applied = bed.apply(wanted)
    assert {end for _, _, end in ended(applied)} == {"done"}
    assert len(bed.world().reader.list_flows()) == 2
    assert [e.revision for e in record(bed, "menu").revisions] == [1, 2]
    empty_after(bed, wanted)


def lose_first_answer(bed: Bed, path: str) -> None:
    """Lose the answer of the first request that ends so."""
    wrapped = bed.transport

    class Losing(httpx.BaseTransport):
        def __init__(self, inner: httpx.BaseTransport) -> None:
            self._inner = wrapped(inner) if wrapped else inner
            self._lost = False

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            answer = self._inner.handle_request(request)
            answer.read()
            if request.method == "POST" and request.url.path.endswith(path) and not self._lost:
                self._lost = True
                raise httpx.ReadTimeout("too slow", request=request)
            return answer

    bed.transport = Losing


def test_plan_and_status_write_nothing(bed: Bed):
    """A plan sends no write and changes no state."""
    before = bed.state()
    bed.edit(sid(bed, "menu"), Definition=says_json("Theirs"))
    bed.calls()
    bed.plan(desired([flow("new"), flow("menu")]))
    assert bed.state() == before
    assert {name for name in bed.calls() if not name.startswith(("List", "Fetch"))} == set()


def test_window_of_nothing_is_said(bed: Bed):
    """A consistency window of nothing is a warning on every plan."""
    wanted = desired([flow("menu")], policy=Policy(limits=ChangeLimits(), consistency_window=timedelta()))
    assert "consistencyWindow" in bed.plan(wanted).plan.warnings[0]


def test_scope_of_an_unknown_address_changes_nothing(bed: Bed):
    """An exclusion that nobody knows is an error, not a plan of everything."""
    with pytest.raises(UsageError):
        bed.plan(desired([flow("menu")]), options(scope=Scope(excludes=(Address("Flow", "x"),))))
