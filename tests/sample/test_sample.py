"""What `manifests/` promises to a newcomer: a whole project, of flows that people really build, well built."""

import json
import re
from collections import Counter
from typing import Any

import pytest

from reconciler.manifest.load import load
from reconciler.scenario.run import run
from reconciler.workflows.testing import Choice, covered

FLOWS = (
    "appointment-reminder",
    "flex-handoff",
    "opening-hours",
    "satisfaction-survey",
    "support-bot",
    "voice-menu",
    "voicemail",
)
TRIGGER_EVENTS = (
    "incomingMessage",
    "incomingCall",
    "incomingConversationMessage",
    "incomingRequest",
    "incomingParent",
)
WAITING = {"send-and-wait-for-reply", "gather-input-on-call", "record-voicemail"}
SIZE = (300, 200)
"""What one widget takes on the Console's canvas, generously."""


def _edges(definition: dict[str, Any]) -> dict[str, set[str]]:
    return {
        state["name"]: {transition["next"] for transition in state["transitions"] if "next" in transition}
        for state in definition["states"]
    }


def _reached(edges: dict[str, set[str]], start: str) -> set[str]:
    found, queue = set(), [start]
    while queue:
        for name in edges.get(queue.pop(), set()) - found:
            found.add(name)
            queue.append(name)
    return found


def _subflows(definition: dict[str, Any]) -> set[str]:
    return {
        state["properties"]["flow_sid"].removeprefix("${flow.").removesuffix(".sid}")
        for state in definition["states"]
        if state["type"] == "run-subflow"
    }


def test_sample_holds_the_promised_documents(sample):
    """There is one project, six flows and a shared sub-flow, and test users."""
    assert sample.names("Project") == {"clinic"}
    assert sample.names("Flow") == set(FLOWS)
    assert sample.names("TestUsers") == {"satisfaction-survey-testers"}


def test_sub_flow_is_shared_by_two(sample):
    """Two flows run the sub-flow opening-hours, and name it so that it is created before them."""
    callers = {name for name in FLOWS if "opening-hours" in _subflows(sample.definitions[name])}
    assert callers == {"support-bot", "voice-menu"}


def test_sub_flows_do_not_nest(sample):
    """Every sub-flow exists, starts from its parent, and runs none itself: Studio refuses that (81024)."""
    for called in set().union(*(_subflows(definition) for definition in sample.definitions.values())):
        definition = sample.definitions[called]
        assert not _subflows(definition)
        starts = {t["event"] for t in definition["states"][0]["transitions"] if "next" in t}
        assert "incomingParent" in starts


def test_local_is_the_default_and_needs_nothing(sample):
    """The default environment is the embedded emulator, and no value of it comes from the process environment."""
    assert sample.project["defaultEnvironment"] == "local"
    local = sample.project["environments"]["local"]
    assert local["endpoint"] == "embedded"
    assert "${env." not in json.dumps(local)


def test_production_is_protected(sample):
    """Production names its account and region, is protected, and takes its secret from the process environment."""
    production = sample.project["environments"]["production"]
    assert (production["protected"], production["region"]) == (True, "us1")
    assert re.fullmatch(r"AC[0-9a-f]{32}", production["account"])
    assert production["variables"]["bookingToken"] == {"value": "${env.CLINIC_BOOKING_TOKEN}", "sensitive": True}


def test_environments_name_the_same_things(sample):
    """Both environments give the same variables and bindings, and no identifier has two names."""
    environments = sample.project["environments"].values()
    for part in ("variables", "bindings"):
        assert len({tuple(sorted(environment[part])) for environment in environments}) == 1
    names: dict[str, set[str]] = {}
    for environment in environments:
        for name, value in environment["bindings"].items():
            names.setdefault(json.dumps(value, sort_keys=True), set()).add(name)
    assert all(len(found) == 1 for found in names.values())


def test_every_kind_of_flow_is_there(sample):
    """Messages, calls, REST, recording, Flex and sub-flows all occur: the sample shows what people build."""
    types = Counter(state["type"] for definition in sample.definitions.values() for state in definition["states"])
    assert set(types) >= WAITING | {
        "connect-call-to",
        "make-http-request",
        "make-outgoing-call-v2",
        "run-function",
        "run-subflow",
        "say-play",
        "send-message",
        "send-to-flex",
        "set-variables",
        "split-based-on",
    }


@pytest.mark.parametrize("name", FLOWS)
def test_definition_has_the_shape_of_an_export(sample, name):
    """A definition's file is byte for byte what the Console exports: key order, indent, text, final newline."""
    text = (sample.folder / "flows" / f"{name}.json").read_text(encoding="utf-8")
    definition = sample.definitions[name]
    assert text == json.dumps(definition, indent=2, ensure_ascii=False) + "\n"
    assert list(definition) == ["description", "states", "initial_state", "flags"]
    assert (definition["initial_state"], definition["flags"]) == ("Trigger", {"allow_concurrent_calls": True})


@pytest.mark.parametrize("name", FLOWS)
def test_trigger_comes_first_with_its_five_events(sample, name):
    """The first widget is the Trigger; what leads nowhere has no `next`."""
    trigger = sample.definitions[name]["states"][0]
    assert (trigger["name"], trigger["type"]) == ("Trigger", "trigger")
    assert tuple(transition["event"] for transition in trigger["transitions"]) == TRIGGER_EVENTS
    assert all(t.get("next", "…") for state in sample.definitions[name]["states"] for t in state["transitions"])


@pytest.mark.parametrize("name", FLOWS)
def test_flow_has_a_readable_size(sample, name):
    """A flow has six to fifteen widgets, every one of them can be reached."""
    states = sample.definitions[name]["states"]
    assert 6 <= len(states) <= 15
    assert _reached(_edges(sample.definitions[name]), "Trigger") == {state["name"] for state in states[1:]}


@pytest.mark.parametrize("name", FLOWS)
def test_every_loop_waits_for_somebody(sample, name):
    """No circle of widgets runs without waiting for a reply, a key or a recording."""
    definition = sample.definitions[name]
    waiting = {state["name"] for state in definition["states"] if state["type"] in WAITING}
    edges = {widget: then - waiting for widget, then in _edges(definition).items() if widget not in waiting}
    assert [widget for widget in edges if widget in _reached(edges, widget)] == []


@pytest.mark.parametrize("name", FLOWS)
def test_widgets_do_not_overlap(sample, name):
    """On the canvas, no widget lies on another."""
    offsets = [state["properties"]["offset"] for state in sample.definitions[name]["states"]]
    close = [
        (a, b)
        for index, a in enumerate(offsets)
        for b in offsets[index + 1 :]
        if abs(a["x"] - b["x"]) < SIZE[0] and abs(a["y"] - b["y"]) < SIZE[1]
    ]
    assert close == []


@pytest.mark.parametrize("name", FLOWS)
def test_conditions_are_whole(sample, name):
    """Every `match`, and nothing else, carries a condition with its four parts, about the widget's own input."""
    for state in sample.definitions[name]["states"]:
        for transition in state["transitions"]:
            assert ("conditions" in transition) == (transition["event"] == "match")
            for condition in transition.get("conditions", []):
                assert set(condition) == {"friendly_name", "arguments", "type", "value"}
                assert condition["arguments"] == [state["properties"]["input"]]


@pytest.mark.parametrize("name", FLOWS)
def test_what_liquid_refers_to_exists(sample, name):
    """Widgets and variables that Liquid reads exist in the flow, so that no patient reads `Hello ,`."""
    definition = sample.definitions[name]
    text = json.dumps(definition)
    widgets = {state["name"] for state in definition["states"]}
    variables = {
        variable["key"] for state in definition["states"] for variable in state["properties"].get("variables", [])
    }
    assert set(re.findall(r"widgets\.([A-Za-z_0-9]+)", text)) <= widgets
    assert set(re.findall(r"flow\.variables\.([A-Za-z_0-9]+)", text)) <= variables


def test_failures_lead_somewhere(sample):
    """Where a Function, a request, a sub-flow, a task or a first question fails, somebody is told or it goes on."""
    failing = {
        "run-function": {"fail"},
        "run-subflow": {"failed"},
        "send-to-flex": {"failedToEnqueue", "callFailure"},
        "make-outgoing-call-v2": {"busy", "noAnswer", "failed"},
    }
    unwired = [
        (name, state["name"], transition["event"])
        for name, definition in sample.definitions.items()
        for state in definition["states"]
        for transition in state["transitions"]
        if transition["event"] in failing.get(state["type"], set()) and "next" not in transition
    ]
    assert unwired == []
    requests = {
        (name, state["name"]): {t["event"]: t.get("next") for t in state["transitions"]}
        for name, definition in sample.definitions.items()
        for state in definition["states"]
        if state["type"] == "make-http-request"
    }
    # The last report of a reminder that reached nobody has nobody left to tell.
    assert [key for key, to in requests.items() if not to["failed"]] == [("appointment-reminder", "report_unreached")]


def test_the_tests_of_the_sample_cover_all_of_it(repository):
    """Every scenario test passes, and together they run every widget, transition and condition of every flow."""
    tests = load(repository / "manifests", "local", variables={}, variable_files=(), process_environment={}).tests()
    results = [run(scenario, tests.flows, conditions=True) for scenario in tests.scenarios]
    assert [result.failure for result in results if not result.ok] == []
    found = covered(results, tests.flows, Choice())
    assert [flow.flow for flow in found.flows] == list(FLOWS)
    assert {share.percent for share in (found.widgets, found.transitions, found.conditions)} == {100.0}


@pytest.mark.parametrize("environment", ["local", "production"])
def test_the_tests_hold_in_every_environment(repository, environment):
    """What differs between environments has names in the tests too."""
    process = {"CLINIC_BOOKING_TOKEN": "invented"}
    root = repository / "manifests"
    tests = load(root, environment, variables={}, variable_files=(), process_environment=process).tests()
    assert [result.failure for scenario in tests.scenarios if not (result := run(scenario, tests.flows)).ok] == []
