"""Definitions with includes → one definition, with the place of every state.

The widgets of a group get the include's prefix before their names. Transitions and Liquid in the group follow; its
exits lead where the include says; its parameters are put into its texts afterwards, so that what an include says is
never taken for the group's own. Groups may include groups.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from reconciler.definition.document import of
from reconciler.definition.liquid_rename import renamed_references
from reconciler.manifest.findings import Findings
from reconciler.manifest.groups import PARAMETER, Group, Groups, Include, is_include, nexts
from reconciler.manifest.source import Source, Text
from reconciler.model.definition import Definition, StateOrigin
from reconciler.model.jsontypes import Json, JsonObject

_DEEPEST: Final = 8
"""Includes in includes; who needs more has a flow that nobody can follow."""
_MOST: Final = 10_000
"""States of one definition; Studio takes 2,000. Groups that double each other would else fill the memory."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A definition put together, and where each of its states is written; nothing of that when nothing was included."""

    definition: Definition
    origins: tuple[StateOrigin, ...] = ()


def compose(source: Source, groups: Groups, findings: Findings) -> Composed | None:
    """Put the widgets of all groups in the places of their includes; None when that fails, which is then a finding."""
    data = source.definition.data()
    states = data["states"]
    if not isinstance(states, list) or not any(map(is_include, states)):
        return Composed(source.definition)
    root = _Builder(groups, findings).branch(_Given(source.file, source.text, states), (source.file,))
    if root is None:
        return None
    names = {name: name for name in root.names}
    if _doubled(root, findings):
        return None
    scope = _Scope(names, {}, None, (0, 0), "")
    found = [
        (state, replace(origin, item=item))
        for item in range(len(states))
        for state, origin in _expanded_item(root, scope, item)
    ]
    composed = of({**data, "states": [state for state, _ in found]})
    return Composed(composed, tuple(origin for _, origin in found))


@dataclass(frozen=True, slots=True)
class _Given:
    """A list of states and where it stands; `group` is None for the definition's own, and `included` empty."""

    file: str
    text: Text
    states: Sequence[Json]
    group: Group | None = None
    included: str = ""

    @property
    def note(self) -> str:
        """What stands behind messages about it."""
        return f" ({self.included})" if self.included else ""

    def including(self, include: Include) -> str:
        """Say by whom a group comes in that these states include."""
        outer = f", which is {self.included}" if self.included else ""
        return f"included at {include.place}{outer}"


@dataclass(frozen=True, slots=True)
class _Branch:
    """States with the groups that they include. `names` are those of all widgets, as these states call them."""

    given: _Given
    children: Mapping[int, tuple[Include, _Branch]]
    names: tuple[str, ...]


@dataclass(slots=True)
class _Builder:
    groups: Groups
    findings: Findings
    number: int = 0
    checked: set[str] = field(default_factory=set)

    def branch(self, given: _Given, chain: tuple[str, ...]) -> _Branch | None:
        """Read everything that states include; None when something is wrong."""
        self.number += len(given.states)
        includes = self.groups.includes(given.states, given.text, given.file, given.note)
        children: dict[int, tuple[Include, _Branch]] = {}
        for index, include in includes.items():
            child = None if include is None else self._child(given, include, chain)
            if include is not None and child is not None:
                children[index] = include, child
        names = tuple(_names(given, children))
        if len(children) != len(includes):
            return None  # and which names there are is not known
        return _Branch(given, children, names) if self._wired(given, children, names) else None

    def _child(self, outer: _Given, include: Include, chain: tuple[str, ...]) -> _Branch | None:
        place = include.text.place(("file",))
        if include.file in chain:
            circle = " -> ".join((*chain[chain.index(include.file) :], include.file))
            self.findings.error("include-cycle", f"includes run in a circle: {circle}{outer.note}", place)
            return None
        if len(chain) > _DEEPEST:
            path = " -> ".join((*chain, include.file))
            message = f"includes are nested deeper than {_DEEPEST}: {path}{outer.note}"
            self.findings.error("include-depth", message, place)
            return None
        included = outer.including(include)
        group = self.groups.group(include, f" ({included})")
        if group is None:
            return None
        if self.number + len(group.states) > _MOST:
            self.findings.error("too-large", f"the includes give more than {_MOST:,} widgets{outer.note}", place)
            return None
        given = _Given(include.file, group.source.text, group.states, group, included)
        fits = self.groups.fits(include, group, outer.note) and group.sound
        branch = self.branch(given, (*chain, include.file))  # whatever else is wrong: all of it is told at once
        return branch if fits else None

    def _wired(self, given: _Given, children: Mapping[int, tuple[Include, _Branch]], names: Sequence[str]) -> bool:
        """Tell whether what leads out of each child, and of a group, leads to something."""
        if given.file in self.checked:
            return True
        known = {*names, *(given.group.exits if given.group is not None else ())}
        wrong: list[tuple[tuple[str | int, ...], str]] = [
            (("states", index, "include", "exits", name), target)
            for index, (include, _) in children.items()
            for name, target in include.exits.items()
            if target is not None and target not in known
        ]
        if given.group is not None:
            # A widget of the definition itself is left to who checks definitions; in a group the same `next` would
            # lead to a widget outside by chance.
            wrong += [(path, target) for path, target in nexts(given.states) if target not in known]
        for path, target in wrong:
            hint = self.findings.nearest(target, known)
            message = f"there is no widget {target!r}" + (" and no exit of this name" if given.group else "")
            self.findings.error("unknown-widget", message + given.note, given.text.place(path), hint=hint)
        if given.group is not None and not wrong:
            self.checked.add(given.file)
        return not wrong


def _names(given: _Given, children: Mapping[int, tuple[Include, _Branch]]) -> Iterator[str]:
    for index, state in enumerate(given.states):
        if index in children:
            include, child = children[index]
            yield from (include.prefix + name for name in child.names)
        elif isinstance(state, dict) and isinstance(state.get("name"), str):
            yield str(state["name"])


@dataclass(frozen=True, slots=True)
class _Scope:
    """What names and parameters mean in one list of states.

    Attributes:
        names: by name there, the widget's name in the whole.
        exits: by exit, the widget it leads to in the whole; None for nowhere.
        values: the parameters; None in the definition itself, which has none.
        offset: how far its widgets are moved.
        included: see `StateOrigin`.
    """

    names: Mapping[str, str]
    exits: Mapping[str, str | None]
    values: Mapping[str, Json] | None
    offset: tuple[int, int]
    included: str

    def target(self, name: str | None) -> str | None:
        """Give the widget of the whole that a name of these states leads to."""
        if name is None or name in self.exits:
            return None if name is None else self.exits[name]
        return self.names[name]

    def value(self, data: Json) -> Json:
        """Give a value with its references following and its parameters filled in."""
        if isinstance(data, str):
            return self._filled(renamed_references(data, self.names))
        if isinstance(data, list):
            return [self.value(item) for item in data]
        if isinstance(data, dict):
            return {key: self.value(item) for key, item in data.items()}
        return data

    def state(self, state: Json) -> Json:
        """Give a state as it is in the whole."""
        if self.values is None or not isinstance(state, dict):
            return state
        done = {key: item if key == "name" else self.value(item) for key, item in state.items()}
        done["name"] = self.names[str(state["name"])]
        transitions = state.get("transitions")
        if isinstance(transitions, list):
            done["transitions"] = [self._transition(one) for one in transitions]
        return self._moved(done)

    def _transition(self, transition: Json) -> Json:
        done = self.value(transition)
        if isinstance(transition, dict) and isinstance(done, dict) and isinstance(transition.get("next"), str):
            target = self.target(str(transition["next"])) if transition["next"] else None
            if target is None:
                del done["next"]
            else:
                done["next"] = target
        return done

    def _moved(self, state: JsonObject) -> JsonObject:
        properties = state.get("properties")
        offset = properties.get("offset") if isinstance(properties, dict) else None
        if isinstance(properties, dict) and isinstance(offset, dict):
            moved = {key: _sum(offset.get(key), by) for key, by in zip(("x", "y"), self.offset, strict=True)}
            state["properties"] = {**properties, "offset": {key: moved.get(key, item) for key, item in offset.items()}}
        return state

    def _filled(self, text: str) -> Json:
        if self.values is None or "${param." not in text:
            return text
        whole = PARAMETER.fullmatch(text)
        if whole is not None and not whole.group(1):
            return self.values[whole.group(2)]
        return PARAMETER.sub(lambda found: self._piece(found.group(1), found.group(2), found.group()), text)

    def _piece(self, escape: str, name: str, text: str) -> str:
        if escape or self.values is None:
            return text[1:]
        value = self.values[name]
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

    def inner(self, include: Include, branch: _Branch, group: Group) -> _Scope:
        """Give the scope of a group that these states include."""
        names = {name: self.names[include.prefix + name] for name in branch.names}
        own = _Scope(names, {}, None, (0, 0), "")
        values = {name: own.value(value) for name, value in group.defaults.items()}
        values |= {name: self.value(value) for name, value in include.values.items()}
        return _Scope(
            names,
            {name: self.target(target) for name, target in include.exits.items()},
            values,
            (self.offset[0] + include.offset[0], self.offset[1] + include.offset[1]),
            branch.given.included,
        )


def _expanded_item(branch: _Branch, scope: _Scope, index: int) -> Iterator[tuple[Json, StateOrigin]]:
    if index not in branch.children:
        yield scope.state(branch.given.states[index]), StateOrigin(branch.given.file, index, scope.included)
        return
    include, child = branch.children[index]
    if child.given.group is not None:
        inner = scope.inner(include, child, child.given.group)
        for each in range(len(child.given.states)):
            yield from _expanded_item(child, inner, each)


def _sum(value: Json, by: int) -> Json:
    return value + by if isinstance(value, int | float) and not isinstance(value, bool) else value


def _doubled(root: _Branch, findings: Findings) -> bool:
    """Refuse names that come twice by includes; those of the definition itself are left to who checks definitions."""
    given = root.given
    seen: dict[str, int] = {}
    doubled = False
    for index, state in enumerate(given.states):
        children = {0: root.children[index]} if index in root.children else {}
        for name in _names(_Given(given.file, given.text, [state]), children):
            first = seen.get(name)
            if first is not None and {first, index} & root.children.keys():
                where = "" if first == index else f", first at {given.text.place(('states', first))}"
                message = f"the widget {name!r} comes twice{where}"
                hint = "Give the include a `prefix` of its own."
                findings.error("duplicate-widget", message, given.text.place(("states", index)), hint=hint)
                doubled = True
            seen[name] = index
    return doubled
