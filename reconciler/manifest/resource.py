"""Flow and TestUsers documents → desired resources, one document at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, cast

from pydantic import ValidationError

from reconciler.errors import UsageError
from reconciler.manifest import body, fault, kinds, lints, releases
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import Folder
from reconciler.manifest.placeholder import Values
from reconciler.manifest.substitution import Substitution
from reconciler.manifest.yamltext import Document
from reconciler.model.address import Address, flow
from reconciler.model.desired import (
    DEFAULT_COMMIT_MESSAGE,
    DesiredFlow,
    DesiredTestUsers,
    Lifecycle,
    OnDrift,
)
from reconciler.model.finding import Place
from reconciler.model.jsontypes import Json, JsonObject

_LONGEST_CONTACT = 300
"""Bytes of one test user (api.md A8)."""

_Model = TypeVar("_Model", kinds.Flow, kinds.TestUsers)


@dataclass(frozen=True, slots=True)
class Reader:
    """Read documents of one project folder.

    Attributes:
        folder: where definitions are read from.
        values: what placeholders stand for.
        on_drift: what the project's policy says.
        findings: where faults go.
    """

    folder: Folder
    values: Values
    on_drift: OnDrift
    findings: Findings
    _bodies: body.Bodies = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Read each shared group once for all documents."""
        object.__setattr__(self, "_bodies", body.Bodies(self.folder, self.values))

    def flow(self, document: Document) -> tuple[DesiredFlow, Place] | None:
        """Read a Flow document, with the place of its definition; None when it is wrong."""
        model = self._model(document, kinds.Flow)
        # A wrong document's definition is read all the same, so that its faults are reported too.
        definition = model.spec.definition if model is not None else _definition_of(document.data)
        found = None if definition is None else self._bodies.read(document, definition)
        if model is None or found is None:
            return None
        spec, name = model.spec, model.metadata.name
        desired = DesiredFlow(
            address=flow(name),
            friendly_name=spec.friendly_name or name,
            status=spec.status,
            definition=found.definition,
            commit_message=spec.commit_message or DEFAULT_COMMIT_MESSAGE,
            lifecycle=Lifecycle(
                on_delete=spec.lifecycle.on_delete,
                on_drift=spec.lifecycle.on_drift or self.on_drift,
                ignore_changes=tuple(spec.lifecycle.ignore_changes),
            ),
            place=document.place(("metadata", "name")),
            source=found.source,
            labels=model.metadata.labels,
            previous_names=self._previous_names(document, spec.previous_names, name),
            origins=found.origins,
            written=None if found.written is found.definition else found.written,
            suppressions=lints.suppressions(spec.lint, document, self.findings),
            release=releases.read(spec.release, document, self.findings),
        )
        return desired, document.place(("spec", "definition"))

    def test_users(self, document: Document) -> tuple[DesiredTestUsers, Place] | None:
        """Read a TestUsers document, with the place that names its flow; None when it is wrong."""
        model = self._model(document, kinds.TestUsers)
        if model is None:
            return None
        self._check_contacts(document, model.spec.contacts)
        desired = DesiredTestUsers(
            address=Address("TestUsers", model.metadata.name),
            flow=flow(model.spec.flow),
            contacts=tuple(sorted(set(model.spec.contacts))),
            place=document.place(("metadata", "name")),
        )
        return desired, document.place(("spec", "flow"))

    def _model(self, document: Document, kind: type[_Model]) -> _Model | None:
        data = self._replaced(document) if document.templated else document.data
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            fault.report(error, document, kind, self.findings)
            return None

    def _replaced(self, document: Document) -> Json:
        """Replace placeholders in labels and in the spec, but for the definition, which has rules of its own."""
        data = cast("JsonObject", document.data)
        substitution = Substitution(self.values, document.place)
        done = dict(data)
        spec, metadata = data.get("spec"), data.get("metadata")
        if isinstance(spec, dict):
            inline = {key: value for key, value in spec.items() if key == "definition" and not _is_reference(value)}
            rest = {key: value for key, value in spec.items() if key not in inline}
            done["spec"] = {**cast("JsonObject", substitution.apply(rest, ("spec",))), **inline}
        if isinstance(metadata, dict) and "labels" in metadata:
            done["metadata"] = {**metadata, "labels": substitution.apply(metadata["labels"], ("metadata", "labels"))}
        return done

    def _previous_names(self, document: Document, given: list[str], name: str) -> tuple[str, ...]:
        names = []
        for index, text in enumerate(given):
            place = document.place(("spec", "previousNames", index))
            try:
                address = Address.parse(text)
            except UsageError as error:
                self.findings.error("bad-address", error.message, place)
                continue
            if address.kind != "Flow" or address.name == name or address.name in names:
                what = "is no flow" if address.kind != "Flow" else "stands here twice"
                message = f"{text} is the flow's own name" if address.name == name else f"{text} {what}"
                self.findings.error("previous-name", message, place)
            else:
                names.append(address.name)
        return tuple(names)

    def _check_contacts(self, document: Document, contacts: list[str]) -> None:
        seen: dict[str, int] = {}
        for index, contact in enumerate(contacts):
            place = document.place(("spec", "contacts", index))
            size = len(contact.encode())
            if not contact.strip() or contact != contact.strip():
                self.findings.error("bad-contact", "a contact must not be empty, nor begin or end with a space", place)
            elif size > _LONGEST_CONTACT:
                message = f"a contact has {size} bytes; at most {_LONGEST_CONTACT} are allowed"
                self.findings.error("bad-contact", message, place)
            elif contact in seen:
                message = f"the same contact as number {seen[contact] + 1} of this list"
                self.findings.error("doubled-contact", message, place)
            seen.setdefault(contact, index)


def _is_reference(definition: Json) -> bool:
    return isinstance(definition, dict) and definition.keys() == {"file"}


def _definition_of(data: Json) -> JsonObject | None:
    spec = data.get("spec") if isinstance(data, dict) else None
    definition = spec.get("definition") if isinstance(spec, dict) else None
    if not isinstance(definition, dict) or (_is_reference(definition) and "${" in str(definition["file"])):
        return None
    return definition
