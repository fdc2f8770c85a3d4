"""The emulator against the official OpenAPI document. What the document leaves open is filled in by `_completed`."""

from __future__ import annotations

import contextlib
import json

import httpx
import hypothesis
import pytest
import schemathesis
from schemathesis import GenerationMode

from reconciler.emulator.app import make_app
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store

OPERATIONS = (
    "ListFlow",
    "CreateFlow",
    "FetchFlow",
    "UpdateFlow",
    "DeleteFlow",
    "ListFlowRevision",
    "FetchFlowRevision",
    "UpdateFlowValidate",
    "FetchTestUser",
    "UpdateTestUser",
    "ListExecution",
    "CreateExecution",
    "FetchExecution",
    "UpdateExecution",
    "DeleteExecution",
    "FetchExecutionContext",
    "ListExecutionStep",
    "FetchExecutionStep",
    "FetchExecutionStepContext",
)
AUTH = ("AC" + "a1" * 16, "x")
ERROR = {
    "type": "object",
    "required": ["code", "message", "more_info", "status"],
    "properties": {
        "code": {"type": "integer"},
        "message": {"type": "string"},
        "more_info": {"type": "string", "format": "uri"},
        "status": {"type": "integer"},
        "details": {"type": "object"},
    },
    "additionalProperties": False,
}


TRIGGER = {
    "name": "Trigger",
    "type": "trigger",
    "properties": {},
    "transitions": [{"event": "incomingRequest", "next": "ask"}],
}
ASK = {
    "name": "ask",
    "type": "send-and-wait-for-reply",
    "properties": {"from": "{{flow.channel.address}}", "body": "?", "timeout": "3600"},
    "transitions": [{"event": "incomingMessage"}],
}
VALID = json.dumps({"description": "", "states": [TRIGGER, ASK], "initial_state": "Trigger"})


@pytest.fixture
def target(shared_studio, clock):
    """Give the official document bound to an emulator."""
    raw = _completed(json.loads((shared_studio / "twilio_studio_v2.openapi.json").read_text()))
    with contextlib.closing(Store(None)) as store:
        schema = schemathesis.openapi.from_dict(raw)
        schema.app = make_app(Settings(seed=1), store=store, clock=clock)
        yield schema


def _completed(raw):
    """Add what only the prose says: errors, what Definition holds, which names and revisions there are.

    Credentials and page tokens are left out: no generator can make good ones. Tests of their own are in test_app.py.
    """
    error = {"description": "An error", "content": {"application/json": {"schema": ERROR}}}
    raw.pop("security", None)
    for operation in _operations(raw):
        operation["responses"] |= {str(status): error for status in (400, 401, 404, 405, 409, 413, 429)}
        operation.pop("security", None)
        parameters = [one for one in operation.get("parameters", []) if one["name"] != "PageToken"]
        operation["parameters"] = parameters
        for one in parameters:
            if one["name"] == "Revision":
                one["schema"] = {"type": "string", "pattern": "^([1-9][0-9]{0,5}|LatestPublished|LatestRevision)$"}
        _complete_form(operation.get("requestBody"))
    return raw


def _operations(raw):
    for path in raw["paths"].values():
        yield from (value for value in path.values() if isinstance(value, dict) and "operationId" in value)


def _complete_form(body):
    if body is None:
        return
    body["required"] = True
    form = body["content"]["application/x-www-form-urlencoded"]
    form.pop("examples", None)
    properties = form["schema"]["properties"]
    for name in {"FriendlyName", "CommitMessage"} & properties.keys():
        properties[name]["minLength"] = 1
    if "Definition" in properties:
        properties["Definition"] = {"type": "string", "enum": [VALID]}
    if "Parameters" in properties:
        properties["Parameters"] = {"type": "string", "enum": ["{}", '{"name": "Zeke"}']}
    for name in {"To", "From"} & properties.keys():
        properties[name] = {"type": "string", "minLength": 1}
    if properties.keys() == {"Status"}:
        properties["Status"] = {"type": "string", "enum": ["ended"]}
    if "TestUsers" in properties:
        properties["TestUsers"] |= {"minItems": 1, "items": {"type": "string", "maxLength": 75}}


def _world(app, clock, operation):
    """Make what the path of an operation names: a flow with a waiting execution; gives what stands for each part."""
    clock.sleep(1)  # starts are limited per second
    with httpx.Client(transport=httpx.WSGITransport(app=app), base_url="http://studio", auth=AUTH) as client:
        answer = client.post("/v2/Flows", data={"FriendlyName": "x", "Status": "published", "Definition": VALID})
        flow = answer.json()["sid"]
        if "/Executions/{" not in operation.path:
            return {"Sid": flow, "FlowSid": flow}
        ends = {"To": f"client:{flow}", "From": "+15550100009"}
        execution = client.post(f"/v2/Flows/{flow}/Executions", data=ends).json()
        (step,) = client.get(execution["links"]["steps"]).json()["steps"]
    own = step["sid"] if operation.path.endswith("/Steps/{Sid}") else execution["sid"]
    return {"FlowSid": flow, "ExecutionSid": execution["sid"], "StepSid": step["sid"], "Sid": own}


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("name", OPERATIONS)
def test_conforms(target, clock, name, mode):
    """Whatever is sent, the answer is one that the document allows; good data is taken, wrong data refused."""
    operation = target.find_operation_by_id(name)
    seen = set()

    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    @hypothesis.settings(max_examples=12, suppress_health_check=list(hypothesis.HealthCheck), database=None)
    def holds(case):
        if mode is GenerationMode.POSITIVE:
            made = _world(target.app, clock, operation)
            case.path_parameters |= {part: made[part] for part in case.path_parameters.keys() & made.keys()}
        seen.add(case.call_and_validate(auth=AUTH).status_code)

    holds()
    assert mode is GenerationMode.NEGATIVE or min(seen) < 300


def test_all_operations_are_here(target):
    """Every operation of the document is tested, and there are 19."""
    assert sorted(OPERATIONS) == sorted(
        found.ok().definition.raw["operationId"] for found in target.get_all_operations()
    )
    assert len(OPERATIONS) == 19
