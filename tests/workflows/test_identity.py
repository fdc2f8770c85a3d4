"""Whose a flow is: renames, imports, marks, lost states, flows that others delete, and the end of a flow's life."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.desired import Desired, Environment, Lifecycle
from tests.support.check import (
    drift,
    empty_after,
    ended,
    made_by_hand,
    objected,
    options,
    record,
    says_json,
    sid,
    steps,
)
from tests.support.flows import caller, desired, flow, greeting, users
from tests.support.world import Bed


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    return Bed(tmp_path)


def count(bed: Bed) -> int:
    """How many flows the account has."""
    return len(bed.world().reader.list_flows())


def importing(wanted: Desired, **sids: str) -> Desired:
    """The same desired side with imports."""
    imports = {Address("Flow", name): sid for name, sid in sids.items()}
    return replace(wanted, environment=Environment("local", imports=imports))


def lose_state(bed: Bed) -> None:
    """Somebody deletes the state."""
    shutil.rmtree(bed.folder / "state")


def test_rename_keeps_the_flow_and_its_test_users(bed: Bed):
    """A rename with `previousNames` is a record step: same SID, nothing sent, test users follow."""
    bed.apply(desired([flow("old", friendly_name="x")], [users("testers", "old", "+15550100001")]))
    before = sid(bed, "old")
    wanted = desired(
        [flow("new", friendly_name="x", previous_names=("old",))], [users("testers", "new", "+15550100001")]
    )
    bed.calls()
    applied = bed.apply(wanted)
    assert steps(applied.plan) == [("new", "record", "renamed")]
    assert "UpdateFlow" not in bed.calls()
    assert sid(bed, "new") == before
    assert [r.flow.name for r in bed.state().test_users().values()] == ["new"]
    empty_after(bed, wanted)


def test_rename_with_drift_takes_both(bed: Bed):
    """A renamed flow that also moved is recorded under its new name as it is now, in one step."""
    bed.apply(desired([flow("old", friendly_name="x")]))
    bed.edit(sid(bed, "old"))
    wanted = desired([flow("new", friendly_name="x", previous_names=("old",))])
    bed.apply(wanted)
    assert record(bed, "new").revision == 2
    empty_after(bed, wanted)


def test_rename_and_change_and_chain(bed: Bed):
    """A rename with new content is one update; names before the previous one still count."""
    bed.apply(desired([flow("first")]))
    before = sid(bed, "first")
    wanted = desired([flow("third", greeting("New"), previous_names=("second", "first"))])
    applied = bed.apply(wanted)
    assert ended(applied) == [("third", "update", "done")]
    assert sid(bed, "third") == before
    assert set(bed.state().flows()) == {Address("Flow", "third")}
    empty_after(bed, wanted)


def test_rename_without_saying_so_is_a_delete_behind_guards(bed: Bed):
    """Without `previousNames` a new name is a create and a delete, and the default limit of deletes refuses it."""
    bed.apply(desired([flow("old")]))
    wanted = desired([flow("new")])
    plan = bed.plan(replace(wanted, policy=replace(wanted.policy, limits=type(wanted.policy.limits)()))).plan
    assert sorted(kind for _, kind, _ in steps(plan)) == ["create", "delete"]
    assert ("delete", "") in objected(plan)


def test_removed_manifest_deletes_and_keeps_a_copy(bed: Bed):
    """A removed manifest deletes the flow; its bodies are kept, its test users are forgotten in the same step."""
    both = desired([flow("gone"), flow("stays")], [users("testers", "gone", "+15550100001")])
    bed.apply(both)
    bed.edit(sid(bed, "gone"), Status="draft", Definition=says_json("Draft"))
    wanted = desired([flow("stays")])
    applied = bed.apply(wanted)
    assert ended(applied) == [("gone", "delete", "done")]
    (outcome,) = applied.outcomes
    assert len(outcome.saved) == 2
    assert all(Path(path).exists() for path in outcome.saved)
    assert set(bed.state().resources) == {Address("Flow", "stays")}
    assert count(bed) == 1
    empty_after(bed, wanted)


def test_retained_flow_is_forgotten(bed: Bed):
    """`onDelete: retain` survives the removal of the manifest: the record goes, the flow stays."""
    bed.apply(
        desired([flow("menu", lifecycle=Lifecycle(on_delete="retain"))], [users("testers", "menu", "+15550100001")])
    )
    applied = bed.apply(desired(), options("empty"))
    assert {(name, kind) for name, kind, _ in steps(applied.plan)} == {("menu", "forget"), ("testers", "forget")}
    assert bed.state().resources == {}
    assert count(bed) == 1
    empty_after(bed, desired())


def test_new_lifecycle_is_recorded(bed: Bed):
    """A change of `onDelete` alone is recorded, so that it survives the manifest."""
    bed.apply(desired([flow("menu")]))
    wanted = desired([flow("menu", lifecycle=Lifecycle(on_delete="retain"))])
    assert steps(bed.apply(wanted).plan) == [("menu", "record", "lifecycle")]
    assert record(bed, "menu").on_delete == "retain"
    empty_after(bed, wanted)


def test_removed_test_users_are_forgotten(bed: Bed):
    """Removing a TestUsers document is a forget: the list stays as it is."""
    bed.apply(desired([flow("menu")], [users("testers", "menu", "+15550100001")]))
    wanted = desired([flow("menu")])
    assert steps(bed.apply(wanted).plan) == [("testers", "forget", "no-longer-desired")]
    assert bed.world().reader.fetch_test_users(sid(bed, "menu")) == ("+15550100001",)
    empty_after(bed, wanted)


def test_empty_contacts_empty_the_list(bed: Bed):
    """`contacts: []` empties the list."""
    bed.apply(desired([flow("menu")], [users("testers", "menu", "+15550100001")]))
    wanted = desired([flow("menu")], [users("testers", "menu")])
    assert ended(bed.apply(wanted)) == [("testers", "set-test-users", "done")]
    assert bed.world().reader.fetch_test_users(sid(bed, "menu")) == ()
    empty_after(bed, wanted)


@pytest.mark.parametrize("habit", ["refuse", "ignore"])
def test_list_that_cannot_be_emptied_is_an_error(tmp_path: Path, habit: str):
    """A list that Studio does not empty is a failed step, never a silent success, and nothing stays pending."""
    bed = Bed(tmp_path, quirks={"empty-test-users": habit})
    bed.apply(desired([flow("menu")], [users("testers", "menu", "+15550100001")]))
    applied = bed.apply(desired([flow("menu")], [users("testers", "menu")]))
    assert ended(applied) == [("testers", "set-test-users", "failed")]
    assert bed.state().pending == {}


def test_destroy_deletes_what_is_recorded(bed: Bed):
    """`destroy` deletes callers before what they call, forgets what is retained, and leaves the rest alone."""
    kept = flow("kept", lifecycle=Lifecycle(on_delete="retain"))
    wanted = desired(
        [flow("callee"), flow("acaller", caller("callee")), kept], [users("testers", "kept", "+15550100001")]
    )
    bed.apply(wanted)
    made_by_hand(bed, "theirs")
    applied = bed.apply(wanted, options(destroy=True))
    assert applied.plan.objections == ()
    kinds = [(name, kind) for name, kind, _ in steps(applied.plan)]
    assert kinds.index(("acaller", "delete")) < kinds.index(("callee", "delete"))
    assert ("kept", "forget") in kinds
    assert {o.kind for o in applied.outcomes} == {"done"}
    assert bed.state().resources == {}
    assert count(bed) == 2


def test_what_nobody_names_is_not_ours(bed: Bed):
    """A flow that neither the manifests nor the state name is never part of a plan."""
    theirs = made_by_hand(bed, "theirs")
    bed.apply(desired([flow("menu")]))
    bed.apply(desired(), options("empty"))
    assert [row.sid for row in bed.world().reader.list_flows()] == [theirs]


def test_deleted_by_others_is_created_behind_a_guard(bed: Bed):
    """A flow that others deleted is created again only when allowed, with a note on phone numbers; callers follow."""
    wanted = desired([flow("menu"), flow("main", caller("menu"))], [users("testers", "menu", "+15550100001")])
    bed.apply(wanted)
    before = sid(bed, "menu")
    bed.world().writer.delete_flow(before)
    plan = bed.plan(wanted).plan
    assert drift(plan) == {"menu": "deleted"}
    assert steps(plan)[0] == ("menu", "create", "deleted-by-others")
    assert before in plan.steps[0].notes[0]
    assert objected(plan) == [("recreate", "menu")]
    assert {end for _, _, end in ended(bed.apply(wanted))} == {"refused", "skipped"}
    applied = bed.apply(wanted, options("recreate"))
    assert {end for _, _, end in ended(applied)} == {"done"}
    assert sid(bed, "menu") != before
    assert bed.world().reader.fetch_test_users(sid(bed, "menu")) == ("+15550100001",)
    assert bed.world().reader.fetch_flow(sid(bed, "main")).definition.subflows == (sid(bed, "menu"),)
    empty_after(bed, wanted)


def test_deleted_by_others_and_no_longer_wanted_is_forgotten(bed: Bed):
    """A flow that is gone already is forgotten, with its test users; nothing is sent."""
    bed.apply(desired([flow("menu"), flow("stays")], [users("testers", "menu", "+15550100001")]))
    bed.world().writer.delete_flow(sid(bed, "menu"))
    wanted = desired([flow("stays")])
    assert steps(bed.apply(wanted).plan) == [("menu", "forget", "deleted-by-others")]
    assert set(bed.state().resources) == {Address("Flow", "stays")}
    empty_after(bed, wanted)


def test_deleted_draft(bed: Bed):
    """A draft that others deleted is created again as a draft."""
    wanted = desired([flow("menu", status="draft")])
    bed.apply(wanted)
    bed.world().writer.delete_flow(sid(bed, "menu"))
    assert ended(bed.apply(wanted, options("recreate"))) == [("menu", "create", "done")]
    assert record(bed, "menu").published is None
    empty_after(bed, wanted)


def test_import_adopts_and_updates(bed: Bed):
    """An import is planned as `adopt`; what the manifest wants otherwise is an update behind it."""
    theirs = made_by_hand(bed, "anything", "Theirs")
    wanted = importing(desired([flow("menu")], [users("testers", "menu", "+15550100001")]), menu=theirs)
    applied = bed.apply(wanted)
    assert ended(applied) == [
        ("menu", "adopt", "done"), ("menu", "update", "done"), ("testers", "set-test-users", "done")
    ]  # fmt: skip
    assert sid(bed, "menu") == theirs
    assert count(bed) == 1
    empty_after(bed, wanted)


def test_import_of_what_is_wanted_sends_nothing(bed: Bed):
    """An import of a flow that is as wanted is an adopt alone, also of a flow that was never published."""
    theirs = made_by_hand(bed, "menu")
    wanted = importing(desired([flow("menu")]), menu=theirs)
    bed.calls()
    assert ended(bed.apply(wanted)) == [("menu", "adopt", "done")]
    assert "UpdateFlow" not in bed.calls()
    empty_after(bed, wanted)


def test_import_of_an_unknown_flow(bed: Bed):
    """An import of a flow that the account does not have is an error, not a create."""
    with pytest.raises(UsageError):
        bed.plan(importing(desired([flow("menu")]), menu="FW" + "0" * 32))


def test_import_of_a_recorded_flow_is_refused(bed: Bed):
    """An import cannot take a flow from under another address: it would be deleted under that one."""
    bed.apply(desired([flow("old")]))
    with pytest.raises(UsageError):
        bed.plan(importing(desired([flow("new")]), new=sid(bed, "old")))


def test_one_flow_imported_twice_is_refused(bed: Bed):
    """Two addresses cannot import one flow."""
    theirs = made_by_hand(bed, "theirs")
    with pytest.raises(UsageError):
        bed.plan(importing(desired([flow("one"), flow("two")]), one=theirs, two=theirs))


def test_import_without_a_refresh(bed: Bed):
    """`--refresh=none` trusts the state for what it knows; what it does not know is still looked up, not doubled."""
    theirs = made_by_hand(bed, "menu")
    wanted = importing(desired([flow("menu")]), menu=theirs)
    assert steps(bed.plan(wanted, options(refresh="none")).plan) == [("menu", "adopt", "imported")]
    plan = bed.plan(desired([flow("menu")]), options(refresh="none")).plan
    assert objected(plan) == [("namesake", "menu")]


def test_lost_state_is_found_again_by_marks(bed: Bed):
    """With the state lost, flows that bear our mark are adopted, nothing is created, and the next plan is empty."""
    wanted = desired(
        [flow("menu"), flow("main", caller("menu")), flow("news", status="draft")],
        [users("testers", "main", "+15550100001")],
    )
    bed.apply(wanted)
    lose_state(bed)
    plan = bed.plan(wanted).plan
    assert {kind for _, kind, _ in steps(plan)} <= {"adopt", "record"}
    assert {end for _, _, end in ended(bed.apply(wanted))} == {"done"}
    assert count(bed) == 3
    empty_after(bed, wanted)


def test_namesake_is_not_doubled(bed: Bed):
    """A create beside an unmarked flow of the same name is refused, with the command that imports it."""
    theirs = made_by_hand(bed, "menu")
    wanted = desired([flow("menu")])
    plan = bed.plan(wanted).plan
    assert objected(plan) == [("namesake", "menu")]
    assert plan.objections[0].command == f"reconciler import Flow/menu {theirs}"
    assert ended(bed.apply(wanted)) == [("menu", "create", "refused")]
    assert ended(bed.apply(wanted, options("namesake"))) == [("menu", "create", "done")]
    assert count(bed) == 2
    empty_after(bed, wanted)


def test_flow_of_another_project_wants_take_over(bed: Bed):
    """A flow with another project's mark is neither ours by name nor adopted without `--take-over`."""
    bed.apply(replace(desired([flow("menu")]), project="other"))
    theirs = sid(bed, "menu")
    lose_state(bed)
    assert objected(bed.plan(desired([flow("menu")])).plan) == [("namesake", "menu")]
    wanted = importing(desired([flow("menu")]), menu=theirs)
    assert objected(bed.plan(wanted).plan) == [("take-over", "menu")]
    assert {end for _, _, end in ended(bed.apply(wanted))} == {"refused"}
    assert {end for _, _, end in ended(bed.apply(wanted, options(take_over=True)))} == {"done"}
    empty_after(bed, wanted)


def test_several_flows_with_our_mark_are_left_alone(bed: Bed):
    """Where two flows bear one mark nobody can tell which is meant: neither is adopted nor a third created."""
    bed.apply(desired([flow("menu")]))
    message = record(bed, "menu").revisions[0].message
    assert message is not None
    made_by_hand(bed, "menu", message=message)
    lose_state(bed)
    assert objected(bed.plan(desired([flow("menu")])).plan) == [("namesake", "menu")]


def test_renamed_after_others_deleted_it(bed: Bed):
    """A flow that was deleted by others and renamed is created under its new name, and nothing is left of the old."""
    bed.apply(desired([flow("old")], [users("testers", "old", "+15550100001")]))
    bed.world().writer.delete_flow(sid(bed, "old"))
    wanted = desired([flow("new", previous_names=("old",))], [users("testers", "new", "+15550100001")])
    assert {end for _, _, end in ended(bed.apply(wanted, options("recreate")))} == {"done"}
    assert set(bed.state().flows()) == {Address("Flow", "new")}
    empty_after(bed, wanted)
