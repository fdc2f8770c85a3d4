"""Randomness of the operating system: `ports.Chance` of the command line."""

from __future__ import annotations

import random
import secrets
import uuid
from typing import Final

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH: Final = 12


class SystemChance:
    """Draw what nobody can guess twice."""

    def token(self) -> str:
        """Give 12 characters of Crockford's base 32: 60 random bits, so that no two intents of a project ever meet."""
        # One draw, not twelve: each is a system call, for which threads give way to each other.
        return "".join(_CROCKFORD[byte % len(_CROCKFORD)] for byte in secrets.token_bytes(_LENGTH))

    def lineage(self) -> str:
        """Give a new UUID."""
        return str(uuid.uuid4())

    def jitter(self) -> float:
        """Give a number from 0 to 1."""
        return random.random()  # noqa: S311 - spreads retries, keeps no secret
