from __future__ import annotations

import pytest

from reconciler.definition.document import of
from reconciler.definition.portable import bind, escape, finish, resolve

SID = "FW00000000000000000000000000000001"


def test_resolve_replaces_known_references(flow, widget):
    """A known reference becomes the SID, also inside longer strings; others stay and are named."""
    before = of(
        flow(widget("a", kind="run-subflow", flow_sid="${flow.one.sid}", say="x${flow.one.sid}y${flow.two.sid}"))
    )
    after = resolve(before, {"one": SID})
    properties = after.data()["states"][1]["properties"]
    assert properties == {"flow_sid": SID, "say": f"x{SID}y${{flow.two.sid}}"}
    assert after.references == ("two",)
    assert after.subflows == (SID,)
    assert after.digests == of(after.data()).digests


def test_resolve_leaves_escapes_and_strangers():
    """An escaped reference is none, and without a known one the same object comes back."""
    plain = of({"a": "$${flow.one.sid} ${SERVERLESS_DOMAIN}", "b": "${flow.two.sid}"})
    assert resolve(plain, {"one": SID}) is plain


@pytest.mark.parametrize(
    "text", ["${var.x}", "${env.X}", "${flow.x.sid}", "${binding.x/y}", "$${var.x}", "$$${flow.x.sid}"]
)
def test_escape_is_undone_once(text):
    """What looks like a reference of ours is escaped, and un-escaped to the same text."""
    escaped = of(escape({"a": [text], "b": 1}))
    assert f"${text}" in escaped.text or "$$" in escaped.text
    assert finish(escaped).data() == {"a": [text], "b": 1}
    assert escaped.references == ()


def test_finish_gives_no_new_references():
    """Text that looks like a reference after un-escaping is none."""
    assert finish(of({"a": "$${flow.x.sid}"})).references == ()


def test_nothing_to_do_gives_the_same_object():
    """Only our four prefixes are escaped or un-escaped; without them the same object comes back."""
    data = {"a": ["${SERVERLESS_DOMAIN} ${{flow.variables.price}} $${other} $${variable"], "b": {"c": "x"}}
    assert escape(data) is data
    definition = of(data)
    assert finish(definition) is definition
    assert finish(plain := of({"a": "x"})) is plain


def test_bind_names_the_flow_that_is_called(flow, widget):
    """The SID of a managed flow becomes a reference where a sub-flow is called, and nowhere else."""
    call = [
        widget("a", kind="run-subflow", flow_sid=SID),
        widget("b", kind="run-subflow", flow_sid=SID[:-1] + "2"),
        widget("c", flow_sid=SID),
        widget("d", kind="run-subflow", flow_sid=None),
        {**widget("e", kind="run-subflow"), "properties": None},
    ]
    before = of({**flow(*call), "states": [*flow(*call)["states"], 1]})
    after = bind(before, {SID: "one"})
    assert after.references == ("one",)
    assert after.data()["states"][3]["properties"]["flow_sid"] == SID
    assert resolve(after, {"one": SID}) == before
    assert bind(before, {SID[:-1] + "3": "three"}) is before
