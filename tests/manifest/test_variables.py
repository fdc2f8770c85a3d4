"""Placeholders: what they stand for, what is left alone, and what nobody may see."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definition import portable
from reconciler.definition.document import of
from reconciler.errors import UsageError
from reconciler.manifest.findings import Findings
from reconciler.manifest.placeholder import Values, Variable, escaped
from reconciler.model.address import flow

REMINDER = flow("reminder")
BOUND = """\
      variables: {greeting: Hello, token: {value: s3cret-token, sensitive: true}, short: {value: abc, sensitive: true}}
      bindings:
        phone/main: "+15555550101"
        function/hours: {url: "https://hours-1234.twil.io/check", function: ZH00000000000000000000000000000001}
"""


@pytest.fixture
def spoken(folder, texts, definition, widget):
    """Give a function that says a text in the definition and gives what it became on its way out."""

    def speak(text: str) -> str:
        folder.write({"project.yaml": texts["project"] + BOUND, "reminder.json": definition(widget(text))})
        desired = folder.load().desired.flows[REMINDER]
        sent = portable.finish(portable.resolve(desired.definition, {"reminder": "FW1"})).data()
        return sent["states"][1]["properties"]["say"]

    return speak


@pytest.mark.parametrize(
    ("text", "spoken_text"),
    [
        ("${var.greeting}", "Hello"),
        ("Say ${var.greeting}, ${var.greeting}!", "Say Hello, Hello!"),
        ("${env.USER_NAME}", "Ada"),
        ("${binding.phone/main}", "+15555550101"),
        ("${binding.function/hours.url}", "https://hours-1234.twil.io/check"),
        ("$${var.greeting}", "${var.greeting}"),
        ("$$${var.greeting}", "$${var.greeting}"),
        ("$${binding.nothing}", "${binding.nothing}"),
        ("${SERVERLESS_DOMAIN}", "${SERVERLESS_DOMAIN}"),
        ("${{flow.variables.price}}", "${{flow.variables.price}}"),
        ("{{flow.variables.x}} costs $5", "{{flow.variables.x}} costs $5"),
        ("$${OTHER}", "$${OTHER}"),
        ("${variable}", "${variable}"),
        ("{% if x %}${y}{% endif %}", "{% if x %}${y}{% endif %}"),
        ("${env.SLY}", "${var.greeting} $${env.X}"),
    ],
)
def test_what_a_definition_sends(spoken, folder, text, spoken_text):
    """Our four prefixes are replaced exactly once; everything else, and what a value brings in, is plain text."""
    folder.process |= {"USER_NAME": "Ada", "SLY": "${var.greeting} $${env.X}"}
    assert spoken(text) == spoken_text


def test_yaml_values_are_replaced_too(folder, texts):
    """In YAML the escape is undone at once, and a number cannot come of a text."""
    more = "  friendlyName: '${var.greeting} $${var.x} ${OTHER}'\n"
    folder.write({"project.yaml": texts["project"] + BOUND, "flow.yaml": texts["flow"] + more})
    assert folder.load().desired.flows[REMINDER].friendly_name == "Hello ${var.x} ${OTHER}"


def test_a_file_can_be_chosen_by_a_variable(folder, texts, definition):
    """A path is a YAML value like others; it still cannot leave the folder."""
    named = texts["flow"].replace("reminder.json", "'${var.greeting}.json'")
    folder.write({"project.yaml": texts["project"] + BOUND, "flow.yaml": named, "Hello.json": definition()})
    assert folder.load().desired.flows[REMINDER].source == "Hello.json"
    folder.variables["greeting"] = "../../x"
    assert folder.faults() == [("outside", "flow.yaml:5:22")]


def test_flow_references_stay_until_sids_are_known(folder, definition, subflow):
    """`${flow.NAME.sid}` stays in the definition, which says whom it refers to."""
    folder.write({"reminder.json": definition(), "flow.yaml": (folder.root / "flow.yaml").read_text()})
    other = (folder.root / "flow.yaml").read_text().replace("reminder", "caller")
    folder.write({"caller.yaml": other, "caller.json": definition(subflow("${flow.reminder.sid}"))})
    found = folder.load().desired.flows[flow("caller")].definition
    assert (found.references, "${flow.reminder.sid}" in found.text) == (("reminder",), True)


def test_later_variables_win(folder, tmp_path, spoken):
    """`--var` beats `--var-file`, later files beat earlier ones, and all beat the environment."""
    first, second = tmp_path / "a.yaml", tmp_path / "b.json"
    first.write_text("greeting: first\n")
    second.write_text('{"greeting": {"value": "second"}}')
    folder.variable_files = [first]
    assert spoken("${var.greeting}") == "first"
    folder.variable_files = [first, second]
    assert spoken("${var.greeting}") == "second"
    folder.variables = {"greeting": "${env.NOT_REPLACED}"}
    assert spoken("${var.greeting}") == "${env.NOT_REPLACED}"


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("v.yaml", "a: 1\n", ("wrong-type", 1)),
        ("v.yaml", "- a\n", ("var-file", 1)),
        ("v.yaml", "a: x\n---\nb: y\n", ("var-file", 3)),
        ("v.yaml", "a: [\n", ("yaml-syntax", 2)),
        ("v.yaml", "a b: x\n", ("invalid-value", 1)),
        ("v.json", '{"a": 1}', ("wrong-type", 0)),
        ("v.json", '{\n"a": }', ("json-syntax", 2)),
        ("v.json", '["a"]', ("var-file", 0)),
        ("v.json", b"\xff{", ("json-syntax", 0)),
    ],
)
def test_a_wrong_variable_file_is_refused(folder, tmp_path, name, text, fault):
    """Faults of a variable file are reported with its name and line."""
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    folder.variable_files = [path]
    (finding,) = folder.findings()
    assert ((finding.rule, finding.place.line), finding.place.file) == (fault, str(path))


def test_what_the_command_line_cannot_mean_is_a_usage_error(folder, tmp_path):
    """A variable file that is not there and a name that cannot be one are mistakes of the command line."""
    folder.variable_files = [tmp_path / "nowhere.yaml"]
    with pytest.raises(UsageError):
        folder.load()
    folder.variable_files, folder.variables = [], {"a b": "x"}
    with pytest.raises(UsageError):
        folder.load()


def test_a_variable_that_nothing_uses_is_a_warning(folder, texts):
    """A typing error in `--var` is not swallowed."""
    folder.write({"project.yaml": texts["project"] + BOUND})
    folder.variables = {"greting": "x"}
    assert [(found.rule, found.hint) for found in folder.load().warnings if found.place is None] == [
        ("unused-variable", "Did you mean 'greeting'?")
    ]


def test_sensitive_values_are_remembered(spoken, folder):
    """What sensitive variables and the process environment bring in is sensitive once used, short values never."""
    folder.process |= {"SECRET": "from-the-process", "TINY": "abc"}
    spoken("${var.greeting} ${var.token} ${env.SECRET} ${env.TINY} ${var.short}")
    loaded = folder.load()
    assert loaded.desired.sensitive == {"s3cret-token", "from-the-process"}
    assert [found.rule for found in loaded.warnings] == ["short-secret"]


def test_a_mark_of_sensitivity_survives_being_overridden(spoken, folder):
    """Who gives a sensitive variable on the command line gives a secret."""
    folder.variables = {"token": "another-secret"}
    assert spoken("${var.token}") == "another-secret"
    assert "another-secret" in folder.load().desired.sensitive


def test_identifiers_are_no_secrets(folder, texts):
    """An account that comes from the process environment is shown: it tells where a plan belongs."""
    account = "AC0123456789abcdef0123456789abcdef"
    project = texts["project"].replace("endpoint: embedded", "account: ${env.ACCOUNT}\n      state: ${env.STATE}")
    folder.process = {"ACCOUNT": account, "STATE": "postgres://user:password@host/db"}
    loaded = folder.write({"project.yaml": project}).load()
    assert loaded.desired.environment.account == account
    assert loaded.desired.sensitive == {"postgres://user:password@host/db"}


@pytest.mark.parametrize(
    "files",
    [
        {"flow.yaml": "  previousNames: ['${env.SECRET}']\n"},
        {"flow.yaml": "  status: ${var.token}\n"},
        {"flow.yaml": "  status: ${env.SECRET}\n"},
        {"flow.yaml": "  definition: {file: '${env.SECRET}.json'}\n"},
        {"flow.yaml": "  lifecycle: {ignoreChanges: ['${var.token}']}\n"},
        {"project.yaml": "      imports: {a: '${var.token}'}\n"},
        {"project.yaml": "      credentials: {authToken: s3cret-token}\n"},
        {"project.yaml": "      edge: ${env.SECRET}\n"},
    ],
)
def test_no_finding_prints_a_secret(folder, texts, files):
    """Whatever is wrong with a sensitive value, the message does not show it."""
    folder.process = {"SECRET": "S3CRET-PROCESS"}
    project = texts["project"] + BOUND + files.get("project.yaml", "")
    definition = "  definition: {file: reminder.json}\n"
    base = texts["flow"].replace(definition, "") if "definition" in files.get("flow.yaml", "") else texts["flow"]
    folder.write({"project.yaml": project, "flow.yaml": base + files.get("flow.yaml", "")})
    said = json.dumps([(found.message, found.hint) for found in folder.findings()])
    assert "s3cret" not in said.lower()


def test_the_digest_covers_what_a_plan_depends_on(folder, texts, definition, widget):
    """Places, comments and secrets do not move the digest; names, bodies, policy and environment do."""
    first = folder.load().desired.digest
    flow_text = "# moved\n\n" + texts["flow"]
    assert folder.write({"flow.yaml": flow_text}).load().desired.digest == first
    seen = {first}
    for more in (
        "  friendlyName: x\n",
        "  status: draft\n",
        "  lifecycle: {onDelete: retain}\n",
        "  previousNames: [a]\n",
    ):
        seen.add(folder.write({"flow.yaml": texts["flow"] + more}).load().desired.digest)
    folder.write({"flow.yaml": texts["flow"]})
    for more in ("      protected: true\n", "      imports: {reminder: FW00000000000000000000000000000001}\n"):
        seen.add(folder.write({"project.yaml": texts["project"] + more}).load().desired.digest)
    folder.write({"project.yaml": texts["project"]})
    seen.add(folder.write({"reminder.json": definition(widget("x"))}).load().desired.digest)
    assert len(seen) == 8


def test_a_plain_secret_is_not_in_the_digest(folder, texts):
    """A secret outside definitions does not move the digest: nobody can guess it from a plan file."""
    folder.write(
        {"project.yaml": texts["project"] + BOUND, "flow.yaml": texts["flow"] + "  commitMessage: ${var.token}\n"}
    )
    first = folder.load().desired.digest
    folder.variables = {"token": "another-secret"}
    assert folder.load().desired.digest == first


@given(st.text("${}var.enflowbdig/x ", max_size=40))
def test_escaping_is_undone_exactly_once(text):
    """Whatever text is escaped comes back as it was, through a definition and through a YAML value."""
    values = Values({}, {}, {}, "local", Findings())

    def fail(*fault: object) -> None:
        raise AssertionError(fault)

    assert values.replace(escaped(text), fail) == text
    sent = portable.finish(of({"states": [], "description": values.replace(escaped(text), fail, definition=True)}))
    assert sent.data()["description"] == text


@given(st.text("${}var.x ", max_size=20))
def test_what_a_variable_holds_is_plain_text(value):
    """Nothing in a value is replaced again, in YAML or in a definition."""
    values = Values({"x": Variable(value)}, {}, {}, "local", Findings())
    assert values.replace("<${var.x}>", print) == f"<{value}>"
    sent = portable.finish(of({"states": [], "description": values.replace("<${var.x}>", print, definition=True)}))
    assert sent.data()["description"] == f"<{value}>"
