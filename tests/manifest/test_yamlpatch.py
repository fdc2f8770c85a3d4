"""A definition inside YAML in which something changed: comments, blanks and quotes around it stay."""

import copy
import difflib
import random
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.manifest.findings import Findings
from reconciler.manifest.yamlpatch import NotPatchedError, patched
from reconciler.manifest.yamltext import read

TEXT = """\
# head
description: A # text
states:
  # the trigger
  - name: Trigger # first
    transitions:
      - {event: incomingCall, next: say}   # calls
      # others
      - {event: incomingRequest}
    properties: {offset: {x: 0, y: 1}}

  # says hello
  - name: say
    transitions: []
    properties:
      # what is said
      say: |  # spoken
        Hello
        World

      voice: 'al''ice'  # voice
flags: {"allow": true, "all": [1,2]}
# end
"""


def meaning(text: str) -> Any:
    """Give what a text means; it must have no fault."""
    findings = Findings()
    (document,) = read(text.encode(), "x.yaml", findings)
    assert findings.sorted() == ()
    return document.data


def after(change: Callable[[Any], object], text: str = TEXT) -> str:
    """Give the text after a change of its meaning, which must be exactly that."""
    (document,) = read(text.encode(), "x.yaml", Findings())
    new = copy.deepcopy(document.data)
    change(new)
    done = patched(text, document.node, document.data, new)
    assert meaning(done) == new
    return done


def lines(change: Callable[[Any], object]) -> list[str]:
    """Give the lines that a change removes and adds."""
    told = difflib.unified_diff(TEXT.splitlines(), after(change).splitlines(), n=0, lineterm="")
    return [line for line in told if line[0] in "+-" and line[:3] not in {"+++", "---"}]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d.update(description="B"), ["-description: A # text", "+description: B # text"]),
        (lambda d: d.update(description="B: c"), ["-description: A # text", '+description: "B: c" # text']),
        (lambda d: d["states"][1]["properties"].update(voice="bob's"),
         ["-      voice: 'al''ice'  # voice", "+      voice: 'bob''s'  # voice"]),
        (lambda d: d["states"][1]["properties"].update(say="Hello\nthere\nWorld\n"), ["+        there"]),
        (lambda d: d["states"][0]["transitions"][0].update(next="other"),
         ["-      - {event: incomingCall, next: say}   # calls",
          "+      - {event: incomingCall, next: other}   # calls"]),
        (lambda d: d["states"][0]["transitions"].insert(1, {"event": "incomingMessage", "next": "say"}),
         ["+      - {event: incomingMessage, next: say}"]),
        (lambda d: d["flags"].update(more=None),
         ['-flags: {"allow": true, "all": [1,2]}', '+flags: {"allow": true, "all": [1,2], "more": null}']),
        (lambda d: d["states"].append({"name": "end", "properties": {"body": "a\nb", "to": "+15555550101"}}),
         ["+  - name: end", "+    properties:", "+      body: |-", "+        a", "+        b",
          '+      to: "+15555550101"']),
        (lambda d: d["states"].pop(1) and None,
         ["-  - name: say", "-    transitions: []", "-    properties:", "-      # what is said",
          "-      say: |  # spoken", "-        Hello", "-        World", "-", "-      voice: 'al''ice'  # voice"]),
        (lambda d: d["states"][0]["transitions"].pop(0) and None,
         ["-      - {event: incomingCall, next: say}   # calls"]),
        (lambda d: d["states"][1]["properties"].pop("say") and None,
         ["-      say: |  # spoken", "-        Hello", "-        World", "-"]),
    ],
)  # fmt: skip
def test_a_small_change_is_a_small_difference(change, expected):
    """Only the lines of what changed are touched; the comments of what stays are all there."""
    assert lines(change) == expected


def test_windows_lines_stay_windows_lines():
    """A file with CRLF has no other line end afterwards."""
    done = after(
        lambda d: d["states"].insert(1, {"name": "new", "list": [{"a": {"b": 1}}]}), TEXT.replace("\n", "\r\n")
    )
    assert "\n" not in done.replace("\r\n", "")


def test_what_an_alias_stands_for_is_not_touched():
    """A value that stands elsewhere too is not changed in place."""
    text = "a: &x {b: 1}\nc: *x\n"
    (document,) = read(text.encode(), "x.yaml", Findings())
    with pytest.raises(NotPatchedError):
        patched(text, document.node, document.data, {"a": {"b": 1}, "c": {"b": 2}})


VALUES = ("x", "a: b", "l1\nl2\n", 1, True, None, {"k": [1, {"z": "#"}]}, [], {}, "{{a}}", " lead", "é", "- a", "no",
          "tail ", "\n", "\tx", {"name": "w", "properties": {"offset": {"x": 1, "y": 2}}})  # fmt: skip


def spoilt(data: Any, chance: random.Random) -> None:
    """Change some things inside a value."""
    for _ in range(chance.randint(1, 4)):
        found = [data]
        for value in found:
            inner = value.values() if isinstance(value, dict) else value
            found += [item for item in inner if isinstance(item, dict | list)]
        chosen, value = chance.choice(found), chance.choice(VALUES)
        if isinstance(chosen, dict):
            key = chance.choice([*chosen, "k1", "k2"])
            chosen.pop(key, None) if chance.random() < 0.3 else chosen.update({key: value})
        elif chosen and chance.random() < 0.6:
            chosen[chance.randrange(len(chosen))] = value
        else:
            chosen.insert(chance.randint(0, len(chosen)), value)


@pytest.mark.parametrize("seed", range(150))
def test_any_change_arrives_and_nothing_else(seed):
    """Whatever changes, the text afterwards means exactly that, and comments outside of it stay."""
    done = after(lambda data: spoilt(data, random.Random(seed)))  # noqa: S311 - nothing secret
    assert done.startswith("# head\n")
    assert done.endswith("# end\n")
