"""Studio's Liquid as an environment of the Liquid library: its tags and filters, and where it differs from Shopify's.

The only module here that imports the library; `reconciler.simulate.liquid` imports it when there is Liquid to render.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableSet
from itertools import islice
from typing import Any, Final, TextIO

from liquid import BoundTemplate, Environment, RenderContext
from liquid.builtin.expressions import LoopExpression
from liquid.builtin.output import Output, OutputNode
from liquid.builtin.tags.for_tag import ForNode, ForTag
from liquid.builtin.tags.tablerow_tag import TablerowNode, TablerowTag
from liquid.exceptions import LiquidError
from liquid.filter import with_context
from liquid.undefined import is_undefined

from reconciler.definition.liquid_words import FILTERS, TAGS
from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.moments import formatted

MOST_ITEMS: Final = 15
"""Items of one loop (api.md A8)."""

MOST_WRITTEN: Final = 1_000_000
"""Bytes that one text may come to; Studio's own limit is not documented."""

NOTES: Final = " assumptions"
NOW: Final = " now"
"""Names of what the tags and filters are handed; no Liquid variable can be called so."""


class _Bounded(Environment):
    """Writes no more than `MOST_WRITTEN`: a flow that doubles a variable in a circle would fill the memory."""

    output_stream_limit = MOST_WRITTEN


def environment() -> Environment:
    """Make the environment."""
    made = _Bounded()
    for name in [name for name in made.tags if not _is_known(name)]:
        del made.tags[name]
    for filter_name in [name for name in made.filters if name not in FILTERS]:
        del made.filters[filter_name]
    made.add_tag(_For)
    made.add_tag(_Tablerow)
    made.add_tag(_Output)
    made.add_filter("date", _date)
    made.add_filter("to_json", _to_json)
    return made


def parse(made: Environment, text: str) -> BoundTemplate | LiquidError:
    """Parse a text; what is wrong with it is given back, not raised."""
    try:
        return made.from_string(text)
    except LiquidError as error:
        return error


def _is_known(name: str) -> bool:
    return name in TAGS or not name.isalpha() or name in {"output", "content", "illegal"}


def _note(context: RenderContext, assumption: Assumption) -> None:
    notes = context.globals.get(NOTES)
    if isinstance(notes, MutableSet):
        notes.add(assumption)


class _Capped(LoopExpression):
    """A loop that ends after so many items as Studio allows."""

    __slots__ = ("whole",)

    def __init__(self, whole: LoopExpression) -> None:
        super().__init__(
            whole.token,
            identifier=whole.identifier,
            iterable=whole.iterable,
            limit=whole.limit,
            offset=whole.offset,
            reversed_=whole.reversed,
            cols=whole.cols,
        )
        self.whole = whole

    def evaluate(self, context: RenderContext) -> tuple[Iterator[object], int]:
        items, length = self.whole.evaluate(context)
        if length > MOST_ITEMS:
            _note(context, Assumption.LOOP_LIMIT)
        return islice(items, MOST_ITEMS), min(length, MOST_ITEMS)


class _ForNode(ForNode):
    def __init__(self, token: Any, expression: LoopExpression, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(token, _Capped(expression), *args, **kwargs)


class _For(ForTag):
    node_class = _ForNode


class _TablerowNode(TablerowNode):
    def __init__(self, token: Any, expression: LoopExpression, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the library's
        super().__init__(token, _Capped(expression), *args, **kwargs)


class _Tablerow(TablerowTag):
    node_class = _TablerowNode


class _OutputNode(OutputNode):
    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = self.expression.evaluate(context)
        if isinstance(value, dict | list):
            _note(context, Assumption.OBJECT_TEXT)
        return buffer.write(_printed(value))


class _Output(Output):
    node_class = _OutputNode


def _printed(value: object) -> str:
    if isinstance(value, str):
        return value
    if value is None or is_undefined(value):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "".join(map(_printed, value))
    if isinstance(value, dict):
        return _compact(value)
    if isinstance(value, range):
        return f"{value.start}..{value.stop - 1}"
    return str(value)


@with_context
def _date(value: object, form: object = "", *, context: RenderContext) -> str:
    _note(context, Assumption.DATES)
    now = context.globals.get(NOW)
    written = formatted(value, str(form), now if isinstance(now, float) else 0.0) if form else None
    return _printed(value) if written is None else written


def _to_json(value: object) -> str:
    return "null" if is_undefined(value) else _compact(value)


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
