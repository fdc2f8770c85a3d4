"""`test generate` and `test record` through the real adapters."""

from __future__ import annotations

import json
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import jsonschema
import pytest

from reconciler.cli import exits

ADDRESS, WHO = "+15550100009", "+15550123456"
PLACE = {"offset": {"x": 0, "y": 0}}


def chat():
    """Give a definition that asks, and goes on by the answer."""
    others = ("incomingCall", "incomingRequest", "incomingParent", "incomingConversationMessage")
    subject = "{{widgets.ask.inbound.Body}}"
    condition = {"type": "equal_to", "value": "yes", "friendly_name": "yes", "arguments": [subject]}
    sends = {**PLACE, "from": "{{flow.channel.address}}", "to": "{{contact.channel.address}}"}

    def state(name, kind, properties, *ways):
        listed = [{"event": event, **({"next": to} if to else {}), **more} for event, to, more in ways]
        return {"name": name, "type": kind, "properties": properties, "transitions": listed}

    states = [
        state("Trigger", "trigger", PLACE, ("incomingMessage", "ask", {}), *((one, None, {}) for one in others)),
        state(
            "ask",
            "send-and-wait-for-reply",
            {**PLACE, "from": "{{flow.channel.address}}", "body": "Are you there?", "timeout": "3600"},
            ("incomingMessage", "choice", {}),
            ("timeout", None, {}),
            ("deliveryFailure", None, {}),
        ),
        state(
            "choice",
            "split-based-on",
            {**PLACE, "input": subject},
            ("noMatch", "sorry", {}),
            ("match", "thanks", {"conditions": [condition]}),
        ),
        *(
            state(name, "send-message", {**sends, "body": name}, ("sent", None, {}), ("failed", None, {}))
            for name in ("thanks", "sorry")
        ),
    ]
    return {"description": "A test", "states": states, "initial_state": "Trigger", "flags": {}}


@pytest.fixture
def menu(project):
    """Let the flow `menu` be a chat; give the project."""
    (project.manifests / "flows" / "menu.json").write_text(json.dumps(chat()))
    return project


def test_proposed_tests_pass_and_leave_nothing(menu, cli, repository):
    """What is proposed goes into a file, passes, covers everything; then nothing is missing."""
    file = menu.manifests / "tests" / "menu.yaml"
    found = cli("test", "generate", "menu", "--output", str(file))
    assert (found.code, found.out) == (exits.DONE, "")
    assert "4 of 4 transitions" in found.err
    assert cli("test", "--flow", "menu", "--fail-under", "100").code == exits.DONE
    again = cli("test", "generate", "menu", "--missing", "--json")
    _valid(again.json, "test-generate", repository)
    assert (again.json["transitions"], again.json["scenarios"]) == (0, [])
    assert "Nothing is missing" in cli("test", "generate", "menu", "--missing").err
    assert cli("test", "generate", "menu", "--output", str(file)).code == exits.ERROR


def test_what_is_missing_is_proposed(menu, cli):
    """With one test written by hand, only the other way is proposed, under a name that is free."""
    (menu.manifests / "menu-test.yaml").write_text(
        "apiVersion: studio.reconciler.dev/v1\nkind: FlowTest\nmetadata: {name: menu-sorry}\n"
        "spec:\n  flow: menu\n  trigger: {message: Hi}\n  script:\n"
        "    - sends: Are you there?\n    - writes: no way\n    - sends: sorry\n  ends: {}\n"
    )
    found = cli("test", "generate", "menu", "--missing", "--json").json
    assert (found["transitions"], found["covered"], len(found["scenarios"])) == (1, 1, 1)
    (scenario,) = found["scenarios"]
    assert scenario["metadata"]["name"] != "menu-sorry"
    assert {"writes": "yes"} in scenario["spec"]["script"]


@pytest.mark.usefixtures("project")
def test_a_secret_reaches_no_file(cli):
    """The flow `hello` sends a secret: its place in what is proposed is the variable, and the output has it nowhere."""
    found = cli("test", "generate", "hello")
    assert found.code == exits.DONE
    assert "canary" not in found.out + found.err
    document = cli("test", "generate", "hello", "--json")
    assert "canary" not in document.out
    assert document.json["scenarios"]


@pytest.mark.usefixtures("menu")
def test_an_unknown_flow_is_refused(cli):
    """Of a flow that is not declared nothing is proposed, and the nearest name is told."""
    found = cli("test", "generate", "menus")
    assert found.code == exits.ERROR
    assert "menu" in found.err


def test_an_execution_becomes_a_test(menu, cli, studio, repository):
    """A recorded conversation becomes a test without the contact's number and words, goes the same way, and passes."""
    there = _there(cli, studio)
    _talk(studio, there, "Hello, it is Alex", "Yes")
    sid = there("executions", "list", "menu", "--json").json["executions"][0]["sid"]
    file = menu.manifests / "tests" / "recorded.yaml"
    found = there("test", "record", sid, "--output", str(file), "--name", "menu-yes")
    assert found.code == exits.DONE
    assert "goes the way that was recorded" in found.err
    text = file.read_text()
    assert "Alex" not in text
    assert WHO not in text
    assert "- writes: yes" in text
    assert cli("test", "menu-yes").code == exits.DONE
    document = there("test", "record", sid, "--json", "--keep-texts").json
    _valid(document, "test-record", repository)
    assert document["same"]
    assert "Alex" in json.dumps(document)
    assert WHO not in json.dumps(document)


def test_a_recording_that_goes_another_way_is_told(menu, cli, studio):
    """Recorded before an edit, the execution goes another way now: exit code 1, and the place is named."""
    there = _there(cli, studio)
    _talk(studio, there, "Hello", "Yes")
    sid = there("executions", "list", "menu", "--json").json["executions"][0]["sid"]
    edited = chat()
    edited["states"][2]["transitions"][1]["next"] = "sorry"
    (menu.manifests / "flows" / "menu.json").write_text(json.dumps(edited))
    found = there("test", "record", sid, "--json")
    assert found.code == exits.ERROR
    assert found.json["difference"]["widget"] == "choice"
    assert found.json["difference"]["now"]["to"] == "sorry"
    assert there("test", "record", sid, "--name", "No Name").code == exits.ERROR
    assert there("test", "record", "FN" + "0" * 32).code == exits.ERROR


def _there(cli, studio):
    def there(*words):
        return cli(*words, "--endpoint", studio.url)

    assert there("apply", "--auto-approve").code == exits.DONE
    return there


def _talk(studio, there, *texts):
    rows = there("status", "--json").json["resources"]
    hook = next(row["webhookUrl"] for row in rows if row["address"] == "Flow/menu")
    for number, text in enumerate(texts):
        form = {"From": WHO, "To": ADDRESS, "MessageSid": f"SM{number}", "Body": text}
        url = studio.url + "/v1/" + hook.partition("/v1/")[2]
        with urlopen(Request(url, urlencode(form).encode()), timeout=10) as answer:  # noqa: S310 - our own address
            answer.read()


def _valid(found, name, repository):
    schema = json.loads((repository / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(found)
