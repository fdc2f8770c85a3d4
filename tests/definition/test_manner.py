"""A body in the manner of a file: what means nothing is as the file has it, what means something is the body's."""

import json
import random

from hypothesis import given
from hypothesis import strategies as st

from reconciler.definition import document
from reconciler.definition.manner import in_manner_of
from reconciler.definition.spans import spans_of


def flow(*widgets: dict) -> dict:
    """Give a definition of some widgets."""
    return {"description": "A test", "states": list(widgets), "initial_state": "Trigger"}


def widget(name: str, *transitions: dict, **properties: object) -> dict:
    """Give a widget."""
    return {"name": name, "type": "split", "transitions": list(transitions), "properties": properties}


def match(value: str, leads: str) -> dict:
    """Give a transition that asks for a value."""
    condition = {"friendly_name": value, "type": "equal_to", "value": value}
    return {"event": "match", "next": leads, "conditions": [condition]}


def test_what_means_nothing_is_as_the_file_has_it():
    """Order of widgets, of keys and of events, an empty `next`, and how a number is written come from the file."""
    file = flow(widget("a", {"event": "x", "next": ""}, {"event": "y", "next": "b"}, n=1.0), widget("b"))
    body = {
        "initial_state": "Trigger",
        "states": [
            widget("b"),
            {"properties": {"n": 1}, **widget("a", {"next": "b", "event": "y"}, {"event": "x", "next": None}, n=1)},
        ],
        "description": "A test",
    }
    assert json.dumps(in_manner_of(body, file)) == json.dumps(file)


def test_what_is_new_stands_behind_its_neighbour():
    """A new widget, event and key stand in the file where they stand in the body."""
    file = flow(widget("b", {"event": "x"}, n=1), widget("a"))
    body = flow(widget("a"), widget("new"), widget("b", {"event": "z"}, {"event": "x"}, m=0, n=1))
    found = in_manner_of(body, file)
    assert [state["name"] for state in found["states"]] == ["b", "a", "new"]
    assert found["states"][0]["transitions"] == [{"event": "z"}, {"event": "x"}]
    assert [*found["states"][0]["properties"]] == ["m", "n"]


def test_the_order_of_conditions_is_the_bodys():
    """`match` transitions are asked in their order: a new order arrives, while other events stay where they were."""
    file = flow(widget("a", {"event": "noMatch"}, match("1", "b"), match("2", "c")))
    body = flow(widget("a", match("2", "c"), match("1", "b"), {"event": "noMatch"}))
    found = in_manner_of(body, file)["states"][0]["transitions"]
    assert found == [{"event": "noMatch"}, match("2", "c"), match("1", "b")]


@given(st.integers())
def test_the_meaning_stays(seed):
    """Whatever the file looks like, the digests of the body stay."""
    chance = random.Random(seed)  # noqa: S311 - nothing secret

    def some() -> dict:
        names = chance.sample("abcdef", chance.randint(0, 6))
        events = [{"event": e, **chance.choice([{}, {"next": None}, {"next": "a"}])} for e in chance.sample("xyz", 2)]
        asked = [match(value, "b") for value in chance.sample("123", chance.randint(0, 3))]
        both = [*events, *asked]
        chance.shuffle(both)
        return flow(*(widget(name, *both, n=chance.choice([1, 1.0, True])) for name in names))

    body, file = some(), some()
    assert document.of(in_manner_of(body, file)).digests == document.of(body).digests


def test_spans_are_the_values_of_a_text():
    """Cutting a text at the spans of its values gives these values, keys and brackets in strings notwithstanding."""
    text = '\ufeff {"a [": [1, {"b": "}\\""}, []], "c": {} }\n'

    def value(span):
        if span.members is not None:
            return {key: value(child) for key, child in span.members.items()}
        if span.items is not None:
            return [value(child) for child in span.items]
        return json.loads(text[span.start : span.end])

    root = spans_of(text)
    assert value(root) == json.loads(text[1:]) == json.loads(text[root.start : root.end])
    assert [text[child.key : child.end] for child in root.children][1] == '"c": {}'
