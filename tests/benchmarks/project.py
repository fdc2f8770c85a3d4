"""Projects of any size: one folder of N Flow documents with N definition files of ten widgets each."""

import json
from pathlib import Path

ACCOUNT = "AC" + "0" * 31 + "b"
QUESTIONS = 3

PROJECT = f"""\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {{name: benchmark}}
spec:
  defaultEnvironment: local
  environments:
    local: {{account: {ACCOUNT}}}
"""

FLOW = """\
apiVersion: studio.reconciler.dev/v1
kind: Flow
metadata: {{name: flow-{number:05d}, labels: {{team: care}}}}
spec:
  friendlyName: Flow {number:05d}
  definition: {{file: ../flows/flow-{number:05d}.json}}
"""


def widget(name: str, kind: str, transitions: list[dict], properties: dict, place: tuple[int, int]) -> dict:
    """Build one widget of a definition."""
    offset = {"x": place[0] * 320, "y": place[1] * 280}
    return {"name": name, "type": kind, "transitions": transitions, "properties": {**properties, "offset": offset}}


def question(number: int, following: str | None) -> list[dict]:
    """Build three widgets that ask, look at the reply, and note it; after any other reply they ask again."""
    reply = f"{{{{widgets.ask_{number}.inbound.Body}}}}"
    ask = widget(
        f"ask_{number}",
        "send-and-wait-for-reply",
        [{"next": f"split_{number}", "event": "incomingMessage"}, {"event": "timeout"}, {"event": "deliveryFailure"}],
        {
            "from": "{{flow.channel.address}}",
            "body": f"Question {number}: does the date still suit you? Please reply yes or no.",
            "timeout": "3600",
            "service": "{{trigger.message.InstanceSid}}",
            "channel": "{{trigger.message.ChannelSid}}",
        },
        (0, 3 * number),
    )
    condition = {"friendly_name": "If it says yes", "arguments": [reply], "type": "equal_to", "value": "yes"}
    split = widget(
        f"split_{number}",
        "split-based-on",
        [
            {"next": f"ask_{number}", "event": "noMatch"},
            {"next": f"note_{number}", "event": "match", "conditions": [condition]},
        ],
        {"input": reply},
        (0, 3 * number + 1),
    )
    onward = {"event": "next"} if following is None else {"event": "next", "next": following}
    variables = {"variables": [{"type": "string", "key": f"answer_{number}", "value": reply}]}
    return [ask, split, widget(f"note_{number}", "set-variables", [onward], variables, (1, 3 * number + 2))]


def definition(number: int) -> dict:
    """Build the definition of one flow: a trigger and three questions, ten widgets, about 3 KB."""
    events = ("incomingMessage", "incomingCall", "incomingConversationMessage", "incomingRequest", "incomingParent")
    first = [{"event": event, "next": "ask_1"} if event == "incomingMessage" else {"event": event} for event in events]
    states = [widget("Trigger", "trigger", first, {}, (0, 0))]
    for asked in range(1, QUESTIONS + 1):
        states += question(asked, f"ask_{asked + 1}" if asked < QUESTIONS else None)
    return {
        "description": f"Generated for a benchmark, number {number}",
        "states": states,
        "initial_state": "Trigger",
        "flags": {"allow_concurrent_calls": True},
    }


def generate(folder: Path, flows: int) -> Path:
    """Write a project of so many flows into a new folder; give the folder of its manifests."""
    manifests = folder / "manifests"
    for name in ("care", "flows"):
        (manifests / name).mkdir(parents=True)
    (manifests / "project.yaml").write_text(PROJECT)
    for number in range(flows):
        (manifests / "care" / f"flow-{number:05d}.yaml").write_text(FLOW.format(number=number))
        (manifests / "flows" / f"flow-{number:05d}.json").write_text(json.dumps(definition(number), indent=2))
    return manifests
