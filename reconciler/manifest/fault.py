"""What a pydantic model found wrong with a document → findings with places and the nearest known key.

No value that a placeholder brought in is ever printed: messages show the text as it stands in the file, and that only
where it cannot be a secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError
from pydantic_core import ErrorDetails

from reconciler.manifest import kinds
from reconciler.manifest.findings import Findings
from reconciler.manifest.source import Text

_SECRET_KEYS: Final = frozenset({"credentials", "variables"})
_TYPE_WORDS: Final[dict[str, str]] = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "list_type": "a list",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_FILE_HINT: Final = "Write `definition: {file: PATH}` when it is in a file."
_OFF_HINT: Final = "Turning a rule off wants a reason: `{severity: off, reason: …}`."
_PATTERNS: Final[dict[str, str]] = {
    kinds.DNS_LABEL: "a DNS label: lower-case letters, digits and '-', at most 63 characters",
    kinds.ACCOUNT_SID: "an account SID: AC and 32 hex digits",
    kinds.FLOW_SID: "a flow SID: FW and 32 hex digits",
    kinds.DURATION: "a duration such as 30s, 2m or 500ms",
    kinds.CREDENTIAL: "the name of an environment variable, written env:NAME, never the credential itself",
    kinds.IGNORABLE: "one of friendlyName, status, definition, layout, widgets.NAME, widgets.NAME.PROPERTY",
    kinds.PASSING: "a duration such as 90s, 5m, 2h or 1d, or the word timeout",
    kinds.INSTANT: "a day and a time with its zone, such as 2026-03-02T09:00:00-08:00",
    kinds.VARIABLE: "a variable's name: letters, digits, '_' and '-'",
}


def report(error: ValidationError, document: Text, model: type[BaseModel], findings: Findings) -> None:
    """Note everything that a model found wrong, each at its place in the file."""
    for detail in error.errors(include_url=False, include_context=True):
        _report(detail, document, model, findings)


def _report(detail: ErrorDetails, document: Text, model: type[BaseModel], findings: Findings) -> None:
    kind, path = detail["type"], detail["loc"]
    key_fault = bool(path) and path[-1] == "[key]"
    path = _written(model, path[:-1] if key_fault else path)
    name = ".".join(str(step) for step in path)
    if kind == "extra_forbidden":
        known = _known_keys(model, path[:-1])
        hint = findings.nearest(str(path[-1]), known) or f"Known here: {', '.join(sorted(known))}."
        findings.error("unknown-key", f"unknown key {name!r}", document.place(path, key=True), hint=hint)
    elif kind == "missing":
        findings.error("missing-key", f"{name} is missing", document.place(path))
    elif kind == "string_type" and isinstance(detail["input"], int | float):
        source = document.source(path)
        what = (
            f"{name} is the {'boolean' if isinstance(detail['input'], bool) else 'number'} {source}, not text: quote it"
        )
        findings.error("quote-it", what, document.place(path), hint=f'Write "{source}".')
    elif kind in _TYPE_WORDS:
        form = _FILE_HINT if name == "spec.definition" else None
        what = f"{name} must be {_TYPE_WORDS[kind]}"
        findings.error("wrong-type", what, document.place(path, key=key_fault), hint=form)
    else:
        _report_value(detail, document, path, findings)


def _report_value(detail: ErrorDetails, document: Text, path: Sequence[str | int], findings: Findings) -> None:
    context: Mapping[str, Any] = detail.get("ctx", {})
    name = ".".join(str(step) for step in path)
    place = document.place(path, key=detail["loc"][-1] == "[key]")
    hint = None
    if detail["type"] == "string_pattern_mismatch":
        wanted = f"must be {_PATTERNS.get(context['pattern'], 'like ' + str(context['pattern']))}"
    elif detail["type"] == "literal_error":
        wanted = f"must be {context['expected']}".replace("True", "true")
        known = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        off = path[:3] == ("spec", "lint", "rules") and document.source(path) == "off"
        hint = _OFF_HINT if off else findings.nearest(document.source(path), known)
    elif detail["type"] in {"string_too_short", "too_short"}:
        wanted = "must not be empty"
    else:
        wanted = detail["msg"].replace("Input should be", "must be").replace("String should", "must")
    shown = "" if _SECRET_KEYS & {str(step) for step in path} else f"{document.source(path)!r} "
    findings.error("invalid-value", f"{name}: {shown if shown != repr('') + ' ' else ''}{wanted}", place, hint=hint)


def _known_keys(annotation: object, path: Sequence[str | int]) -> set[str]:
    """Give the keys that a model knows at a path: through fields by alias, and through mappings, lists and unions."""
    found: set[str] = set()
    for model, rest in _descend(annotation, path):
        if not rest:
            found |= {field.alias or name for name, field in model.model_fields.items()}
    return found


def _written(annotation: object, path: Sequence[str | int]) -> tuple[str | int, ...]:
    """Give a path as it stands in the file: pydantic puts the tag of a union's member into it."""
    if not path:
        return ()
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = ((field.alias or name, field) for name, field in annotation.model_fields.items())
        inner = next((field.annotation for name, field in fields if name == path[0]), None)
        return (path[0], *_written(inner, path[1:]))
    step = tuple(path[:1]) if get_origin(annotation) in {dict, list} else ()
    ways = [(*step, *_written(argument, rest)) for argument, rest in _inside(annotation, path)]
    return min(ways, key=len, default=tuple(path))


def _descend(annotation: object, path: Sequence[str | int]) -> Iterator[tuple[type[BaseModel], Sequence[str | int]]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, path
        for name, field in annotation.model_fields.items():
            if path and (field.alias or name) == path[0]:
                yield from _descend(field.annotation, path[1:])
        return
    for argument, rest in _inside(annotation, path):
        yield from _descend(argument, rest)


def _inside(annotation: object, path: Sequence[str | int]) -> list[tuple[object, Sequence[str | int]]]:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return [(arguments[0], path)]
    if origin in {Union, UnionType}:
        # pydantic puts the tag of the member that it chose into the path of a tagged union
        rest = path[1:] if path and path[0] in _tags(arguments) else path
        return [(argument, rest) for argument in arguments]
    if origin in {dict, list} and path:
        return [(arguments[-1], path[1:])]
    return []


def _tags(members: Sequence[object]) -> set[str]:
    annotated = (member for member in members if get_origin(member) is Annotated)
    return {mark.tag for member in annotated for mark in get_args(member)[1:] if isinstance(mark, Tag)}
