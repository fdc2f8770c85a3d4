"""`replay` and `plan --replay` through the real adapters: executions that an emulated Studio ran, and edits since."""

from __future__ import annotations

import json
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import jsonschema
import pytest

from reconciler.cli import exits

ADDRESS = "+15550100009"


def chat(yes: str = "thanks", asks: str = "Are you there?", name: str = "ask") -> dict:
    """Give a definition that asks, and goes on by the answer."""
    place = {"offset": {"x": 0, "y": 0}}
    others = ("incomingCall", "incomingRequest", "incomingParent", "incomingConversationMessage")
    subject = f"{{{{widgets.{name}.inbound.Body}}}}"
    condition = {"type": "equal_to", "value": "yes", "friendly_name": "yes", "arguments": [subject]}
    sends = {**place, "from": "{{flow.channel.address}}", "to": "{{contact.channel.address}}"}
    states = [
        {
            "name": "Trigger",
            "type": "trigger",
            "properties": place,
            "transitions": [{"event": "incomingMessage", "next": name}, *({"event": event} for event in others)],
        },
        {
            "name": name,
            "type": "send-and-wait-for-reply",
            "properties": {**place, "from": "{{flow.channel.address}}", "body": asks, "timeout": "3600"},
            "transitions": [
                {"event": "incomingMessage", "next": "choice"},
                {"event": "timeout"},
                {"event": "deliveryFailure"},
            ],
        },
        {
            "name": "choice",
            "type": "split-based-on",
            "properties": {**place, "input": subject},
            "transitions": [
                {"event": "noMatch", "next": "sorry"},
                {"event": "match", "next": yes, "conditions": [condition]},
            ],
        },
        *(
            {
                "name": said,
                "type": "send-message",
                "properties": {**sends, "body": said},
                "transitions": [{"event": "sent"}, {"event": "failed"}],
            }
            for said in ("thanks", "sorry")
        ),
    ]  # fmt: skip
    return {"description": "A test", "states": states, "initial_state": "Trigger", "flags": {}}


@pytest.fixture
def talk(cli, studio, project):
    """Give what runs command lines, writes the flow `menu`, and lets contacts talk to it."""
    return Talk(cli, studio, project)


class Talk:
    """A project on an emulated Studio, and contacts who write to it."""

    def __init__(self, cli, studio, project):
        self.cli, self.studio, self.project = cli, studio, project
        self.write(chat())
        assert self("apply", "--auto-approve").code == exits.DONE
        rows = self("status", "--json").json["resources"]
        self.hook = next(row["webhookUrl"] for row in rows if row["address"] == "Flow/menu")
        self.contacts = 0

    def __call__(self, *words):
        """Run a command line."""
        return self.cli(*words, "--endpoint", self.studio.url)

    def write(self, data):
        """Give the flow another definition."""
        (self.project.manifests / "flows" / "menu.json").write_text(json.dumps(data))

    def say(self, *texts, contact=None):
        """Let somebody new write these texts."""
        self.contacts += 1
        who = contact or f"+155501001{self.contacts:02}"
        path = "/v1/" + self.hook.partition("/v1/")[2]
        for number, text in enumerate(texts):
            form = {"From": who, "To": ADDRESS, "MessageSid": f"SM{self.contacts}{number}", "Body": text}
            with urlopen(Request(self.studio.url + path, urlencode(form).encode()), timeout=10) as answer:  # noqa: S310 - our own address
                answer.read()


def test_the_same_definition_goes_the_same_way(talk, repository):
    """With nothing changed, all executions go the same way, and the exit code is 0 whatever was asked."""
    talk.say("Hello", "yes")
    talk.say("Hello", "no")
    found = talk("replay", "--json", "--detailed-exitcode")
    _valid(found.json, "replay", repository)
    assert found.code == exits.DONE
    assert (found.json["executions"], found.json["same"]) == (2, 2)
    assert "all go the same way" in talk("replay", "menu", "--since", "1d").out


def test_an_edit_is_named_where_it_is(talk):
    """A transition that leads elsewhere is named, with the executions that took it, and nothing else."""
    talk.say("Hello", "yes")
    talk.say("Hello", "My number is +15550123456")
    talk.write(chat(yes="sorry"))
    found = talk("replay", "--json", "--detailed-exitcode")
    assert found.code == exits.DIFFERENCES
    (flow,) = [one for one in found.json["flows"] if one["executions"]]
    (difference,) = flow["differences"]
    assert (flow["same"], flow["another"], flow["unknown"]) == (1, 1, 0)
    assert (difference["widget"], difference["executions"]) == ("choice", 1)
    assert (difference["recorded"], difference["now"]) == (
        {"event": "match", "to": "thanks"},
        {"event": "match", "to": "sorry"},
    )
    text = talk("replay", "menu").out
    assert "choice: match" in text
    assert difference["examples"][0] in text
    assert "5550123456" not in text + json.dumps(found.json)
    assert talk("replay").code == exits.DONE


def test_a_renamed_widget_is_followed(talk):
    """A widget that was only renamed is the same widget."""
    talk.say("Hello", "yes")
    talk.write(chat(name="question"))
    assert talk("replay", "--json").json["same"] == 1


def test_the_limit_is_told(talk):
    """When there are more executions than were looked at, the newest are, and that is said."""
    talk.say("Hello", "yes")
    talk.say("Hello", "no")
    (flow,) = talk("replay", "menu", "--limit", "1", "--json").json["flows"]
    assert (flow["executions"], flow["more"]) == (1, True)
    assert "--limit" in talk("replay", "menu", "--limit", "1").out


def test_a_plan_shows_it_for_the_flows_that_change(talk, repository):
    """`plan --replay` adds the executions of flows that change; a plan without it says nothing of them."""
    talk.say("Hello", "yes")
    talk.write(chat(yes="sorry"))
    plain = talk("plan", "--json").json
    assert "replay" not in plain
    found = talk("plan", "--replay", "--json").json
    _valid(found, "plan", repository)
    assert {key: value for key, value in found.items() if key != "replay"} == plain
    assert [flow["flow"] for flow in found["replay"]["flows"]] == ["menu"]
    assert found["replay"]["another"] == 1
    text = talk("plan", "--replay-since", "2d").out
    assert "choice: match" in text
    assert talk("plan", "--replay-since", "soon").code == exits.ERROR


def _valid(found, name, repository):
    schema = json.loads((repository / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(found)
