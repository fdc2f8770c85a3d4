"""Right documents of every format, as the fuzzers' starting points: values and the bytes they make."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime
from typing import Any, Final

from reconciler.definition import document
from reconciler.definition.difference import TransitionChanged, ValueChanged, WidgetAdded
from reconciler.model.address import Address
from reconciler.model.definition import Digests
from reconciler.model.live import FlowInput
from reconciler.model.record import (
    DropIntent,
    FlowRecord,
    Intent,
    PublishedHead,
    PutIntent,
    PutResource,
    RevisionEntry,
    State,
    TestUsersRecord,
    Writer,
)
from reconciler.plan import document as plans
from reconciler.plan.values import Basis, Drift, ForeignRevision, Objection, Plan, Step
from reconciler.state.document import encode
from reconciler.state.encoding import revision_json
from reconciler.state.journal import encode_entry
from reconciler.state.lines import encode_line, read_lines

LINEAGE: Final = "4f1c2a9e-0000-4000-8000-000000000001"
_AT: Final = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_DIGEST: Final = "sha256:" + "0" * 64
_SID: Final = "FW" + "0" * 31 + "1"
_FLOW: Final = Address("Flow", "welcome")
_USERS: Final = Address("TestUsers", "testers")

FLOW: Final[dict[str, Any]] = {
    "description": "Greet",
    "states": [
        {
            "name": "Trigger",
            "type": "trigger",
            "transitions": [{"event": "incomingMessage", "next": "ask"}, {"event": "incomingCall"}],
            "properties": {"offset": {"x": 0, "y": 0}},
        },
        {
            "name": "ask",
            "type": "split-based-on",
            "transitions": [
                {"event": "noMatch"},
                {
                    "event": "match",
                    "next": "dial",
                    "conditions": [
                        {
                            "friendly_name": "yes",
                            "arguments": ["{{widgets.ask.input}}"],
                            "type": "equal_to",
                            "value": "${var.word}",
                        }
                    ],
                },
            ],
            "properties": {"input": "{{trigger.message.Body}}", "offset": {"x": 1.5, "y": -2}},
        },
        {
            "name": "dial",
            "type": "connect-call-to",
            "transitions": [{"event": "callCompleted"}, {"event": "hangup"}],
            "properties": {"noun": "sip", "sip_endpoint": "sip:a@b.test", "sip_password": "hush", "timeout": 30},
        },
        {
            "name": "sub",
            "type": "run-subflow",
            "transitions": [{"event": "completed"}, {"event": "failed"}],
            "properties": {"flow_sid": "${flow.welcome.sid}", "parameters": [{"key": "a", "value": "b"}]},
        },
    ],
    "initial_state": "Trigger",
    "flags": {"allow_concurrent_calls": True},
}
DEFINITION: Final = json.dumps(FLOW).encode()
INPUT: Final = FlowInput("Welcome", "draft", document.parse(DEFINITION, "welcome.json"), "why")

PROJECT: Final = b"""\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {name: clinic}
spec:
  defaultEnvironment: local
  policy: {maxChanges: {create: 50, delete: 0, percent: 30}, onDrift: stop, layout: ignore, consistencyWindow: 30s}
  environments:
    local:
      endpoint: embedded
      variables: {word: "yes", token: {value: "${env.TOKEN}", sensitive: true}}
      imports: {Flow/welcome: FW00000000000000000000000000000001}
      bindings:
        workflow/support: WW00000000000000000000000000000001
        phone/main: "+15555550100"
    production:
      account: AC00000000000000000000000000000001
      region: us1
      credentials: {accountSid: env:PROD_SID, authToken: env:PROD_TOKEN}
---
apiVersion: studio.reconciler.dev/v1
kind: Flow
metadata: {name: welcome, labels: {team: care}}
spec:
  friendlyName: "Welcome ${var.word}"
  status: published
  definition: {file: welcome.json}
  commitMessage: Why
  lifecycle: {onDelete: delete, onDrift: stop, ignoreChanges: [layout, widgets.ask.timeout]}
---
apiVersion: studio.reconciler.dev/v1
kind: TestUsers
metadata: {name: testers}
spec:
  flow: welcome
  contacts: ["+15555550101", "whatsapp:+15555550102"]
"""

_ENTRY: Final = RevisionEntry(7, "published", _DIGEST, "Why", "US1", _AT, "us", _DIGEST, "git:abc")
_RECORD: Final = FlowRecord(
    sid=_SID,
    friendly_name="Welcome",
    status="published",
    revision=7,
    webhook_url="https://webhooks.test/x",
    published=PublishedHead(7, Digests(_DIGEST, _DIGEST)),
    sent=Digests(_DIGEST, _DIGEST),
    stored=Digests(_DIGEST, _DIGEST),
    on_delete="retain",
    revisions=(_ENTRY,),
)
_INTENT: Final = Intent("TOKEN0000001", "create", None, "Welcome", "published", 0, _DIGEST, _DIGEST, _AT, _DIGEST)
_STATE: Final = State(
    lineage=LINEAGE,
    serial=3,
    project="clinic",
    environment="local",
    account=None,
    endpoint="embedded",
    writer=Writer("0.1.0", _AT, _DIGEST),
    resources={_FLOW: _RECORD, _USERS: TestUsersRecord(_FLOW, _SID, ("+15555550101",), ("+15555550101",))},
    pending={_FLOW: _INTENT},
)
STATE: Final = encode(_STATE)
HISTORY: Final = encode_line(revision_json(_ENTRY))
JOURNAL: Final = b"".join(
    (
        encode_entry(_STATE, 1, [PutIntent(_FLOW, _INTENT)]),
        encode_entry(_STATE, 2, [PutResource(_FLOW, _RECORD), DropIntent(_FLOW)]),
    )
)

_STEP: Final = Step(
    address=_FLOW,
    kind="update",
    change_class="behaviour",
    reason="changed",
    basis=Basis(_SID, 7, 7, _DIGEST, _DIGEST),
    depends_on=(_USERS,),
    diff=(
        WidgetAdded("ask", "split-based-on"),
        TransitionChanged("ask", "noMatch", None, "dial"),
        ValueChanged("dial", "properties.timeout", 30, [1, {"a": None}], secret=False),
    ),
    notes=("a note",),
)
_PLAN: Final = Plan(
    project="clinic",
    environment="local",
    account=None,
    endpoint="embedded",
    lineage=LINEAGE,
    serial=3,
    manifests=_DIGEST,
    steps=(_STEP,),
    drift=(
        Drift(_FLOW, "behaviour", 7, 8, (ForeignRevision(8, "draft", "US2", _AT, "theirs", ours=False),), _STEP.diff),
    ),
    objections=(Objection("drift", "step", _FLOW, "drifted", "--on-drift=revert"),),
    unchanged=1,
    warnings=("careful",),
)
PLAN: Final = json.dumps(plans.encode(_PLAN, tool="0.1.0")).encode()

_ROW: Final[dict[str, Any]] = {
    "sid": _SID,
    "account_sid": "AC" + "0" * 31 + "1",
    "author_sid": "US1",
    "friendly_name": "Welcome",
    "status": "published",
    "revision": 7,
    "commit_message": "Why",
    "date_created": "2026-01-02T03:04:05Z",
    "date_updated": None,
    "webhook_url": "https://webhooks.test/x",
    "url": "https://studio.test/x",
    "valid": True,
    "errors": [],
}
RESOURCE: Final[dict[str, Any]] = {**_ROW, "definition": FLOW, "test_users": ["+15555550101"]}
PAGE: Final[dict[str, Any]] = {
    "flows": [_ROW],
    "revisions": [_ROW],
    "executions": [],
    "meta": {"key": "flows", "page_size": 1000, "next_page_url": "https://studio.test/v2/Flows?PageToken=PT1&Page=1"},
}
LAST_PAGE: Final[dict[str, Any]] = {**PAGE, "meta": {"key": "flows", "next_page_url": None}}
REFUSAL: Final[dict[str, Any]] = {
    "code": 81022,
    "message": "Invalid",
    "more_info": "https://www.twilio.com/docs/errors/81022",
    "status": 400,
    "details": {
        "errors": [{"message": "bad", "property_path": "#/states/2/properties/timeout"}],
        "warnings": [{"message": "odd", "property_path": "#/states/1/transitions/1/next"}],
    },
}
HEAD: Final[list[Any]] = [
    200,
    ["Date", "Fri, 02 Jan 2026 03:04:05 GMT"],
    ["Retry-After", "1"],
    ["Twilio-Concurrent-Requests", "3"],
    ["Content-Type", "application/json"],
]


def framed(entry: Any) -> bytes:
    """Give the line of an entry as a journal or history has it: with the right checksum, whatever the entry is."""
    body = json.dumps(entry, separators=(",", ":")).encode()
    return b'{"crc":"%08x","entry":%s}\n' % (zlib.crc32(body), body)


def answer(head: list[Any], body: Any) -> bytes:
    """Give an answer as the target `answer` takes it."""
    return json.dumps(head).encode() + b"\n" + json.dumps(body).encode()


JOURNAL_ENTRIES: Final = [line.entry for line in read_lines(JOURNAL, "journal")]
HISTORY_ENTRY: Final = revision_json(_ENTRY)
PLAN_VALUE: Final[dict[str, Any]] = json.loads(PLAN)
STATE_VALUE: Final[dict[str, Any]] = json.loads(STATE)

SEEDS: Final[dict[str, list[bytes]]] = {
    "yaml_text": [PROJECT, b'a: &x [1, "2"]\nb: *x\n? [c]\n: |\n  text\n'],
    "project": [PROJECT],
    "variables": [b'word: "yes"\ntoken: {value: "${env.TOKEN}", sensitive: true}\n', b'{"word": "yes"}'],
    "definition": [DEFINITION],
    "state": [STATE],
    "plan": [PLAN],
    "journal": [JOURNAL],
    "history": [HISTORY],
    "answer": [answer(HEAD, RESOURCE), answer(HEAD, LAST_PAGE), answer([400], REFUSAL), answer([429], REFUSAL)],
    "pages": [json.dumps(PAGE).encode() + b"\n" + json.dumps(LAST_PAGE).encode()],
}
