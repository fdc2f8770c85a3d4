"""A project folder → the desired side of one environment. Every fault of every file is reported, not only the first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.definition.locate import Places
from reconciler.errors import LoadError, UsageError
from reconciler.manifest import body, digest, reference, releases, testfiles, translation
from reconciler.manifest import environment as environments
from reconciler.manifest import project as projects
from reconciler.manifest.catalogue import Catalogue
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import LARGEST_YAML, Folder
from reconciler.manifest.kinds import API_VERSION, KINDS
from reconciler.manifest.placeholder import Values
from reconciler.manifest.resource import Reader
from reconciler.manifest.source import is_part
from reconciler.manifest.testfiles import TestFiles
from reconciler.manifest.yamltext import Document, read
from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.finding import Finding

if TYPE_CHECKING:
    from reconciler.manifest.flowtests import Tests

_KINDS: Final = (*KINDS, testfiles.KIND)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a project folder says for one environment.

    Attributes:
        desired: the desired side.
        warnings: remarks that stop nothing.
        sources: by flow, the absolute path of the file that holds its definition.
        window_given: the project writes the consistency window down; else it follows from the endpoint.
        test_files: where scenario tests are, which `tests` reads.
    """

    desired: Desired
    warnings: tuple[Finding, ...]
    sources: Mapping[Address, Path] = field(repr=False)
    window_given: bool = False
    test_files: TestFiles | None = field(default=None, repr=False)

    def tests(self) -> Tests:
        """Read the scenario tests. A load leaves them alone: they are no resources, and a plan does without.

        Raises:
            LoadError: something is wrong in them; carries every finding, by file and line.
        """
        from reconciler.manifest.flowtests import load_tests  # noqa: PLC0415 - see above

        return load_tests(self.test_files, self.desired)

    def text(self, address: Address) -> str | Places:
        """Read again the file that holds a flow's definition, to find places in it.

        Gives the JSON text; of a definition in YAML or in several files, what knows the places of its values.

        Raises:
            OSError: the file has gone since.
        """
        flow, source = self.desired.flows[address], self.sources[address]
        root = source.parents[flow.source.count("/")]
        return body.places(flow, lambda file: (root / file).read_bytes())

    def is_inline(self, address: Address) -> bool:
        """Tell whether a flow's definition stands in its manifest and not in a file of its own."""
        return self.desired.flows[address].source == self.desired.flows[address].place.file

    def redirected(self, endpoint: str) -> Loaded:
        """Give the same with another endpoint, as `--endpoint` asks.

        Region and edge choose Twilio's host and do not count there. An emulator (embedded, on loopback) has an account
        of its own; behind any other address the account must be the environment's as ever.

        Raises:
            UsageError: it is no endpoint.
        """
        target = replace(
            self.desired.environment,
            endpoint=environments.checked_endpoint(endpoint),
            account=None if environments.is_near(endpoint) else self.desired.environment.account,
            region=None,
            edge=None,
        )
        policy = self.desired.policy
        if not self.window_given:
            policy = replace(policy, consistency_window=environments.default_window(endpoint))
        desired = replace(self.desired, environment=target, policy=policy)
        return replace(self, desired=replace(desired, digest=digest.of(desired)))


def load(
    root: Path,
    environment: str | None,
    *,
    variables: Mapping[str, str],
    variable_files: Sequence[Path],
    process_environment: Mapping[str, str],
) -> Loaded:
    """Load a project folder for one environment.

    Args:
        root: the folder; sub-folders are included.
        environment: its name; None means the project's `defaultEnvironment`.
        variables: what `--var` gave; they win over the files, and these over the project's.
        variable_files: what `--var-file` gave, later ones win.
        process_environment: what `${env.X}` means.

    Raises:
        LoadError: something is wrong; carries every finding, by file and line.
        UsageError: there is no such folder or environment, or a variable file cannot be read.
    """
    if not root.is_dir():
        raise UsageError(f"there is no folder {str(root)!r}", hint="Make a project with: reconciler init")
    findings = Findings()
    inputs = projects.Inputs(environment, variables, variable_files, process_environment)
    folder = Folder(root, findings)
    files = _Files(folder, findings)
    project = _project(files, inputs, findings)
    values = project.values if project is not None else projects.blind_values(inputs, findings)
    on_drift = project.on_drift if project is not None else "stop"
    catalogue = _catalogue(files, Reader(folder, values, on_drift, findings))
    catalogue.check(findings)
    releases.check(catalogue, findings)
    if project is not None:
        reference.check(project, catalogue, folder, findings)
        _check_variables_used(variables, values)
    secrets = _secrets(values, project)
    if project is None or findings.failed:
        raise LoadError(findings.sorted(secrets))
    translation.translate(project, catalogue, folder)
    loaded = _loaded(project, catalogue, folder, findings.sorted(secrets))
    return replace(loaded, test_files=TestFiles(folder.root, files.tests(), project.values))


@dataclass(frozen=True, slots=True)
class _Held:
    """A YAML file that was read: its documents when it was parsed already, else its bytes."""

    file: str
    raw: bytes
    documents: list[Document] | None


class _Files:
    """The YAML files of a folder. What may hold the Project is parsed first, the rest when its turn comes."""

    def __init__(self, folder: Folder, findings: Findings) -> None:
        self._findings = findings
        self._held = []
        self._tests: list[str] = []
        for file in folder.yaml_files():
            raw = folder.read(file, LARGEST_YAML)
            if raw is not None and testfiles.holds_only_tests(raw):
                self._tests.append(file)
            elif raw is not None:
                documents = self._documents(raw, file) if _may_hold_project(raw) else None
                self._held.append(_Held(file, b"" if documents is not None else raw, documents))
        self._held.reverse()

    def projects(self) -> list[Document]:
        """Give the Project documents, in the order of their files."""
        documents = (document for held in reversed(self._held) for document in held.documents or ())
        return [document for document in documents if _kind(document) == "Project"]

    def others(self) -> Iterator[Document]:
        """Give all other documents once; what has been given is let go of."""
        while self._held:
            held = self._held.pop()
            documents = held.documents if held.documents is not None else self._documents(held.raw, held.file)
            for document in documents:
                kind = _kind(document)
                if kind == "Project" and held.documents is None:
                    message = "the kind Project must be written plainly: `kind: Project`"
                    self._findings.error("wrong-kind", message, document.place(("kind",)))
                elif kind == testfiles.KIND:
                    self._tests.append(held.file)
                elif kind != "Project":
                    yield document

    def tests(self) -> tuple[str, ...]:
        """Give the files with scenario tests among their documents, once `others` gave everything."""
        return tuple(sorted(set(self._tests)))

    def _documents(self, raw: bytes, file: str) -> list[Document]:
        found = (document for document in read(raw, file, self._findings) if not is_part(document.data))
        return [document for document in found if _is_known(document, self._findings)]


def _may_hold_project(raw: bytes) -> bool:
    return b"Project" in raw


def _kind(document: Document) -> str:
    data = document.data
    return str(data.get("kind")) if isinstance(data, dict) else ""


def _is_known(document: Document, findings: Findings) -> bool:
    """Tell whether a document is one of ours by version and kind; if not, that is a finding."""
    data = document.data
    if not isinstance(data, dict):
        findings.error(
            "wrong-type", "a document must be a mapping with apiVersion, kind, metadata, spec", document.place()
        )
        return False
    version, kind = data.get("apiVersion"), data.get("kind")
    if version != API_VERSION:
        message = "apiVersion is missing" if "apiVersion" not in data else "unknown apiVersion"
        findings.error(
            "wrong-version", message, document.place(("apiVersion",)), hint=f"Write apiVersion: {API_VERSION}"
        )
    if not isinstance(kind, str) or kind not in _KINDS:
        message = "kind is missing" if "kind" not in data else f"unknown kind {document.source(('kind',))!r}"
        hint = findings.nearest(str(kind), _KINDS) or f"Kinds are {', '.join(_KINDS)}."
        findings.error("wrong-kind", message, document.place(("kind",)), hint=hint)
        return False
    return version == API_VERSION


def _project(files: _Files, inputs: projects.Inputs, findings: Findings) -> projects.Project | None:
    found = files.projects()
    if not found:
        message = "no document of kind Project: the folder needs exactly one"
        findings.error("no-project", message, None, hint="Make a project with: reconciler init")
        return None
    for other in found[1:]:
        message = f"a second Project; the first is in {found[0].place(('kind',))}"
        findings.error("second-project", message, other.place(("kind",)))
    return projects.read(found[0], inputs, findings)


def _catalogue(files: _Files, reader: Reader) -> Catalogue:
    catalogue = Catalogue()
    for document in files.others():
        catalogue.note_name(document)
        if _kind(document) == "Flow":
            flow = reader.flow(document)
            if flow is not None:
                catalogue.add_flow(*flow)
        else:
            users = reader.test_users(document)
            if users is not None:
                catalogue.add_test_users(*users)
    return catalogue


def _check_variables_used(given: Mapping[str, str], values: Values) -> None:
    for name in sorted(given.keys() - values.used):
        hint = values.findings.nearest(name, (values.variables or {}).keys() - given.keys())
        values.findings.warning(
            "unused-variable", f"nothing uses the variable {name!r} given with --var", None, hint=hint
        )


def _secrets(values: Values, project: projects.Project | None) -> frozenset[str]:
    """Give what nobody may see. Identifiers are no secrets, even if an environment variable brings them."""
    if project is None:
        return frozenset(values.sensitive)
    target = project.environment
    shown = {target.account, target.endpoint, target.region, target.edge, *target.imports.values()}
    for bound in target.bindings.values():
        shown |= {bound} if isinstance(bound, str) else set(bound.values())
    return frozenset(values.sensitive - shown)


def _loaded(project: projects.Project, catalogue: Catalogue, folder: Folder, warnings: tuple[Finding, ...]) -> Loaded:
    desired = Desired(
        project=project.name,
        environment=project.environment,
        policy=project.policy,
        flows=catalogue.flows_in_order(),
        test_users=catalogue.test_users_in_order(),
        digest="",
        sensitive=_secrets(project.values, project),
        environments=project.environments,
        known_sids=project.known_sids,
        bindings=project.bindings,
        lint=project.lint,
    )
    return Loaded(
        desired=replace(desired, digest=digest.of(desired)),
        warnings=warnings,
        sources={address: folder.root / flow.source for address, flow in desired.flows.items()},
        window_given=project.window_given,
    )
