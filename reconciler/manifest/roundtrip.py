"""YAML text → text through ruamel.yaml, which keeps comments.

It is imported here alone, and only when something is written: it takes a tenth of a second. The result is read with our
own reader and must mean exactly what was asked for, so a mistake of the library, or a difference between its YAML and
ours, can never change a manifest.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any, Final

from reconciler.manifest.findings import Findings
from reconciler.manifest.yamltext import read
from reconciler.model.jsontypes import Json

_WIDE: Final = 1_000_000
"""Lines are never folded: a folded line means the same, but nobody asked for it."""


class NotFaithfulError(Exception):
    """The text cannot be written by a round trip without losing something."""


def rewrite(text: str, change: Callable[[list[Any]], None], expected: Callable[[list[Json]], list[Json]]) -> str:
    """Read all documents, change them in place, write them again.

    Args:
        text: YAML that our own reader takes.
        change: changes ruamel's documents.
        expected: gives, from what the text means, what the result must mean.

    Raises:
        NotFaithfulError: the result would mean something else, or lose a comment.
    """
    from ruamel.yaml import YAML  # noqa: PLC0415 - a tenth of a second that only writing needs
    from ruamel.yaml.error import YAMLError  # noqa: PLC0415 - same

    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(type(None), _null)
    try:
        documents = list(yaml.load_all(text))
    except YAMLError as error:
        raise NotFaithfulError(str(error)) from error
    if any(document is None for document in documents):
        raise NotFaithfulError("it holds an empty document")
    change(documents)
    stream = io.StringIO()
    yaml.dump_all(documents, stream)
    after = stream.getvalue()
    if exact(_meaning(after)) != exact(expected(_meaning(text))):
        raise NotFaithfulError("it would not mean the same afterwards")
    return after


def exact(documents: list[Json]) -> str:
    """Write values so that 1, 1.0 and true, which Python takes for equal, are told apart."""
    return json.dumps(documents, sort_keys=True)


def _meaning(text: str) -> list[Json]:
    return [document.data for document in read(text.encode(), "", Findings())]


def _null(representer: Any, _: None) -> Any:  # noqa: ANN401 - ruamel.yaml's own types are untyped
    return representer.represent_scalar("tag:yaml.org,2002:null", "null")
