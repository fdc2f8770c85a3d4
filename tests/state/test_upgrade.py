import pytest

from reconciler.errors import StateDamagedError
from reconciler.state.document import from_document
from reconciler.state.encoding import to_document
from reconciler.state.upgrade import upgraded


def add_colour(document):
    return {**document, "colour": "red"}


def rename_colour(document):
    return {("hue" if key == "colour" else key): value for key, value in document.items()}


STEPS = {5: add_colour, 6: rename_colour}


def test_each_version_has_its_function():
    """An old document goes through one function a version, in their order, and has the new number at the end."""
    assert upgraded({"format": 5}, STEPS, to=7, origin="x") == {"format": 7, "hue": "red"}
    assert upgraded({"format": 6, "colour": "blue"}, STEPS, to=7, origin="x") == {"format": 7, "hue": "blue"}


def test_the_present_format_is_left_alone():
    """A document of the present format is the same object."""
    document = {"format": 7}
    assert upgraded(document, STEPS, to=7, origin="x") is document


@pytest.mark.parametrize("number", [8, 4, -1])
def test_a_format_that_nothing_leads_from_is_refused(number):
    """A newer format, and an older one without a function, are refused."""
    with pytest.raises(StateDamagedError):
        upgraded({"format": number}, STEPS, to=7, origin="x")


def test_an_invented_older_format_becomes_a_state(empty):
    """What the functions make of an older document is read like any other."""
    old = {key: value for key, value in to_document(empty).items() if key != "endpoint"} | {"format": 0}
    steps = {0: lambda document: {**document, "endpoint": None}}
    assert from_document(upgraded(old, steps, to=1, origin="x"), "x") == empty
