"""States as JSON."""

from __future__ import annotations

import pytest

from reconciler.errors import SimulationError
from reconciler.simulate import from_document, to_document

from .conftest import definition, widget


@pytest.fixture
def document(play):
    return to_document(play(definition(widget("ask", "send-and-wait-for-reply", ("timeout", None), body="?"))).state)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"execution": 1},
        {"now": "soon"},
        {"now": True},
        {"frames": [1]},
        {"frames": None},
        {"waiting": {"need": "wonder"}},
        {"waiting": {}},
        {"ended": "BORED"},
        {"assumptions": ["unheard-of"]},
    ],
)
def test_what_is_no_state_is_refused(document, change):
    """A document of another version, or of another shape, is an error and never half a state."""
    with pytest.raises(SimulationError):
        from_document({**document, **change})


def test_no_key_may_be_missing(document):
    """Every key of the document is needed to read it."""
    for key in document:
        with pytest.raises(SimulationError):
            from_document({other: value for other, value in document.items() if other != key})
