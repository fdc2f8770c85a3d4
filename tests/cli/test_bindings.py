"""`bindings discover` and `bindings check`: two accounts of one emulator, one project, the real command line."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from reconciler.cli import exits
from tests.support.session import Session
from tests.support.two_accounts import CALLS, PRODUCTION, PRODUCTION_ASSETS, STAGING, STAGING_ASSETS

A, B = "a" * 32, "b" * 32
STAGING_ACCOUNT, PRODUCTION_ACCOUNT = "AC" + "1" * 32, "AC" + "2" * 32
PROJECT = f"""\
# One project, two accounts.
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {{name: clinic}}
spec:
  environments:
    staging:
      account: {STAGING_ACCOUNT}
      credentials: {{accountSid: env:STAGING_SID, authToken: env:STAGING_TOKEN}}
      variables: {{name: test}}   # shown to callers
    production:
      account: {PRODUCTION_ACCOUNT}
      credentials: {{accountSid: env:PRODUCTION_SID, authToken: env:PRODUCTION_TOKEN}}
      variables: {{name: live}}
"""
FLOW = """\
apiVersion: studio.reconciler.dev/v1
kind: Flow
metadata: {name: desk}
spec:
  definition: {file: desk.json}
"""


def state(name, kind, **properties):
    return {"name": name, "type": kind, "transitions": [], "properties": properties}


WIDGETS = [
    state("ask", "run-function", **CALLS),
    state("agents", "send-to-flex", workflow="WW" + A, channel="TC" + A, attributes="{}"),
    state("tell", "send-message", **{"from": "MG" + A, "to": "{{contact.channel.address}}", "body": "Hi"}),
    state("hello", "send-message", **{"from": "+15555550101", "to": "x", "body": "Hi", "content_sid": "HX" + A}),
    state("pay", "capture-payments", payment_connector="Pay test"),
    state("keep", "set-variables", variables=[{"key": "sync", "value": "IS" + "3" * 32}]),
]


@pytest.fixture
def session(tmp_path):
    """Give a project whose flow was exported from staging, and both accounts with what they have."""
    secrets = {"STAGING_TOKEN": "s" * 32, "PRODUCTION_TOKEN": "p" * 32}
    accounts = {"STAGING_SID": STAGING_ACCOUNT, "PRODUCTION_SID": PRODUCTION_ACCOUNT}
    session = Session(tmp_path, environment={**secrets, **accounts})
    for account, assets in ((STAGING_ACCOUNT, STAGING_ASSETS), (PRODUCTION_ACCOUNT, PRODUCTION_ASSETS)):
        with session.console() as client:
            told = client.post("/_console/Assets", data={"Assets": json.dumps(assets)}, auth=(account, "x"))
            told.raise_for_status()
    trigger = {"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingMessage"}], "properties": {}}
    flow = {"description": "", "states": [trigger, *WIDGETS], "initial_state": "Trigger"}
    folder = tmp_path / "manifests"
    folder.mkdir()
    (folder / "project.yaml").write_text(PROJECT)
    (folder / "desk.yaml").write_text(FLOW)
    (folder / "desk.json").write_text(json.dumps(flow, indent=2) + "\n")
    yield session
    session.close()


def run(session, *words, **environment):
    """Run a command against the emulator."""
    return session.run("--endpoint", f"http://{session.studio}", *words, environment=environment)


def discover(session, *words):
    return run(session, "bindings", "discover", "--from", "staging", "--to", "production", *words)


def rows(seen):
    return {row["name"]: row for row in json.loads(seen.results)["rows"]}


def test_names_are_found_and_doubts_are_told(session):
    """What has one name on both sides is matched, two of a name are ambiguous, the rest is told with its reason."""
    seen = discover(session, "--json")
    assert seen.code == exits.DONE, seen.text
    found = rows(seen)
    assert {name: row["found"] for name, row in found.items()} == {
        "workflow/front-desk": "matched",
        "channel/chat": "matched",
        "function/hours-check": "matched",
        "content/hello": "matched",
        "phone/main-line": "matched",
        "messaging/news": "ambiguous",
        "sync/state": "unmatched",
        "connector/pay-test": "unasked",
    }
    assert found["function/hours-check"]["source"] == STAGING["function/hours"]
    assert found["function/hours-check"]["target"] == PRODUCTION["function/hours"]
    assert found["messaging/news"]["candidates"] == ["MG" + B, "MG" + "c" * 32]
    assert json.loads(seen.results)["written"] is False
    assert (session.folder / "manifests" / "project.yaml").read_text() == PROJECT


def test_only_reads_are_sent(session):
    """Neither command sends anything but GET, and asks for nothing twice."""
    counted = discover(session).calls
    assert all(name.startswith(("List", "Fetch")) for name in counted)
    assert max(counted.values()) == 2


def test_only_what_was_told_is_written(session):
    """Without --write nothing changes; with it and --only, that name alone, and every comment stays."""
    shown = discover(session)
    assert "+      bindings:" in shown.results
    file = session.folder / "manifests" / "project.yaml"
    assert file.read_text() == PROJECT
    discover(session, "--only", "workflow/front-desk", "--write")
    text = file.read_text()
    assert set(PROJECT.splitlines()) <= set(text.splitlines())
    assert text.count("workflow/front-desk") == 2
    assert "channel/chat" not in text
    assert discover(session, "--only", "nothing/such").code == exits.ERROR
    discover(session, "--write")
    again = json.loads(discover(session, "--json", "--write").results)
    assert (again["written"], again["source"]["added"], again["target"]["added"]) == (False, {}, {})


def test_everything_can_be_asked_for(session):
    """--all names what no flow uses too."""
    (session.folder / "manifests" / "desk.json").write_text('{"states": [], "initial_state": ""}')
    assert rows(discover(session, "--json")) == {}
    assert {"workflow/front-desk", "conversations/main", "phone/main-line"} <= set(
        rows(discover(session, "--json", "--all"))
    )


def test_a_check_finds_what_the_account_lacks(session):
    """What exists is counted, what does not ends with 1 and is named with file, line, widget and property."""
    seen = run(session, "--environment", "production", "bindings", "check", "--json")
    assert seen.code == exits.ERROR
    data = json.loads(seen.results)
    verdicts = {(one["widget"], one["property"]): one["verdict"] for one in data["identifiers"]}
    assert verdicts[("agents", "properties.workflow")] == "missing"
    assert verdicts[("pay", "properties.payment_connector")] == "unasked"
    first = next(one for one in data["identifiers"] if one["property"] == "properties.workflow")
    lines = (session.folder / "manifests" / "desk.json").read_text().splitlines()
    assert "WW" + A in lines[first["line"] - 1]
    home = run(session, "--environment", "staging", "bindings", "check")
    assert home.code == exits.DONE, home.text


def test_bound_flows_pass_the_check(session):
    """Once everything is bound, the account has all of it; what another environment alone binds is unbound."""
    file = session.folder / "manifests" / "project.yaml"
    discover(session, "--write")
    unbound = run(session, "--environment", "production", "bindings", "check", "--json")
    left = {one["property"] for one in json.loads(unbound.results)["identifiers"] if one["verdict"] == "missing"}
    assert left == {"properties.from", "properties.variables[0].value"}
    both = file.read_text().replace(
        "      bindings:\n", f"      bindings:\n        messaging/news: MG{A}\n        sync/state: IS{'3' * 32}\n", 1
    )
    file.write_text(both)
    unbound = run(session, "--environment", "production", "bindings", "check", "--json")
    assert sum(one["verdict"] == "unbound" for one in json.loads(unbound.results)["identifiers"]) == 2
    assert run(session, "--environment", "production", "plan").code == exits.REFUSED


def test_accounts_must_be_the_right_ones(session):
    """The same account on both sides, or one twice, is refused before anything is concluded."""
    both = run(
        session, "bindings", "discover", "--from", "staging", "--to", "production", PRODUCTION_SID=STAGING_ACCOUNT
    )
    assert both.code == exits.ERROR
    assert discover(session, "--to", "staging").code == exits.ERROR


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("bindings-check", ("--environment", "production", "bindings", "check", "--json")),
        ("bindings-discover", ("bindings", "discover", "--from", "staging", "--to", "production", "--json")),
    ],
)
def test_documents_are_valid(session, repository: Path, name, words):
    """What --json gives is valid by its schema."""
    schema = json.loads((repository / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(json.loads(run(session, *words).results))


def test_an_old_emulator_knows_no_assets(session):
    """Accounts without anything give nothing to match, and no error."""
    with session.console() as client:
        client.post("/_console/Assets", data={"Assets": "{}"}, auth=(PRODUCTION_ACCOUNT, "x"))
    assert {row["found"] for row in rows(discover(session, "--json")).values()} == {"unmatched", "unasked"}
    shutil.rmtree(session.folder / "manifests")
