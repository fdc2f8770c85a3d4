"""Scenarios that were made are written as FlowTest documents, and read back as the same."""

from __future__ import annotations

import json

from reconciler.manifest.findings import Findings
from reconciler.manifest.load import load
from reconciler.manifest.placeholder import Values, Variable
from reconciler.manifest.testwrite import holds_secret, render_tests, with_placeholders
from reconciler.scenario.document import to_document
from reconciler.scenario.generate.propose import propose
from reconciler.scenario.run import run


def test_proposals_for_the_sample_load_and_pass(repository, tmp_path):
    """What is proposed for every flow of the sample is written, loads, says the same, and passes."""
    folder = tmp_path / "manifests"
    _copy(repository / "manifests", folder)
    loaded = _load(folder)
    flows, values = loaded.tests().flows, loaded.test_files.values
    made = {one.name: one for name in flows.names() for one in propose(flows, name).scenarios}
    text = render_tests(with_placeholders(to_document(one), values) for one in made.values())
    assert "${var.clinicName}" in text
    (folder / "made.yaml").write_text(text, encoding="utf-8")
    again = _load(folder).tests()
    read = {one.name: one for one in again.scenarios if one.name in made}
    assert {name: to_document(one) for name, one in read.items()} == {
        name: to_document(one) for name, one in made.items()
    }
    assert all(run(one, again.flows).ok for one in read.values())


def test_values_become_their_placeholders():
    """A value of a variable is written as the variable, a secret of the environment too; what looks like one is not."""
    variables = {
        "name": Variable("Harbour Clinic"),
        "short": Variable("yes"),
        "key": Variable("s3cr3t", sensitive=True),
    }
    values = Values(variables, {"TOKEN": "hidden-token"}, {}, "local", Findings(), sensitive={"s3cr3t", "hidden-token"})
    document = {"a": ["Harbour Clinic says yes", "s3cr3t!"], "b": {"c": "hidden-token ${var.x} ${flow.variables.x}"}}
    found = with_placeholders(document, values)
    assert found == {
        "a": ["${var.name} says yes", "${var.key}!"],
        "b": {"c": "${env.TOKEN} $${var.x} " + json.loads('"${flow.variables.x}"').replace("${flow.", "$${flow.")},
    }
    assert not holds_secret(found, values.sensitive)
    assert holds_secret(document, values.sensitive)


def _load(folder):
    return load(folder, "local", variables={}, variable_files=(), process_environment={})


def _copy(source, target):
    for path in source.rglob("*"):
        if path.is_file() and "tests" not in path.relative_to(source).parts:
            place = target / path.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(path.read_bytes())
