import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.definition.difference import (
    TransitionChanged,
    ValueChanged,
    WidgetAdded,
    WidgetRemoved,
    WidgetRenamed,
    WidgetsMoved,
)
from reconciler.errors import UsageError
from reconciler.model.address import Address, flow
from reconciler.plan.document import decode, digest, encode, schema
from reconciler.plan.masking import masked_plan
from reconciler.plan.values import (
    STEP_KINDS,
    Basis,
    ContactsChanged,
    Drift,
    FieldChanged,
    ForeignRevision,
    Objection,
    Plan,
    Step,
)

SCHEMA = Path(__file__).parents[2] / "schemas" / "plan.schema.json"
VALIDATOR = Draft202012Validator(schema())

texts = st.text(max_size=12)
maybe = st.none() | texts
numbers = st.integers(min_value=0, max_value=10**6)
digests = st.none() | st.from_regex(r"sha256:[0-9a-f]{8}", fullmatch=True)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)
names = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?", fullmatch=True)
addresses = st.builds(Address, st.sampled_from(["Flow", "TestUsers"]), names)
statuses = st.sampled_from(["draft", "published"])
classes = st.sampled_from(["none", "layout", "metadata", "behaviour", "contacts", "draft", "deleted"])
origins = st.sampled_from([None, "console", "manifest", "both", "conflict"])
items = st.one_of(
    st.builds(WidgetAdded, texts, texts, origins),
    st.builds(WidgetRemoved, texts, texts, origins),
    st.builds(WidgetRenamed, texts, texts, texts, origins),
    st.builds(TransitionChanged, texts, texts, maybe, maybe, origins),
    st.builds(ValueChanged, maybe, texts, values, values, st.booleans(), origins),
    st.builds(WidgetsMoved, st.lists(texts, max_size=3).map(tuple), origins),
    st.builds(FieldChanged, st.sampled_from(["friendlyName", "status"]), maybe, maybe, origins),
    st.builds(ContactsChanged, st.lists(texts, max_size=3).map(tuple), st.lists(texts, max_size=3).map(tuple)),
)
diffs = st.lists(items, max_size=4).map(tuple)
steps = st.builds(
    Step,
    address=addresses,
    kind=st.sampled_from(STEP_KINDS),
    change_class=classes,
    reason=texts,
    basis=st.builds(Basis, maybe, numbers, st.none() | numbers, digests, digests),
    depends_on=st.lists(addresses, max_size=2).map(tuple),
    diff=diffs,
    notes=st.lists(texts, max_size=2).map(tuple),
)
times = st.none() | st.datetimes(timezones=st.just(UTC))
revisions = st.builds(ForeignRevision, numbers, statuses, maybe, times, maybe, st.booleans())
drifts = st.builds(
    Drift,
    addresses,
    classes,
    st.none() | numbers,
    st.none() | numbers,
    st.lists(revisions, max_size=2).map(tuple),
    diffs,
)
objections = st.builds(
    Objection, texts, st.sampled_from(["plan", "step"]), st.none() | addresses, texts, maybe, maybe
)  # fmt: skip
plans = st.builds(
    Plan,
    project=texts,
    environment=texts,
    account=maybe,
    endpoint=maybe,
    lineage=texts,
    serial=numbers,
    manifests=texts,
    steps=st.lists(steps, max_size=3).map(tuple),
    drift=st.lists(drifts, max_size=2).map(tuple),
    objections=st.lists(objections, max_size=2).map(tuple),
    unchanged=numbers,
    warnings=st.lists(texts, max_size=2).map(tuple),
)


def a_plan(*, steps: tuple[Step, ...] = ()) -> Plan:
    return Plan(
        project="clinic",
        environment="production",
        account=None,
        endpoint=None,
        lineage="a-lineage",
        serial=42,
        manifests="sha256:0",
        steps=steps,
        unchanged=6,
    )


def an_update(*items) -> Step:
    basis = Basis("FW00000000000000000000000000000001", 7, 7, "sha256:1", "sha256:2")
    return Step(flow("reminder"), "update", "behaviour", "changed", basis, diff=items)


@given(plans)
def test_a_plan_survives_its_document(plan: Plan):
    """What is read from a plan's document, through its text, is the plan with its secrets covered."""
    text = json.dumps(encode(plan, tool="0.1.0"))

    assert decode(json.loads(text)) == masked_plan(plan, frozenset())


@given(plans)
def test_a_document_fits_its_schema_and_is_stable(plan: Plan):
    """Every document fits the schema, and writing what was read gives the same bytes."""
    document = encode(plan, tool="0.1.0")

    VALIDATOR.validate(document)
    assert json.dumps(encode(decode(document), tool="0.1.0")) == json.dumps(document)


@given(plans)
def test_a_name_does_not_depend_on_what_is_covered(plan: Plan):
    """A plan has the same digest before it is saved and after it is read."""
    assert digest(decode(encode(plan, tool="0.1.0"))) == digest(plan)


def test_the_schema_in_the_repository_is_that_of_the_code():
    """schemas/plan.schema.json is what the types give."""
    made = json.dumps(schema(), indent=2) + "\n"
    if os.environ.get("UPDATE_EXPECTED"):
        SCHEMA.write_text(made, encoding="utf-8")

    assert SCHEMA.read_text(encoding="utf-8") == made


def test_a_document_has_the_keys_of_the_contract():
    """Keys are in camel case, the summary counts every kind, and an update names its basis."""
    document = encode(a_plan(steps=(an_update(WidgetAdded("retry", "send-message")),)), tool="0.1.0")

    assert (document["format"], document["tool"]) == (1, "0.1.0")
    assert document["summary"] == {
        "create": 0, "update": 1, "publish": 0, "delete": 0, "adopt": 0, "forget": 0, "set-test-users": 0, "record": 0,
        "unchanged": 6,
    }  # fmt: skip
    assert document["steps"] == [
        {
            "address": "Flow/reminder",
            "kind": "update",
            "class": "behaviour",
            "reason": "changed",
            "dependsOn": [],
            "basis": {
                "sid": "FW00000000000000000000000000000001",
                "revision": 7,
                "publishedRevision": 7,
                "digest": "sha256:1",
                "target": "sha256:2",
            },
            "diff": [{"op": "widget-added", "widget": "retry", "type": "send-message"}],
            "notes": [],
        }
    ]


def test_a_secret_never_reaches_the_document():
    """A secret property is covered wholly, a sensitive text wherever it occurs."""
    secret = ValueChanged("call", "properties.sip_password", None, "hunter2", secret=True)
    token = ValueChanged("ask", "properties.url", "https://x.example/?t=tok-123", {"t": ["tok-123"]})

    text = json.dumps(encode(a_plan(steps=(an_update(secret, token),)), tool="0.1.0", sensitive=frozenset({"tok-123"})))

    assert "hunter2" not in text
    assert "tok-123" not in text
    assert '"before": null, "after": "(sensitive)"' in text
    assert "https://x.example/?t=(sensitive)" in text


def test_a_name_changes_with_what_the_plan_does():
    """Another basis is another plan; another version of reconciler or another diff text is not."""
    plan = a_plan(steps=(an_update(),))
    other = replace(plan, steps=(replace(plan.steps[0], basis=replace(plan.steps[0].basis, revision=8)),))
    shown = a_plan(steps=(an_update(WidgetsMoved(("a",))),))

    assert digest(other) != digest(plan)
    assert digest(shown) == digest(plan)


@pytest.mark.parametrize(
    "damage",
    [
        None,
        [],
        {},
        {"format": 1},
        {"format": 2, "tool": "9.0.0"},
        {"format": True},
        {**encode(a_plan(), tool="0"), "extra": 1},
        {**encode(a_plan(), tool="0"), "serial": "42"},
        {**encode(a_plan(), tool="0"), "steps": [{"address": "Flow/x"}]},
        {**encode(a_plan(steps=(an_update(),)), tool="0"), "steps": []},
    ],
)
def test_damage_is_refused_with_what_to_do(damage):
    """What is no plan, is torn, or is of a newer format is a usage error with a hint."""
    with pytest.raises(UsageError) as caught:
        decode(damage)

    assert caught.value.hint is not None


@pytest.mark.parametrize(
    ("key", "value"), [("address", "Function/x"), ("at", "yesterday"), ("at", "2026-10-01T10:00:00")]
)
def test_damaged_addresses_and_times_are_refused(key: str, value: str):
    """An address or a time that cannot be read is damage, not a crash."""
    revision = ForeignRevision(8, "draft", None, datetime(2026, 10, 1, tzinfo=UTC), None, ours=False)
    drift = Drift(flow("x"), "behaviour", 7, 8, (revision,))
    text = json.dumps(encode(replace(a_plan(), drift=(drift,)), tool="0"))
    document = json.loads(text)
    holder = document["drift"][0] if key == "address" else document["drift"][0]["revisions"][0]
    holder[key] = value

    with pytest.raises(UsageError):
        decode(document)
