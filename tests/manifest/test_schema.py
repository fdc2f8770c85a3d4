"""The JSON Schemas for editors: the models' own, and right about the sample."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from reconciler.manifest.kinds import KINDS, Model
from reconciler.manifest.schema import main, schemas


def test_the_published_schemas_are_the_models(repository):
    """Every file in schemas/ is what `python -m reconciler.manifest.schema schemas` writes."""
    for name, text in schemas().items():
        assert (repository / "schemas" / name).read_text(encoding="utf-8") == text


def test_the_command_writes_them(tmp_path):
    """The module writes every schema into the folder it is given."""
    main([str(tmp_path)])
    assert {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()} == schemas()


@pytest.mark.parametrize("name", sorted(schemas()))
def test_every_schema_is_one(name):
    """The schemas themselves are valid JSON Schema."""
    jsonschema.Draft202012Validator.check_schema(json.loads(schemas()[name]))


def test_every_key_is_explained():
    """An editor has a sentence for each key of each kind."""
    kinds = [Model, *KINDS.values()]
    waiting, seen = kinds, set()
    while waiting:
        model = waiting.pop()
        seen.add(model)
        waiting.extend(set(model.__subclasses__()) - seen)
    unexplained = [
        f"{model.__name__}.{name}"
        for model in seen
        for name, field in model.model_fields.items()
        if field.description is None and name not in {"kind", "metadata", "spec"}
    ]
    assert (unexplained, all(model.__doc__ for model in seen)) == ([], True)


def test_the_sample_is_valid(repository):
    """Every document of the sample project fits the schema of any kind and that of its own."""
    files = sorted((repository / "manifests").rglob("*.yaml"))
    documents = [document for path in files for document in yaml.safe_load_all(Path(path).read_text(encoding="utf-8"))]
    texts = schemas()
    kinds = {document["kind"].lower() for document in documents if document}
    checks = {name: jsonschema.Draft202012Validator(json.loads(texts[f"{name}.schema.json"])) for name in kinds}
    either = jsonschema.Draft202012Validator(json.loads(texts["manifest.schema.json"]))
    for document in filter(None, documents):
        either.validate(document)
        checks[document["kind"].lower()].validate(document)


@pytest.mark.parametrize(
    ("change", "valid"),
    [
        ({}, True),
        ({"status": "${var.status}"}, True),
        ({"definition": {"states": []}}, True),
        ({"status": "pubished"}, False),
        ({"freindlyName": "x"}, False),
        ({"friendlyName": 12}, False),
        ({"definition": "x.json"}, False),
    ],
)
def test_an_editor_sees_mistakes(texts, change, valid):
    """The schema refuses what loading refuses, and takes placeholders where words are wanted."""
    document = yaml.safe_load(texts["flow"])
    document["spec"] |= change
    validator = jsonschema.Draft202012Validator(json.loads(schemas()["manifest.schema.json"]))
    assert validator.is_valid(document) == valid
