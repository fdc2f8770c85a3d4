"""Rules 1 to 3."""

import pytest

from reconciler.definition.lint.fixing import fixed


def test_a_misspelt_next_is_found_and_repaired(flow, widget, say):
    """`name` in the place of `next` is found at its key, and the repair keeps the order of keys."""
    data = flow(widget("a", ("failed", None)), widget("b"))
    data["states"][1]["transitions"][0] = {"name": "b", "event": "failed"}
    (problem,) = say("unknown-transition-key", data)
    assert (problem.widget, problem.at_key, problem.path[-1]) == ("a", True, "name")
    after, done = fixed(data, [problem.fix])
    assert list(after["states"][1]["transitions"][0].items()) == [("next", "b"), ("event", "failed")]
    assert done == (problem.fix,)
    assert data["states"][1]["transitions"][0]["name"] == "b"


@pytest.mark.parametrize(
    "transition",
    [
        {"event": "failed", "name": "nobody"},
        {"event": "failed", "name": "b", "next": "a"},
        {"event": "failed", "name": "b", "label": "a"},
    ],
    ids=["no widget", "next is there", "two candidates"],
)
def test_what_is_not_clear_is_not_repaired(flow, widget, say, transition):
    """An unknown key is left to a person when it is not sure that `next` was meant."""
    data = flow(widget("a"), widget("b"))
    data["states"][1]["transitions"] = [transition]
    found = say("unknown-transition-key", data)
    assert found
    assert all(problem.fix is None for problem in found)


def test_known_keys_are_no_finding(flow, widget, split, match, say):
    """Event, next and conditions are what a transition has."""
    assert say("unknown-transition-key", flow(split("s", match("1", "a")), widget("a"))) == []


def test_a_dangling_next_is_found(flow, widget, places):
    """A `next` that names no widget is found; an absent or empty one is the end of a branch."""
    data = flow(widget("a", ("sent", "gone"), ("failed", None)))
    data["states"][1]["transitions"].append({"event": "timeout", "next": ""})
    assert places("dangling-next", data) == [("a", "transitions.sent")]


@pytest.mark.parametrize(("written", "meant"), [("Send_Mail", "send-mail"), ("sendmail", "send-mail"), ("mail", None)])
def test_a_name_written_otherwise_is_repaired(flow, widget, say, written, meant):
    """A `next` that differs from one name in case and signs alone is repaired, a merely similar one is not."""
    data = flow(widget("a", ("sent", written)), widget("send-mail"))
    (problem,) = say("dangling-next", data)
    assert (problem.fix.edits[0].after if problem.fix else None) == meant


def test_two_widgets_that_could_be_meant_are_not_guessed(flow, widget, say):
    """Where two names differ in case alone, none is written for a third."""
    (problem,) = say("dangling-next", flow(widget("a", ("sent", "B-")), widget("b"), widget("B")))
    assert problem.fix is None


def test_doubled_names_are_found_and_similar_ones_are_not(flow, widget, places):
    """Two widgets of the same name are one finding; names that differ in case are two names."""
    assert places("duplicate-widget", flow(widget("a"), widget("b"), widget("a"))) == [("a", "name")]
    assert places("duplicate-widget", flow(widget("a"), widget("A"))) == []
