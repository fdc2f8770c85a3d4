"""What stops a run, what a run notices on its way, and what a plan promises when it is saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from reconciler.definition import document
from reconciler.errors import (
    StaleError,
    StateMismatchError,
)
from reconciler.model.address import Address
from reconciler.model.desired import ChangeLimits, Desired, Environment, Policy
from reconciler.model.record import DropResource
from reconciler.workflows.apply import ApplyRequest, Approval, apply
from tests.support.check import (
    empty_after,
    ended,
    objected,
    options,
    record,
    says,
    says_json,
    sid,
    steps,
)
from tests.support.flows import caller, calling, data, desired, edited, flow, greeting, users, widget
from tests.support.world import Acting, Bed

MENU = Address("Flow", "menu")


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    bed = Bed(tmp_path)
    bed.apply(desired([flow("menu")]))
    return bed


def just_before(bed: Bed, method: str, ending: str, act: Callable[[], object]) -> None:
    """Let something happen just before a request of the next run."""

    def make(inner: httpx.BaseTransport) -> httpx.BaseTransport:
        bed.transport = None
        return Acting(inner, method, ending, act)

    bed.transport = make


def limited(wanted: Desired, **limits: int | None) -> Desired:
    """The same with limits."""
    return replace(wanted, policy=Policy(limits=ChangeLimits(**limits), consistency_window=timedelta(seconds=1)))


def test_limits_refuse_the_whole_plan(bed: Bed):
    """More than `maxChanges` refuses everything and sends nothing; each limit has its own flag; publish is update."""
    bed.apply(desired([flow("menu"), flow("news", status="draft"), flow("gone")]))
    many = desired([flow("menu", greeting("New")), flow("news"), flow("more")])
    cases = (("create", 0), ("update", 1), ("delete", 0))
    for guard, limit in cases:
        wanted = limited(many, **{"create": None, "update": None, "delete": None, "percent": None, guard: limit})
        bed.calls()
        applied = bed.apply(wanted)
        assert objected(applied.plan) == [(guard, "")]
        assert applied.outcomes == ()
        assert set(bed.calls()) & {"CreateFlow", "UpdateFlow", "DeleteFlow"} == set()
        assert objected(bed.plan(wanted, options(guard)).plan) == []


def test_default_limits():
    """By default nothing may be deleted, and no more than 30 percent of ten and more may change."""
    limits = ChangeLimits()
    assert (limits.create, limits.update, limits.delete, limits.percent) == (None, None, 0, 30)


def test_percent_counts_from_ten(tmp_path: Path):
    """The share of changed resources is asked from ten recorded ones on."""
    bed = Bed(tmp_path)
    names = [f"flow-{number}" for number in range(10)]
    for known in (9, 10):
        bed.apply(desired([flow(name) for name in names[:known]]))
        wanted = desired([flow(name, greeting("New") if name < "flow-4" else None) for name in names[:known]])
        expected = [("percent", "")] if known == 10 else []
        assert objected(bed.plan(limited(wanted, delete=0)).plan) == expected
    assert objected(bed.plan(limited(wanted, delete=0), options("percent")).plan) == []
    fewer = desired([flow(name, greeting("New") if name < "flow-3" else None) for name in names])
    assert objected(bed.plan(limited(fewer, delete=0)).plan) == []


def test_empty_manifests_are_refused(bed: Bed):
    """Nothing desired and something recorded is refused as a whole."""
    assert objected(bed.plan(desired()).plan) == [("empty", "")]
    assert objected(bed.plan(desired(), options("empty")).plan) == []


def test_protected_environment_wants_its_name(bed: Bed):
    """A protected environment is changed only by somebody who says its name; an empty plan needs none."""
    guarded = Environment("local", protected=True)
    wanted = desired([flow("menu", greeting("New"))], environment=guarded)
    assert objected(bed.plan(wanted).plan) == [("protected", "")]
    assert objected(bed.plan(wanted, options(confirm="production")).plan) == [("protected", "")]
    assert objected(bed.plan(wanted, options(confirm="local")).plan) == []
    assert objected(bed.plan(desired([flow("menu")], environment=guarded)).plan) == []


def test_invalid_definition_is_refused_before_anything_is_sent(bed: Bed):
    """A definition that Studio would certainly refuse refuses the plan."""
    broken = document.of(data(widget("greet", "Hello", "nowhere")))
    plan = bed.plan(desired([flow("menu", broken)])).plan
    assert ("invalid", "menu") in objected(plan)
    assert plan.refused


def test_too_large_request_is_refused(bed: Bed):
    """A request of a million bytes refuses the plan."""
    assert objected(bed.plan(desired([flow("menu", greeting("x" * 1_000_000))])).plan) == [("too-large", "menu")]


def test_unbound_reference_is_refused(bed: Bed):
    """A reference to a flow that this environment neither manages nor binds refuses the plan."""
    plan = bed.plan(desired([flow("menu", caller("nobody"))])).plan
    assert ("unbound", "menu") in objected(plan)


def test_another_account_is_refused(bed: Bed):
    """When another account answers than the expected one, everything is refused."""
    wanted = desired([flow("menu")], environment=Environment("local", account="AC" + "1" * 32))
    assert objected(bed.plan(wanted).plan) == [("account", "")]
    empty = Bed(bed.folder / "other")
    assert objected(empty.plan(wanted).plan) == [("account", "")]


@pytest.mark.parametrize("what", ["project", "environment", "account", "endpoint"])
def test_state_of_something_else(bed: Bed, what: str):
    """A state of another project, environment, account or endpoint is refused before anything is read."""
    wanted = desired([flow("menu")])
    blank = replace(bed.blank(wanted), **{what: "other"})
    bed.calls()
    with pytest.raises(StateMismatchError):
        apply(
            bed.world(),
            ApplyRequest(wanted, options(), None, blank),
            lambda _: Approval(approved=True),
            bed.events.append,
        )
    assert bed.calls() == {}


def test_declined(bed: Bed):
    """What a person declines is not done."""
    wanted = desired([flow("menu", greeting("New"))])
    request = ApplyRequest(wanted, options(), None, bed.blank(wanted))
    applied = apply(bed.world(), request, lambda _: Approval(approved=False), bed.events.append)
    assert applied.declined
    assert applied.outcomes == ()
    assert says(bed, sid(bed, "menu")) == "Hello"


def test_answer_to_drift_at_the_prompt(bed: Bed):
    """What a person answers for one drifted flow holds for this run."""
    bed.edit(sid(bed, "menu"), Definition=says_json("Theirs"))
    wanted = desired([flow("menu")])
    request = ApplyRequest(wanted, options(), None, bed.blank(wanted))
    approval = Approval(approved=True, on_drift_of={MENU: "revert"})
    applied = apply(bed.world(), request, lambda _: approval, bed.events.append)
    assert ended(applied) == [("menu", "update", "done")]


def test_saved_plan_is_applied_as_it_is(bed: Bed):
    """A saved plan is applied without a question, and a second time it is stale."""
    wanted = desired([flow("menu", greeting("New"))])
    saved = bed.plan(wanted).plan
    assert ended(bed.apply(wanted, saved=saved)) == [("menu", "update", "done")]
    with pytest.raises(StaleError):
        bed.apply(wanted, saved=saved)


def test_saved_plan_of_a_new_state(tmp_path: Path):
    """A plan made before there was a state holds although the state's lineage was unknown."""
    bed = Bed(tmp_path)
    wanted = desired([flow("menu")])
    saved = replace(bed.plan(wanted).plan, lineage="another")
    assert ended(bed.apply(wanted, saved=saved)) == [("menu", "create", "done")]


@pytest.mark.parametrize(
    "change",
    [{"manifests": "sha256:other"}, {"lineage": "other"}, {"serial": 99}, {"account": "ACother"}, {"environment": "x"}],
    ids=lambda change: next(iter(change)),
)
def test_stale_saved_plan(bed: Bed, change: dict[str, object]):
    """A saved plan decided on other manifests, another state or another account is stale; nothing is sent."""
    wanted = desired([flow("menu", greeting("New"))])
    saved = replace(bed.plan(wanted).plan, **change)
    bed.calls()
    with pytest.raises(StaleError):
        bed.apply(wanted, saved=saved)
    assert bed.calls() == {}


def test_edit_between_plan_and_apply_is_a_conflict(bed: Bed):
    """An edit since the saved plan ends that step as a conflict; what waits for it is skipped, the rest goes on."""
    wanted = desired([flow("menu", greeting("New")), flow("main", caller("menu")), flow("other")])
    saved = bed.plan(wanted).plan
    bed.edit(sid(bed, "menu"), Definition=says_json("Theirs"))
    applied = bed.apply(wanted, saved=saved)
    assert sorted(ended(applied)) == [
        ("main", "create", "skipped"), ("menu", "update", "conflict"), ("other", "create", "done")
    ]  # fmt: skip
    assert says(bed, sid(bed, "menu")) == "Theirs"


@pytest.mark.parametrize("kind", ["delete", "adopt", "record", "set-test-users", "record-users"])
def test_every_kind_of_step_looks_again(tmp_path: Path, kind: str):
    """An edit since the saved plan is a conflict for every kind of step that relies on what it saw."""
    bed = Bed(tmp_path)
    before = desired([flow("menu"), flow("stays")], [users("testers", "menu", "+15550100001")])
    bed.apply(before)
    bed.clock.sleep(60)
    menu = sid(bed, "menu")
    wanted, said = before, options()
    if kind == "delete":
        wanted = edited(replace(before, test_users={}), without=["menu"])
    elif kind == "adopt":
        with bed.store.open(create=bed.blank(before), timeout=0) as session:
            session.record([DropResource(MENU), DropResource(Address("TestUsers", "testers"))])
        wanted = desired([flow("menu"), flow("stays")])
    elif kind == "record":
        bed.edit(menu)
    else:
        bed.world().writer.set_test_users(menu, ["+15550100002"])
    if kind == "record-users":
        wanted = desired([flow("menu"), flow("stays")], [users("testers", "menu", "+15550100002")])
    saved = bed.plan(wanted, said).plan
    assert kind.removesuffix("-users") in {k.removesuffix("-users") for _, k, _ in steps(saved)}
    bed.edit(menu, Definition=says_json("Theirs"))
    bed.world().writer.set_test_users(menu, ["+15550100003"])
    applied = bed.apply(wanted, said, saved=saved)
    assert {end for name, _, end in ended(applied) if name in {"menu", "testers"}} <= {"conflict", "skipped"}
    assert says(bed, menu) == "Theirs"


def test_flow_deleted_between_plan_and_apply(bed: Bed):
    """An update of a flow that is gone by now is a conflict, not a create; a delete of it is done."""
    bed.apply(desired([flow("menu"), flow("gone")]))
    wanted = desired([flow("menu", greeting("New"))])
    saved = bed.plan(wanted).plan
    for name in ("menu", "gone"):
        bed.world().writer.delete_flow(sid(bed, name))
    assert sorted(ended(bed.apply(wanted, saved=saved))) == [("gone", "delete", "done"), ("menu", "update", "conflict")]


def test_edit_between_look_and_write_is_named(bed: Bed):
    """An edit in the moment between our look and our write is recorded and named as overwritten."""
    menu = sid(bed, "menu")
    wanted = desired([flow("menu", greeting("New"))])
    just_before(bed, "POST", menu, lambda: bed.edit(menu, Definition=says_json("Theirs"), CommitMessage="quick fix"))
    applied = bed.apply(wanted)
    (outcome,) = applied.outcomes
    assert outcome.kind == "done"
    assert [(r.revision, r.message, r.ours) for r in outcome.overwritten] == [(2, "quick fix", False)]
    assert [(e.revision, e.by) for e in record(bed, "menu").revisions] == [(1, "us"), (2, "others"), (3, "us")]
    empty_after(bed, wanted)


def test_gap_is_no_edit(tmp_path: Path):
    """Numbers that Studio skips are gaps: nothing was overwritten."""
    bed = Bed(tmp_path, quirks={"revision-gaps": "yes"})
    bed.apply(desired([flow("menu")]))
    for text in ("One", "Two", "Three"):
        (outcome,) = bed.apply(desired([flow("menu", greeting(text))])).outcomes
        assert (outcome.kind, outcome.overwritten) == ("done", ())
    numbers = [e.revision for e in record(bed, "menu").revisions]
    assert len(numbers) == 4
    assert numbers[-1] > 4


def test_definition_is_validated_before_the_first_write(bed: Bed):
    """One refusal of Validate stops the whole run before anything is written."""
    odd = document.of(data({"name": "greet", "type": "invented", "transitions": [], "properties": {}}))
    wanted = desired([flow("menu", odd), flow("first"), flow("second")])
    bed.calls()
    applied = bed.apply(wanted)
    assert sorted(ended(applied)) == [
        ("first", "create", "skipped"), ("menu", "update", "failed"), ("second", "create", "skipped")
    ]  # fmt: skip
    assert set(bed.calls()) & {"CreateFlow", "UpdateFlow"} == set()
    request = ApplyRequest(wanted, options(), None, bed.blank(wanted), validate=False)
    applied = apply(bed.world(), request, lambda _: Approval(approved=True), bed.events.append)
    assert sorted(ended(applied)) == [
        ("first", "create", "done"), ("menu", "update", "failed"), ("second", "create", "done")
    ]  # fmt: skip


def test_caller_of_a_new_flow_is_validated_when_its_sid_is_known(tmp_path: Path):
    """What refers to a flow that the plan creates is validated once that exists, and refused then if it must be."""
    bed = Bed(tmp_path)
    odd = {"name": "odd", "type": "invented", "transitions": [], "properties": {}}
    wanted = desired([flow("menu"), flow("main", document.of(data(calling("call", "${flow.menu.sid}"), odd)))])
    assert ended(bed.apply(wanted)) == [("menu", "create", "done"), ("main", "create", "failed")]
    assert bed.calls()["CreateFlow"] == 1
    bed.apply(desired([flow("menu")]), options("delete"))


def test_adopted_draft_of_the_person_who_points_at_it(bed: Bed):
    """An import of a draft is published without asking: the person pointed at it."""
    theirs = sid(bed, "menu")
    bed.edit(theirs, Status="draft", Definition=says_json("Draft"))
    with bed.store.open(create=bed.blank(desired()), timeout=0) as session:
        session.record([DropResource(MENU)])
    wanted = desired([flow("menu", greeting("Draft"))])
    plan = bed.plan(wanted).plan
    assert [kind for _, kind, _ in steps(plan)] == ["adopt", "publish"]
    assert plan.objections == ()
    bed.apply(wanted)
    empty_after(bed, wanted)


def test_account_is_recorded_once_it_is_known(tmp_path: Path):
    """A state without an account gets the one that answered, and belongs to it from then on."""
    bed = Bed(tmp_path)
    wanted = desired([flow("menu")])
    request = ApplyRequest(wanted, options(), None, replace(bed.blank(wanted), account=None))
    apply(bed.world(), request, lambda _: Approval(approved=True), bed.events.append)
    assert bed.state().account == bed.blank(wanted).account
    empty_after(bed, wanted)


def test_flow_of_others_that_calls_what_goes(bed: Bed):
    """A flow that nobody manages and that calls the one to be deleted is looked at before the delete."""
    bed.apply(desired([flow("menu"), flow("stays")]))
    with bed.console() as client:
        form = {"FriendlyName": "theirs", "Status": "published"}
        form["Definition"] = document.of(data(calling("call", sid(bed, "menu")))).text
        client.post("/_console/Flows", data=form).raise_for_status()
    wanted = desired([flow("stays")])
    assert objected(bed.plan(wanted).plan) == [("called", "menu")]


def test_foreign_flow_that_goes_while_it_is_read(bed: Bed):
    """A flow of others that is deleted while a plan is made is no error of ours."""
    bed.apply(desired([flow("menu"), flow("stays")]))
    with bed.console() as client:
        form = {"FriendlyName": "theirs", "Status": "published", "Definition": says_json("x")}
        theirs = str(client.post("/_console/Flows", data=form).json()["sid"])
    just_before(bed, "GET", theirs, lambda: bed.world().writer.delete_flow(theirs))
    assert steps(bed.plan(desired([flow("stays")])).plan) == [("menu", "delete", "no-longer-desired")]
