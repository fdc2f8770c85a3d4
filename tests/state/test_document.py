import json
from dataclasses import replace
from datetime import UTC, datetime
from time import process_time

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import StateDamagedError
from reconciler.model.address import Address, flow
from reconciler.model.record import Writer
from reconciler.model.release import Release
from reconciler.state.document import decode, encode
from reconciler.state.encoding import to_document
from reconciler.state.schema import json_schema


@settings(max_examples=40)
@given(data=st.data())
def test_round_trip(states, data):
    """A state read back from its document is the same state, and its document the same bytes."""
    state = data.draw(states)
    document = encode(state)
    assert decode(document, "x") == state
    assert encode(decode(document, "x")) == document


@settings(max_examples=40)
@given(data=st.data())
def test_bytes_are_sorted_indented_json(states, data):
    """The document is what Python's own JSON writer would give with sorted keys and two spaces."""
    document = encode(data.draw(states))
    same = json.dumps(json.loads(document), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    assert document == same.encode()


@settings(max_examples=40)
@given(data=st.data())
def test_document_satisfies_the_schema(states, data):
    """Every document is valid under the published schema."""
    jsonschema.Draft202012Validator(json_schema()).validate(to_document(data.draw(states)))


def test_order_of_resources_does_not_matter(empty, flow_record):
    """States that differ in the order of insertion alone have the same bytes."""
    one, two = flow("a"), flow("b")
    forwards = replace(empty, resources={one: flow_record(1), two: flow_record(2)})
    backwards = replace(empty, resources={two: flow_record(2), one: flow_record(1)})
    assert encode(forwards) == encode(backwards)


def test_half_a_surrogate_pair_is_recorded_as_the_replacement_character(empty, flow_record):
    """A name that UTF-8 cannot hold does not stop a record."""
    record = replace(flow_record(1), friendly_name="a\ud800b")
    read = decode(encode(replace(empty, resources={flow("a"): record})), "x")
    found = read.flow(flow("a"))
    assert found is not None
    assert found.friendly_name == "a\ufffdb"


def test_a_newer_format_is_refused(empty):
    """A document of a newer format is refused, with both numbers and the next step."""
    document = {**to_document(empty), "format": 3, "unheard": "of"}
    with pytest.raises(StateDamagedError) as caught:
        decode(json.dumps(document).encode(), "state/production.json")
    assert "format 3" in caught.value.message
    assert "format 2" in caught.value.message
    assert caught.value.hint


def test_a_state_without_a_release_stays_readable_for_older_versions(empty):
    """Only a state that knows of a release is of format 2; all others are written in format 1, which is read too."""
    release = Release("R", "draft", datetime(2026, 1, 1, tzinfo=UTC), None, ())
    released = replace(empty, release=release)
    assert (to_document(empty)["format"], to_document(released)["format"]) == (1, 2)
    assert decode(encode(released), "here") == released
    assert decode(encode(empty), "here") == empty


DAMAGE = {
    "not JSON": b"{",
    "not UTF-8": b'{"format": 1, "project": "\xff"}',
    "no object": b"[]",
    "empty": b"",
    "no format": b"{}",
    "a format that is no number": b'{"format": true}',
    "an older format than any": b'{"format": 0}',
}


@pytest.mark.parametrize("data", DAMAGE.values(), ids=DAMAGE)
def test_what_is_no_document_is_refused(data):
    """What is no state document is refused, by the name of its file and with the next step."""
    with pytest.raises(StateDamagedError) as caught:
        decode(data, "state/production.json")
    assert "state/production.json" in caught.value.message
    assert caught.value.hint


START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def changed_document(state, flow_record, path, value):
    document = json.loads(
        encode(replace(state, resources={flow("a"): flow_record(1)}, writer=Writer("1", START, None)))
    )
    at = document
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return json.dumps(document).encode()


FLOW = ("resources", "Flow/a")
WRONG = {
    "unknown key": (("surprise",), 1),
    "unknown key of a flow": ((*FLOW, "surprise"), 1),
    "a serial in quotes": (("serial",), "1"),
    "a negative serial": (("serial",), -1),
    "a status of no flow": ((*FLOW, "status"), "archived"),
    "a resource that is none": (FLOW, 5),
    "no address": (("resources", "Widget/a"), {}),
    "a name that is no label": (("resources", "Flow/A_b"), {}),
    "a time that is a number": (("writer", "at"), 1_700_000_000),
    "a time that is none": (("writer", "at"), "2026-13-01T00:00:00Z"),
    "a time without zone": (("writer", "at"), "2026-03-01T00:00:00"),
    "test users under a flow's address": (FLOW, {"flow": "Flow/b", "sid": "FW1", "sent": [], "stored": []}),
}


@pytest.mark.parametrize(("path", "value"), WRONG.values(), ids=WRONG)
def test_wrong_content_is_refused(empty, flow_record, path, value):
    """Content that the format does not know is refused, never guessed at."""
    with pytest.raises(StateDamagedError):
        decode(changed_document(empty, flow_record, path, value), "x")


def test_any_zone_is_read_as_utc(empty, flow_record):
    """A time that a person wrote in another zone is the same time."""
    data = changed_document(empty, flow_record, ("writer", "at"), "2026-03-01T13:00:00+01:00")
    writer = decode(data, "x").writer
    assert writer is not None
    assert writer.at == START


def test_ten_thousand_resources_are_quick(empty, flow_record):
    """Reading and writing a large state takes no time that a person notices (the budget is half a second each)."""
    state = replace(empty, resources={Address("Flow", f"f{n}"): flow_record(n) for n in range(10_000)})
    start = process_time()
    document = encode(state)
    written = process_time()
    assert decode(document, "x") == state
    # Three times the budget: the machine that runs the tests is busy with others.
    assert written - start < 1.5
    assert process_time() - written < 1.8
