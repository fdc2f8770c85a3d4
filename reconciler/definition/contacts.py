"""Contacts of test users in the one spelling by which two lists are told to mean the same. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_NOISE: Final = re.compile(r"[\s().\-]")
_NUMBER: Final = re.compile(r"\+?[0-9]+")


def same_contacts(first: Iterable[str], second: Iterable[str]) -> bool:
    """Tell whether two lists name the same contacts, however their phone numbers are spelt.

    Only for asking whether a write of ours arrived: Studio may keep another spelling than was sent (api.md A6). What
    a manifest wants is compared letter by letter.
    """
    return {_plain(contact) for contact in first} == {_plain(contact) for contact in second}


def _plain(contact: str) -> str:
    channel, colon, address = contact.strip().rpartition(":")
    plain = _NOISE.sub("", address)
    return channel.lower() + colon + (plain if _NUMBER.fullmatch(plain) else address)
