"""Exports of before 2020 become definitions of today."""

from reconciler.definition.check import check
from reconciler.definition.document import of
from reconciler.definition.legacy import is_old, upgrade


def old(name: str, kind: str, *transitions: dict[str, object], **properties: object) -> dict[str, object]:
    """Give a widget as the old Studio exported it."""
    listed = [{"conditions": [], "uuid": f"uuid-{name}-{n}", **one} for n, one in enumerate(transitions)]
    return {"name": name, "type": kind, "properties": properties, "transitions": listed, "sid": f"FF-{name}"}


def test_widgets_wires_and_properties_become_those_of_today():
    """Types, SIDs, explicit nulls and the address of the flow become names, events and plain properties."""
    condition = {"friendly_name": "one", "type": "equal_to", "arguments": ["{{widgets.ask.Digits}}"], "value": "1"}
    data = {
        "description": "Old",
        "states": [
            old("Start", "InitialState", {"event": "incomingCall", "next": "FF-ask"}, flow_url="https://x.example/"),
            old(
                "ask",
                "Gather",
                {"event": "keypress", "next": "FF-split"},
                {"event": "timeout", "next": None},
                play=None,
            ),
            old(
                "split", "Branch", {"event": "noMatch"}, {"event": "match", "conditions": [condition], "next": "FF-bye"}
            ),
            old("bye", "SayPlay", {"event": "audioComplete", "next": ""}, say="Bye", digits=None, loop=1),
        ],
    }
    assert is_old(data)
    done = upgrade(data)
    assert done.remarks == ()
    assert done.data == {
        "description": "Old",
        "states": [
            {
                "name": "Start",
                "type": "trigger",
                "transitions": [{"next": "ask", "event": "incomingCall"}],
                "properties": {},
            },
            {
                "name": "ask",
                "type": "gather-input-on-call",
                "transitions": [{"next": "split", "event": "keypress"}, {"event": "timeout"}],
                "properties": {},
            },
            {
                "name": "split",
                "type": "split-based-on",
                "transitions": [{"event": "noMatch"}, {"next": "bye", "event": "match", "conditions": [condition]}],
                "properties": {},
            },
            {
                "name": "bye",
                "type": "say-play",
                "transitions": [{"event": "audioComplete"}],
                "properties": {"say": "Bye", "loop": 1},
            },
        ],
        "initial_state": "Start",
        "flags": {"allow_concurrent_calls": True},
    }
    assert not is_old(done.data)


def test_what_cannot_be_converted_is_told_with_the_widget():
    """An unknown type and a wire to nowhere are errors that name the widget; a type known by its name is a warning."""
    data = {
        "states": [
            old("Trigger", "InitialState", {"event": "incomingCall", "next": "FF-gone"}),
            old("mail", "RecordVoicemail", {"event": "hangup", "next": "mail"}),
            old("odd", "Teleport"),
        ]
    }
    found = upgrade(data).remarks
    assert [(one.rule, one.severity, one.widget, one.path) for one in found] == [
        ("not-converted", "error", "Trigger", ("states", 0, "transitions", 0, "next")),
        ("converted-by-name", "warning", "mail", ("states", 1, "type")),
        ("not-converted", "error", "odd", ("states", 2, "type")),
    ]
    assert upgrade(data).data["states"][1]["transitions"] == [{"next": "mail", "event": "hangup"}]


def test_numbers_that_are_texts_become_numbers():
    """A time-out written as text, which Studio refuses today, becomes the number, and that is told; others stay."""
    data = {"states": [old("ask", "Gather", timeout="5", loop="two", finish_on_key="1")]}
    done = upgrade(data)
    assert done.data["states"][0]["properties"] == {"timeout": 5, "loop": "two", "finish_on_key": "1"}
    assert [(one.rule, one.severity, one.property) for one in done.remarks] == [
        ("number-from-text", "note", "properties.timeout")
    ]


def test_a_flow_of_today_is_not_old():
    """What has neither the old trigger nor SIDs with uuids is left alone by whoever asks."""
    assert not is_old({"states": [{"name": "Trigger", "type": "trigger", "transitions": [{"event": "x"}]}]})
    assert not is_old({"states": None})


def test_the_upgraded_flow_passes_the_checks():
    """What was converted without an error has no error for our checks either."""
    data = {
        "description": "Old",
        "states": [
            old("Trigger", "InitialState", {"event": "incomingMessage", "next": "FF-ask"}),
            old("ask", "Message", {"event": "sent", "next": None}, {"event": "failed"}, body="Hi", to="{{x}}"),
        ],
    }
    data["states"][1]["properties"]["from"] = "{{flow.channel.address}}"
    assert [one for one in check(of(upgrade(data).data)) if one.severity == "error"] == []
