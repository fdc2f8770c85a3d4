"""What `init` writes: projects that load as they are."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definition import portable
from reconciler.definition.check import check
from reconciler.errors import UsageError
from reconciler.manifest import scaffold
from reconciler.manifest.findings import Findings
from reconciler.manifest.format import fmt
from reconciler.manifest.load import load
from reconciler.manifest.naming import dns_label, free_name
from reconciler.manifest.yamltext import read
from reconciler.model.address import NAME, flow


def loaded(directory):
    return load(directory / "manifests", None, variables={}, variable_files=[], process_environment={})


def test_a_new_project_loads_and_passes_its_checks(tmp_path):
    """The small project needs nothing: it loads, its flow has no finding, and it has its format."""
    made = scaffold.new_project(tmp_path / "My Clinic")
    found = loaded(made.directory)
    assert (found.desired.project, found.desired.environment.endpoint) == ("my-clinic", "embedded")
    assert [str(address) for address in found.desired.flows] == ["Flow/welcome"]
    for address, desired in found.desired.flows.items():
        assert list(check(desired.definition, file=desired.source, text=found.text(address))) == []
    assert fmt(made.directory / "manifests", check=True).changed == ()
    assert (made.directory / "state" / ".gitignore").is_file()


def test_what_is_commented_out_is_right_too(tmp_path):
    """The commented lines of the templates, taken in, load as well."""
    made = scaffold.new_project(tmp_path)
    path = made.directory / "manifests" / "welcome.yaml"
    head, _, users = path.read_text().partition("# ---\n")
    path.write_text(head + "---\n" + re.sub("(?m)^# ", "", users))
    project = made.directory / "manifests" / "project.yaml"
    text = re.sub(r"(?m)^    # (?=production:|  )", "    ", project.read_text()).replace("x" * 32, "0" * 32)
    project.write_text(text)
    found = loaded(made.directory).desired
    assert found.environments == ("local", "production")
    assert len(found.test_users) == 1


def test_a_folder_with_manifests_is_left_alone(tmp_path):
    """`init` never writes over somebody's work."""
    scaffold.new_project(tmp_path)
    with pytest.raises(UsageError):
        scaffold.new_project(tmp_path)
    with pytest.raises(UsageError):
        scaffold.project_from_definitions(tmp_path, [])


def test_a_folder_of_exports_becomes_a_project(tmp_path, definition, widget):
    """Every export gets a document under its own name, its bytes unchanged; what is no flow is named and left out."""
    source = tmp_path / "exports"
    (source / "deep" / ".git").mkdir(parents=True)
    plain = json.dumps(json.loads(definition()), separators=(", ", ":  "))
    files = {
        "Größe & Co.json": plain,
        "deep/groesse.json": definition(widget("x")),
        "deep/Groesse.json": definition(),
        "project.json": definition(),
        "package.json": "{}",
        "broken.json": "{",
        "deep/.git/x.json": definition(),
    }
    for name, text in files.items():
        (source / name).write_text(text)
    flows, skipped = scaffold.flows_from_folder(source)
    made = scaffold.project_from_definitions(tmp_path / "new", flows, warnings=skipped)
    assert made.names == ("grosse-co", "groesse", "groesse-2", "project-2")
    assert [(found.rule, found.severity, found.place.file) for found in made.warnings] == [
        ("json-syntax", "warning", "broken.json"),
        ("not-a-flow", "warning", "package.json"),
    ]
    found = loaded(made.directory).desired
    assert found.flows[flow("grosse-co")].friendly_name == "Größe & Co"
    assert (made.directory / "manifests" / "flows" / "grosse-co.json").read_text() == plain


def test_flows_of_an_account_are_imported(tmp_path, definition):
    """A project made from an account names it, imports every SID and keeps each status."""
    sids = [f"FW{number:032x}" for number in (1, 2)]
    flows = [
        scaffold.ScaffoldFlow("Same", definition().encode(), sid, status=status, sid=sid)
        for sid, status in zip(sids, ("published", "draft"), strict=True)
    ]
    account = "AC" + "0" * 32
    target = scaffold.Target("production", account=account, region="ie1", edge="dublin")
    found = loaded(scaffold.project_from_definitions(tmp_path, flows, target).directory).desired
    assert found.environment.imports == {flow("same"): sids[0], flow("same-2"): sids[1]}
    assert (found.environment.account, found.environment.region) == (account, "ie1")
    assert [desired.status for desired in found.flows.values()] == ["published", "draft"]


def test_no_flow_at_all_is_a_usage_error(tmp_path):
    """A project without flows is not made of an empty folder."""
    with pytest.raises(UsageError):
        scaffold.project_from_definitions(tmp_path, [scaffold.ScaffoldFlow("x", b"{}", "x.json")])
    with pytest.raises(UsageError):
        scaffold.flows_from_folder(tmp_path / "nowhere")
    assert not (tmp_path / "manifests").exists()


@pytest.mark.parametrize(
    "text", ["${var.x}", "${binding.a/b} $${env.X}", "$${flow.a.sid}", "${OTHER} ${{flow.variables.x}}", "$$${var.x}"]
)
def test_what_looks_like_a_reference_is_sent_as_it_was(tmp_path, definition, widget, text):
    """An export that holds our own syntax by accident is sent to Studio unchanged."""
    raw = definition(widget(text)).encode()
    made = scaffold.project_from_definitions(tmp_path, [scaffold.ScaffoldFlow("x", raw, "x.json")])
    desired = loaded(made.directory).desired.flows[flow("x")]
    assert portable.finish(desired.definition).data() == json.loads(raw)


def test_only_what_must_be_escaped_changes(definition, widget):
    """Escaping keeps all other bytes; an odd spelling or a key falls back to writing the file anew."""
    raw = definition(widget("${var.x} and ${y}")).encode()
    assert scaffold.escaped_bytes(raw) == raw.replace(b"${var.x}", b"$${var.x}")
    odd = raw.replace(b"${var.x}", b"\\u0024{var.x}")
    key = definition({**widget("${var.x}"), "${var.key}": 1}).encode()
    for text in (odd, key):
        assert json.loads(scaffold.escaped_bytes(text)) == portable.escape(json.loads(text))


@given(st.text(max_size=80))
def test_any_friendly_name_becomes_a_name(text):
    """Names are DNS labels whatever a flow is called, and no two are the same."""
    first = free_name(text, set())
    second = free_name(text, {first})
    assert NAME.fullmatch(first)
    assert NAME.fullmatch(second)
    assert first != second
    assert dns_label(text) == first


@given(st.text(st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=40))
def test_any_friendly_name_is_written_as_it_is(text):
    """A friendly name comes back from the document that was written for it."""
    findings = Findings()
    made = scaffold._flow("x", scaffold.ScaffoldFlow(text, b"", ""))
    (document,) = read(made.encode(), "x.yaml", findings)
    assert not findings.failed
    assert document.data["spec"]["friendlyName"].replace("$${", "${") == text.replace("$${", "${")


def test_real_exports_become_a_project(tmp_path, shared_studio):
    """Every real flow of the corpus loads from a new project with its bytes and digests unchanged."""
    flows, _ = scaffold.flows_from_folder(shared_studio / "corpus")
    made = scaffold.project_from_definitions(tmp_path, flows)
    found = loaded(made.directory)
    assert len(found.desired.flows) == len(flows) >= 40
    for name, given_flow in zip(made.names, flows, strict=True):
        assert (made.directory / "manifests" / "flows" / f"{name}.json").read_bytes() == given_flow.raw
    before = found.desired.digest
    fmt(made.directory / "manifests")
    assert loaded(made.directory).desired.digest == before
