"""Shared widget groups: read from their files, each once, and held against those who include them.

A group is a file of `states` with `parameters` and `exits`. An item `include` among the states of a definition, or of
another group, stands for its widgets. How they become one definition is said in `compose`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import ValidationError

from reconciler.manifest import fault, groupkinds
from reconciler.manifest.findings import Findings
from reconciler.manifest.folder import Folder
from reconciler.manifest.source import Part, Source, Text, named_file, read_file
from reconciler.model.finding import Finding, Place
from reconciler.model.jsontypes import Json, JsonObject

PARAMETER: Final = re.compile(r"(\$?)\$\{param\.([^{}\s]*)(\}?)")
"""`${param.NAME}`, which means something in groups only; `$${param.` is plain text."""


@dataclass(frozen=True, slots=True)
class Include:
    """An item of `states` that stands for a group's widgets.

    Attributes:
        file: the group's, relative to the project folder.
        prefix: stands before the names of its widgets.
        values: its parameters, as far as they are said here.
        exits: where its exits lead; None for nowhere.
        offset: how far it is moved on the canvas.
        text: the item itself, to find places in it.
    """

    file: str
    prefix: str
    values: Mapping[str, Json]
    exits: Mapping[str, str | None]
    offset: tuple[int, int]
    text: Text

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.text.place((), key=True)


@dataclass(frozen=True, slots=True)
class Group:
    """A group as its file says it.

    Attributes:
        defaults: by parameter its default; those without one are in `required`.
        states: its widgets and includes.
        sound: whether nothing was found wrong with it by itself.
    """

    source: Source
    required: frozenset[str]
    defaults: Mapping[str, Json]
    exits: tuple[str, ...]
    states: Sequence[Json]
    sound: bool = True

    @property
    def parameters(self) -> frozenset[str]:
        """The names of all parameters."""
        return self.required | self.defaults.keys()


def is_include(state: Json) -> bool:
    """Tell whether an item of `states` is no widget but an include."""
    return isinstance(state, dict) and "include" in state


class Groups:
    """The groups of one project folder."""

    def __init__(self, folder: Folder, findings: Findings) -> None:
        """Read nothing yet; faults go to `findings`."""
        self._folder = folder
        self._findings = findings
        self._read: dict[str, Group | None] = {}

    def includes(self, states: Sequence[Json], text: Text, file: str, note: str) -> dict[int, Include | None]:
        """Give the includes among states by their index; None for what is wrong, which is then a finding.

        Args:
            states: of a definition or a group.
            text: that it stands in.
            file: that text's.
            note: stands behind messages, to say who includes that file; may be empty.
        """
        own = Findings()
        found = {
            index: self._include(state, Part(text, ("states", index)), file, own)
            for index, state in enumerate(states)
            if is_include(state)
        }
        self._findings.extend(noted(own, note))
        return found

    def _include(self, item: Json, text: Text, file: str, findings: Findings) -> Include | None:
        try:
            said = groupkinds.IncludeItem.model_validate(item).include
        except ValidationError as error:
            fault.report(error, text, groupkinds.IncludeItem, findings)
            return None
        found = named_file(self._folder, said.file, file, text.place(("include", "file")), findings)
        if found is None:
            return None
        offset = (said.offset.x, said.offset.y)
        return Include(found, said.prefix, said.values, said.exits, offset, Part(text, ("include",)))

    def group(self, include: Include, note: str) -> Group | None:
        """Read the group of an include; None when it cannot be read, which was a finding then or before.

        `note` says behind messages who includes it.
        """
        if include.file not in self._read:
            own = Findings()
            self._read[include.file] = self._group(include, own)
            self._findings.extend(noted(own, note))
        return self._read[include.file]

    def text(self, file: str) -> Text:
        """Give the text of a group that was read."""
        group = self._read[file]
        if group is None:
            raise KeyError(file)
        return group.source.text

    def _group(self, include: Include, findings: Findings) -> Group | None:
        source = read_file(self._folder, include.file, include.text.place(("file",)), findings)
        if source is None:
            return None
        data = source.definition.data()
        try:
            said = groupkinds.WidgetGroup.model_validate({**data, "states": _plain(data)})
        except ValidationError as error:
            fault.report(error, source.text, groupkinds.WidgetGroup, findings)
            return None
        given = {name: one for name, one in said.parameters.items() if "default" in one.model_fields_set}
        states = data["states"]
        group = Group(
            source,
            frozenset(said.parameters.keys() - given.keys()),
            {name: one.default for name, one in given.items()},
            tuple(said.exits),
            states if isinstance(states, list) else [],
        )
        _check_parameters(group, findings)
        _check_exits(group, findings)
        return replace(group, sound=not findings.failed)

    def fits(self, include: Include, group: Group, note: str) -> bool:
        """Tell whether an include says what its group asks for, and nothing else; what is wrong is a finding.

        `note` says behind messages who includes the file in which the include stands; it may be empty.
        """
        fits = True
        for what, wanted, known, given in (
            ("parameter", group.required, group.parameters, include.values),
            ("exit", group.exits, group.exits, include.exits),
        ):
            at = "with" if what == "parameter" else "exits"
            for name in sorted(set(wanted) - given.keys()):
                message = f"the {what} {name!r} of {include.file} is missing{note}"
                self._findings.error(f"missing-{what}", message, include.text.place((at,)))
                fits = False
            for name in sorted(given.keys() - set(known)):
                message = f"{include.file} has no {what} {name!r}{note}"
                place = include.text.place((at, name), key=True)
                hint = self._findings.nearest(name, known)
                self._findings.error(f"unknown-{what}", message, place, hint=hint)
                fits = False
        return fits


def noted(findings: Findings, note: str) -> Iterator[Finding]:
    """Give findings with a note behind their messages."""
    yield from (replace(finding, message=finding.message + note) for finding in findings.sorted())


def _plain(data: JsonObject) -> list[Json]:
    """Give the states of a group with its includes left out: those are read on their own, with their own faults."""
    states = data["states"]
    widget: Json = {"name": "-", "type": "-"}
    return [widget if is_include(state) else state for state in (states if isinstance(states, list) else [])]


def _check_parameters(group: Group, findings: Findings) -> None:
    text, used = group.source.text, set()
    for path, string in strings(list(group.states), ("states",)):
        for found in PARAMETER.finditer(string):
            escape, name, closed = found.groups()
            if escape:
                continue
            used.add(name)
            if not closed:
                message = f"{found.group()} has no closing brace"
                hint = f"Plain text is written ${found.group()}."
                findings.error("bad-placeholder", message, text.place(path), hint=hint)
            elif name not in group.parameters:
                hint = findings.nearest(name, group.parameters) or "Declare it under `parameters`."
                findings.error("unknown-parameter", f"there is no parameter {name!r}", text.place(path), hint=hint)
    for name in sorted(group.parameters - used):
        place = text.place(("parameters", name), key=True)
        findings.error("unused-parameter", f"nothing uses the parameter {name!r}", place)


def _check_exits(group: Group, findings: Findings) -> None:
    text = group.source.text
    used = {target for _, target in nexts(group.states)}
    for index, state in enumerate(group.states):
        if is_include(state) and isinstance(state, dict):
            used |= _targets(state)
        elif isinstance(state, dict) and state.get("name") in group.exits:
            message = f"{state['name']!r} is an exit and a widget"
            findings.error("exit-and-widget", message, text.place(("states", index, "name")))
    for index, name in enumerate(group.exits):
        if name not in used:
            findings.error("unused-exit", f"nothing leads to the exit {name!r}", text.place(("exits", index)))


def _targets(state: JsonObject) -> set[str]:
    match state:
        case {"include": {"exits": dict() as exits}}:
            return {target for target in exits.values() if isinstance(target, str)}
        case _:
            return set()


def nexts(states: Sequence[Json]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Give every `next` that names something, with its path."""
    for index, state in enumerate(states):
        transitions = state.get("transitions") if isinstance(state, dict) else None
        for number, one in enumerate(transitions if isinstance(transitions, list) else []):
            target = one.get("next") if isinstance(one, dict) else None
            if isinstance(target, str) and target:
                yield ("states", index, "transitions", number, "next"), target


def strings(data: Json, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Give every string value under a path, with its own."""
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, list):
        for index, item in enumerate(data):
            yield from strings(item, (*path, index))
    elif isinstance(data, dict):
        for key, item in data.items():
            yield from strings(item, (*path, key))
