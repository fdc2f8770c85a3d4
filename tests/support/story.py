"""One story of a small project, told chapter by chapter: whatever Studio's habits, each chapter has to come true."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.desired import Desired, Lifecycle
from reconciler.plan.options import PlanOptions
from reconciler.workflows.results import Applied
from tests.support.flows import caller, data, desired, edited, flow, greeting, users, widget
from tests.support.world import Bed

WRITES = frozenset({"CreateFlow", "UpdateFlow", "DeleteFlow", "UpdateTestUser"})
ALLOWED = PlanOptions(allow=frozenset({"draft", "namesake", "recreate", "active", "delete"}))
"""What somebody says who has read the plan; drift meets the manifests' policies."""

REVERT = Lifecycle(on_drift="revert")
FIRST = ("+1 555 010 0001", "+15550100002", "whatsapp:+15550100003")
SECOND = ("+15550100002", "WhatsApp:+1-555-010-0004")

Edit = Callable[[Bed], None]
Chapter = tuple[str, Desired, Edit | None]


def sid_of(bed: Bed, name: str) -> str:
    """The SID under which a flow is recorded."""
    record = bed.state().flow(Address("Flow", name))
    assert record is not None
    return record.sid


def console_edit(name: str, text: str, status: str = "published") -> Edit:
    """Somebody changes what a flow says."""

    def edit(bed: Bed) -> None:
        bed.edit(sid_of(bed, name), Status=status, Definition=json.dumps(data(widget("greet", text))))

    return edit


def chapters() -> tuple[Chapter, ...]:
    """The story: what is wanted, and what somebody does in the Console before it is applied."""
    menu, notice = flow("menu", lifecycle=REVERT), flow("notice", lifecycle=REVERT)
    main = flow("main", caller("menu"), lifecycle=REVERT)
    born = desired([main, menu, notice], [users("testers", "main", *FIRST)])
    changed = edited(born, replace(menu, definition=greeting("Bye")), replace(notice, friendly_name="A notice"))
    drafted = edited(changed, flow("news", greeting("Soon"), status="draft", lifecycle=REVERT))
    redrafted = edited(drafted, flow("news", greeting("Sooner"), status="draft", lifecycle=REVERT))
    out = edited(redrafted, flow("news", greeting("Sooner"), lifecycle=REVERT))
    contacts = replace(out, test_users={u.address: u for u in [users("testers", "main", *SECOND)]})
    gone = edited(contacts, without=["notice"])
    return (
        ("create", born, None),
        ("change content and a name", changed, None),
        ("draft", drafted, None),
        ("change the draft", redrafted, None),
        ("publish", out, None),
        ("revert an edit", out, console_edit("notice", "Mine")),
        ("leave a draft alone", out, console_edit("menu", "Maybe", "draft")),
        ("change test users", contacts, None),
        ("delete", gone, None),
        ("change below a draft of others", edited(gone, replace(menu, definition=greeting("Ciao"))), None),
    )


def written(bed: Bed) -> dict[str, int]:
    """The writes since the last look."""
    return {name: count for name, count in bed.calls().items() if name in WRITES}


def failed(applied: Applied) -> list[str]:
    """What did not end well."""
    return [f"{o.step.address} {o.step.kind} {o.kind}: {o}" for o in applied.outcomes if o.kind != "done"]


def in_sync(bed: Bed, wanted: Desired) -> None:
    """The next plan is empty, and applying it sends nothing; the plan after that has no step at all."""
    planned = bed.plan(wanted, ALLOWED).plan
    assert planned.empty, planned.steps
    bed.calls()
    applied = bed.apply(wanted, ALLOWED)
    assert failed(applied) == []
    assert written(bed) == {}
    assert bed.plan(wanted, ALLOWED).plan.steps == ()


def accounted_for(bed: Bed, wanted: Desired) -> None:
    """There is exactly one flow for each manifest, and every revision of each is recorded."""
    state = bed.state()
    reader = bed.world().reader
    assert state.pending == {}
    records = state.flows()
    assert set(records) == set(wanted.flows)
    assert {row.sid for row in reader.list_flows()} == {record.sid for record in records.values()}
    for record in records.values():
        there = [revision.revision for revision in reader.list_revisions(record.sid)]
        assert [e.revision for e in record.revisions] == sorted(there), record
