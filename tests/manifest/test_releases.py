"""What documents say about releases."""

from datetime import timedelta

import pytest

from reconciler.model.address import flow
from reconciler.model.release import ERROR_EVENTS, Expectation, Watch

SMOKE = """\
  release:
    smoke:
      - name: says hello
        to: "+1 (555) 555-0101"
        from: "+15555550100"
        parameters: {reason: visit}
        expect: {reaches: [say], avoids: [Trigger], ends: true, within: 20s}
    watch: {for: 2m, maxErrors: 3, errorEvents: [failed]}
"""


@pytest.fixture
def project(folder, texts, widget, definition):
    """Give a project whose flow has test users and a widget."""
    return folder.write({"users.yaml": texts["users"], "reminder.json": definition(widget("Hello"))})


def test_smoke_and_watch_are_read(project, texts):
    """A flow says what is tried on its draft and how its callers are watched; contacts may be spelt differently."""
    found = project.write({"flow.yaml": texts["flow"] + SMOKE}).load().desired.flows[flow("reminder")].release
    (smoke,) = found.smoke
    assert (smoke.name, smoke.to, smoke.sender) == ("says hello", "+1 (555) 555-0101", "+15555550100")
    assert smoke.parameters == {"reason": "visit"}
    assert smoke.expect == Expectation(("say",), ("Trigger",), ends=True, within=timedelta(seconds=20))
    assert str(smoke.place) == "flow.yaml:9:13"
    assert found.watch == Watch(timedelta(minutes=2), max_errors=3, error_events=("failed",))


def test_the_policy_watches_what_says_nothing_itself(project, texts):
    """The project's watch is the default of every flow; error events are the documented ones unless they are named."""
    policy = "  policy: {release: {watch: {for: 10m, every: 1m, maxFailedRatio: null, minExecutions: 5}}}\n"
    desired = project.write({"project.yaml": texts["project"] + policy}).load().desired
    assert desired.policy.watch == Watch(
        timedelta(minutes=10), timedelta(minutes=1), max_failed_ratio=None, min_executions=5, error_events=ERROR_EVENTS
    )
    assert desired.flows[flow("reminder")].release.watch is None


@pytest.mark.parametrize(
    ("written", "instead", "fault"),
    [
        ('"+1 (555) 555-0101"', '"+15555550999"', ("smoke-contact", "flow.yaml:9:13")),
        ("reaches: [say]", "reaches: [sya]", ("unknown-widget", "flow.yaml:9:13")),
        ("{reaches: [say], avoids: [Trigger], ends: true, within: 20s}", "{}", ("empty-smoke", "flow.yaml:8:15")),
        ("within: 20s", "within: soon", ("invalid-value", "flow.yaml:12:73")),
        ("for: 2m, ", "", ("missing-key", "flow.yaml:13:12")),
        ("reason: visit}", "reason: visit}\n        unheard: of", ("unknown-key", "flow.yaml:12:9")),
    ],
)
def test_faults_stand_where_they_are(project, texts, written, instead, fault):
    """A contact who runs what is published, an unknown widget, no expectation, a wrong value: each with its place."""
    text = texts["flow"] + SMOKE.replace(written, instead)
    assert project.write({"flow.yaml": text}).faults() == [fault]


def test_a_name_stands_once(project, texts):
    """Two smoke executions of one flow cannot have one name."""
    one, rest = SMOKE.split("    watch:")
    twice = f"{one}{one.split('smoke:')[1][1:]}    watch:{rest}"
    assert project.write({"flow.yaml": texts["flow"] + twice}).faults() == [("duplicate-name", "flow.yaml:13:15")]
