"""What documents say about lint rules."""

import pytest

from reconciler.model.address import flow
from reconciler.model.lint import LintLevel

HIDE = "  lint:\n    suppress:\n      - {rule: plain-http, widget: say, reason: An old gateway}\n"


def test_levels_and_suppressions_are_read(folder, texts):
    """A project says how grave rules are, a flow where one does not count; each suppression knows its place."""
    rules = "  lint:\n    rules:\n      plain-http: error\n      idle-trigger: {severity: off, reason: Only a stub}\n"
    loaded = folder.write({"project.yaml": texts["project"] + rules, "flow.yaml": texts["flow"] + HIDE}).load()
    assert loaded.desired.lint == {
        "plain-http": LintLevel("error"),
        "idle-trigger": LintLevel("off", "Only a stub"),
    }
    (one,) = loaded.desired.flows[flow("reminder")].suppressions
    assert (one.rule, one.widget, one.reason) == ("plain-http", "say", "An old gateway")
    assert str(one.place) == "flow.yaml:8:9"


@pytest.mark.parametrize(
    ("rules", "fault"),
    [
        ("plain-htp: error", ("unknown-rule", "project.yaml:10:7")),
        ("plain-http: {severity: off}", ("missing-reason", "project.yaml:10:19")),
        ("plain-http: {severity: off, reason: ' '}", ("missing-reason", "project.yaml:10:19")),
        ("plain-http: off", ("invalid-value", "project.yaml:10:19")),
        ("plain-http: fatal", ("invalid-value", "project.yaml:10:19")),
    ],
)
def test_faults_of_levels(folder, texts, rules, fault):
    """An unknown rule, an unknown word, and off without a reason are refused where they stand."""
    text = texts["project"] + f"  lint:\n    rules:\n      {rules}\n"
    assert folder.write({"project.yaml": text}).faults() == [fault]


def test_an_unknown_rule_is_met_with_the_nearest(folder, texts):
    """A misspelt rule gets the name that it resembles, also in a suppression."""
    folder.write({"flow.yaml": texts["flow"] + HIDE.replace("plain-http", "plain-htpp")})
    (finding,) = folder.findings()
    assert finding.rule == "unknown-rule"
    assert "plain-http" in finding.hint


def test_a_suppression_without_a_reason_is_refused(folder, texts):
    """Nobody can tell later why a rule did not count: the reason must say something."""
    folder.write({"flow.yaml": texts["flow"] + HIDE.replace("An old gateway", "''")})
    assert folder.faults() == [("invalid-value", "flow.yaml:8:49")]
    folder.write({"flow.yaml": texts["flow"] + HIDE.replace("An old gateway", "'  '")})
    assert folder.faults() == [("missing-reason", "flow.yaml:8:9")]


def test_the_definition_is_kept_as_it_is_written(folder, widget, definition):
    """A definition with placeholders is there as it stands in the file too, one without them once."""
    folder.write({"reminder.json": definition(widget("${env.X}"))})
    folder.process = {"X": "hello"}
    found = folder.load().desired.flows[flow("reminder")]
    assert "${env.X}" in found.written.text
    assert "hello" in found.definition.text
    folder.write({"reminder.json": definition(widget("hello"))})
    assert folder.load().desired.flows[flow("reminder")].written is None


def test_lint_changes_no_plan(folder, texts):
    """What is said about lint is no part of the digest that a saved plan is bound to."""
    before = folder.load().desired.digest
    assert folder.write({"flow.yaml": texts["flow"] + HIDE}).load().desired.digest == before


def test_a_fault_names_what_stands_in_the_file(folder, texts):
    """A rule that is off without a reason is named as it is written, and the hint says how that is done."""
    folder.write({"project.yaml": texts["project"] + "  lint:\n    rules:\n      plain-http: off\n"})
    (finding,) = folder.findings()
    assert finding.message.startswith("spec.lint.rules.plain-http: ")
    assert "{severity: off, reason:" in finding.hint


def test_a_definition_that_is_only_a_path_is_met_with_the_right_form(folder, texts):
    """Who writes the path of a definition without `file` is told how it is written."""
    flow_text = texts["flow"].replace("{file: reminder.json}", "reminder.json")
    assert flow_text != texts["flow"]
    folder.write({"flow.yaml": flow_text})
    (finding,) = folder.findings()
    assert finding.rule == "wrong-type"
    assert "{file: PATH}" in finding.hint
