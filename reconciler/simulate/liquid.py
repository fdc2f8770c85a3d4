"""Rendering of the Liquid in one text, as Studio would. Never fails, and never sees a clock."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from reconciler.model.jsontypes import JsonObject
from reconciler.simulate.assumptions import Assumption

if TYPE_CHECKING:
    from liquid import BoundTemplate, Environment

_MOST: Final = 200_000
"""Characters of a text that are rendered; the library works itself down recursively."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a text came to.

    Attributes:
        text: the text; as it stood when its Liquid is wrong.
        assumptions: what the rendering relied upon.
        fault: why it could not be rendered, a clause; None when it could.
    """

    text: str
    assumptions: frozenset[Assumption] = frozenset()
    fault: str | None = None


def render(text: str, context: JsonObject, now: float) -> Rendered:
    """Render a text.

    Args:
        text: with or without Liquid.
        context: the variables: `trigger`, `flow`, `widgets`, `contact`.
        now: what `now` means, in seconds since 1970.
    """
    if "{{" not in text and "{%" not in text:
        return Rendered(text)
    template = _parsed(text)
    if isinstance(template, str):
        return _unreadable(text, template)
    from liquid.exceptions import LiquidError  # noqa: PLC0415 - a fifth of a second, spent only where there is Liquid

    from reconciler.simulate.liquid_tags import NOTES, NOW  # noqa: PLC0415 - see above

    notes = {Assumption.DIALECT}
    # The library's own `now` and `today` read the clock.
    scope: dict[str, object] = {**context, "now": None, "today": None, NOTES: notes, NOW: float(now)}
    try:
        written = template.render(scope)
    except LiquidError as error:
        return _unreadable(text, _first_line(error))
    except (ValueError, TypeError, ArithmeticError, AttributeError, LookupError, RecursionError) as error:
        # What the library lets through on odd values.
        return _unreadable(text, type(error).__name__)
    return Rendered(written, frozenset(notes))


def _unreadable(text: str, fault: str) -> Rendered:
    return Rendered(text, frozenset({Assumption.DIALECT, Assumption.FAULT}), fault)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> BoundTemplate | str:
    from liquid.exceptions import LiquidError  # noqa: PLC0415 - see above

    from reconciler.simulate.liquid_tags import parse  # noqa: PLC0415 - see above

    if len(text) > _MOST:
        return "too long to be read"
    try:
        found = parse(_environment(), text)
    except (ValueError, TypeError, ArithmeticError, AttributeError, LookupError, RecursionError):
        return "not understood"
    return _first_line(found) if isinstance(found, LiquidError) else found


@cache
def _environment() -> Environment:
    from reconciler.simulate.liquid_tags import environment  # noqa: PLC0415 - see above

    return environment()


def _first_line(error: Exception) -> str:
    return str(getattr(error, "message", None) or error).partition("\n")[0]
