"""`reconciler release`, as a person or a pipeline calls it."""

import json
from pathlib import Path

import jsonschema
import pytest

from reconciler.events.store import EventStore

SCHEMAS = Path(__file__).parents[2] / "schemas"
RELEASE = """\
  release:
    smoke:
      - name: says hello
        to: "+15555550101"
        from: "+15555550100"
        expect: {reaches: [%s], within: 2s}
"""


def flow(text: str) -> str:
    """A definition that says something on a request of the API."""
    events = ("incomingMessage", "incomingCall", "incomingConversationMessage", "incomingRequest", "incomingParent")
    trigger = {
        "name": "Trigger",
        "type": "trigger",
        "properties": {"offset": {"x": 0, "y": 0}},
        "transitions": [{"event": e, "next": "say"} if e == "incomingRequest" else {"event": e} for e in events],
    }
    say = {
        "name": "say",
        "type": "send-message",
        "properties": {"offset": {"x": 0, "y": 200}, "from": "{{flow.channel.address}}", "body": text,
                       "to": "{{contact.channel.address}}"},
        "transitions": [{"event": "sent"}, {"event": "failed"}],
    }  # fmt: skip
    return json.dumps(
        {"description": "A test", "states": [trigger, say], "initial_state": "Trigger", "flags": {}}, indent=2
    )


@pytest.fixture
def hello(project, cli):
    """Give a function that lets the flow say something and reach a widget; it is applied once."""
    manifest = project.manifests / "hello.yaml"
    before = manifest.read_text()
    project.drop("menu")

    def says(text: str, reaches: str = "say") -> None:
        manifest.write_text(before + RELEASE % reaches)
        (project.manifests / "flows" / "hello.json").write_text(flow(text))

    says("one")
    assert cli("apply", "--auto-approve").code == 0
    return says


def test_the_plan_shows_every_stage_and_writes_nothing(hello, cli, project):
    """`release --plan` tells drafts, test users, smoke, publication, watch and the way back; the state stays."""
    hello("two")
    before = project.state()
    found = cli("release", "--plan", "--watch-for", "5m")
    assert found.code == 0, found.err
    for told in ("1 draft", "2 test users", "3 smoke", "says hello", "4 publish", "5m, every 15s", "to revision 1"):
        assert told in found.out, told
    assert project.state() == before
    shown = cli("release", "--plan", "--json")
    schema = json.loads((SCHEMAS / "release-plan.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(shown.json)
    assert [one["previous"] for one in shown.json["flows"]] == [1]


def test_a_release_ends_done(hello, cli, project):
    """Everything works: exit 0, the new text is live, a second plan is empty, and history names the release."""
    hello("two")
    found = cli("release", "--auto-approve", "-m", "Kinder")
    assert found.code == 0, found
    assert "done" in found.out
    assert cli("plan", "--detailed-exitcode").code == 0
    release = project.state()["release"]
    assert release["stage"] == "done"
    told = cli("history", "hello").out
    assert told.count(f"Release {release['id']}: Kinder") == 2


def test_a_failed_smoke_is_an_error(hello, cli, project):
    """What fails is taken back: exit 1, the reason in words, status says it, and the same again wants --again."""
    hello("two", "say, Trigger]\n                 , avoids: [say")
    found = cli("release", "--auto-approve")
    assert found.code == 1, found
    assert "had to avoid" in found.out
    assert "taken back" in cli("status").out
    assert cli("status", "--json").json["release"]["cause"] == "smoke"
    refused = cli("release", "--auto-approve")
    assert (refused.code, "taken-back" in refused.out) == (3, True)
    assert cli("release", "--auto-approve", "--again").code == 1
    assert project.state()["resources"]["Flow/hello"]["published"]["revision"] == 1


def test_every_line_fits_its_schema(hello, cli):
    """With --json each line is an object of the published schema, and the last one the summary."""
    hello("two")
    found = cli("release", "--auto-approve", "--json")
    assert found.code == 0, found.err
    validator = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "release-events.schema.json").read_text()))
    for line in found.lines:
        validator.validate(line)
    assert found.lines[-1]["type"] == "summary"
    assert found.lines[-1]["release"]["stage"] == "done"
    stages = [line["stage"] for line in found.lines if line["type"] == "stage"]
    assert stages == ["draft", "test-users", "smoke", "publish", "done"]


@pytest.mark.usefixtures("hello")
def test_nothing_to_release(cli):
    """Without a change there is nothing to do: exit 0."""
    found = cli("release", "--auto-approve")
    assert (found.code, "Nothing to release" in found.out) == (0, True)


def test_without_a_yes_nothing_is_done(hello, cli, project):
    """Without a terminal and without --auto-approve nothing begins."""
    hello("two")
    found = cli("release")
    assert found.code == 1
    assert "release" not in project.state()


@pytest.mark.usefixtures("hello")
@pytest.mark.parametrize(
    "wrong", [["--back"], ["--back", "hello"], ["--no-watch", "--watch-for", "1m"], ["--watch-for", "soon"], ["nobody"]]
)
def test_what_makes_no_sense(cli, wrong):
    """No release to take back, options that contradict each other, no duration, no such flow: exit 1."""
    assert cli("release", "--auto-approve", *wrong).code == 1


@pytest.mark.usefixtures("hello")
def test_the_error_is_the_last_line(cli):
    """With --json an error that ends the run is in the summary."""
    found = cli("release", "--back", "--json")
    assert (found.code, found.lines[-1]["error"] is not None, found.lines[-1]["exitCode"]) == (1, True, 1)


def test_events_may_tell_how_callers_fare(hello, cli, tmp_path):
    """With `--from-events` nobody lists executions to watch; a file that is no store of events stops it beforehand."""
    hello("two")
    store = tmp_path / "events.sqlite"
    missing = cli("release", "--auto-approve", "--watch-for", "1s", "--from-events", str(store))
    assert (missing.code, "events" in missing.err) == (1, True), missing.err
    EventStore(store, create=True).close()
    found = cli("release", "--auto-approve", "--watch-for", "1s", "--from-events", str(store))
    assert found.code == 0, found.err
