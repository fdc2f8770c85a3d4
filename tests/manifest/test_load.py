"""What a right project folder becomes."""

import json
from datetime import timedelta

from reconciler.definition.check import check
from reconciler.model.address import Address, flow
from reconciler.model.desired import ChangeLimits, Lifecycle

REMINDER = flow("reminder")
FW1, FW2, FW3 = ("FW" + "0" * 31 + digit for digit in "123")


def test_defaults(folder):
    """A document that says only what it must gets every default of the design."""
    loaded = folder.load()
    desired = loaded.desired.flows[REMINDER]
    assert (desired.friendly_name, desired.status, desired.commit_message) == (
        "reminder",
        "published",
        "Applied by reconciler",
    )
    assert desired.lifecycle == Lifecycle("delete", "stop", ())
    assert (str(desired.place), desired.source) == ("flow.yaml:3:18", "reminder.json")
    assert loaded.sources == {REMINDER: folder.root.resolve() / "reminder.json"}
    assert loaded.text(REMINDER) == (folder.root / "reminder.json").read_text(encoding="utf-8")
    assert loaded.desired.policy.limits == ChangeLimits(None, None, 0, 30)
    assert loaded.desired.policy.layout == "ignore"
    assert loaded.desired.environment.name == "local"
    assert loaded.warnings == ()


def test_everything_that_can_be_said(folder, texts):
    """Every key of every kind arrives in the desired side."""
    project = """\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {name: clinic}
spec:
  defaultEnvironment: live
  policy:
    maxChanges: {create: 5, update: null, delete: 1, percent: 50}
    onDrift: revert
    layout: manage
    consistencyWindow: 2m
  environments:
    local: {endpoint: embedded}
    live:
      account: AC0123456789abcdef0123456789abcdef
      region: ie1
      edge: dublin
      state: states/live.json
      protected: true
      credentials: {accountSid: env:PROD_SID, apiKey: env:PROD_KEY, apiSecret: env:PROD_SECRET}
      imports: {Flow/reminder: %s}
      bindings:
        phone/main: "+15555550101"
        function/hours: {url: "https://hours-1234.twil.io/check", function: ZH00000000000000000000000000000001}
"""
    more = "  friendlyName: Reminder\n  status: draft\n  commitMessage: New\n  previousNames: [old, Flow/older]\n"
    more += "  lifecycle: {onDelete: retain, onDrift: accept, ignoreChanges: [layout, widgets.a.b]}\n"
    folder.write({"project.yaml": project % FW1, "flow.yaml": texts["flow"] + more, "sub/deep/u.yml": texts["users"]})
    desired = folder.load().desired
    found = desired.flows[REMINDER]
    assert (found.friendly_name, found.status, found.commit_message) == ("Reminder", "draft", "New")
    assert found.lifecycle == Lifecycle("retain", "accept", ("layout", "widgets.a.b"))
    assert found.previous_names == ("old", "older")
    assert desired.policy.limits == ChangeLimits(5, None, 1, 50)
    assert desired.policy.consistency_window == timedelta(minutes=2)
    assert desired.environments == ("local", "live")
    live = desired.environment
    assert (live.name, live.region, live.edge, live.state, live.protected) == (
        "live",
        "ie1",
        "dublin",
        "states/live.json",
        True,
    )
    assert live.imports == {REMINDER: FW1}
    assert live.credentials == {"accountSid": "PROD_SID", "apiKey": "PROD_KEY", "apiSecret": "PROD_SECRET"}
    assert live.bindings["phone/main"] == "+15555550101"
    assert desired.known_sids == {FW1: "reminder"}
    assert desired.test_users[Address("TestUsers", "testers")].contacts == ("+15555550101",)
    assert str(desired.test_users[Address("TestUsers", "testers")].place) == "sub/deep/u.yml:3:18"


def test_the_policy_holds_where_a_flow_says_nothing(folder, texts):
    """`policy.onDrift` is the default of every flow."""
    folder.write({"project.yaml": texts["project"] + "  policy: {onDrift: accept}\n"})
    assert folder.load().desired.flows[REMINDER].lifecycle.on_drift == "accept"


def test_standard_metadata_and_status_are_ignored(folder, texts):
    """What a Kubernetes API server adds to an object changes nothing."""
    before = folder.load().desired.digest
    metadata = "{name: reminder, namespace: x, uid: u, resourceVersion: '1', generation: 2, creationTimestamp: null, "
    metadata += "annotations: {a: b}, managedFields: [{manager: x}], ownerReferences: [], finalizers: [f]}"
    text = texts["flow"].replace("{name: reminder}", metadata) + "status: {conditions: []}\n"
    assert folder.write({"flow.yaml": text}).load().desired.digest == before


def test_an_inline_definition_is_the_same_definition(folder, texts, definition, widget):
    """A definition gives the same digests from a file and from YAML, whatever its strings look like."""
    for text in ("no", "12:30", "+15555550101", "{{x}}", "${OTHER}", "2024-01-01"):
        folder.write({"reminder.json": definition(widget(text)), "flow.yaml": texts["flow"]})
        outside = folder.load()
        body = json.dumps(json.loads(definition(widget(text))))
        folder.write({"flow.yaml": texts["flow"].replace("{file: reminder.json}", body)})
        inside = folder.load()
        assert inside.desired.flows[REMINDER].definition == outside.desired.flows[REMINDER].definition
        assert inside.desired.digest == outside.desired.digest
        assert (inside.is_inline(REMINDER), outside.is_inline(REMINDER)) == (True, False)


def placed(loaded) -> tuple[str, str]:
    """Check the definition; give rule and place of its one fault."""
    desired = loaded.desired.flows[REMINDER]
    (finding,) = check(desired.definition, file=desired.source, text=loaded.text(REMINDER))
    return finding.rule, str(finding.place)


def test_faults_inside_a_definition_have_places_wherever_it_stands(folder, texts):
    """A check finds line and column of a fault in a JSON file and in a definition that stands in its manifest."""
    inline = """\
  definition:
    description: x
    states:
      - name: Trigger
        type: trigger
        transitions:
          - event: incomingMessage
            next: nowhere
        properties: {}
    initial_state: Trigger
    flags: {allow_concurrent_calls: true}
"""
    flow_text = texts["flow"].replace("  definition: {file: reminder.json}\n", inline)
    folder.write({"flow.yaml": texts["users"] + "---\n" + flow_text})
    inside = folder.load()
    body = json.dumps(inside.desired.flows[REMINDER].definition.data(), indent=2)
    places = [placed(inside)]
    places.append(placed(folder.write({"flow.yaml": texts["flow"], "reminder.json": body}).load()))
    line = body[: body.index("nowhere")].count("\n") + 1
    assert places == [("dangling-next", "flow.yaml:19:19"), ("dangling-next", f"reminder.json:{line}:19")]


def test_hidden_files_and_folders_are_skipped(folder):
    """Nothing that begins with a dot is read."""
    folder.write({".hidden.yaml": "[", ".git/x.yaml": "[", "notes.txt": "["})
    assert list(folder.load().desired.flows) == [REMINDER]


def test_anchors_and_comments_and_empty_documents_are_fine(folder, texts):
    """Plain anchors stand for what they name; files may begin with a mark, hold nothing or end with empty documents."""
    text = "\ufeff# comment\n---\n" + texts["flow"] + "  friendlyName: &n Hello\n  commitMessage: *n\n---\n---\n# end\n"
    folder.write({"flow.yaml": text, "empty.yaml": "", "comment.yml": "# nothing\n"})
    assert folder.load().desired.flows[REMINDER].commit_message == "Hello"


def test_flows_come_in_the_order_of_their_addresses(folder, texts):
    """The order of files and documents does not matter."""
    documents = [texts["flow"].replace("name: reminder", f"name: {name}") for name in ("c", "a", "b")]
    folder.write({"flow.yaml": "---\n".join(documents)})
    first = folder.load().desired
    folder.write({"flow.yaml": "---\n".join(reversed(documents))})
    second = folder.load().desired
    assert [str(address) for address in first.flows] == ["Flow/a", "Flow/b", "Flow/c"]
    assert first.digest == second.digest


def test_a_thousand_flows_load(folder, texts, definition, widget):
    """A large folder loads as a whole, also when many documents share one file."""
    files = {}
    for number in range(500):
        text = texts["flow"].replace("reminder", f"f{number}")
        files[f"team-{number % 7}/f{number}.yaml"] = text
        files[f"team-{number % 7}/f{number}.json"] = definition(widget(str(number)))
    many = "---\n".join(texts["flow"].replace("name: reminder", f"name: g{number}") for number in range(500))
    loaded = folder.write({**files, "many.yaml": many}).load()
    assert len(loaded.desired.flows) == 1_001
    assert len({desired.definition.digests.full for desired in loaded.desired.flows.values()}) == 501
