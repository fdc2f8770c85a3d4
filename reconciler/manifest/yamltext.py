"""One YAML file's bytes → its documents as nodes and as plain values, with the place of every value.

What is refused here: bytes that are not UTF-8, broken YAML, a key given twice, merge keys, tags beyond the core schema,
aliases that multiply into thousands of values or contain themselves, nesting or values without end. Nothing here knows
what the values mean.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, cast

import yaml
from yaml._yaml import CParser

from reconciler.manifest import scalar
from reconciler.manifest.findings import Findings
from reconciler.model.finding import Place
from reconciler.model.jsontypes import Json

_PLAIN: Final = "plain"
_TEXT: Final = "tag:yaml.org,2002:str"
_SEQUENCE: Final = "tag:yaml.org,2002:seq"
_MAPPING: Final = "tag:yaml.org,2002:map"
_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "tag:yaml.org,2002:null": (type(None),),
    "tag:yaml.org,2002:bool": (bool,),
    "tag:yaml.org,2002:int": (int,),
    "tag:yaml.org,2002:float": (float, int),
}
_DEEPEST: Final = 100
"""Deeper nesting is refused: libyaml's composer recurses in C, and Python would crash instead of failing."""
_MOST_EXPANDED: Final = 10_000
"""How many values the aliases of one document may stand for."""
_MOST_VALUES: Final = 200_000
"""In one file, keys included. Each takes 300 bytes and more, a hundred times what it may take in the file."""

Path = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its value, and its nodes to find places again.

    `templated`: there may be placeholders in it.
    """

    file: str
    data: Json
    node: yaml.Node
    templated: bool
    _members: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = field(default_factory=dict, repr=False)

    def place(self, path: Path = (), *, key: bool = False) -> Place:
        """Find where a value stands, or with `key` its key; of what does not exist, where its parent stands."""
        node, found_key = self._walk(path)
        mark = (found_key if key and found_key is not None else node).start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def source(self, path: Path) -> str:
        """Give a scalar as it is written, before any placeholder is replaced; empty when it is no scalar."""
        node, _ = self._walk(path)
        return node.value if isinstance(node, yaml.ScalarNode) else ""

    def _walk(self, path: Path) -> tuple[yaml.Node, yaml.Node | None]:
        node, key = self.node, None
        for step in path:
            found = self._child(node, step)
            if found is not None:
                key, node = found
        return node, key

    def _child(self, node: yaml.Node, step: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
        if isinstance(node, yaml.MappingNode):
            if id(node) not in self._members:  # searching the pairs each time would take hours for a large mapping
                self._members[id(node)] = {key.value: (key, value) for key, value in reversed(node.value)}
            return self._members[id(node)].get(str(step))
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            return None, node.value[step]
        return None


class _Composer(CParser):
    """libyaml's composer, which leaves the meaning of plain scalars to us and does not nest for ever."""

    def __init__(self, stream: bytes) -> None:
        super().__init__(stream)
        self._depth = 0
        self._values = 0

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: tuple[bool, bool] | bool) -> str:  # noqa: ARG002, FBT001 - called by libyaml's binding
        if kind is yaml.ScalarNode:
            return _PLAIN if isinstance(implicit, tuple) and implicit[0] else _TEXT
        return _SEQUENCE if kind is yaml.SequenceNode else _MAPPING

    def descend_resolver(self, parent: yaml.Node | None, index: object) -> None:  # noqa: ARG002 - called by libyaml's binding
        self._depth += 1
        self._values += 1
        if self._values > _MOST_VALUES and parent is not None:
            problem = f"more than {_MOST_VALUES:,} values in one file"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=parent.start_mark)
        if self._depth > _DEEPEST and parent is not None:
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {_DEEPEST} levels", problem_mark=parent.start_mark)

    def ascend_resolver(self) -> None:
        self._depth -= 1


def read(raw: bytes, file: str, findings: Findings) -> list[Document]:
    """Give the documents of one file that can be read, empty ones left out; what is wrong goes to `findings`."""
    if not _is_utf8(raw, file, findings):
        return []
    templated = b"$" in raw
    aliased = b"*" in raw and b"&" in raw
    documents = []
    try:
        for node in _compose(raw):
            if aliased and not _aliases_fit(node, file, findings):
                continue
            reader = _Reader(file, findings)
            document = Document(file, reader.value(node), node, templated)
            if document.data is not None and not reader.refused:
                documents.append(document)
    except yaml.MarkedYAMLError as error:
        findings.error("yaml-syntax", _problem(error), _at(file, error.problem_mark or error.context_mark))
    except yaml.reader.ReaderError as error:
        findings.error("yaml-syntax", f"not allowed in YAML: {error.reason}", _after(file, raw[: error.position]))
    return documents


def _compose(raw: bytes) -> Iterator[yaml.Node]:
    composer = _Composer(raw)
    try:
        while composer.check_node():
            node = composer.get_node()
            if node is not None:
                yield node
    finally:
        composer.dispose()


def _is_utf8(raw: bytes, file: str, findings: Findings) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError as error:
        findings.error(
            "not-utf8",
            f"byte 0x{raw[error.start]:02x} is not UTF-8",
            _after(file, raw[: error.start]),
            hint="Save the file as UTF-8.",
        )
        return False
    return True


def _problem(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "broken YAML"
    if "cannot start any token" in problem and error.problem_mark is not None:
        problem += " (a tab cannot indent, and '@' or '`' must be quoted)"
    return f"{error.context}: {problem}" if error.context else problem


def _at(file: str, mark: yaml.Mark | None) -> Place:
    return Place(file) if mark is None else Place(file, mark.line + 1, mark.column + 1)


def _after(file: str, before: bytes) -> Place:
    line_start = before.rfind(b"\n") + 1
    return Place(file, before.count(b"\n") + 1, len(before[line_start:].decode(errors="replace")) + 1)


def _aliases_fit(root: yaml.Node, file: str, findings: Findings) -> bool:
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: yaml.Node) -> int:
        if id(node) in open_nodes or len(open_nodes) > _DEEPEST:
            problem = "an alias contains itself" if id(node) in open_nodes else f"aliases nest deeper than {_DEEPEST}"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        if id(node) not in sizes:
            open_nodes.add(id(node))
            sizes[id(node)] = 1 + sum(size(child) for child in _children(node))
            open_nodes.discard(id(node))
        return sizes[id(node)]

    expanded = size(root)
    if expanded - len(sizes) <= _MOST_EXPANDED:
        return True
    findings.error(
        "alias-bomb",
        f"aliases stand for {expanded - len(sizes):,} values, more than {_MOST_EXPANDED:,}",
        _at(file, root.start_mark),
    )
    return False


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


class _Reader:
    """Turn nodes into plain values."""

    def __init__(self, file: str, findings: Findings) -> None:
        self._file = file
        self._findings = findings
        self.refused = False

    def value(self, node: yaml.Node) -> Json:
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if isinstance(node, yaml.SequenceNode):
            if node.tag != _SEQUENCE:
                self._refuse_tag(node)
            return [self.value(item) for item in node.value]
        return self._mapping(cast("yaml.MappingNode", node))

    def _scalar(self, node: yaml.ScalarNode) -> Json:
        tag, text = node.tag, cast("str", node.value)
        if tag == _TEXT:
            return text
        value = scalar.resolve(text)
        if tag != _PLAIN and not isinstance(value, _TYPES.get(tag, ())):
            self._refuse_tag(node)
        if isinstance(value, float) and not math.isfinite(value):
            self._refuse("no-json", f"{text} is no JSON number", node)
        return value

    def _mapping(self, node: yaml.MappingNode) -> Json:
        if node.tag != _MAPPING:
            self._refuse_tag(node)
        data: dict[str, Json] = {}
        first: dict[str, yaml.Node] = {}
        for key, value in node.value:
            name = self._key(key)
            if name is None:
                continue
            if first.setdefault(name, key) is not key:
                self._refuse_double(first[name], name, key)
            data[name] = self.value(value)
        return data

    def _key(self, node: yaml.Node) -> str | None:
        value = self.value(node)
        if isinstance(value, str) and not (value == "<<" and node.tag == _PLAIN):
            return value
        if value == "<<":
            self._refuse("merge-key", "merge keys (`<<`) are not YAML 1.2: repeat the keys", node)
        elif isinstance(value, list | dict):
            self._refuse("key-not-text", "a key must be text", node)
        else:
            self._refuse("quote-it", f"the key {node.value} must be text: quote it", node)
        return None

    def _refuse_double(self, first: yaml.Node, name: str, again: yaml.Node) -> None:
        self._refuse(
            "duplicate-key", f"the key {name!r} is given twice, first in line {first.start_mark.line + 1}", again
        )

    def _refuse_tag(self, node: yaml.Node) -> None:
        short = node.tag.replace("tag:yaml.org,2002:", "!!")
        self._refuse("unknown-tag", f"the tag {short} does not fit here: only YAML's core types are read", node)

    def _refuse(self, rule: str, message: str, node: yaml.Node) -> None:
        self.refused = True
        self._findings.error(rule, message, _at(self._file, node.start_mark))
