from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx
import pytest

from reconciler import errors
from reconciler.model.execution import ExecutionFilter

FLOW, RUN, STEP = "FW1", "FN1", "FT1"
EXECUTION = {"sid": RUN, "flow_sid": FLOW, "status": "active", "flow_version": 3, "context": {"flow": {"data": {}}}}
STEPS = {"steps": [{"sid": STEP, "flow_sid": FLOW, "execution_sid": RUN, "name": "incomingRequest"}] * 2}
END = {"meta": {"next_page_url": None}}


def test_executions_are_listed(client, answer):
    """Conditions go out under the API's own names, and every page is read."""
    first = {"executions": [EXECUTION], "meta": {"next_page_url": "/v2/Flows/FW1/Executions?Page=1"}}
    studio, script = client(answer(first), answer({"executions": [EXECUTION, {**EXECUTION, "sid": "FN2"}], **END}))
    which = ExecutionFilter("active", datetime(2030, 1, 1, tzinfo=UTC), datetime(2030, 1, 2, tzinfo=UTC))
    assert [run.sid for run in studio.executions.list(FLOW, which)] == ["FN1", "FN2"]
    assert dict(script.seen[0].url.params) == {
        "PageSize": "1000",
        "status": "active",
        "DateCreatedFrom": "2030-01-01T00:00:00Z",
        "DateCreatedTo": "2030-01-02T00:00:00Z",
    }


def test_executions_are_given_page_by_page(client, answer):
    """Nothing is read ahead; each comes once, also when a page token expires and reading starts again."""
    first = {"executions": [EXECUTION], "meta": {"next_page_url": "/v2/Flows/FW1/Executions?Page=1&PageToken=PA1"}}
    expired = answer({"code": 21481, "message": "Invalid PageToken"}, 400)
    last = answer({"executions": [{**EXECUTION, "sid": "FN2"}], **END})
    studio, script = client(answer(first), expired, answer(first), last)
    found = studio.executions.each(FLOW, ExecutionFilter())
    assert next(found).sid == "FN1"
    assert len(script.seen) == 1
    assert [run.sid for run in found] == ["FN2"]
    assert len(script.seen) == 4


def test_a_list_that_may_be_short_is_an_error(client, answer):
    """What was given before does not pass for the whole: the end raises."""
    broken = {"executions": [EXECUTION], "meta": {}}
    studio, _ = client(answer(broken))
    found = studio.executions.each(FLOW, ExecutionFilter())
    assert next(found).sid == "FN1"
    with pytest.raises(errors.ProtocolError):
        next(found)


def test_an_execution_is_started(client, answer):
    """Parameters are one JSON string in the form; without them there is no such field."""
    studio, script = client(answer(EXECUTION, 201))
    run = studio.executions.create(FLOW, "+15550000001", "+15550000002", {"a": [1]})
    assert (run.sid, run.revision, run.status) == (RUN, 3, "active")
    assert parse_qsl(script.seen[0].content.decode()) == [
        ("To", "+15550000001"),
        ("From", "+15550000002"),
        ("Parameters", '{"a":[1]}'),
    ]
    studio.executions.create(FLOW, "+15550000001", "+15550000002")
    assert b"Parameters" not in script.seen[1].content


def test_a_second_execution_is_a_conflict(client, answer):
    """409: the two are already talking; the error names the execution in the way, where Studio does."""
    for details, conflicting in (
        ({"conflicting_execution_sid": "FN9"}, "FN9"),
        ({"conflicting_execution_sid": 9}, None),
        ("?", None),
    ):
        studio, _ = client(answer({"code": 20409, "details": details}, 409))
        with pytest.raises(errors.StudioConflictError) as caught:
            studio.executions.create(FLOW, "+15550000001", "+15550000002")
        assert (caught.value.conflicting, caught.value.code) == (conflicting, 20409)


def test_an_execution_is_ended_fetched_and_deleted(client, answer):
    """The three operations on one run."""
    studio, script = client(answer({**EXECUTION, "status": "ended"}), answer(EXECUTION), httpx.Response(204))
    assert studio.executions.end(FLOW, RUN).status == "ended"
    assert studio.executions.fetch(FLOW, RUN).status == "active"
    studio.executions.delete(FLOW, RUN)
    assert [request.method for request in script.seen] == ["POST", "GET", "DELETE"]
    assert script.seen[0].content == b"Status=ended"
    assert {request.url.path for request in script.seen} == {"/v2/Flows/FW1/Executions/FN1"}


def test_steps_and_contexts(client, answer):
    """Steps come once each, contexts as they are."""
    studio, script = client(
        answer({**STEPS, **END}), answer(STEPS["steps"][0]), answer({"context": {"a": 1}}), answer({"context": [2]})
    )
    assert [step.event for step in studio.executions.list_steps(FLOW, RUN)] == ["incomingRequest"]
    assert studio.executions.fetch_step(FLOW, RUN, STEP).sid == STEP
    assert studio.executions.fetch_context(FLOW, RUN) == {"a": 1}
    assert studio.executions.fetch_step_context(FLOW, RUN, STEP) == [2]
    assert [request.url.path.removeprefix("/v2/Flows/FW1/Executions/FN1/") for request in script.seen] == [
        "Steps", "Steps/FT1", "Context", "Steps/FT1/Context",
    ]  # fmt: skip


def test_personal_data_is_not_shown(client, answer):
    """The variables of a run are no part of its repr."""
    studio, _ = client(answer({**EXECUTION, "context": {"name": "somebody-9171"}}))
    assert "somebody-9171" not in repr(studio.executions.fetch(FLOW, RUN))


def operations(document):
    """Give every operation with its path, method and the examples of its good answers."""
    for path, item in document["paths"].items():
        for method in ("get", "post", "delete"):
            for status, response in item.get(method, {}).get("responses", {}).items():
                examples = response.get("content", {}).get("application/json", {}).get("examples", {})
                yield (
                    item[method]["operationId"],
                    method,
                    path,
                    int(status),
                    [one["value"] for one in examples.values()],
                )


def test_all_19_operations_understand_the_official_examples(client, shared_studio):
    """Each operation of Twilio's document goes to its path, and its examples become values."""
    document = json.loads((shared_studio / "twilio_studio_v2.openapi.json").read_text())
    flow, run, step = "FW" + "a" * 32, "FN" + "a" * 32, "FT" + "a" * 32
    from reconciler.definition.document import of  # noqa: PLC0415 - one test needs them
    from reconciler.model.live import FlowInput  # noqa: PLC0415 - as above

    what = FlowInput("n", "draft", of({}), "m")
    ways = {
        "ListFlow": lambda s: s.list_flows(),
        "CreateFlow": lambda s: s.create_flow(what),
        "FetchFlow": lambda s: s.fetch_flow(flow),
        "UpdateFlow": lambda s: s.update_flow(flow, what),
        "DeleteFlow": lambda s: s.delete_flow(flow),
        "UpdateFlowValidate": lambda s: s.validate_flow(what) or True,
        "ListFlowRevision": lambda s: s.list_revisions(flow),
        "FetchFlowRevision": lambda s: s.fetch_revision(flow, 1),
        "FetchTestUser": lambda s: s.fetch_test_users(flow),
        "UpdateTestUser": lambda s: s.update_test_users(flow, ["user1"]),
        "ListExecution": lambda s: s.executions.list(flow),
        "CreateExecution": lambda s: s.executions.create(flow, "+15550000001", "+15550000002"),
        "FetchExecution": lambda s: s.executions.fetch(flow, run),
        "UpdateExecution": lambda s: s.executions.end(flow, run),
        "DeleteExecution": lambda s: s.executions.delete(flow, run),
        "FetchExecutionContext": lambda s: s.executions.fetch_context(flow, run),
        "ListExecutionStep": lambda s: s.executions.list_steps(flow, run),
        "FetchExecutionStep": lambda s: s.executions.fetch_step(flow, run, step),
        "FetchExecutionStepContext": lambda s: s.executions.fetch_step_context(flow, run, step),
    }
    sids = {"{FlowSid}": flow, "{ExecutionSid}": run, "{StepSid}": step, "{Revision}": "1"}
    tried = set()
    for operation, method, template, status, examples in operations(document):
        own = step if "/Steps/" in template else run if "/Executions/" in template else flow
        path = template
        for name, value in {**sids, "{Sid}": own}.items():
            path = path.replace(name, value)
        for example in examples or [None]:
            body = b"" if example is None else json.dumps(example).encode()
            studio, script = client(httpx.Response(status, content=body))
            got = ways[operation](studio)
            assert (script.seen[0].method, script.seen[0].url.path) == (method.upper(), path)
            assert studio.calls() == {operation: 1}
            assert got is not None or method == "delete"
        tried.add(operation)
    assert tried == set(ways)
    assert len(tried) == 19
