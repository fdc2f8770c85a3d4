from __future__ import annotations

import pytest

from reconciler.definition.locate import Positions, locate

TEXT = '{\n  "a": [1, {"b": "x\\"y"}],\n  "é": {"c": [], "d": {}}, "a b": null\n}\n'


@pytest.mark.parametrize(
    ("pointer", "place"),
    [
        ((), (1, 1)),
        (("a",), (2, 8)),
        (("a", 0), (2, 9)),
        (("a", 1, "b"), (2, 18)),
        (("é", "d"), (3, 23)),
        (("a b",), (3, 35)),
        (("a", 1, "missing"), (2, 12)),
        (("nowhere", 3), (1, 1)),
    ],
)
def test_value_is_located(pointer, place):
    """A path gives line and column of its value, or of the nearest value above."""
    assert locate(TEXT, pointer) == place


def test_key_is_located():
    """The key of a member is found, and of an element the element itself."""
    positions = Positions(TEXT)
    assert positions.key(("é", "d")) == (3, 18)
    assert positions.key(("a", 1)) == (2, 12)


def test_first_of_doubled_keys_is_meant():
    """Of doubled keys, the first one is located."""
    assert locate('{"a": 1, "a": 2}', ("a",)) == (1, 7)


def test_scalar_document():
    """A document that is one value stands at its beginning."""
    assert locate("  1", ()) == (1, 3)
