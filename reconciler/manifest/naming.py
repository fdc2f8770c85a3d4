"""Names of resources made from what people call their flows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from typing import Final

_LONGEST: Final = 63
_NO_LABEL: Final = re.compile(r"[^a-z0-9]+")


def dns_label(text: str) -> str:
    """Turn any text into a DNS label: accents and signs go, words are joined by `-`; `flow` when nothing stays."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return _NO_LABEL.sub("-", plain).strip("-")[:_LONGEST].rstrip("-") or "flow"


def free_name(text: str, taken: Container[str]) -> str:
    """Give a DNS label that nobody has yet: `name`, else `name-2`, `name-3`, …."""
    name = dns_label(text)
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        suffix = f"-{number}"
        candidate = name[: _LONGEST - len(suffix)].rstrip("-") + suffix
    return candidate
