"""What a right project folder becomes."""

import json
import os
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from reconciler.definition.check import check
from reconciler.errors import UsageError
from reconciler.manifest.load import load
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


class TestFolder:
    """What is read, and what is never read."""

    def test_a_link_out_of_the_folder_is_not_read(self, folder, texts, tmp_path):
        """A symbolic link to a document or a definition outside is an error, and so is one to a folder."""
        (tmp_path / "secret.yaml").write_text(texts["flow"])
        (tmp_path / "secret.json").write_text("{}")
        (folder.root / "a.yaml").symlink_to(tmp_path / "secret.yaml")
        (folder.root / "reminder.json").unlink()
        (folder.root / "reminder.json").symlink_to(tmp_path / "secret.json")
        (folder.root / "linked").symlink_to(tmp_path, target_is_directory=True)
        assert folder.faults() == [("outside", "a.yaml"), ("outside", "flow.yaml:5:22"), ("linked-folder", "linked")]

    def test_a_folder_beside_is_outside_although_its_name_begins_alike(self, folder, tmp_path):
        """`manifests-old` is not inside `manifests`."""
        (tmp_path / "manifests-old").mkdir()
        (tmp_path / "manifests-old" / "x.yaml").write_text("[")
        (folder.root / "x.yaml").symlink_to(tmp_path / "manifests-old" / "x.yaml")
        assert folder.faults() == [("outside", "x.yaml")]

    def test_links_inside_the_folder_are_followed_once(self, folder, texts):
        """A mounted ConfigMap (links into a hidden folder) is read; what is read anyway is not read twice."""
        folder.write({"..data/b.yaml": texts["flow"].replace("name: reminder", "name: b")})
        (folder.root / "b.yaml").symlink_to(Path("..data") / "b.yaml")
        (folder.root / "again.yaml").symlink_to("flow.yaml")
        assert [str(address) for address in folder.load().desired.flows] == ["Flow/b", "Flow/reminder"]

    def test_the_folder_itself_may_be_a_link(self, folder, tmp_path):
        """Only what is inside is held to the folder."""
        (tmp_path / "link").symlink_to(folder.root, target_is_directory=True)
        loaded = load(tmp_path / "link", None, variables={}, variable_files=[], process_environment={})
        assert loaded.sources[REMINDER] == folder.root.resolve() / "reminder.json"

    def test_a_pipe_is_not_waited_for(self, folder):
        """What is no regular file is refused, not read."""
        os.mkfifo(folder.root / "pipe.yaml")
        assert folder.faults() == [("not-a-file", "pipe.yaml")]

    def test_a_broken_link_is_an_error(self, folder):
        """A document that cannot be read would look like one to delete."""
        (folder.root / "gone.yaml").symlink_to("nothing.yaml")
        assert folder.faults() == [("unreadable", "gone.yaml")]

    def test_no_folder_is_a_mistake_of_the_command_line(self, tmp_path):
        """A folder that is not there is a usage error."""
        with pytest.raises(UsageError):
            load(tmp_path / "nowhere", None, variables={}, variable_files=[], process_environment={})


class TestEnvironments:
    """Which environment is loaded, and what it says."""

    TWO = "    live:\n      account: AC0123456789abcdef0123456789abcdef\n"

    def test_the_only_one_is_the_default(self, folder):
        """A project with one environment needs no default."""
        assert folder.load().desired.environment.name == "local"

    def test_the_default_is_taken_and_another_can_be_asked_for(self, folder, texts):
        """`--environment` beats `defaultEnvironment`."""
        folder.write({"project.yaml": texts["project"] + self.TWO + "  defaultEnvironment: live\n"})
        assert folder.load().desired.environment.name == "live"
        folder.environment = "local"
        assert folder.load().desired.environment.name == "local"

    def test_an_unknown_one_is_a_usage_error_that_names_all(self, folder, texts):
        """Whoever mistypes an environment is told the nearest and all of them."""
        folder.environment = "lvie"
        folder.write({"project.yaml": texts["project"] + self.TWO})
        with pytest.raises(UsageError) as caught:
            folder.load()
        assert all(word in (caught.value.hint or "") for word in ("'live'", "local, live"))

    def test_several_without_a_default_must_be_chosen_from(self, folder, texts):
        """Nobody guesses which account is meant."""
        folder.write({"project.yaml": texts["project"] + self.TWO})
        with pytest.raises(UsageError):
            folder.load()

    @pytest.mark.parametrize(
        ("endpoint", "seconds"),
        [
            ("embedded", 1),
            ("http://127.0.0.1:8080", 1),
            ("http://[::1]:8080", 1),
            ("http://localhost", 1),
            ("https://studio.example.com", 30),
        ],
    )
    def test_the_window_follows_the_endpoint(self, folder, texts, endpoint, seconds):
        """Where nothing is said, a write may stay unseen for 30 s, and for 1 s on this machine."""
        folder.write({"project.yaml": texts["project"].replace("embedded", f'"{endpoint}"')})
        assert folder.load().desired.policy.consistency_window == timedelta(seconds=seconds)

    @pytest.mark.parametrize(
        ("text", "window"),
        [
            ("500ms", timedelta(milliseconds=500)),
            ("30s", timedelta(seconds=30)),
            ("2m", timedelta(minutes=2)),
            ("1h", timedelta(hours=1)),
            ("0s", timedelta(0)),
        ],
    )
    def test_durations(self, folder, texts, text, window):
        """A duration is a number and a unit."""
        folder.write({"project.yaml": texts["project"] + f"  policy: {{consistencyWindow: {text}}}\n"})
        assert folder.load().desired.policy.consistency_window == window

    def test_another_endpoint_can_be_given(self, folder, texts):
        """`--endpoint` replaces the window, unless it is written down, and near emulators have their own account."""
        folder.write(
            {
                "project.yaml": texts["project"].replace(
                    "endpoint: embedded", "account: AC0123456789abcdef0123456789abcdef"
                )
            }
        )
        loaded = folder.load()
        there = loaded.redirected("http://127.0.0.1:9999")
        assert there.desired.environment.account is None
        assert there.desired.policy.consistency_window == timedelta(seconds=1)
        assert there.desired.digest != loaded.desired.digest
        assert (
            loaded.redirected("https://proxy.example").desired.environment.account == loaded.desired.environment.account
        )
        folder.write({"project.yaml": texts["project"] + "  policy: {consistencyWindow: 5s}\n"})
        assert folder.load().redirected("https://x.example").desired.policy.consistency_window == timedelta(seconds=5)
        with pytest.raises(UsageError):
            loaded.redirected("http://example.com")

    def test_another_environment_may_need_what_is_not_set_here(self, folder, texts):
        """Local work needs none of the variables that production takes from its process environment."""
        live = "    live:\n      account: ${env.PROD_ACCOUNT}\n      variables: {a: '${env.A}', b: x}\n"
        live += "      state: ${var.a}\n      bindings: {phone/x: '${env.PHONE}', phone/y: '+15555550101'}\n"
        folder.write({"project.yaml": texts["project"] + live})
        folder.environment = "local"
        assert folder.load().desired.environment.name == "local"
        folder.environment = "live"
        assert [rule for rule, _ in folder.faults()] == ["unknown-env", "unknown-env", "unknown-env"]

    def test_the_same_identifier_may_have_the_same_name_everywhere(self, folder, texts):
        """Environments may share a phone number; another name for it is an error that names both places."""
        local = texts["project"] + '      bindings: {phone/main: "+15555550101"}\n'
        live = self.TWO + '      bindings: {phone/%s: "+15555550101"}\n'
        folder.environment = "local"
        folder.write({"project.yaml": local + live % "main"}).load()
        (finding,) = folder.write({"project.yaml": local + live % "other"}).findings()
        assert (finding.rule, str(finding.place)) == ("two-names", "project.yaml:11:31")
        assert "project.yaml:8:30" in finding.message

    def test_functions_of_one_service_share_its_sids(self, folder, texts):
        """Service and environment of a Function are no names of their own; its URL is."""
        shared = "service: ZS00000000000000000000000000000001, environment: ZE00000000000000000000000000000001"
        line = "        function/%s: {url: 'https://a.twil.io/%s', " + shared + "}\n"
        bindings = "      bindings:\n" + line % ("a", "a") + line % ("b", "b")
        folder.write({"project.yaml": texts["project"] + bindings}).load()
        folder.write({"project.yaml": texts["project"] + bindings + line % ("c", "a")})
        assert folder.faults() == [("two-names", "project.yaml:11:21")]

    def test_free_names_are_identifiers_of_their_kind_only(self, folder, texts):
        """A queue and a connector may be called alike."""
        bindings = "      bindings: {queue/a: support, connector/b: support}\n"
        assert folder.write({"project.yaml": texts["project"] + bindings}).load()
        folder.write({"project.yaml": texts["project"] + "      bindings: {queue/a: support, queue/b: support}\n"})
        assert folder.faults() == [("two-names", "project.yaml:8:45")]

    def test_sids_of_flows_are_known_from_every_environment(self, folder, texts):
        """An export of one account can be read because `imports` and `flow/NAME` of all environments give names."""
        more = f"      bindings: {{flow/reminder: {FW1}}}\n" + self.TWO
        more += f"      imports: {{reminder: {FW2}}}\n      bindings: {{flow/elsewhere: {FW3}}}\n"
        folder.environment = "local"
        folder.write({"project.yaml": texts["project"] + more})
        assert folder.load().desired.known_sids == {FW1: "reminder", FW2: "reminder", FW3: "elsewhere"}


class TestCircles:
    """Flows that refer to each other."""

    @pytest.fixture
    def flows(self, folder, texts, definition, subflow):
        """Give a function that writes flows which call each other."""

        def write(**calls):
            for name, called in calls.items():
                folder.write(
                    {
                        f"{name}.yaml": texts["flow"].replace("reminder", name),
                        f"{name}.json": definition(*([subflow(called)] if called else [])),
                    }
                )
            return folder

        return write

    def test_a_chain_is_fine(self, flows):
        """Flows that call each other in a line load, and say what they refer to."""
        loaded = flows(a="${flow.b.sid}", b="${flow.c.sid}", c=None).load()
        assert loaded.desired.flows[flow("a")].definition.references == ("b",)

    def test_a_circle_is_refused_as_a_path(self, flows):
        """A circle of references is shown as a path at one of its flows."""
        (finding,) = flows(a="${flow.b.sid}", b="${flow.c.sid}", c="${flow.b.sid}").findings()
        assert (finding.rule, str(finding.place)) == ("cycle", "b.yaml:5:15")
        assert "b -> c -> b" in finding.message

    def test_a_flow_that_calls_itself_is_refused(self, flows):
        """The shortest circle is one flow."""
        (finding,) = flows(a="${flow.a.sid}").findings()
        assert "a -> a" in finding.message

    def test_a_circle_through_known_sids_is_refused(self, flows, texts):
        """A literal SID that the project gives a name to counts as that flow."""
        made = flows(a=FW2, b=FW1)
        made.load()
        made.write({"project.yaml": texts["project"] + f"      imports: {{a: {FW1}, b: {FW2}}}\n"})
        (finding,) = made.findings()
        assert "a -> b -> a" in finding.message

    def test_a_long_chain_does_not_overflow(self, flows):
        """Three thousand flows in a line are followed without recursion."""
        names = [f"f{number}" for number in range(1_500)]
        calls = {name: f"${{flow.{following}.sid}}" for name, following in pairwise(names)}
        (finding,) = flows(**calls, f1499="${flow.f0.sid}").findings()
        assert finding.rule == "cycle"
