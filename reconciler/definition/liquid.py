"""What the Liquid in one text says: references, filters, tags, loops, and what is wrong with it.

Any text can be read: what a Liquid library refuses is a fault, and everything around it is read all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from reconciler.definition.liquid_expression import Form, Parsed
from reconciler.definition.liquid_parse import parsed
from reconciler.definition.liquid_scan import PathAt, Piece, Step, bare_path, pieces
from reconciler.definition.liquid_words import BLOCKS, FORMS, INSIDE, NAMING, TAGS, TESTING

Kind: TypeAlias = Literal["braces", "block", "syntax"]

_QUOTED: Final = re.compile(r"'[^']*'?|\"[^\"]*\"?")
_LONG_QUOTED: Final = re.compile(r"'[^']{3,}'?|\"[^\"]{3,}\"?")
_SHOWN: Final = 60
"""Characters of an expression that a message shows."""
_LITERALS: Final = frozenset({"true", "false", "nil", "null", "empty", "blank"})
_OWN: Final = frozenset({"forloop", "tablerowloop"})


@dataclass(frozen=True, slots=True)
class Reference:
    """A value from outside of the text: `widgets.ask.inbound.Body`, `flow.variables.name`.

    Attributes:
        path: its steps; None for one that only the execution knows.
        start, end: where it stands in the text.
        guarded: whether the text copes with its absence: a `default` filter, a condition that asks for it, or a block
            under such a condition.
    """

    path: tuple[Step, ...]
    start: int
    end: int
    guarded: bool = False

    @property
    def text(self) -> str:
        """The path as people write it."""
        return ".".join("…" if step is None else str(step) for step in self.path)


@dataclass(frozen=True, slots=True)
class Used:
    """A filter, or a tag with its braces, and where it stands."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that Liquid cannot read.

    Attributes:
        kind: `braces` that do not match, a `block` without its other end, or `syntax` inside braces.
        message: what is wrong, a clause without a dot.
        start, end: where.
    """

    kind: Kind
    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Loop:
    """A `for` or `tablerow` over `name`; `items` is None when only the execution knows how often it runs."""

    name: str
    items: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Liquid:
    """Everything that one text says in Liquid, in the order in which it stands."""

    references: tuple[Reference, ...] = ()
    filters: tuple[Used, ...] = ()
    tags: tuple[Used, ...] = ()
    locals: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    loops: tuple[Loop, ...] = ()


_NOTHING: Final = Liquid()


def read(text: str) -> Liquid:
    """Read a text. Never fails; the same text is read once."""
    if not any(braces in text for braces in ("{{", "{%", "}}", "%}")):
        return _NOTHING
    return _read(text)


@lru_cache(maxsize=4096)
def _read(text: str) -> Liquid:
    reader = _Reader()
    found = list(pieces(text))
    for piece in found:
        if piece.kind == "output":
            reader.output(piece)
        elif piece.kind == "tag":
            reader.tag(piece)
        elif piece.kind == "unclosed":
            reader.faults.append(
                Fault("braces", f"{text[piece.start : piece.end]} is not closed", piece.start, piece.end)
            )
    reader.faults.extend(Fault("block", f"{block.name} has no end{block.name}", *block.at) for block in reader.open)
    reader.faults.extend(_stray(text, found))
    return Liquid(
        tuple(reader.references),
        tuple(reader.filters),
        tuple(reader.tags),
        frozenset(reader.locals),
        tuple(sorted(reader.faults, key=lambda fault: (fault.start, fault.end, fault.message))),
        tuple(reader.loops),
    )


@dataclass(slots=True)
class _Block:
    name: str
    at: tuple[int, int]
    tested: set[tuple[Step, ...]] = field(default_factory=set)


@dataclass(slots=True)
class _Reader:
    """Goes through a text, piece by piece, and keeps which blocks are open."""

    references: list[Reference] = field(default_factory=list)
    filters: list[Used] = field(default_factory=list)
    tags: list[Used] = field(default_factory=list)
    locals: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)
    open: list[_Block] = field(default_factory=list)

    def output(self, piece: Piece) -> None:
        """Read `{{ … }}`; an empty one prints nothing and is no mistake."""
        bare = bare_path(piece.body, piece.body_at)
        if bare is not None:
            self._refer(bare)
        elif piece.body:
            self._expression("output", piece)

    def tag(self, piece: Piece) -> None:
        """Read `{% … %}`."""
        self._structure(piece)
        if not piece.name:
            self.faults.append(Fault("syntax", "a tag has no name", piece.start, piece.end))
            return
        if not self._is_end(piece.name):
            self.tags.append(Used(piece.name, piece.start, piece.end))
        if piece.name in NAMING:
            self.locals.add(piece.body)
        form = FORMS.get(piece.name, None if piece.name in TAGS or self._is_end(piece.name) else "words")
        if form is not None:
            found = self._expression(form, piece)
            if found.local is not None:
                self.locals.add(found.local)
            if form == "loop":
                self.loops.append(Loop(found.local or "", found.items, piece.start, piece.end))

    def _is_end(self, name: str) -> bool:
        """Tell whether a tag ends a block, also one of an unknown tag: that one was told already."""
        return name.startswith("end") and (name[3:] in BLOCKS or any(tag.name == name[3:] for tag in self.tags))

    def _structure(self, piece: Piece) -> None:
        name, at = piece.name, (piece.start, piece.end)
        around = self.open[-1].name if self.open else None
        if name in BLOCKS:
            self.open.append(_Block(name, at))
        elif name in INSIDE and around not in INSIDE[name]:
            self.faults.append(Fault("block", f"{name} stands outside of the block that it belongs to", *at))
        elif name.startswith("end") and name[3:] in BLOCKS:
            if around == name[3:]:
                self.open.pop()
            else:
                self.faults.append(Fault("block", f"{name} ends no {name[3:]}", *at))

    def _expression(self, form: Form, piece: Piece) -> Parsed:
        found = parsed(form, piece.body)
        at = piece.body_at
        if found.fault is not None:
            self.faults.append(_refused(piece, found.fault))
        self.filters.extend(Used(word.name, at + word.at, at + word.at + len(word.name)) for word in found.filters)
        testing = piece.name in TESTING
        for path in found.paths:
            if testing and self.open:
                self.open[-1].tested.add(_subject(path.steps))
            self._refer(path, at, guarded=testing or path.start in found.defaulted)
        return found

    def _refer(self, path: PathAt, offset: int = 0, *, guarded: bool = False) -> None:
        root = path.steps[0]
        if root in self.locals or root in _OWN or (len(path.steps) == 1 and root in _LITERALS):
            return
        guarded = guarded or any(_subject(path.steps) in block.tested for block in self.open)
        self.references.append(Reference(path.steps, path.start + offset, path.end + offset, guarded))


def _subject(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Give what a condition on a path asks for: the widget's run, the variable, the whole path."""
    return steps[:2] if steps[0] == "widgets" else steps[:3]


def _refused(piece: Piece, why: str) -> Fault:
    if piece.body.startswith("{"):
        return Fault("braces", "one brace too many opens here", piece.start, piece.end)
    # What stands between quotes may be anything, also something that no message should show.
    shown = _QUOTED.sub("'…'", piece.body)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return Fault("syntax", f"{shown} cannot be read: {_LONG_QUOTED.sub('…', why)}", piece.start, piece.end)


def _stray(text: str, found: list[Piece]) -> Iterator[Fault]:
    """Find closing braces that nothing opened. JSON closes two of its own at once; then as many open elsewhere."""
    plain = [piece for piece in found if piece.kind == "text"]
    opened = sum(piece.body.count("{") for piece in plain)
    closed = sum(piece.body.count("}") for piece in plain)
    for piece in plain:
        at = piece.body.find("%}")
        if at >= 0:
            yield Fault("braces", "%} closes nothing", piece.start + at, piece.start + at + 2)
    if closed <= opened:
        return
    for before, piece in zip([None, *found], found, strict=False):
        at = piece.body.find("}}") if piece.kind == "text" else -1
        if at < 0 and before is not None and before.kind == "output" and text.startswith("}", piece.start):
            at = 0
        if at >= 0 and piece.kind == "text":
            yield Fault("braces", "} closes nothing", piece.start + at, piece.start + at + 1)
            return
