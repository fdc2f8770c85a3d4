"""What people have in files → a definition in the current format: `convert`.

Old exports, whole API resources, JSON with comments and YAML are taken; whatever was left out on the way is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Final, cast

from reconciler.definition import locate
from reconciler.definition.document import parse, render
from reconciler.definition.legacy import is_old, upgrade
from reconciler.definition.remarks import Remark
from reconciler.errors import LoadError
from reconciler.manifest.findings import Findings
from reconciler.manifest.groups import is_include
from reconciler.manifest.source import JsonText, Part, Path, Text, is_yaml, only_document
from reconciler.manifest.yamlscalar import block
from reconciler.model.finding import Finding, Place
from reconciler.model.jsontypes import Json, JsonObject

_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL)
_COMMENT: Final = re.compile(r"\s*(?://|/\*)")

Say = Callable[[str, str, int], None]
"""Take rule and message of what is left out, and where it stands."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A definition in the current format.

    Attributes:
        findings: what was left out (notes), what was guessed (warnings), what could not be converted (errors).
    """

    data: JsonObject
    findings: tuple[Finding, ...]

    def text(self, file: str = "") -> str:
        """Write it as the Console would, or in YAML when `file` is named so."""
        return block(self.data, "", offset="  ") + "\n" if is_yaml(file) else render(self.data)


def convert(raw: bytes, file: str) -> Converted:
    """Turn what a file holds into a definition in the current format.

    Args:
        raw: the file's bytes.
        file: its name: one of YAML is read as YAML.

    Raises:
        LoadError: it holds no flow.
    """
    name = PurePath(file).name
    held = _from_yaml(raw, name) if is_yaml(name) else _from_json(raw, name)
    data, text, findings = _unwrapped(held)
    _refuse_includes(data, text)
    if is_old(data):
        findings = (*findings, Finding("legacy-export", "note", "an export of the Studio of before 2020", text.place()))
        upgraded = upgrade(data)
        data, findings = upgraded.data, (*findings, *_placed(upgraded.remarks, text))
    try:
        made = parse(json.dumps(data).encode(), name)
    except LoadError as error:
        # Its places are those of the JSON made here, which nobody sees.
        raise LoadError([replace(one, place=text.place()) for one in error.findings]) from error
    return Converted(made.data(), findings)


def _refuse_includes(data: JsonObject, text: Text) -> None:
    states = data.get("states")
    for index, state in enumerate(states if isinstance(states, list) else ()):
        if is_include(state):
            message = "this definition includes shared groups: it is in the current format, and no whole flow"
            hint = "To see it put together, name it in a Flow document and type: reconciler render ADDRESS."
            raise LoadError([Finding("composed", "error", message, text.place(("states", index)), hint=hint)])


@dataclass(frozen=True, slots=True)
class _Held:
    """What a file says, where that stands, and what had to be left out to read it."""

    data: Json
    text: Text
    notes: tuple[Finding, ...] = ()


def _placed(remarks: Iterable[Remark], text: Text) -> Iterator[Finding]:
    for one in remarks:
        yield Finding(one.rule, one.severity, one.message, text.place(one.path), one.widget, one.property, one.hint)


def _from_yaml(raw: bytes, file: str) -> _Held:
    findings = Findings()
    document = only_document(raw, file, findings)
    if document is None:
        raise LoadError(findings.sorted())
    return _Held(document.data, Part(document, ()))


def _from_json(raw: bytes, file: str) -> _Held:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        parse(raw, file)  # says where the byte stands
        raise
    notes: list[Finding] = []
    lines = locate.line_starts(text)

    def say(rule: str, message: str, at: int) -> None:
        notes.append(Finding(rule, "note", message, Place(file, *locate.line_and_column(lines, at))))

    plain = _without_comments(_without_prose(text, say), say)
    return _Held(_parsed(plain, file), JsonText(file, plain.encode()), tuple(notes))


def _parsed(text: str, file: str) -> Json:
    try:
        return cast("Json", json.loads(text))
    except ValueError:
        return parse(text.encode(), file).data()  # says what is wrong and where


def _without_prose(text: str, say: Say) -> str:
    """Blank what stands before the first brace when it is no JSON: a person's note above the export."""
    before, brace, _ = text.partition("{")
    if not brace or not re.search(r"\w", before) or _COMMENT.match(before) or before.lstrip().startswith(("[", '"')):
        return text
    say("prose-left-out", "what stands before the first brace is no JSON and was left out", 0)
    return _blank(before) + text[len(before) :]


def _without_comments(text: str, say: Say) -> str:
    """Blank comments, and commas behind the last item; every other character stays where it was."""

    def one(found: re.Match[str]) -> str:
        piece = found.group()
        if piece[0] == '"':
            return piece
        if piece == ",":
            say("comma-left-out", "a comma behind the last item was left out", found.start())
        else:
            say("comment-left-out", "a comment was left out", found.start())
        return _blank(piece)

    return _TOKEN.sub(one, text)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _unwrapped(held: _Held) -> tuple[JsonObject, Text, tuple[Finding, ...]]:
    """Take the definition out of a whole resource of the API, where it may be a text as well."""
    data, text = held.data, held.text
    if not isinstance(data, dict):
        raise LoadError([Finding("not-an-object", "error", "a flow definition is one object", text.place())])
    inner = data.get("definition")
    if "states" in data or not isinstance(inner, dict | str):
        return data, text, held.notes
    place = text.place(("definition",))
    note = Finding("api-resource", "note", "the definition was taken out of a Flow resource of the API", place)
    if isinstance(inner, dict):
        return inner, Part(text, ("definition",)), (*held.notes, note)
    told = _Inside(place)
    try:
        parsed = json.loads(inner)
    except ValueError as error:
        raise LoadError([Finding("json-syntax", "error", f"its definition is not JSON: {error}", place)]) from error
    return _unwrapped(_Held(parsed, told, (*held.notes, note)))


@dataclass(frozen=True, slots=True)
class _Inside:
    """JSON inside a text: all of it stands at one place."""

    at: Place

    def place(self, path: Path = (), *, key: bool = False) -> Place:  # noqa: ARG002 - see the class
        """Give the place of the text."""
        return self.at

    def source(self, path: Path) -> str:  # noqa: ARG002 - see the class
        """Give nothing: how it is written inside the text is not known."""
        return ""
