"""The Project document → the chosen environment, the policy, and what placeholders stand for in the other documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from pydantic import ValidationError

from reconciler.errors import UsageError
from reconciler.manifest import binding, environment, fault, kinds, lints, releases, variables
from reconciler.manifest.findings import Findings, did_you_mean
from reconciler.manifest.placeholder import Values, Variable
from reconciler.manifest.substitution import Substitution
from reconciler.manifest.yamltext import Document
from reconciler.model.address import Address
from reconciler.model.desired import ChangeLimits, Environment, OnDrift, Policy
from reconciler.model.finding import Place
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.model.lint import LintLevel


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the command line and the process give to a load.

    Attributes:
        environment: the environment asked for; None means the project's default.
        variables: what `--var` gave.
        variable_files: what `--var-file` gave, in its order.
        process: the process's environment.
    """

    environment: str | None
    variables: Mapping[str, str]
    variable_files: Sequence[Path]
    process: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Import:
    """One entry of some environment's `imports`."""

    environment: str
    address: Address
    sid: str
    place: Place


@dataclass(frozen=True, slots=True)
class Project:
    """What the Project document says, for one environment.

    `window_given`: the consistency window was written down and does not depend on the endpoint.
    """

    name: str
    environment: Environment
    policy: Policy
    window_given: bool
    on_drift: OnDrift
    environments: tuple[str, ...]
    values: Values
    imports: tuple[Import, ...] = ()
    known_sids: Mapping[str, str] = field(default_factory=dict)
    bindings: Mapping[str, Mapping[str, str | Mapping[str, str]]] = field(default_factory=dict)
    lint: Mapping[str, LintLevel] = field(default_factory=dict)


def read(document: Document, inputs: Inputs, findings: Findings) -> Project | None:
    """Read the Project document; None when it is too wrong to go on, which is then a finding.

    Raises:
        UsageError: there is no such environment, or none was named and there is no default.
    """
    raw = _environments_of(document.data)
    target = _chosen(document, inputs.environment, raw, findings)
    given = variables.overlaid(variables.from_files(inputs.variable_files, findings), {})
    options = variables.from_options(inputs.variables)
    reading = _Reading(document, inputs.process, (given, options), findings)
    data = reading.replaced(raw, target)
    try:
        model = kinds.Project.model_validate(data)
    except ValidationError as error:
        fault.report(error, document, kinds.Project, findings)
        return None
    return None if target is None else reading.project(model, target)


def blind_values(inputs: Inputs, findings: Findings) -> Values:
    """Give values for a folder without a usable project: what it would have known is not reported as unknown."""
    return Values({}, inputs.process, None, "", findings, blind=True)


def _environments_of(data: Json) -> Mapping[str, Json]:
    spec = data.get("spec") if isinstance(data, dict) else None
    environments = spec.get("environments") if isinstance(spec, dict) else None
    return environments if isinstance(environments, dict) else {}


def _chosen(document: Document, asked: str | None, known: Mapping[str, Json], findings: Findings) -> str | None:
    spec = cast("JsonObject", document.data).get("spec")
    default = spec.get("defaultEnvironment") if isinstance(spec, dict) else None
    if isinstance(default, str) and default not in known:
        place = document.place(("spec", "defaultEnvironment"))
        hint = findings.nearest(default, known) or f"Known: {', '.join(known)}."
        findings.error("unknown-environment", f"there is no environment {default!r}", place, hint=hint)
        default = None
    if not known:
        return None
    if asked is not None:
        if asked not in known:
            near = did_you_mean(asked, known)
            listed = f"Known: {', '.join(known)}."
            raise UsageError(f"there is no environment {asked!r}", hint=f"{near} {listed}" if near else listed)
        return asked
    if isinstance(default, str):
        return default
    if len(known) == 1:
        return next(iter(known))
    if findings.failed:
        return None
    raise UsageError(
        "no environment was named, and the project has no defaultEnvironment",
        hint=f"Say --environment with one of: {', '.join(known)}.",
    )


class _Reading:
    """The reading of one Project document: its environments differ in what their placeholders stand for."""

    def __init__(
        self,
        document: Document,
        process: Mapping[str, str],
        given: tuple[Mapping[str, Variable], Mapping[str, Variable]],
        findings: Findings,
    ) -> None:
        self._document = document
        self._process = process
        self._given = given
        self._findings = findings
        self._values: dict[str, Values] = {}
        self._incomplete: set[str] = set()

    def replaced(self, raw: Mapping[str, Json], target: str | None) -> Json:
        """Give the document's data with the placeholders of each environment replaced by its own values."""
        data = cast("JsonObject", self._document.data)
        environments = {name: self._environment(name, body, target=name == target) for name, body in raw.items()}
        spec = data.get("spec")
        if not isinstance(spec, dict) or not environments:
            return data
        rest = {key: value for key, value in spec.items() if key != "environments"}
        values = self._values[target if target is not None else next(iter(raw))]
        substitution = Substitution(values, self._document.place)
        rest = cast("JsonObject", substitution.apply(cast("Json", rest), ("spec",)))
        return {**data, "spec": {**rest, "environments": cast("Json", environments)}}

    def _environment(self, name: str, body: Json, *, target: bool) -> Json:
        path = ("spec", "environments", name)
        values = Values(None, self._process, None, name, self._findings)
        own_data = body.get("variables") if isinstance(body, dict) else None
        names = own_data if isinstance(own_data, dict) else {}
        places = {key: self._document.place((*path, "variables", key)) for key in names}
        files, options = self._given
        merged = variables.overlaid(variables.overlaid(variables.from_mapping(own_data, places), files), options)
        values.variables = variables.resolved(merged, values, lenient=not target)
        self._values[name] = values
        if not isinstance(body, dict):
            return body
        # The variables have been replaced, with rules of their own.
        rest = {key: value for key, value in body.items() if key != "variables"}
        substitution = Substitution(values, self._document.place, lenient=not target)
        rest = cast("JsonObject", substitution.apply(cast("Json", rest), path))
        if substitution.incomplete:
            self._incomplete.add(name)
        return {**rest, "variables": own_data} if "variables" in body else rest

    def project(self, model: kinds.Project, target: str) -> Project:
        """Build the project of a right document for one environment; note what is wrong between its fields."""
        environments = model.spec.environments
        imports = tuple(found for name, one in environments.items() for found in self._imports(name, one))
        bound = [found for name, one in environments.items() for found in self._bound(name, one)]
        named = [binding.Bound(i.environment, f"flow/{i.address.name}", i.sid, i.place) for i in imports]
        self._check(model, [*named, *bound])
        chosen = environments[target]
        values = self._values[target]
        values.bindings = chosen.bindings
        return Project(
            name=model.metadata.name,
            environment=environment.build(
                target, chosen, {found.address: found.sid for found in imports if found.environment == target}
            ),
            policy=_policy(model.spec.policy, chosen),
            window_given=model.spec.policy.consistency_window is not None,
            on_drift=model.spec.policy.on_drift,
            environments=tuple(environments),
            values=values,
            imports=imports,
            lint=lints.levels(model.spec.lint, self._document, self._findings),
            known_sids={
                one.value: one.name.removeprefix("flow/")
                for one in [*named, *bound]
                if one.name.startswith("flow/") and isinstance(one.value, str)
            },
            bindings={
                name: {one.name: one.value for one in [*named, *bound] if one.environment == name}
                for name in environments
            },
        )

    def _check(self, model: kinds.Project, bound: list[binding.Bound]) -> None:
        for name, one in model.spec.environments.items():
            if name not in self._incomplete:
                place = self._document.place(("spec", "environments", name), key=True)
                environment.check(name, one, place, self._findings)
        for entry in bound:
            binding.check(entry, self._findings)
        binding.check_one_to_one(bound, self._findings)

    def _imports(self, name: str, model: kinds.Environment) -> list[Import]:
        found = []
        for key, sid in model.imports.items():
            place = self._document.place(("spec", "environments", name, "imports", key), key=True)
            try:
                address = Address.parse(key)
            except UsageError as error:
                self._findings.error("bad-address", error.message, place, hint=error.hint or "Write Flow/NAME.")
                continue
            if address.kind == "Flow":
                found.append(Import(name, address, sid, place))
            else:
                self._findings.error("bad-address", f"{key}: only flows can be imported", place)
        return found

    def _bound(self, name: str, model: kinds.Environment) -> list[binding.Bound]:
        return [
            binding.Bound(name, key, value, self._document.place(("spec", "environments", name, "bindings", key)))
            for key, value in model.bindings.items()
        ]


def _policy(model: kinds.Policy, environment_model: kinds.Environment) -> Policy:
    window = model.consistency_window
    return Policy(
        limits=ChangeLimits(**model.max_changes.model_dump()),
        layout=model.layout,
        consistency_window=(
            environment.default_window(environment_model.endpoint) if window is None else environment.duration(window)
        ),
        watch=None if model.release.watch is None else releases.watch(model.release.watch),
    )
