"""One Liquid expression, read by the Liquid library: its paths, its filters, or what is wrong with it.

The only module that imports the library, and only for what is not of a common form. What it refuses is guessed by
words, so that no reference is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from reconciler.definition.liquid_expression import Form, Parsed, Word, common, guessed
from reconciler.definition.liquid_scan import PathAt, path_at

if TYPE_CHECKING:
    from liquid.expression import Expression
    from liquid.stream import TokenStream

_MOST: Final = 10_000
"""Characters of an expression that are parsed; nobody writes more, and the library works itself down recursively."""

_COUNTED: Final = 1_000_000_000
"""Turns of a loop that are counted: Python does not print numbers of thousands of digits."""


@lru_cache(maxsize=4096)
def parsed(form: Form, body: str) -> Parsed:
    """Read one expression. Never fails."""
    if form == "words":
        return guessed(body, None)
    if len(body) > _MOST:
        return guessed(body, "too long to be read")
    simple = common(form, body)
    return simple if simple is not None else by_library(form, body)


def by_library(form: Form, body: str) -> Parsed:
    """Read one expression with the library, whatever it is. Never fails."""
    from liquid.exceptions import LiquidError  # noqa: PLC0415 - see above

    try:
        expression, local = _forms()[form](body)
    except LiquidError as error:
        return guessed(body, str(error.message or "not understood").partition("\n")[0])
    except (ValueError, TypeError, ArithmeticError, RecursionError):
        # What the library lets through on odd input: numbers of a thousand digits, deep brackets.
        return guessed(body, "not understood")
    return Parsed(
        paths=tuple(_paths(body, expression)),
        defaulted=frozenset(_defaulted(expression)),
        filters=tuple(_filters(expression)),
        local=local,
        items=_items(expression),
    )


@cache
def _forms() -> Mapping[Form, Callable[[str], tuple[Expression, str | None]]]:
    from liquid import Environment  # noqa: PLC0415 - see above
    from liquid.builtin import expressions  # noqa: PLC0415 - see above
    from liquid.stream import TokenStream  # noqa: PLC0415 - see above
    from liquid.token import TOKEN_ASSIGN, TOKEN_EXPRESSION, Token  # noqa: PLC0415 - see above

    environment = Environment()

    def stream(body: str) -> TokenStream:
        return TokenStream(expressions.tokenize(body, Token(TOKEN_EXPRESSION, body, 0, body)))

    def output(body: str) -> tuple[Expression, str | None]:
        return expressions.FilteredExpression.parse(environment, stream(body)), None

    def condition(body: str) -> tuple[Expression, str | None]:
        return expressions.BooleanExpression.parse(environment, stream(body)), None

    def assign(body: str) -> tuple[Expression, str | None]:
        tokens = stream(body)
        name = str(expressions.parse_identifier(environment, tokens, allow_trailing_question_mark=False))
        tokens.eat(TOKEN_ASSIGN)
        return expressions.FilteredExpression.parse(environment, tokens), name

    def loop(body: str) -> tuple[Expression, str | None]:
        expression = expressions.LoopExpression.parse(environment, stream(body))
        return expression, str(expression.identifier)

    return {"output": output, "condition": condition, "assign": assign, "loop": loop}


def _all(expression: Expression) -> Iterator[Expression]:
    yield expression
    for child in expression.children():
        yield from _all(child)


def _paths(body: str, expression: Expression) -> Iterator[PathAt]:
    from liquid.builtin.expressions import Path  # noqa: PLC0415 - see above

    for inner in _all(expression):
        if isinstance(inner, Path) and (found := path_at(body, inner.token.start_index)) is not None:
            yield found


def _defaulted(expression: Expression) -> Iterator[int]:
    from liquid.builtin.expressions import FilteredExpression  # noqa: PLC0415 - see above

    for inner in _all(expression):
        if isinstance(inner, FilteredExpression) and any(f.name == "default" for f in inner.filters or ()):
            yield inner.left.token.start_index


def _filters(expression: Expression) -> Iterator[Word]:
    from liquid.builtin.expressions import FilteredExpression  # noqa: PLC0415 - see above

    for inner in _all(expression):
        if isinstance(inner, FilteredExpression):
            yield from (Word(used.name, used.token.start_index) for used in inner.filters or ())


def _items(expression: Expression) -> int | None:
    from liquid.builtin.expressions.loop import LoopExpression  # noqa: PLC0415 - see above
    from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral  # noqa: PLC0415 - see above

    if not isinstance(expression, LoopExpression):
        return None
    limit = expression.limit.value if isinstance(expression.limit, IntegerLiteral) else None
    if expression.limit is not None and limit is None:
        return None
    span = expression.iterable
    if not (
        isinstance(span, RangeLiteral)
        and isinstance(span.start, IntegerLiteral)
        and isinstance(span.stop, IntegerLiteral)
    ):
        return None
    items = max(0, span.stop.value - span.start.value + 1)
    return min(items, _COUNTED, items if limit is None else max(0, limit))
