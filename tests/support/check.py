"""Short forms for what tests say again and again about plans and applies."""

from __future__ import annotations

import json

from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.record import FlowRecord
from reconciler.plan.options import PlanOptions
from reconciler.plan.values import Plan
from reconciler.workflows.results import Applied
from tests.support.flows import data, widget
from tests.support.world import Bed


def options(*allow: str, **said: object) -> PlanOptions:
    """What a person says: guards to overrule, and anything else by name."""
    return PlanOptions(allow=frozenset(allow), **said)  # type: ignore[arg-type]  # a test's own words


def steps(plan: Plan) -> list[tuple[str, str, str]]:
    """Name, kind and reason of every step."""
    return [(step.address.name, step.kind, step.reason) for step in plan.steps]


def ended(applied: Applied) -> list[tuple[str, str, str]]:
    """Name, kind and end of every step."""
    return [(o.step.address.name, o.step.kind, o.kind) for o in applied.outcomes]


def objected(plan: Plan) -> list[tuple[str, str]]:
    """Guard and name of every objection."""
    return [(o.id, o.address.name if o.address else "") for o in plan.objections]


def drift(plan: Plan) -> dict[str, str]:
    """Class of drift by name."""
    return {d.address.name: d.change_class for d in plan.drift}


def record(bed: Bed, name: str) -> FlowRecord:
    """What is recorded of a flow."""
    found = bed.state().flow(Address("Flow", name))
    assert found is not None
    return found


def sid(bed: Bed, name: str) -> str:
    """The SID of a recorded flow."""
    return record(bed, name).sid


def says(bed: Bed, of: str, head: str = "LatestRevision") -> str:
    """What the one message of a live flow says."""
    reader = bed.world().reader
    body = reader.fetch_flow(of).latest if head == "LatestRevision" else reader.fetch_published(of)
    assert body is not None
    assert body.definition is not None
    states = json.loads(body.definition.text)["states"]
    return str(states[1]["properties"]["body"])


def says_json(text: str, **more: object) -> str:
    """A definition of one message, as the Console sends it."""
    return json.dumps({**data(widget("greet", text)), **more})


def empty_after(bed: Bed, wanted: Desired, said: PlanOptions | None = None) -> None:
    """Nothing is left to do, and a second plan says the same as the first."""
    first, second = bed.plan(wanted, said).plan, bed.plan(wanted, said).plan
    assert first == second
    assert first.steps == (), first.steps
    assert first.objections == ()


def made_by_hand(bed: Bed, name: str, text: str = "Hello", message: str = "") -> str:
    """A flow that somebody made in the Console."""
    form = {"FriendlyName": name, "Status": "published", "Definition": says_json(text)}
    with bed.console() as client:
        answer = client.post("/_console/Flows", data=form | ({"CommitMessage": message} if message else {}))
    return str(answer.json()["sid"])
