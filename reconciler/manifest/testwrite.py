"""FlowTest documents → YAML, as a person would write them; what variables stand for is written as the variable.

So a test that is made in one environment says the same in every other, and no secret stands in a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reconciler.manifest.placeholder import Values, escaped
from reconciler.manifest.yamlscalar import block
from reconciler.model.jsontypes import Json, JsonObject

_LEAST: Final = 8
"""Characters of a value that is taken for its variable; shorter ones stand in a text by chance."""


def render_tests(documents: Iterable[JsonObject]) -> str:
    """Write documents as one YAML file."""
    return "---\n".join("\n".join([*_lines(document), ""]) for document in documents)


def _lines(document: JsonObject) -> Iterator[str]:
    """Write a document, each line of its script as a line that begins with a dash."""
    spec = document["spec"]
    yield from _block({key: value for key, value in document.items() if key != "spec"}, "")
    yield "spec:"
    for key, value in (spec if isinstance(spec, dict) else {}).items():
        if key != "script" or not isinstance(value, list):
            yield from _block({key: value}, "  ")
            continue
        yield "  script:"
        for line in value:
            first, *others = _block(line, "")
            yield f"    - {first}"
            yield from (f"      {other}" if other else "" for other in others)


def _block(value: Json, indent: str) -> list[str]:
    return [f"{indent}{line}" if line else "" for line in block(value, "", offset="  ").split("\n")]


def with_placeholders(document: JsonObject, values: Values | None) -> JsonObject:
    """Give a document with `${var.NAME}` and `${env.NAME}` where it holds their values; the rest is escaped.

    Args:
        document: as it would be read; placeholders in it are plain text.
        values: of the environment; None when the project has none.
    """
    known = {} if values is None else _known(values)
    found = _replaced(document, known)
    return found if isinstance(found, dict) else document


def holds_secret(document: JsonObject, sensitive: Iterable[str]) -> bool:
    """Tell whether a secret still stands in a document."""
    secrets = tuple(sensitive)
    return any(secret in text for text in _texts(document) for secret in secrets)


def _known(values: Values) -> dict[str, str]:
    """Give placeholders by what they stand for, the longest first."""
    found: dict[str, str] = {}
    for name, text in sorted(values.process.items()):
        if text in values.sensitive:
            found[text] = f"${{env.{name}}}"
    for name, variable in sorted((values.variables or {}).items()):
        if variable.sensitive or len(variable.value) >= _LEAST:
            found[variable.value] = f"${{var.{name}}}"
    return {text: found[text] for text in sorted(found, key=len, reverse=True) if text}


def _replaced(value: Json, known: Mapping[str, str]) -> Json:
    if isinstance(value, str):
        return _text(value, known)
    if isinstance(value, list):
        return [_replaced(item, known) for item in value]
    if isinstance(value, dict):
        return {key: _replaced(item, known) for key, item in value.items()}
    return value


def _text(text: str, known: Mapping[str, str]) -> str:
    parts = [(text, False)]
    for value, placeholder in known.items():
        parts = [piece for part in parts for piece in _cut(part, value, placeholder)]
    return "".join(part if ours else escaped(part) for part, ours in parts)


def _cut(part: tuple[str, bool], value: str, placeholder: str) -> list[tuple[str, bool]]:
    text, ours = part
    if ours or value not in text:
        return [part]
    first, *others = text.split(value)
    return [(first, False), *(piece for other in others for piece in ((placeholder, True), (other, False)))]


def _texts(value: Json) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
