"""Which properties hold secrets, and how secrets are covered before any view, log or error sees them."""

from __future__ import annotations

import re
from typing import Final

from reconciler.model.jsontypes import Json

SENSITIVE: Final = "(sensitive)"
"""What is shown in place of a secret."""

_SHORTEST: Final = 4
"""Characters. Covering every occurrence of less would tell more than it hides."""

_SECRETS: Final = {
    "connect-call-to": frozenset({"sip_username", "sip_password"}),
    "make-outgoing-call-v2": frozenset({"sip_auth_username", "sip_auth_password"}),
}
_ANY: Final = frozenset().union(*_SECRETS.values())


def is_secret(widget_type: str, path: str) -> bool:
    """Tell whether a value of a widget must not be shown.

    Args:
        widget_type: the widget's type; of a type that this table does not know, every name that is secret somewhere is.
        path: dotted, from the widget: `properties.sip_password`.
    """
    root, _, rest = path.partition(".")
    name = rest.partition(".")[0].partition("[")[0]
    return root == "properties" and name in _SECRETS.get(widget_type, _ANY)


def secrets_of(data: Json) -> frozenset[str]:
    """Give the values of a definition's secret properties, for who has to cover what repeats the definition."""
    states = data.get("states") if isinstance(data, dict) else None
    return frozenset(
        value
        for state in (states if isinstance(states, list) else ())
        if isinstance(state, dict) and isinstance(properties := state.get("properties"), dict)
        for name, value in properties.items()
        if isinstance(value, str)
        and len(value) >= _SHORTEST
        and is_secret(str(state.get("type")), f"properties.{name}")
    )


def masked(value: Json, sensitive: frozenset[str]) -> Json:
    """Cover every occurrence of a sensitive text in the strings of a value, keys included."""
    pattern = _pattern(sensitive)
    return _masked(value, pattern) if pattern else value


def masked_text(text: str, sensitive: frozenset[str]) -> str:
    """Cover every occurrence of a sensitive text in a text."""
    pattern = _pattern(sensitive)
    return pattern.sub(SENSITIVE, text) if pattern else text


def _pattern(sensitive: frozenset[str]) -> re.Pattern[str] | None:
    # The longest first, so that a secret that is part of another one does not leave the rest of it readable.
    longest_first = sorted((text for text in sensitive if text), key=lambda text: (-len(text), text))
    return re.compile("|".join(map(re.escape, longest_first))) if longest_first else None


def _masked(value: Json, pattern: re.Pattern[str]) -> Json:
    if isinstance(value, str):
        return pattern.sub(SENSITIVE, value)
    if isinstance(value, list):
        return [_masked(item, pattern) for item in value]
    if isinstance(value, dict):
        return {pattern.sub(SENSITIVE, key): _masked(item, pattern) for key, item in value.items()}
    return value
