"""SIDs: two letters and 32 hexadecimal digits."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from typing import Final

CONSOLE_AUTHOR: Final = "US" + "c0" * 16
"""Who edits in the Console."""

USER_SID: Final = re.compile(r"US[0-9a-fA-F]{32}")

SidMaker = Callable[[str, int], str]
"""Make a SID from its prefix and the number of the row it is for; no number comes twice for one prefix."""


def sid_maker(seed: int | None) -> SidMaker:
    """Give a maker of SIDs: the same ones again for the same seed, none that can be guessed for None."""
    if seed is None:
        return lambda prefix, _number: prefix + secrets.token_hex(16)
    return lambda prefix, number: prefix + derived(f"{seed}:{prefix}:{number}")


def derived(text: str) -> str:
    """Give 32 hexadecimal digits that depend on the text alone."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
