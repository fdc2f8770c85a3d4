"""What lint knows of a project."""

from reconciler.definition.document import of
from reconciler.model.address import flow
from reconciler.model.desired import Desired, DesiredFlow, Environment, Lifecycle, Policy
from reconciler.model.finding import Place
from reconciler.plan.linting import surroundings, verdicts

STAGING, PRODUCTION = "WW" + "5" * 32, "WW" + "9" * 32
LOST, MENU = "TC" + "5" * 32, "FW" + "5" * 32
BINDINGS = {
    "staging": {
        "workflow/desk": STAGING,
        "channel/chat": LOST,
        "flow/menu": MENU,
        "function/hours": {"url": "https://hours-5.twil.io/x", "function": "ZH" + "5" * 32},
    },
    "production": {"workflow/desk": PRODUCTION, "phone/desk": "+15558675310"},
}


def declared(name, *widgets, written=None, **more):
    data = {"states": [{"name": "Trigger", "type": "trigger", "transitions": [], "properties": {}}, *widgets]}
    return DesiredFlow(
        flow(name), name, "published", of(data), "m", Lifecycle(), Place("f.yaml"), "f.json", written=written, **more
    )


def project(*flows):
    own = Environment("production", account="AC" + "9" * 32, bindings=BINDINGS["production"])
    return Desired("shop", own, Policy(), {one.address: one for one in flows}, {}, "", bindings=BINDINGS)


def handoff(workflow, channel, attributes="{}"):
    properties = {"workflow": workflow, "channel": channel, "attributes": attributes}
    return {"name": "flex", "type": "send-to-flex", "transitions": [], "properties": properties}


def test_identifiers_of_other_environments_are_told_apart():
    """What only others bind is foreign; what is bound here under the same name, or managed, is translated."""
    found = surroundings(project(declared("menu")), {})
    assert found.account == "AC" + "9" * 32
    assert found.known == {PRODUCTION, "+15558675310"}
    assert found.foreign[LOST] == "channel/chat of staging"
    assert {"https://hours-5.twil.io/x", "ZH" + "5" * 32} <= found.foreign.keys()
    assert found.translated == {STAGING, MENU}


def test_what_is_translated_is_no_finding_and_free_text_is():
    """A flow as its file has it: a bound workflow is right in its property and wrong inside a text."""
    written = declared("desk", handoff(STAGING, LOST, f'{{"to": "{STAGING}"}}'))
    desk = declared("desk", handoff(PRODUCTION, LOST, f'{{"to": "{STAGING}"}}'), written=written.definition)
    desired = project(desk)
    found = verdicts(desired, flow("desk"), surroundings(desired, {}))
    places = {v.problem.property for v in found if v.rule.id == "foreign-sid"}
    assert places == {"properties.channel", "properties.attributes"}
