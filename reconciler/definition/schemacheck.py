"""Values against the schemas of the catalogue: a quick yes where possible, else `jsonschema` says what is wrong.

Messages never show a value that was found, since it may be a secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from reconciler.definition.catalogue import Shape
from reconciler.definition.locate import Path
from reconciler.definition.remarks import Remark, did_you_mean, dotted, name_of
from reconciler.model.jsontypes import Json

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_TYPE_NAMES: Final = {dict: "object", list: "array", str: "string", int: "integer", float: "number", bool: "boolean"}


def schema_remarks(value: Json, shape: Shape, path: Path) -> Iterator[Remark]:
    """Give what a schema has against a value.

    Args:
        value: a widget, or a whole definition.
        shape: what it should look like.
        path: where the value stands in the definition; a widget's is not empty.
    """
    if shape.proof(value):
        return
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - takes 130 ms, and what is valid does not need it

    validator = Draft202012Validator(shape.schema)
    # One error comes for each missing key, and all of them say the same here.
    seen: set[Remark] = set()
    for error in validator.iter_errors(value):
        for remark in _remarks(error, value, path):
            if remark not in seen:
                seen.add(remark)
                yield remark


def _remarks(error: ValidationError, value: Json, path: Path) -> Iterator[Remark]:
    wording = _WORDINGS.get(str(error.validator))
    if wording is None:
        return
    inner: Path = tuple(error.absolute_path)
    widget = name_of(value) if path else None
    for rule, message, missing, hint in wording(error.validator_value, error):
        where = dotted(value, (*inner, missing) if missing else inner)
        text = f"{where}: {message}" if where else message
        yield Remark(rule, "error", text, (*path, *inner), widget, where, hint)


Wording = tuple[str, str, str | None, str | None]
"""Rule, message, the missing key, hint."""


def _required(wanted: Any, error: ValidationError) -> Iterator[Wording]:  # noqa: ANN401 - JSON Schema's own
    instance: Any = error.instance
    for name in wanted:
        if name not in instance:
            yield "required", "is missing but required", str(name), did_you_mean(name, map(str, instance))


def _type(wanted: Any, error: ValidationError) -> Iterator[Wording]:  # noqa: ANN401 - JSON Schema's own
    names = wanted if isinstance(wanted, list) else [wanted]
    found = _TYPE_NAMES.get(type(error.instance), "null")
    expected = " or ".join(name for name in names if name != "null")
    yield "wrong-type", f"{found} found, {expected} expected", None, None


def _enum(wanted: Any, error: ValidationError) -> Iterator[Wording]:  # noqa: ANN401 - JSON Schema's own
    message = f"{json.dumps(error.instance)} is none of {', '.join(wanted)}"
    yield "unknown-event", message, None, did_you_mean(str(error.instance), wanted)


def _any_of(wanted: Any, _error: ValidationError) -> Iterator[Wording]:  # noqa: ANN401 - JSON Schema's own
    names = [str(name) for choice in wanted for name in choice["required"]]
    yield "required", f"needs {' or '.join(names)}", None, None


def _length(_wanted: Any, _error: ValidationError) -> Iterator[Wording]:  # noqa: ANN401 - JSON Schema's own
    yield "empty", "must not be empty", None, None


_WORDINGS: Final[dict[str, Callable[[Any, ValidationError], Iterator[Wording]]]] = {
    "required": _required,
    "type": _type,
    "enum": _enum,
    "anyOf": _any_of,
    "minLength": _length,
    "minItems": _length,
    # `additionalProperties` is left to the rules: Studio may know keys that we do not, so it is no error.
}
