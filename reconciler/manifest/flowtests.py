"""FlowTest documents → scenarios. Read only when somebody wants to run or check them; a plan does without."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from pydantic import ValidationError

from reconciler.errors import LoadError
from reconciler.manifest import fault, testlines
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import LARGEST_YAML, Folder
from reconciler.manifest.kinds import API_VERSION
from reconciler.manifest.placeholder import Values
from reconciler.manifest.substitution import Substitution
from reconciler.manifest.testfiles import KIND, TestFiles
from reconciler.manifest.testkinds import FlowTest
from reconciler.manifest.yamltext import Document, read
from reconciler.model.desired import Desired
from reconciler.model.finding import Finding, Place
from reconciler.model.jsontypes import JsonObject
from reconciler.scenario.check import check
from reconciler.scenario.flows import Flows
from reconciler.scenario.values import Scenario

RESERVED = ("generate", "record")
"""Commands of `reconciler test`, so that no test can have these names."""


@dataclass(frozen=True, slots=True)
class Tests:
    """The scenarios of a project.

    Attributes:
        scenarios: by name, in order.
        flows: what they run on.
        warnings: remarks that stop nothing.
        sensitive: values in them that nobody may see.
    """

    scenarios: tuple[Scenario, ...]
    flows: Flows
    warnings: tuple[Finding, ...] = ()
    sensitive: frozenset[str] = frozenset()


def load_tests(source: TestFiles | None, desired: Desired) -> Tests:
    """Read the scenarios of a project.

    Args:
        source: where they are; None for a project that was not loaded from a folder.
        desired: the flows that they test.

    Raises:
        LoadError: something is wrong in them; carries every finding, by file and line.
    """
    flows = Flows({address.name: flow.definition for address, flow in desired.flows.items()})
    if source is None:
        return Tests((), flows)
    findings = Findings()
    reader = _Reader(Folder(source.root, findings), replace(source.values, findings=findings, sensitive=set()))
    scenarios = [found for file in source.files for found in reader.scenarios(file)]
    for scenario in scenarios:
        findings.extend(check(scenario, flows))
    _check_names(reader.names, findings)
    sensitive = frozenset(reader.values.sensitive) | desired.sensitive
    if findings.failed:
        raise LoadError(findings.sorted(sensitive))
    in_order = sorted(scenarios, key=lambda scenario: scenario.name)
    return Tests(tuple(in_order), flows, findings.sorted(sensitive), sensitive)


def scenario_of(spec: JsonObject, flows: Flows) -> Scenario:
    """Read a scenario that is given as data and stands in no file.

    Args:
        spec: what stands below `spec` in a FlowTest document; its texts are taken as they are.
        flows: what it runs on.

    Places of its lines are `script:1` and so on.

    Raises:
        LoadError: something is wrong in it.
    """
    findings = Findings()
    head: JsonObject = {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": "scenario"}}
    documents = read(json.dumps({**head, "spec": spec}).encode(), "(scenario)", findings)
    try:
        found = testlines.scenario(FlowTest.model_validate(documents[0].data), documents[0], findings)
    except ValidationError as error:
        fault.report(error, documents[0], FlowTest, findings)
        found = None
    if found is not None:
        findings.extend(check(found, flows))
    if found is None or findings.failed:
        raise LoadError(findings.sorted())
    numbered = enumerate(found.script, 1)
    return replace(found, script=tuple(replace(line, place=Place("script", number)) for number, line in numbered))


class _Reader:
    def __init__(self, folder: Folder, values: Values) -> None:
        self.folder = folder
        self.values = values
        self.names: dict[str, list[Place]] = {}

    def scenarios(self, file: str) -> list[Scenario]:
        raw = self.folder.read(file, LARGEST_YAML)
        documents = [] if raw is None else read(raw, file, self.values.findings)
        found = (self._scenario(document) for document in documents if _is_test(document))
        return [scenario for scenario in found if scenario is not None]

    def _scenario(self, document: Document) -> Scenario | None:
        findings = self.values.findings
        data = self._replaced(document) if document.templated else document.data
        try:
            model = FlowTest.model_validate(data)
        except ValidationError as error:
            fault.report(error, document, FlowTest, findings)
            return None
        place = document.place(("metadata", "name"))
        self.names.setdefault(model.metadata.name, []).append(place)
        return testlines.scenario(model, document, findings)

    def _replaced(self, document: Document) -> JsonObject:
        data = cast("JsonObject", document.data)
        substitution = Substitution(self.values, document.place)
        return {**data, "spec": substitution.apply(data.get("spec"), ("spec",))}


def _is_test(document: Document) -> bool:
    return isinstance(document.data, dict) and document.data.get("kind") == KIND


def _check_names(names: Mapping[str, list[Place]], findings: Findings) -> None:
    for name, places in names.items():
        for place in places[1:]:
            findings.error("duplicate-name", f"{KIND}/{name} is declared twice, first in {places[0]}", place)
        if name in RESERVED:
            message = f"no test can be called {name}: `reconciler test {name}` is a command"
            findings.error("reserved-name", message, places[0])
