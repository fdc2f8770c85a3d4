"""Scenarios written down as documents. That they are read again as the same is proved with the manifests."""

from __future__ import annotations

import pytest

from reconciler.scenario.document import line_document, to_document
from reconciler.scenario.values import (
    ADDRESS,
    CONTACT,
    Anything,
    Comes,
    ContactDoes,
    Contains,
    Ending,
    Exactly,
    Expects,
    Like,
    Line,
    Scenario,
    Stub,
    Waits,
)
from reconciler.simulate import Answered, IncomingMessage, Outcome, Replied, TimedOut


def test_a_document_says_no_more_than_it_must():
    """Defaults are left out, and keys stand in the order in which people write them."""
    scenario = Scenario("one", "menu", IncomingMessage(CONTACT, ADDRESS, "Hi"), ends=Ending())
    document = to_document(scenario)
    assert list(document) == ["apiVersion", "kind", "metadata", "spec"]
    assert document["metadata"] == {"name": "one"}
    assert document["spec"] == {"flow": "menu", "trigger": {"message": "Hi"}, "ends": {}}


@pytest.mark.parametrize(
    ("line", "document"),
    [
        (Expects("sends", Exactly("a")), {"sends": "a"}),
        (Expects("sends"), {"sends": {}}),
        (Expects("says", Contains(("a",))), {"says": {"contains": "a"}}),
        (Expects("calls", widget="look"), {"calls": "look"}),
        (Expects("calls", Like("https://*")), {"calls": {"url": "https://*"}}),
        (
            Expects("calls", Anything(), "look", {"parameters": {"a": 1}}),
            {"calls": {"widget": "look", "with": {"a": 1}}},
        ),
        (Expects("enters", Exactly("clerk")), {"enters": "clerk"}),
        (ContactDoes(Replied("a")), {"writes": "a"}),
        (Waits(7_200), {"waits": "2h"}),
        (Waits(90.4), {"waits": "90s"}),
        (Comes(TimedOut()), {"waits": "timeout"}),
        (Comes(Outcome("busy")), {"outcome": "busy"}),
    ],
)
def test_lines(line: Line, document):
    """Each line is as short as it can be."""
    assert line_document(line) == document


@pytest.mark.parametrize(
    ("answer", "document"),
    [
        (Answered(200, '{"a":1}'), {"status": 200, "json": {"a": 1}}),
        (Answered(200, '{"a": 1}'), {"status": 200, "body": '{"a": 1}', "contentType": "application/json"}),
        (Answered(200, "{"), {"status": 200, "body": "{", "contentType": "application/json"}),
        (Answered(404, "no", "text/plain"), {"status": 404, "body": "no"}),
        (Answered(200, "", "text/plain", {"a": "b"}), {"status": 200, "headers": {"a": "b"}}),
        (TimedOut(), {"timeout": True}),
        (Outcome("failed", {"a": 1}), {"event": "failed", "data": {"a": 1}}),
    ],
)
def test_answers_keep_every_byte(answer, document):
    """A body is written as JSON only where that gives the same text again."""
    scenario = Scenario("one", "menu", IncomingMessage(CONTACT, ADDRESS), stubs=(Stub((answer,), url="*"),))
    assert to_document(scenario)["spec"]["stubs"] == [{"url": "*", "answers": document}]
