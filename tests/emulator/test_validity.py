"""What create, update and Validate say of a definition that is wrong."""

from __future__ import annotations

import json

import pytest

from reconciler.emulator.quirks import QUIRKS


def _errors(api, definition, status="draft"):
    answer = api.post("/v2/Flows", FriendlyName="x", Status=status, Definition=definition)
    if answer.status_code == 201:
        return {}
    body = answer.json()
    assert (answer.status_code, body["code"], body["status"]) == (400, 81022, 400)
    validation = api.post("/v2/Flows/Validate", FriendlyName="x", Status=status, Definition=definition)
    assert validation.json() == body
    return {error["property_path"]: error["message"] for error in body["details"]["errors"]}


def test_a_dangling_transition(api, definition):
    """A transition to no widget is refused, also in a draft, and named by its path."""
    wrong = definition()
    wrong["states"][1]["transitions"][0]["next"] = "nowhere"
    for status in ("draft", "published"):
        assert list(_errors(api, wrong, status)) == ["#/states/1/transitions/0/next"]


def test_a_wrong_type(api, definition):
    """A property of the wrong type is named in Studio's words."""
    wrong = definition()
    wrong["states"][1]["properties"]["say"] = 1
    assert _errors(api, wrong) == {"#/states/1/properties/say": "integer found, string expected"}


def test_a_missing_property(api, definition):
    """What is missing is named by the path where it should be."""
    wrong = definition()
    del wrong["initial_state"]
    assert _errors(api, wrong) == {"#/initial_state": "is missing but it is required"}
    assert "#/states" in _errors(api, {"initial_state": "Trigger"})


def test_doubled_names(api, definition, trigger):
    """Two widgets of one name, or two triggers, are refused."""
    wrong = definition()
    wrong["states"].append(wrong["states"][1])
    assert list(_errors(api, wrong)) == ["#/states/2/name"]
    wrong = definition()
    wrong["states"].append({**trigger(), "name": "Other"})
    assert list(_errors(api, wrong)) == ["#/states/2"]


def test_all_errors_are_given(api, definition):
    """Every error is given, not only the first."""
    wrong = definition()
    wrong["states"][0]["transitions"][0]["next"] = "nowhere"
    wrong["states"][1]["properties"]["say"] = True
    assert list(_errors(api, wrong)) == ["#/states/0/transitions/0/next", "#/states/1/properties/say"]


@pytest.mark.parametrize("sid", [None, "", "{{flow.data.sid}}", "FW1", 7])
def test_a_subflow_needs_a_sid(api, subflow, sid):
    """A null, empty, Liquid or malformed flow_sid is refused."""
    assert _errors(api, subflow(sid)) == {
        "#/states/1/properties/flow_sid": "must be a valid, non-liquid flow sid",
    }


@pytest.mark.parametrize("value", QUIRKS["unknown-widget-type"].values)
def test_unknown_widget_type(make_api, definition, value):
    """unknown-widget-type: a type in no list is refused, or under accept taken; other faults stay faults."""
    api = make_api(quirks={"unknown-widget-type": value})
    new = definition()
    new["states"][1]["type"] = "invented-by-tomorrow"
    errors = _errors(api, new)
    assert list(errors) == (["#/states/1/type"] if value == "refuse" else [])
    new["states"][1]["name"] = 7
    assert "#/states/1/name" in _errors(api, new)


def test_anything_that_is_an_object_is_judged(api):
    """A definition of any shape is refused with errors, never a crash."""
    for text in (
        "{}",
        '{"states": 1}',
        '{"states": [1, null, {}], "initial_state": {}}',
        '{"states": [{"transitions": [{}]}]}',
    ):
        assert _errors(api, json.loads(text))


INVALID = {
    "JeanLuis2010__ultimadefensalegal-flow.json",
    "JeanLuis2010__udl-intake-flow-es.json",
    "kaolong__bloqueo-sctbnk-voice-twilio-flow.json",
    "jhanley87__open-hours-google-flow.json",
    "twilio-labs__sms-studio-flow.json",
}
"""What the notes of the corpus call invalid."""


def test_real_flows_are_valid(api, shared_studio):
    """Real flows are taken, but for those that are known to be invalid, and come back equal."""
    refused = set()
    for file in sorted((shared_studio / "corpus").glob("*.json")):
        data = json.loads(file.read_text())
        answer = api.post("/v2/Flows", FriendlyName=file.name, Status="published", Definition=data)
        if answer.status_code == 201:
            assert answer.json()["definition"] == data
        else:
            refused.add(file.name)
    assert refused == INVALID
