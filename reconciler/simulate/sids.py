"""SIDs that nobody gave: derived from the execution's, so that the same run always has the same."""

from __future__ import annotations

import hashlib


def sid_of(prefix: str, execution: str, what: str) -> str:
    """Give a SID with a prefix (`FT`, `SM`) for one thing of an execution."""
    return prefix + hashlib.sha256(f"{execution}:{what}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
