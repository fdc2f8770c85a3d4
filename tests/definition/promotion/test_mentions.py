"""What is not translated because it is free text is told of."""

import pytest

from reconciler.definition.promotion.mentions import MENTIONED, mentions
from reconciler.definition.promotion.slots import FunctionSlot, Slot, slots
from reconciler.definition.promotion.table import Table

A, B = "a" * 32, "b" * 32


@pytest.fixture
def table(staging, production):
    return Table({"staging": staging, "production": production}, "production")


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("send-to-flex", "attributes", '{"workflow": "WW' + A + '"}'),
        ("send-message", "body", "Call +15555550101, or see https://hours-1-dev.twil.io/check"),
        ("make-http-request", "body", "x=MG" + A),
    ],
)
def test_identifiers_of_others_in_free_text_are_warnings(one, table, kind, name, text):
    """Each is named with widget, property and path."""
    found = list(mentions(one(kind, **{name: text}), table))
    assert found
    assert {(r.rule, r.severity, r.widget, r.property) for r in found} == {
        (MENTIONED, "warning", "w", f"properties.{name}")
    }
    assert {r.path for r in found} == {("states", 1, "properties", name)}


def test_what_is_translated_or_ours_is_no_mention(one, table, staging, calls):
    """Whole identifiers are translated, our own may stand anywhere, and one environment alone has nobody else's."""
    for data in (
        one("send-to-flex", workflow="WW" + A, attributes="WW" + B),
        one("run-function", **calls),
        one("say-play", say="xWW" + A + "0"),
    ):
        assert list(mentions(data, table)) == []
    alone = Table({"staging": staging}, "staging")
    assert list(mentions(one("say-play", say="WW" + A), alone)) == []
    assert list(mentions({"states": None}, table)) == []


def test_slots_have_keys_of_their_own(flow, widget):
    """Widgets that share a name by mistake keep their slots apart."""
    data = flow(widget("a", kind="send-to-flex", workflow="x"), widget("a", kind="send-to-flex", workflow="y"))
    found = list(slots(data))
    assert [slot.key for slot in found if isinstance(slot, Slot)] == [
        ("a", "workflow"),
        ("a#2", "workflow"),
    ]
    (function,) = slots(flow(widget("f", kind="run-function", url="x")))
    assert isinstance(function, FunctionSlot)
    assert function.property("service") == "properties.service_sid"
