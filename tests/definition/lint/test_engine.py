"""Rules, the project's word on them, places, repairs."""

import json

import pytest

from reconciler.definition.lint.engine import Subject, finding_of, judge, unused
from reconciler.definition.lint.fixing import fixed
from reconciler.definition.lint.rule import Fix, RenameKey, SetText
from reconciler.model.finding import Place
from reconciler.model.lint import LintLevel, Suppression

AT = Place("flow.yaml", 9, 5)


@pytest.fixture
def broken(flow, widget):
    """A flow with two lost widgets and a dangling transition."""
    return flow(widget("a", ("audioComplete", "gone")), widget("x"), widget("y"))


def of(verdicts, rule):
    return [verdict for verdict in verdicts if verdict.rule.id == rule]


def test_rules_speak_in_the_order_of_the_definition(broken):
    """Verdicts come in the order of the widgets, with each rule's own severity."""
    found = judge(Subject(broken))
    assert [(v.rule.id, v.problem.widget, v.severity) for v in found] == [
        ("dangling-next", "a", "error"),
        ("unreachable-widget", "x", "warning"),
        ("unreachable-widget", "y", "warning"),
    ]


def test_a_project_says_how_grave_a_rule_is(broken):
    """A level changes the severity of a rule, and off silences it."""
    levels = {"dangling-next": LintLevel("off", "known"), "unreachable-widget": LintLevel("error")}
    assert {(v.rule.id, v.severity) for v in judge(Subject(broken, levels=levels))} == {("unreachable-widget", "error")}


def test_suppressions_hide_one_widget_or_the_flow(broken):
    """A suppression counts for its widget, without one for the flow; what it hides is still known."""
    one = Suppression("unreachable-widget", "x", "kept for later", AT)
    found = of(judge(Subject(broken, suppressions=[one])), "unreachable-widget")
    assert [verdict.suppressed for verdict in found] == [one, None]
    whole = Suppression("unreachable-widget", None, "kept for later", AT)
    found = of(judge(Subject(broken, suppressions=[whole])), "unreachable-widget")
    assert [verdict.suppressed for verdict in found] == [whole, whole]


def test_a_suppression_that_hides_nothing_is_told(broken):
    """A suppression of what is not found, or of another widget, is a finding at its own place."""
    idle = Suppression("plain-http", None, "old gateway", AT)
    wrong = Suppression("unreachable-widget", "z", "typo", AT)
    used = Suppression("unreachable-widget", "y", "kept", AT)
    found = unused(judge(Subject(broken, suppressions=[idle, wrong, used])), [idle, wrong, used])
    assert [(f.rule, f.severity, f.place, f.widget) for f in found] == [
        ("unused-suppression", "warning", AT, None),
        ("unused-suppression", "warning", AT, "z"),
    ]


def test_findings_have_places(broken):
    """A finding names file, line and column of the value, or of the key where that is what is wrong."""
    broken["states"][1]["transitions"][0]["nxt"] = "x"
    text = json.dumps(broken, indent=1)
    places = {v.rule.id: finding_of(v, "f.json", text).place for v in judge(Subject(broken))}
    lines = text.splitlines()
    assert '"next": "gone"' in lines[places["dangling-next"].line - 1]
    key = places["unknown-transition-key"]
    assert lines[key.line - 1][key.column - 1 :].startswith('"nxt"')
    assert finding_of(judge(Subject(broken))[0], "f.json", None).place == Place("f.json")
    assert finding_of(judge(Subject(broken))[0], None, None).place is None


def test_repairs_are_all_or_nothing():
    """A repair whose place says something else by now, also after another repair, changes nothing."""
    data = {"a": {"x": "1", "y": "2"}, "b": ["3"]}
    both = Fix("", (SetText(("b", 0), "3", "4"), SetText(("a", "x"), "gone", "5")))
    rename = Fix("", (RenameKey(("a", "x"), "z"),))
    again = Fix("", (RenameKey(("a", "x"), "w"),))
    taken = Fix("", (RenameKey(("a", "y"), "z"),))
    after, done = fixed(data, [both, rename, again, taken])
    assert after == {"a": {"z": "1", "y": "2"}, "b": ["3"]}
    assert list(after["a"]) == ["z", "y"]
    assert done == (rename,)
    assert data == {"a": {"x": "1", "y": "2"}, "b": ["3"]}
