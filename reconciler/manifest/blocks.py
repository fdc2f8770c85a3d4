"""How definitions look in YAML: what is spread over several lines becomes blocks, texts of several lines block scalars.

Works on ruamel.yaml's documents beside the nodes of our own reader, which know the lines. Whoever calls makes sure that
the result means the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import yaml

from reconciler.manifest.source import INLINE, is_part
from reconciler.manifest.yamlscalar import literal
from reconciler.manifest.yamltext import Document

_BLOCKS: Final = ("|", ">")


def style(written: Sequence[Any], documents: Sequence[Document]) -> None:
    """Change the style of every definition and widget group.

    Args:
        written: ruamel.yaml's documents, changed in place.
        documents: the same as our reader gives them.
    """
    for one, document in zip(written, documents, strict=True):
        for holder, key, node in _definitions(one, document):
            _style(holder, key, node)


def _definitions(written: Any, document: Document) -> Iterator[tuple[Any, Any, yaml.Node]]:  # noqa: ANN401 - ruamel.yaml's types are untyped
    """Give each definition of a document by what holds it and the key there."""
    if is_part(document.data):
        yield [written], 0, document.node
        return
    match document.data:
        case {"kind": "Flow", "spec": {"definition": dict() as definition}} if definition.keys() != {"file"}:
            yield written["spec"], "definition", _node_at(document.node, INLINE)
        case _:
            pass


def _node_at(node: yaml.Node, path: Sequence[str]) -> yaml.Node:
    for step in path:
        node = next(value for key, value in node.value if key.value == step)
    return node


def _style(holder: Any, key: Any, node: yaml.Node) -> None:  # noqa: ANN401 - as above
    value = holder[key]
    if isinstance(node, yaml.ScalarNode):
        if _is_long(node):
            from ruamel.yaml.scalarstring import LiteralScalarString  # noqa: PLC0415 - only writing needs it

            holder[key] = LiteralScalarString(str(value))
        return
    if not isinstance(node, yaml.CollectionNode):
        return
    if node.flow_style:
        if node.start_mark.line == node.end_mark.line:
            return  # blocks cannot stand in what stays on its line
        value.fa.set_block_style()
    pairs = enumerate(node.value) if isinstance(node, yaml.SequenceNode) else ((k.value, v) for k, v in node.value)
    for inner, child in pairs:
        _style(value, inner, child)


def _is_long(node: yaml.ScalarNode) -> bool:
    text = node.value
    return node.style not in _BLOCKS and "\n" in text and literal(text, "  ") is not None
