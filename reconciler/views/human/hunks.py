"""Where two long texts differ, word by word: each place with a little of what is around. Knows nothing of plans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from reconciler.views.human.text import around_change
from reconciler.views.style import Style

_WORD: Final = re.compile(r"\w+|\s+|[^\w\s]")
_APART: Final = 48
"""Characters that two changes have between them at least, to be shown apart."""
_AROUND: Final = 8
"""Characters around changes that are shown together, at least."""
_MOST_WORDS: Final = 2_000
"""In larger texts the words are not matched: that takes time with the square of their number."""
_ALIKE: Final = 0.5
"""Texts that have less in common are shown from their beginning: of chance matches nobody learns anything."""


class _Span(NamedTuple):
    """One change: where it begins and ends in the first text, and in the second."""

    start: int
    end: int
    other_start: int
    other_end: int


def hunks(before: str, after: str, room: int, style: Style) -> list[tuple[str, str]]:
    """Give the places where two texts of one line differ, cut to `room`; one pair when they are short or unlike."""
    if max(len(before), len(after)) <= room:
        return [(before, after)]
    spans = _spans(before, after, room - 2 * _AROUND)
    if len(spans) < 2:  # noqa: PLR2004 - one place, or none that can be told apart
        return [around_change(before, after, room, style)]
    return [*_cut(before, after, spans, room, style)]


def _spans(before: str, after: str, room: int) -> list[_Span]:
    """Give the changes; those that are close together, and fit together, as one."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    if len(old) + len(new) > _MOST_WORDS:
        return []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < _ALIKE:
        return []
    starts, other_starts = _offsets(old), _offsets(new)
    found: list[_Span] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        span = _Span(starts[a], starts[b], other_starts[c], other_starts[d])
        both = span._replace(start=found[-1].start, other_start=found[-1].other_start) if found else span
        close = bool(found) and span.start - found[-1].end < _APART
        if close and max(both.end - both.start, both.other_end - both.other_start) <= room:
            found[-1] = both
        else:
            found.append(span)
    return found


def _offsets(words: Sequence[str]) -> list[int]:
    result = [0]
    for word in words:
        result.append(result[-1] + len(word))
    return result


def _cut(before: str, after: str, spans: Sequence[_Span], room: int, style: Style) -> Iterator[tuple[str, str]]:
    """Give each change with what is around it, as far as its neighbours."""
    first, last = _Span(0, 0, 0, 0), _Span(len(before), len(before), len(after), len(after))
    places = [first, *spans, last]
    for left, span, right in zip(places, spans, places[2:], strict=False):
        changed = max(span.end - span.start, span.other_end - span.other_start)
        around = max(0, (room - changed) // 2 - len(style.ellipsis))
        behind = min(around, right.start - span.end, right.other_start - span.other_end)
        ahead = 2 * around - behind
        start, end = max(left.end, span.start - ahead), span.end + behind
        other_start, other_end = max(left.other_end, span.other_start - ahead), span.other_end + behind
        yield _window(before, start, end, room, style), _window(after, other_start, other_end, room, style)


def _window(text: str, start: int, end: int, room: int, style: Style) -> str:
    lead = style.ellipsis if start > 0 else ""
    tail = style.ellipsis if end < len(text) else ""
    if len(lead) + end - start + len(tail) > room:
        end, tail = start + room - len(lead) - len(style.ellipsis), style.ellipsis
    return lead + text[start:end] + tail
