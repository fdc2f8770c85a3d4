"""What differs between two sides of a resource, widget by widget, as lines for people."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reconciler.definition.difference import (
    Difference,
    Origin,
    TransitionChanged,
    ValueChanged,
    WidgetAdded,
    WidgetRemoved,
    WidgetRenamed,
    WidgetsMoved,
)
from reconciler.definition.document import REFERENCE
from reconciler.definition.secrets import SENSITIVE
from reconciler.model.jsontypes import Json
from reconciler.plan.values import ContactsChanged, DiffItem, FieldChanged
from reconciler.views.human.hunks import hunks
from reconciler.views.human.text import count, plain, quoted, shortened, wrapped
from reconciler.views.style import Style, Tone

_FIELDS: Final = {"friendlyName": "friendly name", "status": "status"}
_STEP: Final = 4
_LINES_OF_NEW_TEXT: Final = 6
_MOST_HUNKS: Final = 5
_TONES: Final[dict[str, Tone]] = {"+": "add", "-": "remove", "~": "change"}


def difference_lines(items: Sequence[DiffItem], indent: int, style: Style, *, usual: Origin | None = None) -> list[str]:
    """Give the lines of a difference; secrets must have been covered before.

    Args:
        items: what differs.
        indent: columns before each line.
        style: what the place can show.
        usual: who makes differences here, as the heading says: when it was nobody else, no line says who. Default: all
            lines say it where it is known.
    """
    told = any(_origin(item) not in (None, usual) for item in items)
    lines: list[str] = []
    moved: list[str] = []
    by_widget: dict[str, list[Difference]] = {}
    for item in items:
        by = _by(item, usual) if told else ""
        match item:
            case FieldChanged(field, before, after):
                lines += _change(_FIELDS[field] + by, before, after, indent, style)
            case ContactsChanged():
                lines += _contacts(item, indent, style)
            case ValueChanged(widget=None, path=path, before=old, after=new):
                lines += _change(plain(path) + by, old, new, indent, style)
            case WidgetsMoved(widgets):
                moved += _moved(widgets, by, indent, style)
            case _:
                by_widget.setdefault(_widget(item), []).append(item)
    for widget, changes in by_widget.items():
        authors = [_by(change, usual) if told else "" for change in changes]
        lines += _widget_lines(widget, [*zip(changes, authors, strict=True)], indent, style)
    return lines + moved


def _origin(item: DiffItem) -> Origin | None:
    return None if isinstance(item, ContactsChanged) else item.origin


def _by(item: DiffItem, usual: Origin | None) -> str:
    origin = _origin(item)
    if origin is None:
        return ""
    # Where the manifest's will is done, a difference that the Console made is one that goes.
    return " [undoes console]" if (usual, origin) == ("manifest", "console") else f" [{origin}]"


def widget_census(items: Iterable[DiffItem]) -> str:
    """Count the widgets that a create adds, or a delete removes, by type; empty when there are none."""
    types = Counter(item.type for item in items if isinstance(item, WidgetAdded | WidgetRemoved))
    if not types:
        return ""
    parts = (f"{number} {plain(kind)}" for kind, number in sorted(types.items(), key=lambda pair: (-pair[1], pair[0])))
    return f"{count(types.total(), 'widget')}: {', '.join(parts)}"


def _widget(item: WidgetAdded | WidgetRemoved | WidgetRenamed | TransitionChanged | ValueChanged) -> str:
    return item.after if isinstance(item, WidgetRenamed) else item.widget or ""


def _widget_lines(widget: str, changes: Sequence[tuple[Difference, str]], indent: int, style: Style) -> Iterator[str]:
    sign, words = "~", f"widget {plain(widget)}"
    details: list[str] = []
    for change, by in changes:
        match change:
            case WidgetAdded(type=kind):
                sign, words = "+", f"{words} ({plain(kind)}){by}"
            case WidgetRemoved(type=kind):
                sign, words = "-", f"{words} ({plain(kind)}){by}"
            case WidgetRenamed(before, after, kind):
                words = f"widget {plain(before)} renamed to {plain(after)} ({plain(kind)}){by}"
            case _:
                details += _detail(change, by, indent + _STEP, style)
    yield " " * indent + style.paint(f"{sign} {words}", _TONES[sign])
    yield from details


def _detail(change: Difference, by: str, indent: int, style: Style) -> Iterator[str]:
    match change:
        case TransitionChanged(_, event, came, goes):
            yield from _transition(plain(event) + by, came, goes, indent, style)
        case ValueChanged(_, path, old, new):
            yield from _change(plain(path) + by, old, new, indent, style)
        case _:
            return


def _moved(widgets: Sequence[str], by: str, indent: int, style: Style) -> list[str]:
    text = f"layout{by}: {count(len(widgets), 'widget')} moved: {', '.join(widgets)}"
    return wrapped(text, indent + 2, style, first="~ ")


def _transition(event: str, came: str | None, goes: str | None, indent: int, style: Style) -> Iterator[str]:
    start = f"{' ' * indent}{style.paint('~', 'change')} on {event}:"
    sides = [plain(side) if side is not None else "(nowhere)" for side in (came, goes)]
    yield f"{start} {style.paint(sides[0], 'remove')} {style.arrow} {style.paint(sides[1], 'add')}"


def _contacts(item: ContactsChanged, indent: int, style: Style) -> Iterator[str]:
    for sign, contacts in (("+", item.added), ("-", item.removed)):
        for contact in contacts:
            yield " " * indent + style.paint(f"{sign} {plain(contact)}", _TONES[sign])


def _change(name: str, before: Json, after: Json, indent: int, style: Style) -> Iterator[str]:
    if SENSITIVE in quoted(before) and quoted(before) == quoted(after):
        yield f"{' ' * indent}{style.paint('~', 'change')} {name}: {SENSITIVE}"
    elif before is None or after is None:
        yield from _one_sided(name, before, after, indent, style)
    elif isinstance(before, str) and isinstance(after, str) and "\n" in before.strip() + after.strip():
        yield f"{' ' * indent}{style.paint('~', 'change')} {name}:"
        yield from _text_lines(before, after, indent + _STEP, style)
    else:
        yield from _two_sided(name, before, after, indent, style)


def _shown(value: Json) -> str:
    if isinstance(value, str) and (reference := REFERENCE.fullmatch(value)):
        return f"(known after apply: the SID of Flow/{reference.group(1)})"
    return quoted(value)


def _one_sided(name: str, before: Json, after: Json, indent: int, style: Style) -> Iterator[str]:
    sign, value = ("+", after) if before is None else ("-", before)
    start = f"{' ' * indent}{style.paint(sign, _TONES[sign])} {name}:"
    if isinstance(value, str) and "\n" in value.strip():
        lines = value.splitlines()
        yield start
        for line in lines[:_LINES_OF_NEW_TEXT]:
            yield _text_line(sign, line, indent + _STEP, style)
        if len(lines) > _LINES_OF_NEW_TEXT:
            yield f"{' ' * (indent + _STEP)}  {style.ellipsis} {count(len(lines) - _LINES_OF_NEW_TEXT, 'more line')}"
        return
    room = style.width - indent - len(name) - 4
    shown = SENSITIVE if value == SENSITIVE else shortened(_shown(value), room, style)
    yield f"{start} {style.paint(shown, _TONES[sign])}"


def _two_sided(name: str, before: Json, after: Json, indent: int, style: Style) -> Iterator[str]:
    start = f"{' ' * indent}{style.paint('~', 'change')} {name}:"
    sides = _shown(before), _shown(after)
    if indent + len(name) + sum(map(len, sides)) + 8 <= style.width:
        yield f"{start} {style.paint(sides[0], 'remove')} {style.arrow} {style.paint(sides[1], 'add')}"
        return
    inner = indent + _STEP
    yield start
    pairs = hunks(*sides, style.width - inner - 2, style)
    for came, goes in pairs[:_MOST_HUNKS]:
        yield " " * inner + style.paint(f"- {came}", "remove")
        yield " " * inner + style.paint(f"+ {goes}", "add")
    if len(pairs) > _MOST_HUNKS:
        yield f"{' ' * inner}  {style.ellipsis} {count(len(pairs) - _MOST_HUNKS, 'more change')} in this text"


def _text_lines(before: str, after: str, indent: int, style: Style) -> Iterator[str]:
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        yield f"{' ' * indent}(only line ends differ)"
        return
    for number, group in enumerate(difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(1)):
        if number:
            yield f"{' ' * indent}  {style.ellipsis}"
        for tag, a, b, c, d in group:
            if tag == "equal":
                yield from (_text_line(" ", line, indent, style) for line in old[a:b])
            else:
                yield from _replaced(old[a:b], new[c:d], indent, style)


def _replaced(old: Sequence[str], new: Sequence[str], indent: int, style: Style) -> Iterator[str]:
    room = style.width - indent - 2
    if len(old) == len(new):
        found = [hunks(plain(a), plain(b), room, style) for a, b in zip(old, new, strict=True)]
        old, new = [pair[0] for pairs in found for pair in pairs], [pair[1] for pairs in found for pair in pairs]
    yield from (_text_line("-", line, indent, style) for line in old)
    yield from (_text_line("+", line, indent, style) for line in new)


def _text_line(sign: str, line: str, indent: int, style: Style) -> str:
    shown = shortened(plain(line), style.width - indent - 2, style)
    return " " * indent + style.paint(f"{sign} {shown}".rstrip(), _TONES.get(sign, "faint"))
