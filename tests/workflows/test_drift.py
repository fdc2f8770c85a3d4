"""What others do in the Console, and what becomes of it: `onDrift`, two heads, `ignoreChanges`."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.definition import document
from reconciler.model.definition import Status
from reconciler.model.desired import DesiredFlow, Lifecycle
from tests.support.check import (
    drift,
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
from tests.support.flows import data, desired, flow, greeting, users, widget
from tests.support.world import Bed


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    bed = Bed(tmp_path)
    bed.apply(desired([flow("menu")]))
    return bed


def test_stop_refuses_the_step_of_that_flow_only(bed: Bed):
    """An edit meets `stop`: its flow is refused, the others go on, and the edit stays."""
    menu = sid(bed, "menu")
    bed.edit(menu, Definition=says_json("Theirs"))
    wanted = desired([flow("menu", greeting("Ours")), flow("other")])
    applied = bed.apply(wanted)
    assert drift(applied.plan) == {"menu": "behaviour"}
    assert objected(applied.plan) == [("drift", "menu")]
    assert ended(applied) == [("menu", "update", "refused"), ("other", "create", "done")]
    assert says(bed, menu) == "Theirs"


def test_drift_is_a_change_even_of_an_unchanged_manifest(bed: Bed):
    """A manifest that did not change still wants its own content back."""
    bed.edit(sid(bed, "menu"), Definition=says_json("Theirs"))
    plan = bed.plan(desired([flow("menu")])).plan
    assert steps(plan) == [("menu", "update", "changed")]
    assert objected(plan) == [("drift", "menu")]


def test_revert_names_what_it_overwrites(bed: Bed):
    """With `revert` the manifest wins, and the step names the revision that it overwrites."""
    menu = sid(bed, "menu")
    bed.edit(menu, Definition=says_json("Theirs"))
    wanted = desired([flow("menu")])
    applied = bed.apply(wanted, options(on_drift="revert"))
    assert ended(applied) == [("menu", "update", "done")]
    assert "--to 2" in applied.plan.steps[0].notes[0]
    assert says(bed, menu) == "Hello"
    empty_after(bed, wanted)


def test_accept_takes_the_edit_into_the_record(bed: Bed):
    """With `accept` nothing is sent, the edit is the record, and the manifest's own change waits visibly."""
    menu = sid(bed, "menu")
    bed.edit(menu, Definition=says_json("Theirs"))
    wanted = desired([flow("menu", greeting("Ours"))])
    applied = bed.apply(wanted, options(on_drift="accept"))
    assert steps(applied.plan) == [("menu", "record", "accepted")]
    assert len(applied.plan.warnings) == 1
    assert says(bed, menu) == "Theirs"
    assert record(bed, "menu").revision == 2
    plan = bed.plan(wanted).plan
    assert plan.drift == ()
    assert steps(plan) == [("menu", "update", "changed")]


def two(first: str, second: str) -> dict[str, object]:
    """A flow of two messages."""
    return data(widget("greet", first, "bye"), widget("bye", second))


def test_merge_brings_both_together(tmp_path: Path):
    """With `merge` both changes arrive where they do not conflict, and the next plan is empty."""
    bed = Bed(tmp_path)
    bed.apply(desired([flow("menu", document.of(two("Hello", "Bye")))]))
    menu = sid(bed, "menu")
    bed.edit(menu, Definition=document.of(two("Hello", "Theirs")).text)
    wanted = desired([flow("menu", document.of(two("Ours", "Bye")))])
    applied = bed.apply(wanted, options(on_drift="merge"))
    assert steps(applied.plan) == [("menu", "update", "merged")]
    assert ended(applied) == [("menu", "update", "done")]
    now = bed.world().reader.fetch_flow(menu).definition
    assert now.digests == document.of(two("Ours", "Theirs")).digests
    empty_after(bed, wanted)


def test_merge_conflict_is_refused(bed: Bed):
    """With `merge` a value that both sides changed refuses the step and is named."""
    bed.edit(sid(bed, "menu"), Definition=says_json("Theirs"))
    plan = bed.plan(desired([flow("menu", greeting("Ours"))]), options(on_drift="merge")).plan
    assert objected(plan) == [("drift", "menu")]
    assert "widgets.greet.properties.body" in plan.objections[0].message


def test_merge_takes_the_published_head_as_base(bed: Bed):
    """A draft that was recorded and then published by others is not the base of a merge: their edit would be lost."""
    menu = sid(bed, "menu")
    theirs = says_json("Theirs")
    bed.edit(menu, Status="draft", Definition=theirs)
    wanted = desired([flow("menu")])
    bed.apply(wanted)
    assert record(bed, "menu").status == "draft"
    bed.edit(menu, Status="published", Definition=theirs)
    changed = desired([flow("menu", document.of(data(widget("greet", "Hello"), description="Ours")))])
    applied = bed.apply(changed, options(on_drift="merge"))
    assert ended(applied) == [("menu", "update", "done")]
    now = bed.world().reader.fetch_flow(menu).definition.data()
    assert now["description"] == "Ours"
    assert says(bed, menu) == "Theirs"
    empty_after(bed, changed)


def test_merge_leaves_a_draft_on_top_out(bed: Bed):
    """A merge brings together what is published: somebody's newer draft is not published with it."""
    menu = sid(bed, "menu")
    bed.edit(menu, Definition=says_json("Theirs"))
    bed.edit(menu, Status="draft", Definition=says_json("Half done"))
    changed = desired([flow("menu", document.of(data(widget("greet", "Hello"), description="Ours")))])
    refused = bed.apply(changed, options(on_drift="merge"))
    assert objected(refused.plan) == [("draft", "menu")]
    applied = bed.apply(changed, options("draft", on_drift="merge"))
    assert ended(applied) == [("menu", "update", "done")]
    assert says(bed, menu) == "Theirs"
    empty_after(bed, changed)


def test_policy_of_the_flow_and_of_the_person(bed: Bed):
    """What is said for one flow beats what is said for all, which beats the manifest."""
    bed.edit(sid(bed, "menu"), Definition=says_json("Theirs"))
    wanted = desired([flow("menu", lifecycle=Lifecycle(on_drift="accept"))])
    address = next(iter(wanted.flows))
    assert steps(bed.plan(wanted).plan) == [("menu", "record", "accepted")]
    assert steps(bed.plan(wanted, options(on_drift="revert")).plan) == [("menu", "update", "changed")]
    said = options(on_drift="revert", on_drift_of={address: "accept"})
    assert steps(bed.plan(wanted, said).plan) == [("menu", "record", "accepted")]


def test_edit_that_equals_the_manifest(bed: Bed):
    """Somebody made in the Console what the manifest now wants: it is recorded and nothing is sent."""
    bed.edit(sid(bed, "menu"), Definition=says_json("New"))
    wanted = desired([flow("menu", greeting("New"))])
    applied = bed.apply(wanted)
    assert steps(applied.plan) == [("menu", "record", "moved")]
    assert applied.plan.objections == ()
    assert [e.by for e in record(bed, "menu").revisions] == ["us", "others"]
    empty_after(bed, wanted)
    back = desired([flow("menu")])
    assert ended(bed.apply(back)) == [("menu", "update", "done")]
    assert says(bed, sid(bed, "menu")) == "Hello"


def test_revision_without_change_moves_the_record(bed: Bed):
    """A revision with the same content is drift of class none: recorded, nothing sent."""
    bed.edit(sid(bed, "menu"))
    wanted = desired([flow("menu")])
    applied = bed.apply(wanted)
    assert drift(applied.plan) == {"menu": "none"}
    assert steps(applied.plan) == [("menu", "record", "moved")]
    empty_after(bed, wanted)


def test_layout_moves_the_record_and_stays(bed: Bed):
    """With `layout: ignore` a moved widget is recorded, and a later update keeps it where it is."""
    menu = sid(bed, "menu")
    bed.edit(menu, Definition=greeting(x=500).text)
    wanted = desired([flow("menu")])
    applied = bed.apply(wanted)
    assert drift(applied.plan) == {"menu": "layout"}
    assert steps(applied.plan) == [("menu", "record", "moved")]
    empty_after(bed, wanted)
    changed = desired([flow("menu", greeting("New"))])
    assert ended(bed.apply(changed)) == [("menu", "update", "done")]
    assert bed.world().reader.fetch_flow(menu).definition.digests == greeting("New", x=500).digests
    empty_after(bed, changed)


def test_name_changed_by_others_is_taken_back(bed: Bed):
    """A friendly name is metadata: its drift is shown and the manifest wins, whatever `onDrift` says."""
    bed.edit(sid(bed, "menu"), FriendlyName="Theirs")
    wanted = desired([flow("menu")])
    applied = bed.apply(wanted)
    assert drift(applied.plan) == {"menu": "metadata"}
    assert ended(applied) == [("menu", "update", "done")]
    empty_after(bed, wanted)


def test_foreign_draft_is_left_alone(bed: Bed):
    """A newer draft of others over an unchanged published head is drift of class draft, recorded, no objection."""
    menu = sid(bed, "menu")
    bed.edit(menu, Status="draft", Definition=says_json("Draft"))
    wanted = desired([flow("menu")])
    applied = bed.apply(wanted)
    assert drift(applied.plan) == {"menu": "draft"}
    assert applied.plan.objections == ()
    assert steps(applied.plan) == [("menu", "record", "moved")]
    empty_after(bed, wanted)
    assert says(bed, menu, "LatestPublished") == "Hello"


def test_draft_guard_when_the_step_would_write(bed: Bed):
    """A write over somebody's draft is refused, recorded or not, until it is allowed."""
    menu = sid(bed, "menu")
    bed.edit(menu, Status="draft", Definition=says_json("Draft"))
    changed = desired([flow("menu", greeting("New"))])
    assert ended(bed.apply(changed)) == [("menu", "update", "refused")]
    bed.apply(desired([flow("menu")]))
    assert ended(bed.apply(changed)) == [("menu", "update", "refused")]
    assert ended(bed.apply(changed, options("draft"))) == [("menu", "update", "done")]
    assert says(bed, menu, "LatestPublished") == "New"
    empty_after(bed, changed)


def test_newer_foreign_draft_over_a_recorded_one(bed: Bed):
    """A draft of others that changes again is drift again."""
    wanted = desired([flow("menu")])
    for text in ("Draft", "Draft two"):
        bed.edit(sid(bed, "menu"), Status="draft", Definition=says_json(text))
        applied = bed.apply(wanted)
        assert drift(applied.plan) == {"menu": "draft"}
        assert steps(applied.plan) == [("menu", "record", "moved")]
    empty_after(bed, wanted)


def test_desired_draft_looks_at_the_latest_revision(tmp_path: Path):
    """A desired draft is compared with the latest revision; an edit of it is behaviour drift and meets `onDrift`."""
    bed = Bed(tmp_path)
    wanted = desired([flow("menu", status="draft")])
    bed.apply(wanted)
    empty_after(bed, wanted)
    bed.edit(sid(bed, "menu"), Status="draft", Definition=says_json("Theirs"))
    assert objected(bed.plan(wanted).plan) == [("drift", "menu")]
    applied = bed.apply(wanted, options(on_drift="revert"))
    assert ended(applied) == [("menu", "update", "done")]
    empty_after(bed, wanted)


def test_published_cannot_be_unpublished(bed: Bed):
    """Equal content that is published already is left alone, and that is said."""
    wanted = desired([flow("menu", status="draft")])
    plan = bed.plan(wanted).plan
    assert plan.steps == ()
    assert "cannot unpublish" in plan.warnings[0]


def test_draft_to_published_and_back(bed: Bed):
    """A draft over a published flow leaves callers alone; publishing it is a publish; the way back needs no write."""
    menu = sid(bed, "menu")
    draft = desired([flow("menu", greeting("New"), status="draft")])
    assert ended(bed.apply(draft)) == [("menu", "update", "done")]
    assert (says(bed, menu, "LatestPublished"), says(bed, menu)) == ("Hello", "New")
    empty_after(bed, draft)
    empty_after(bed, desired([flow("menu")]))
    out = desired([flow("menu", greeting("New"))])
    applied = bed.apply(out)
    assert ended(applied) == [("menu", "publish", "done")]
    assert applied.plan.objections == ()
    assert says(bed, menu, "LatestPublished") == "New"
    empty_after(bed, out)


def test_draft_of_somebody_is_not_published_by_chance(bed: Bed):
    """Publishing somebody's draft that equals the manifest asks for leave first."""
    bed.edit(sid(bed, "menu"), Status="draft", Definition=says_json("New"))
    wanted = desired([flow("menu", greeting("New"))])
    plan = bed.plan(wanted).plan
    assert steps(plan) == [("menu", "publish", "changed")]
    assert objected(plan) == [("draft", "menu")]


def ignoring(*names: str, text: str = "Hello", status: Status = "published", name: str | None = None) -> DesiredFlow:
    """A flow that leaves something alone."""
    lifecycle = Lifecycle(ignore_changes=names)
    return flow("menu", greeting(text), status=status, friendly_name=name, lifecycle=lifecycle)


def test_ignored_name(bed: Bed):
    """An ignored friendly name stays as others set it, also when something else is written."""
    menu = sid(bed, "menu")
    bed.edit(menu, FriendlyName="Theirs")
    wanted = desired([ignoring("friendlyName")])
    assert steps(bed.apply(wanted).plan) == [("menu", "record", "moved")]
    empty_after(bed, wanted)
    changed = desired([ignoring("friendlyName", text="New")])
    bed.apply(changed)
    assert bed.world().reader.fetch_flow(menu).row.friendly_name == "Theirs"
    empty_after(bed, changed)


def test_ignored_status_of_a_draft(tmp_path: Path):
    """With an ignored status a flow that is a draft stays one, changes included, and plans become empty."""
    bed = Bed(tmp_path)
    bed.apply(desired([flow("menu", status="draft")]))
    wanted = desired([ignoring("status")])
    empty_after(bed, wanted)
    changed = desired([ignoring("status", text="New")])
    assert ended(bed.apply(changed)) == [("menu", "update", "done")]
    assert bed.world().reader.fetch_flow(sid(bed, "menu")).row.status == "draft"
    empty_after(bed, changed)


def test_ignored_status_of_a_published_flow(bed: Bed):
    """With an ignored status a published flow stays published although the manifest says draft."""
    changed = desired([ignoring("status", text="New", status="draft")])
    assert ended(bed.apply(changed)) == [("menu", "update", "done")]
    assert says(bed, sid(bed, "menu"), "LatestPublished") == "New"
    empty_after(bed, changed)


def test_ignored_definition(bed: Bed):
    """An ignored definition is only created: afterwards others own it, and names are still ours."""
    menu = sid(bed, "menu")
    bed.edit(menu, Definition=says_json("Theirs"))
    wanted = desired([ignoring("definition")])
    applied = bed.apply(wanted)
    assert applied.plan.objections == ()
    assert steps(applied.plan) == [("menu", "record", "moved")]
    empty_after(bed, wanted)
    named = desired([ignoring("definition", name="Renamed")])
    assert ended(bed.apply(named)) == [("menu", "update", "done")]
    assert says(bed, menu) == "Theirs"
    empty_after(bed, named)


def test_ignored_definition_publishes_no_draft(bed: Bed):
    """With an ignored definition somebody's draft is neither published nor part of a later write."""
    menu = sid(bed, "menu")
    bed.edit(menu, Status="draft", Definition=says_json("Draft"))
    wanted = desired([ignoring("definition")])
    assert steps(bed.apply(wanted).plan) == [("menu", "record", "moved")]
    empty_after(bed, wanted)
    named = desired([ignoring("definition", name="Renamed")])
    assert ended(bed.apply(named, options("draft"))) == [("menu", "update", "done")]
    assert says(bed, menu, "LatestPublished") == "Hello"
    empty_after(bed, named)


@pytest.mark.parametrize("name", ["widgets.greet", "widgets.greet.body"])
def test_ignored_widget(bed: Bed, name: str):
    """An ignored widget or property stays as others set it, while the rest of the flow is written."""
    menu = sid(bed, "menu")
    bed.edit(menu, Definition=says_json("Theirs"))
    wanted = desired([ignoring(name)])
    applied = bed.apply(wanted)
    assert steps(applied.plan) == [("menu", "record", "moved")]
    empty_after(bed, wanted)
    more = document.of(data(widget("greet", "Ours", "more"), widget("more", "More")))
    changed = desired([flow("menu", more, lifecycle=Lifecycle(ignore_changes=(name,)))])
    assert ended(bed.apply(changed)) == [("menu", "update", "done")]
    assert says(bed, menu) == "Theirs"
    empty_after(bed, changed)


def test_contacts_drift_is_reset(bed: Bed):
    """Test users that others changed are shown as drift and set again."""
    wanted = desired([flow("menu")], [users("testers", "menu", "+15550100001")])
    bed.apply(wanted)
    bed.clock.sleep(60)
    bed.world().writer.set_test_users(sid(bed, "menu"), ["+15550100009"])
    applied = bed.apply(wanted)
    assert drift(applied.plan) == {"testers": "contacts"}
    assert ended(applied) == [("testers", "set-test-users", "done")]
    empty_after(bed, wanted)


def test_contacts_changed_by_others_to_what_is_wanted(bed: Bed):
    """Test users that others made what the manifest wants are recorded."""
    before = desired([flow("menu")], [users("testers", "menu", "+15550100001")])
    bed.apply(before)
    bed.clock.sleep(60)
    bed.world().writer.set_test_users(sid(bed, "menu"), ["+15550100009"])
    wanted = desired([flow("menu")], [users("testers", "menu", "+15550100009")])
    applied = bed.apply(wanted)
    assert steps(applied.plan) == [("testers", "record", "moved")]
    empty_after(bed, wanted)


def test_merge_with_nothing_to_send(bed: Bed):
    """A merge whose result is what is live already is recorded, and the next plan is empty."""
    bed.edit(sid(bed, "menu"), Definition=says_json("Hello", description="Theirs"))
    wanted = desired([flow("menu")])
    applied = bed.apply(wanted, options(on_drift="merge"))
    assert {kind for _, kind, _ in steps(applied.plan)} == {"record"}
    empty_after(bed, wanted)
