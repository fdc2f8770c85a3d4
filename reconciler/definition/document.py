"""From bytes or parsed JSON to a `Definition`, and back to a file.

What is refused here is what cannot be a Flow definition at all. Whether one is right is asked of
`reconciler.definition.check`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final, NoReturn

from reconciler.definition import locate
from reconciler.definition.canonical import digests_of
from reconciler.definition.depth import LIMIT, too_deep
from reconciler.definition.size import LIMIT as LARGEST
from reconciler.definition.size import least_size
from reconciler.errors import LoadError
from reconciler.model.definition import Definition
from reconciler.model.finding import Finding, Place
from reconciler.model.jsontypes import Json, JsonObject

REFERENCE: Final = re.compile(r"(?<!\$)\$\{flow\.([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)\.sid\}")
"""`${flow.NAME.sid}`: the SID of a managed flow, known once it exists. `$${flow.` is plain text."""

_SUBFLOW: Final = re.compile(rf"FW\w+|{REFERENCE.pattern}")
_SURROGATE_ESCAPE: Final = re.compile(r"\\u[dD][89a-fA-F]")
_MOST_FINDINGS: Final = 1_000
_LEGACY_TYPES: Final = frozenset({"InitialState"})
_EXPORT_HINT: Final = (
    "Open the flow in Twilio Studio, choose the Trigger, then 'Show Flow JSON', and save that; "
    "or fetch it with the API (GET /v2/Flows/FW…) and save its `definition`."
)


def of(data: JsonObject) -> Definition:
    """Make a definition of parsed JSON, in the key order it has. Never fails, however odd the data is."""
    text = _compact(data)
    return Definition(
        text=text,
        digests=digests_of(data),
        subflows=_subflows(data) if '"run-subflow"' in text else (),
        references=references_of(text),
    )


def references_of(text: str) -> tuple[str, ...]:
    """Give the names of managed flows that a text refers to as `${flow.NAME.sid}`, sorted, each once."""
    return tuple(sorted(set(REFERENCE.findall(text)))) if "${flow." in text else ()


def parse(raw: bytes, file: str) -> Definition:
    """Read a definition as the Console exports it.

    Args:
        raw: the file's bytes: UTF-8, with or without a byte order mark.
        file: its name, for findings.

    Raises:
        LoadError: it is no JSON, or no Flow definition; every finding has line and column where there is one.
    """
    text = _decoded(raw, file)
    if least_size(raw) >= LARGEST:
        message = f"more than {LARGEST:,} bytes without the white space: Studio takes less"
        raise LoadError([_finding("too-large", message, Place(file), "Split the flow into subflows.")])
    if too_deep(raw):
        message = f"nested deeper than {LIMIT} levels: no flow definition is"
        raise LoadError([_finding("too-deep", message, Place(file))])
    data = _loaded(text, file)
    _refuse_other_shapes(data, text, file)
    return of(data)


def render(data: JsonObject) -> str:
    """Write a definition as the Console shows it: two spaces, nothing escaped that need not be, a final newline."""
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    return text if _is_utf8(text) else json.dumps(data, indent=2) + "\n"


def _compact(data: Json) -> str:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate has no UTF-8; as an escape it can still be sent and read back unchanged.
    return text if _is_utf8(text) else json.dumps(data, separators=(",", ":"))


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _subflows(data: JsonObject) -> tuple[str, ...]:
    found: set[str] = set()
    for state in _states(data):
        properties = state.get("properties")
        if state.get("type") != "run-subflow" or not isinstance(properties, dict):
            continue
        sid = properties.get("flow_sid")
        if isinstance(sid, str) and _SUBFLOW.fullmatch(sid):
            found.add(sid)
    return tuple(sorted(found))


def _states(data: JsonObject) -> Iterator[JsonObject]:
    states = data.get("states")
    if isinstance(states, list):
        yield from (state for state in states if isinstance(state, dict))


def _decoded(raw: bytes, file: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"not UTF-8: byte 0x{raw[error.start]:02x} cannot stand here"
        hint = "Save the file as UTF-8."
        raise LoadError([_finding("not-utf8", message, Place(file, line, column), hint)]) from error


@dataclass(slots=True)
class _Watch:
    """Hooks of Python's JSON reader that note what it lets pass and JSON does not."""

    suspicious: bool = False

    def pairs(self, items: list[tuple[str, Json]]) -> JsonObject:
        result = dict(items)
        self.suspicious |= len(result) != len(items)
        return result

    def number(self, token: str) -> float:
        value = float(token)
        self.suspicious |= not math.isfinite(value)
        return value


def _loaded(text: str, file: str) -> JsonObject:
    watch = _Watch(suspicious=_SURROGATE_ESCAPE.search(text) is not None)
    try:
        data: Json = json.loads(
            text, object_pairs_hook=watch.pairs, parse_constant=watch.number, parse_float=watch.number
        )
    except json.JSONDecodeError as error:
        raise LoadError([_syntax(error, file)]) from error
    except ValueError as error:  # Python refuses integers of more than 4,300 digits
        raise LoadError([_finding("not-finite", f"a number is too large: {error}", Place(file))]) from error
    findings = list(islice(_odd_tokens(text, file), _MOST_FINDINGS)) if watch.suspicious else []
    if not isinstance(data, dict):
        kind = "an array" if isinstance(data, list) else "a single value"
        message = f"a flow definition is a JSON object, this is {kind}"
        findings.append(_finding("not-an-object", message, Place(file, 1, 1)))
        raise LoadError(findings)
    if findings:
        raise LoadError(findings)
    return data


def _syntax(error: json.JSONDecodeError, file: str) -> Finding:
    place = Place(file, error.lineno, error.colno)
    rest = error.doc[error.pos :].lstrip(" \t\r\n,")
    if rest.startswith(("//", "/*", "#")):
        at = len(error.doc) - len(rest)
        place = Place(file, *locate.line_and_column(locate.line_starts(error.doc), at))
        hint = "Remove it, or all at once: reconciler convert FILE --output F"
        return _finding("json-comment", "JSON has no comments", place, hint)
    message = f"not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
    hint = "A flow definition is one JSON object and nothing else in the file."
    return _finding("json-syntax", message, place, hint)


def _odd_tokens(text: str, file: str) -> Iterator[Finding]:
    lines = locate.line_starts(text)
    seen: set[locate.Path] = set()
    for node in locate.nodes(text):
        place = Place(file, *locate.line_and_column(lines, node.at))
        if node.path in seen:
            key_place = Place(file, *locate.line_and_column(lines, node.key_at))
            yield _finding("duplicate-key", f"the key {node.path[-1]!r} stands twice in the same object", key_place)
        seen.add(node.path)
        if node.token[0] == '"' and not _is_utf8(json.loads(node.token)):
            yield _finding("lone-surrogate", "half of a surrogate pair (\\ud800 to \\udfff) is no character", place)
        if not _is_finite(node.token):
            yield _finding("not-finite", f"{node.token} is no number that JSON can hold", place)
        if node.path and isinstance(node.path[-1], str) and not _is_utf8(node.path[-1]):
            yield _finding("lone-surrogate", "half of a surrogate pair in a key is no character", place)


def _is_finite(token: str) -> bool:
    return token[0] not in "-0123456789NI" or math.isfinite(float(token))


def _refuse_other_shapes(data: JsonObject, text: str, file: str) -> None:
    start = Place(file, 1, 1)
    if isinstance(data.get("definition"), dict | str) and {"sid", "friendly_name", "friendlyName"} & data.keys():
        _refuse(
            "api-resource",
            "this is a whole Flow resource of the API, not a flow definition",
            Place(file, *locate.Positions(text).key(("definition",))),
            "Save only what stands under its `definition`, or run: reconciler convert FILE --output F",
        )
    if not isinstance(data.get("states"), list):
        _refuse("not-a-flow", "no list `states`: this is not a flow definition", start, _EXPORT_HINT)
    if _is_legacy(_states(data)):
        _refuse(
            "legacy-export",
            "this is an export of the Studio of before 2020 (`InitialState`, `sid` and `uuid`), "
            "which the API no longer takes",
            start,
            "Turn it into the current format: reconciler convert FILE --output F",
        )


def _is_legacy(states: Iterable[JsonObject]) -> bool:
    return any(
        str(state.get("type")) in _LEGACY_TYPES or ("sid" in state and _has_uuid(state.get("transitions")))
        for state in states
    )


def _has_uuid(transitions: Json) -> bool:
    return isinstance(transitions, list) and any(isinstance(t, dict) and "uuid" in t for t in transitions)


def _refuse(rule: str, message: str, place: Place, hint: str) -> NoReturn:
    raise LoadError([_finding(rule, message, place, hint)])


def _finding(rule: str, message: str, place: Place, hint: str | None = None) -> Finding:
    return Finding(rule, "error", message, place, hint=hint)
