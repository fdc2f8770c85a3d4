"""A JSON file in which something changed: every other byte stays."""

import difflib
import json

import pytest

from reconciler.manifest.jsontext import patched
from reconciler.model.jsontypes import Json

HAND_MADE = """\
{ "states" : [ { "name": "Trigger",
                 "transitions": [ {"event": "incomingCall", "next": "say"},
                                  {"event": "incomingRequest"} ]
               , "properties": {"offset": {"x":0, "y":1}} },

               { "name": "say", "transitions": [], "properties": {"say": "Gr\\u00fc\\u00dfe", "loop": 1.0} } ],
  "flags": { } }"""
"""No writer of JSON writes like this; people do."""


def body() -> dict:
    """Give what it means."""
    return json.loads(HAND_MADE)


def changed_lines(before: str, after: str) -> list[str]:
    """Give the lines of a difference, without context."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[0] in "+-" and line[:3] not in {"+++", "---"}]


def test_what_says_the_same_stays_the_same():
    """A value that means what the text means gives the text, byte for byte."""
    assert patched(HAND_MADE, body()) == HAND_MADE
    assert patched("\ufeff" + HAND_MADE + "\n\n", body()) == "\ufeff" + HAND_MADE + "\n\n"


def test_one_value_is_one_value():
    """A changed text, and nothing else on its line, is changed; escapes stay the manner of the file."""
    new = body()
    new["states"][1]["properties"]["say"] = "Tschüß"
    after = patched(HAND_MADE, new)
    assert after == HAND_MADE.replace("Gr\\u00fc\\u00dfe", "Tsch\\u00fc\\u00df")


def test_what_is_added_takes_the_manner_of_its_neighbours():
    """A new transition stands where its neighbours stand; what always stands on one line does so when it is new."""
    new = body()
    new["states"][0]["transitions"].append({"event": "incomingMessage"})
    new["states"][0]["properties"]["offset"]["z"] = 2
    assert changed_lines(HAND_MADE, patched(HAND_MADE, new)) == [
        '-                                  {"event": "incomingRequest"} ]',
        '-               , "properties": {"offset": {"x":0, "y":1}} },',
        '+                                  {"event": "incomingRequest"},',
        '+                                  {"event": "incomingMessage"} ]',
        '+               , "properties": {"offset": {"x":0, "y":1, "z": 2}} },',
    ]


def test_what_goes_takes_only_its_own_along():
    """A widget that goes leaves its neighbours as they are; the last element takes the comma before it."""
    new = body()
    del new["states"][1]
    after = patched(HAND_MADE, new)
    assert json.loads(after) == new
    assert after.splitlines()[:3] == HAND_MADE.splitlines()[:3]
    new["states"] = []
    assert patched(HAND_MADE, new) == '{ "states" : [],\n  "flags": { } }'


@pytest.mark.parametrize(
    ("text", "new", "after"),
    [
        ('{"a":1,"b":[1,2]}', {"a": 1, "b": [1, 3, 2]}, '{"a":1,"b":[1,3,2]}'),
        ('{"a": 1}', {"a": True}, '{"a": true}'),
        ('{"a": 1.0}', {"a": 1.0}, '{"a": 1.0}'),
        ('{"a": 1}', {"z": 0, "a": 1}, '{"z": 0, "a": 1}'),
        ("[]", [1], "[1]"),
        ("{}\n", {"a": {}}, '{"a": {}}\n'),
        ('{"a": "x"}', {"a": "\ud800"}, '{"a": "\\ud800"}'),
        ('{\r\n  "a": 1\r\n}', {"a": 1, "b": [2]}, '{\r\n  "a": 1,\r\n  "b": [\r\n    2\r\n  ]\r\n}'),
        ('["a","b","c"]', ["c", "a", "b"], '["c","a","b"]'),
    ],
)
def test_small_texts(text: str, new: Json, after: str):
    """One line, no line, Windows's lines, half a character, another order: each as one would write it by hand."""
    assert patched(text, new) == after
