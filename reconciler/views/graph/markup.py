"""Pieces of SVG text: numbers, escaped text, lines with rounded corners. Knows nothing of graphs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from xml.sax.saxutils import escape

from reconciler.views.graph.placement import Point
from reconciler.views.graph.text import drawable

_RADIUS: Final = 9.0


def number(value: float) -> str:
    """Write a number with at most one decimal."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def plain(text: str) -> str:
    """Escape a text that anybody may have written."""
    return escape("\n".join(drawable(line) for line in text.split("\n")))


def classes(*names: str | None) -> str:
    """Write the attribute `class`. The names are ours, never other people's text."""
    return f'class="{" ".join(name for name in names if name)}"'


def text_at(text: str, at: Point, *names: str) -> str:
    """Write a line of text."""
    return f'<text{f" {classes(*names)}" if names else ""} x="{number(at[0])}" y="{number(at[1])}">{plain(text)}</text>'


def moved(at: Point) -> str:
    """Write the attribute that moves a group."""
    return f'transform="translate({pair(at)})"'


def size(width: float, height: float) -> str:
    """Write the attributes of a size."""
    return f'width="{number(width)}" height="{number(height)}"'


def pair(point: Point) -> str:
    """Write a point."""
    return f"{number(point[0])} {number(point[1])}"


def path(points: Sequence[Point]) -> str:
    """Write a line with rounded corners."""
    parts = [f"M{pair(points[0])}"]
    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(_RADIUS, _length(before, at) / 2, _length(at, after) / 2)
        parts.append(f"L{pair(_toward(at, before, radius))} Q{pair(at)} {pair(_toward(at, after, radius))}")
    return " ".join([*parts, f"L{pair(points[-1])}"])


def _length(one: Point, two: Point) -> float:
    return abs(one[0] - two[0]) + abs(one[1] - two[1])


def _toward(start: Point, goal: Point, distance: float) -> Point:
    share = distance / (_length(start, goal) or 1.0)
    return start[0] + (goal[0] - start[0]) * share, start[1] + (goal[1] - start[1]) * share
