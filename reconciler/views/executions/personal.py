"""How personal data looks when nobody asked for it: enough to tell runs apart, not enough to call anybody."""

from __future__ import annotations

import re
from typing import Final

from reconciler.model.jsontypes import Json

MASK: Final = "(personal)"
"""Stands for a value that somebody said, or that says something of somebody."""

_NUMBER: Final = re.compile(r"(?P<channel>(?:[a-z]+:)?)\+?\d+(?P<last>\d\d)")


def contact_shown(contact: str | None, *, personal: bool) -> str | None:
    """Give a contact as it may be shown: of a number its last two digits with its channel, of any other nothing."""
    if contact is None or personal:
        return contact
    found = _NUMBER.fullmatch(contact)
    return f"{found['channel']}+...{found['last']}" if found else MASK


def message_shown(message: str, contact: str, *, personal: bool) -> str:
    """Give what Studio said of a contact, which it may repeat, as it may be shown."""
    shown = contact_shown(contact, personal=personal) or MASK
    return message.replace(contact, shown) if contact else message


def context_shown(context: Json, *, personal: bool) -> Json:
    """Give variables as they may be shown: masked, their names stay and every value goes."""
    if personal:
        return context
    if isinstance(context, dict):
        return {key: context_shown(value, personal=False) for key, value in context.items()}
    if isinstance(context, list):
        return [context_shown(value, personal=False) for value in context]
    return None if context is None else MASK
