"""YAML text → the same text in which one value means something else; comments and everything around keep their bytes.

Values are found by the marks of the nodes that the composer gives. Whoever calls reads the result again and holds it
against what it was to mean: an anchor that is used twice, or a manner of writing that is not known here, must not
change a manifest unnoticed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

import yaml

from reconciler.manifest import jsontext
from reconciler.manifest.pairing import paired_items, paired_keys
from reconciler.manifest.yamlscalar import block, flow, literal, scalar
from reconciler.model.jsontypes import Json, JsonObject

_BLOCK: Final = ("|", ">")
_ENTRY: Final = re.compile(r" *(?:- +)*")
_COMMENT: Final = re.compile(r"[ \t]+#")


class NotPatchedError(Exception):
    """The text cannot be changed in place."""


def patched(text: str, node: yaml.Node, old: Json, new: Json, *, spread: Collection[str] = ()) -> str:
    """Give a text in which the value of a node means `new` instead of `old`.

    Args:
        text: one YAML file, as the node's reader saw it.
        node: of that text.
        old: what the node means.
        new: what it is to mean.
        spread: new keys whose collections stand in lines of their own however short they are, as they will grow.
            Default none.

    Raises:
        NotPatchedError: it cannot be done in place.
    """
    work = _Patch(text, frozenset(spread))
    start, end = work.extent(node)
    after = text[:start] + work.value(node, old, new) + text[end:]
    return re.sub(r"(?<!\r)\n", "\r\n", after) if "\r\n" in text else after


@dataclass(frozen=True, slots=True)
class _Child:
    """One entry of a block collection: where its key or its dash begins, its value, and where its last line ends."""

    start: int
    node: yaml.Node
    end: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry as it will stand there; `index` is where it stood, None for a new one."""

    index: int | None
    text: str


@dataclass(frozen=True, slots=True)
class _Patch:
    text: str
    spread: frozenset[str]

    def extent(self, node: yaml.Node) -> tuple[int, int]:
        """Give where a value begins and ends; one in block style ends with its last line, its comment included."""
        end = self._content_end(node)
        return node.start_mark.index, self._line_end(end) if _is_block(node) else end

    def value(self, node: yaml.Node, old: Json, new: Json) -> str:
        """Give the new text of a value's extent."""
        start, end = self.extent(node)
        if jsontext.exactly(old, new):
            return self.text[start:end]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, new)
        if _is_block(node) and new and isinstance(new, dict | list) and type(new) is type(old):
            return self._block(node, cast("Json", old), new)
        if not _is_block(node):
            return self._flow(node, old, new)
        return flow(new) + self.text[self._content_end(node) : end]

    # --- scalars

    def _scalar(self, node: yaml.ScalarNode, new: Json) -> str:
        if node.style not in _BLOCK:
            return self._line_scalar(node, new)
        written = self.text[node.start_mark.index : self._content_end(node)]
        header, _, body = written.partition("\n")
        told = literal(new, _leading(body) or "  ") if isinstance(new, str) else None
        if told is None:
            return flow(new)
        comment = _COMMENT.search(header)
        if comment is None:
            return told
        first, _, rest = told.partition("\n")
        return f"{first}{header[comment.start() :]}\n{rest}"

    def _line_scalar(self, node: yaml.ScalarNode, new: Json) -> str:
        end, inside = node.end_mark.index, self._inside_flow(node)
        alone = not inside and not self.text[end : self._line_end(end)].strip()
        if isinstance(new, str) and "\n" in new and alone and not node.style:
            told = literal(new, self._indent(node.start_mark.index) + "  ")
            if told is not None:
                return told
        return scalar(new, node.style or None, inside_flow=inside)

    def _inside_flow(self, node: yaml.Node) -> bool:
        """Tell whether a scalar stands in a flow collection: plain text means less there. May be too careful."""
        line = self.text[self.text.rfind("\n", 0, node.start_mark.index) + 1 : node.start_mark.index]
        return "{" in line or "[" in line

    # --- flow collections

    def _flow(self, node: yaml.Node, old: Json, new: Json) -> str:
        start, end = self.extent(node)
        written = self.text[start:end]
        if not isinstance(new, dict | list) or type(new) is not type(old):
            return flow(new)
        try:
            json.loads(written)
        except ValueError:
            pass
        else:
            return jsontext.patched(written, new)
        if _same_shape(old, new):
            return self._in_place(node, old, new)
        if "\n" in written or "#" in written:
            raise NotPatchedError("a flow collection of several lines changes its shape")
        return flow(new)

    def _in_place(self, node: yaml.Node, old: Json, new: Json) -> str:
        """Change values inside a flow collection that keeps its shape."""
        pieces, at = [], node.start_mark.index
        for child, before, after in _members(node, old, new):
            start, end = self.extent(child)
            self._inside(node, child, at)
            pieces += [self.text[at:start], self.value(child, before, after)]
            at = end
        return "".join(pieces) + self.text[at : self.extent(node)[1]]

    # --- block collections

    def _block(self, node: yaml.Node, old: Json, new: JsonObject | list[Json]) -> str:
        children = list(self._children(node))
        if isinstance(node, yaml.MappingNode) and isinstance(old, dict) and isinstance(new, dict):
            entries = list(self._pairs(node, children, old, new))
        elif isinstance(old, list) and isinstance(new, list):
            entries = list(self._elements(children, old, new))
        else:
            raise NotPatchedError("a value is not what it was")
        return self._together(children, entries)

    def _children(self, node: yaml.Node) -> Iterator[_Child]:
        before = node.start_mark.index
        for pair in node.value:
            key, value = pair if isinstance(node, yaml.MappingNode) else (None, pair)
            self._inside(node, value, key.end_mark.index if key is not None else before)
            start = key.start_mark.index if key is not None else self._dash(before, value.start_mark.index)
            before = self._line_end(self._content_end(value))
            yield _Child(start, value, before)

    def _dash(self, after: int, before: int) -> int:
        at = self.text.rfind("-", after, before)
        if at < 0:
            raise NotPatchedError("a list without dashes")
        return at

    def _pairs(
        self, node: yaml.MappingNode, children: Sequence[_Child], old: JsonObject, new: JsonObject
    ) -> Iterator[_Entry]:
        indent = " " * self._column(children[0].start)
        places = {key.value: index for index, (key, _) in enumerate(node.value)}
        for key in paired_keys(old, new):
            if key not in old:
                yield _Entry(None, self._new_pair(key, new[key], indent))
                continue
            yield _Entry(places[key], self._entry(children[places[key]], old[key], new[key]))

    def _new_pair(self, key: str, value: Json, indent: str) -> str:
        if key in self.spread and isinstance(value, dict) and value:
            return f"{scalar(key)}:\n{indent}  {block(value, f'{indent}  ', offset=self._offset())}"
        return block({key: value}, indent, offset=self._offset())

    def _elements(self, children: Sequence[_Child], old: list[Json], new: list[Json]) -> Iterator[_Entry]:
        indent = " " * self._column(children[0].start)
        for before, after in paired_items(old, new):
            if after is None:
                continue
            if before is None:
                yield _Entry(None, block([new[after]], indent, offset=self._offset()))
            else:
                yield _Entry(before, self._entry(children[before], old[before], new[after]))

    def _entry(self, child: _Child, old: Json, new: Json) -> str:
        start, end = self.extent(child.node)
        return self.text[child.start : start] + self.value(child.node, old, new) + self.text[end : child.end]

    def _together(self, children: Sequence[_Child], entries: list[_Entry]) -> str:
        """Put a collection together; comments between entries stay, also where an entry goes."""
        line = "\n" + " " * self._column(children[0].start)
        pieces: list[str] = []
        seen = -1
        for entry in entries:
            if entry.index is None:
                pieces += [line, entry.text]
                continue
            if entry.index <= seen:
                raise NotPatchedError("entries changed places")
            left = "".join(self._comments(children, index) for index in range(seen + 1, entry.index))
            own = self._gap(children, entry.index) if pieces or entry.index == seen + 1 else ""
            if not own:
                own = self._comments(children, entry.index) + line
            pieces += [left, own, entry.text]
            seen = entry.index
        pieces += [self._comments(children, index) for index in range(seen + 1, len(children))]
        return "".join(pieces).removeprefix(line)

    def _gap(self, children: Sequence[_Child], index: int) -> str:
        """Give what stands between an entry and the one before."""
        return "" if index == 0 else self.text[children[index - 1].end : children[index].start]

    def _comments(self, children: Sequence[_Child], index: int) -> str:
        """Give the comment lines before an entry."""
        gap = self._gap(children, index)
        return gap.rstrip() if "#" in gap else ""

    # --- places

    def _inside(self, node: yaml.Node, child: yaml.Node, after: int) -> None:
        if not after <= child.start_mark.index <= child.end_mark.index <= node.end_mark.index:
            raise NotPatchedError("an alias stands for a value elsewhere")

    def _content_end(self, node: yaml.Node) -> int:
        if isinstance(node, yaml.ScalarNode):
            start, end = node.start_mark.index, node.end_mark.index
            return start + len(self.text[start:end].rstrip()) if node.style in _BLOCK else end
        if not _is_block(node) or not node.value:
            return int(node.end_mark.index)
        last = node.value[-1]
        return self._content_end(last[1] if isinstance(node, yaml.MappingNode) else last)

    def _line_end(self, at: int) -> int:
        found = self.text.find("\n", at)
        end = len(self.text) if found < 0 else found
        return end - 1 if self.text[at:end].endswith("\r") else end

    def _column(self, at: int) -> int:
        return at - (self.text.rfind("\n", 0, at) + 1)

    def _indent(self, at: int) -> str:
        """Give the indentation of the entry that a value belongs to; what stands behind a dash stands in by it."""
        found = _ENTRY.match(self.text, self.text.rfind("\n", 0, at) + 1)
        return " " * len(found[0]) if found is not None else ""

    def _offset(self) -> str:
        """Give how far lists stand in from their keys, as the first of this file does."""
        found = re.search(r"^( *)(?:- )?\S[^#\n]*:[ \t]*\n( *)- ", self.text, re.MULTILINE)
        return "" if found is not None and len(found[2]) <= len(found[1]) else "  "


def _is_block(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def _leading(text: str) -> str:
    line = next((line for line in text.split("\n") if line.strip()), "")
    return line[: len(line) - len(line.lstrip(" "))]


def _same_shape(old: Json, new: Json) -> bool:
    """Tell whether two collections have the same keys in the same order, or as many elements."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys()
    return isinstance(old, list) and isinstance(new, list) and len(old) == len(new)


def _members(node: yaml.Node, old: Json, new: Json) -> Iterator[tuple[yaml.Node, Json, Json]]:
    if isinstance(node, yaml.MappingNode) and isinstance(old, dict) and isinstance(new, dict):
        yield from ((value, old[key.value], new[key.value]) for key, value in node.value)
    elif isinstance(old, list) and isinstance(new, list):
        yield from zip(node.value, old, new, strict=True)
