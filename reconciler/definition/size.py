"""How large a request is. Studio refuses a form body of one megabyte or more."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from reconciler.model.live import FlowInput

LIMIT: Final = 1_000_000
"""A form body of so many bytes or more is too large (api.md A8)."""


_BLANKS: Final = b" \t\r\n"
_LONGER_ESCAPE: Final = 5
"""Bytes that `\\u0041` takes beyond the one that it may become."""


def least_size(raw: bytes) -> int:
    """Give a size that the compact JSON of a text has at least, without parsing it; white space and escapes shrink."""
    if len(raw) < LIMIT:
        return 0
    return len(raw.translate(None, _BLANKS)) - _LONGER_ESCAPE * raw.count(b"\\u") - raw.count(b"\\/")


def form_size(what: FlowInput) -> int:
    """Count the bytes of the form body that sends this: percent-encoding makes it larger than the definition."""
    fields = {
        "FriendlyName": what.friendly_name,
        "Status": what.status,
        "Definition": what.definition.text,
        "CommitMessage": what.commit_message,
    }
    return len(urlencode(fields))
