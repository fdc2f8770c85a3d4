"""FlowTest documents: what a right one becomes, and where a wrong one is refused."""

import json
from dataclasses import replace

import jsonschema
import pytest
import yaml

from reconciler.errors import LoadError
from reconciler.manifest.schema import schemas
from reconciler.model.finding import Place
from reconciler.scenario.document import to_document
from reconciler.scenario.values import (
    Anything,
    Comes,
    ContactDoes,
    Contains,
    Ending,
    Exactly,
    Expects,
    Like,
    Matches,
    Skips,
    StandsAt,
    Stub,
    Waits,
)
from reconciler.simulate import (
    Answered,
    HungUp,
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingParent,
    IncomingRequest,
    Outcome,
    Pressed,
    Replied,
    Spoke,
    TimedOut,
)

HEAD = "apiVersion: studio.reconciler.dev/v1\nkind: FlowTest\nmetadata: {name: one}\nspec:\n"
TEST = HEAD + "  flow: reminder\n  trigger: {message: Hi}\n"
EVERYTHING = """\
apiVersion: studio.reconciler.dev/v1
kind: FlowTest
metadata: {name: everything, labels: {team: care}}
spec:
  flow: reminder
  description: All that can be said.
  trigger: {message: Hi, from: "+15550100003", to: "+15550100004", media: "https://example.org/a.png", data: {City: X}}
  at: 2026-07-01T12:00:00Z
  stubs:
    - {widget: say, answers: {event: audioComplete, data: {A: b}}}
    - {url: "https://*/check", answers: {json: {open: [1, true]}}}
    - url: "*"
      answers:
        - {status: 500, body: broken, contentType: text/html, headers: {a: b}}
        - {timeout: true}
        - {}
  script:
    - says: Hello
    - says: {contains: [a, b], widget: say, with: {voice: alice}}
    - plays: "*.mp3"
    - sends: {matches: "^a", to: "+1", from: "+2"}
    - sends: {}
    - calls: say
    - calls: reminder/say
    - calls: "https://*"
    - calls: {widget: say, method: POST, body: x, with: {a: 1}}
    - sets: {language: en}
    - dials: "+15550100009"
    - queues: {text: support, attributes: {language: en}}
    - redirects: {text: "https://*", widget: say}
    - enters: reminder
    - enters: {flow: reminder, with: {a: b}}
    - begins: say
    - begins: {widget: say, with: {type: say-play}}
    - at: say
    - skips: conversation
    - writes: yes
    - writes: {text: yes, media: [a, b], data: {c: d}}
    - presses: "1"
    - presses: {digits: "1", data: {c: d}}
    - speaks: yes
    - speaks: {text: yes, confidence: 0.5}
    - hangsUp: true
    - waits: 90s
    - waits: 1d
    - waits: timeout
    - answers: {status: 404}
    - answers: {json: null, widget: say}
    - outcome: audioComplete
    - outcome: {event: audioComplete, widget: say, data: {a: b}}
  ends: {reason: STEP_LIMIT, widget: say, passes: [say], path: [say, say], variables: {a: b}}
"""
SCRIPT = (
    Expects("says", Exactly("Hello")),
    Expects("says", Contains(("a", "b")), "say", {"voice": "alice"}),
    Expects("plays", Like("*.mp3")),
    Expects("sends", Matches("^a"), details={"to": "+1", "from": "+2"}),
    Expects("sends"),
    Expects("calls", widget="say"),
    Expects("calls", widget="reminder/say"),
    Expects("calls", Like("https://*")),
    Expects("calls", Anything(), "say", {"parameters": {"a": 1}, "method": "POST", "body": "x"}),
    Expects("sets", details={"values": {"language": "en"}}),
    Expects("dials", Exactly("+15550100009")),
    Expects("queues", Exactly("support"), details={"attributes": {"language": "en"}}),
    Expects("redirects", Like("https://*"), "say"),
    Expects("enters", Exactly("reminder")),
    Expects("enters", Exactly("reminder"), details={"parameters": {"a": "b"}}),
    Expects("begins", widget="say"),
    Expects("begins", widget="say", details={"type": "say-play"}),
    StandsAt("say"),
    Skips(),
    ContactDoes(Replied("yes")),
    ContactDoes(Replied("yes", ("a", "b"), {"c": "d"})),
    ContactDoes(Pressed("1")),
    ContactDoes(Pressed("1", {"c": "d"})),
    ContactDoes(Spoke("yes")),
    ContactDoes(Spoke("yes", 0.5)),
    ContactDoes(HungUp()),
    Waits(90),
    Waits(86_400),
    Comes(TimedOut()),
    Comes(Answered(404, "", "text/plain")),
    Comes(Answered(200, "null"), "say"),
    Comes(Outcome("audioComplete")),
    Comes(Outcome("audioComplete", {"a": "b"}), "say"),
)


@pytest.fixture
def spoken(folder, definition, widget):
    """Give a project whose flow says something."""
    return folder.write({"reminder.json": definition(widget("Hello"))})


def scenario_of(folder, text):
    """Give the only scenario of a project with this test."""
    [found] = folder.write({"tests/one.yaml": text}).load().tests().scenarios
    return found


def test_everything_that_can_be_said(spoken):
    """Every key of a FlowTest arrives in the scenario."""
    found = scenario_of(spoken, EVERYTHING)
    assert found.script == SCRIPT
    assert found.trigger == IncomingMessage(
        "+15550100003", "+15550100004", "Hi", ("https://example.org/a.png",), {"City": "X"}
    )
    assert found.stubs == (
        Stub((Outcome("audioComplete", {"A": "b"}),), widget="say"),
        Stub((Answered(200, '{"open":[1,true]}'),), url="https://*/check"),
        Stub(
            (Answered(500, "broken", "text/html", {"a": "b"}), TimedOut(), Answered(200, "", "text/plain")),
            url="*",
            endless=False,
        ),
    )
    assert found.ends == Ending("STEP_LIMIT", "say", ("say",), ("say", "say"), {"a": "b"})
    assert (found.name, found.flow, found.at, found.labels) == (
        "everything",
        "reminder",
        1782907200.0,
        {"team": "care"},
    )


def test_every_value_knows_its_place(spoken):
    """A line, a stub and the end are found again by file, line and column."""
    found = scenario_of(spoken, EVERYTHING)
    assert (found.place, found.flow_place) == (Place("tests/one.yaml", 3, 18), Place("tests/one.yaml", 5, 9))
    assert [line.place.line for line in found.script] == list(range(18, 18 + len(SCRIPT)))
    assert [str(stub.place) for stub in found.stubs] == [f"tests/one.yaml:{line}:7" for line in (10, 11, 12)]
    assert found.ends is not None
    assert str(found.ends.place) == "tests/one.yaml:51:3"


def test_a_scenario_written_down_is_the_same(spoken):
    """What `to_document` writes is read as the same scenario, and fits the schema."""
    found = scenario_of(spoken, EVERYTHING)
    document = to_document(found)
    jsonschema.validate(document, json.loads(schemas()["flowtest.schema.json"]), cls=jsonschema.Draft202012Validator)
    assert scenario_of(spoken, yaml.safe_dump(document, sort_keys=False)) == found


@pytest.mark.parametrize(
    ("text", "trigger"),
    [
        ("{call: {}}", IncomingCall("+15550100001", "+15550100002")),
        ("{call: {A: b}}", IncomingCall("+15550100001", "+15550100002", {"A": "b"})),
        ("{conversation: Hi}", IncomingConversationMessage("+15550100001", "+15550100002", "Hi")),
        ("{request: {a: 1}}", IncomingRequest("+15550100001", "+15550100002", {"a": 1})),
        ("{parent: {}}", IncomingParent(IncomingMessage("+15550100001", "+15550100002"), {})),
        ("{parent: {a: b}, call: {}}", IncomingParent(IncomingCall("+15550100001", "+15550100002"), {"a": "b"})),
    ],
)
def test_triggers(spoken, text, trigger):
    """Each of the five triggers can be said, and written down again."""
    found = scenario_of(spoken, TEST.replace("{message: Hi}", text))
    assert found.trigger == trigger
    again = scenario_of(spoken, yaml.safe_dump(to_document(found), sort_keys=False))
    assert again.trigger == trigger


REFUSED = [
    ("unknown flow", TEST.replace("reminder", "remindr"), "unknown-flow", "5:9"),
    ("unknown key", TEST + "  scirpt: []\n", "unknown-key", "7:3"),
    ("unknown verb", TEST + "  script:\n    - sasy: a\n", "unknown-key", "8:7"),
    ("unknown key in a line", TEST + "  script:\n    - says: {contians: a}\n", "unknown-key", "8:14"),
    ("two in one line", TEST + "  script:\n    - says: a\n      writes: b\n", "invalid-value", "8:7"),
    ("nothing in a line", TEST + "  script:\n    - {}\n", "invalid-value", "8:7"),
    ("no text", TEST + "  script:\n    - presses: 1\n", "quote-it", "8:16"),
    ("no text deep", TEST + "  script:\n    - says: {text: 5}\n", "quote-it", "8:20"),
    ("two texts", TEST + "  script:\n    - says: {text: a, matches: b}\n", "invalid-value", "8:7"),
    ("no expression", TEST + "  script:\n    - says: {matches: (}\n", "invalid-value", "8:7"),
    ("no duration", TEST + "  script:\n    - waits: 2 hours\n", "invalid-value", "8:14"),
    ("unknown widget", TEST + "  script:\n    - at: sya\n", "unknown-widget", "8:7"),
    ("unknown subflow", TEST + "  script:\n    - enters: remindr\n", "unknown-flow", "8:7"),
    ("unknown event", TEST + "  script:\n    - outcome: audioCompleted\n", "unknown-event", "8:7"),
    ("no answer", TEST + "  stubs:\n    - widget: say\n", "missing-key", "8:7"),
    ("no answers", TEST + "  stubs:\n    - {widget: say, answers: []}\n", "invalid-value", "8:30"),
    ("nobody's answer", TEST + "  stubs:\n    - {answers: {}}\n", "invalid-value", "8:7"),
    ("two answers", TEST + "  stubs:\n    - {url: a, answers: {timeout: true, event: x}}\n", "invalid-value", "8:7"),
    ("no status", TEST + "  stubs:\n    - {url: a, answers: {status: 99}}\n", "invalid-value", "8:34"),
    ("stub of no widget", TEST + "  stubs:\n    - {widget: sya, answers: {}}\n", "unknown-widget", "8:7"),
    ("two triggers", TEST.replace("Hi}", "Hi, call: {}}"), "invalid-value", "6:3"),
    ("no trigger", TEST.replace("message: Hi", ""), "invalid-value", "6:3"),
    ("no moment", TEST + "  at: tomorrow\n", "invalid-value", "7:7"),
    ("no day", TEST + "  at: 2026-02-30T09:00:00Z\n", "invalid-value", "7:7"),
    ("end at no widget", TEST + "  ends: {widget: sya}\n", "unknown-widget", "7:3"),
    ("unknown reason", TEST + "  ends: {reason: OVER}\n", "invalid-value", "7:18"),
    ("reserved name", TEST.replace("name: one", "name: generate"), "reserved-name", "3:18"),
    ("unknown variable", TEST.replace("Hi}", '"${var.x}"}'), "unknown-variable", "6:22"),
    ("syntax", TEST + "  script: [\n", "yaml-syntax", "8:1"),
    ("same name", TEST + "---\n" + TEST, "duplicate-name", "10:18"),
]


@pytest.mark.parametrize(("text", "rule", "place"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_refusals(spoken, text, rule, place):
    """A wrong FlowTest is refused at the place of its fault."""
    loaded = spoken.write({"tests/one.yaml": text}).load()
    with pytest.raises(LoadError) as caught:
        loaded.tests()
    assert [(found.rule, str(found.place)) for found in caught.value.findings] == [(rule, f"tests/one.yaml:{place}")]


def test_wrong_names_get_the_nearest(spoken):
    """An unknown key and an unknown widget are answered with the nearest known one."""
    text = TEST + "  script:\n    - at: sya\n"
    with pytest.raises(LoadError) as caught:
        scenario_of(spoken, text)
    assert [found.hint for found in caught.value.findings] == ["Did you mean 'say'?"]


def test_a_load_leaves_tests_alone(spoken):
    """A plan sees no FlowTest: not in the desired side, not in its digest, and not even when it is broken."""
    before = spoken.load().desired
    mixed = (spoken.root / "flow.yaml").read_text(encoding="utf-8") + "---\n" + TEST
    loaded = spoken.write({"tests/broken.yaml": TEST + "  script: [\n", "flow.yaml": mixed}).load()
    assert loaded.desired == before
    assert loaded.test_files is not None
    assert loaded.test_files.files == ("flow.yaml", "tests/broken.yaml")
    spoken.write({"tests/broken.yaml": ""})
    assert [found.name for found in spoken.load().tests().scenarios] == ["one"]


def test_placeholders_are_replaced_and_secrets_remembered(spoken):
    """Texts of a test may hold placeholders, and what an environment variable brings in is secret."""
    spoken.variables["greeting"] = "Hello"
    spoken.process["TOKEN"] = "secret-token"
    text = TEST + '  script:\n    - says: "${var.greeting}"\n    - writes: "${env.TOKEN}"\n'
    tests = spoken.write({"tests/one.yaml": text}).load().tests()
    [found] = tests.scenarios
    assert [replace(line, place=None) for line in found.script] == [
        Expects("says", Exactly("Hello")),
        ContactDoes(Replied("secret-token")),
    ]
    assert tests.sensitive >= {"secret-token"}
