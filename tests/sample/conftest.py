"""The sample project, read with nothing of ours: what it promises must not depend on our own loader."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml


@dataclass(frozen=True, slots=True)
class Sample:
    """The documents of `manifests/` by kind and name, each with its file, and the definitions by flow name."""

    folder: Path
    documents: dict[tuple[str, str], dict[str, Any]]
    definitions: dict[str, dict[str, Any]]

    def names(self, kind: str) -> set[str]:
        """Give the names of all documents of one kind."""
        return {name for of_kind, name in self.documents if of_kind == kind}

    @property
    def project(self) -> dict[str, Any]:
        """Give what the one Project says."""
        return self.documents["Project", "clinic"]["spec"]


@pytest.fixture(scope="session")
def sample(repository: Path) -> Sample:
    """Read every document and every definition of the sample."""
    folder = repository / "manifests"
    documents, definitions = {}, {}
    for path in sorted(folder.rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            name = document["metadata"]["name"]
            documents[document["kind"], name] = document
            if document["kind"] == "Flow":
                file = path.parent / document["spec"]["definition"]["file"]
                definitions[name] = json.loads(file.read_text(encoding="utf-8"))
    return Sample(folder, documents, definitions)
