"""How large a request is. Studio refuses a form body of one megabyte or more."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from reconciler.model.live import FlowInput

LIMIT: Final = 1_000_000
"""A form body of so many bytes or more is too large (api.md A8)."""


def form_size(what: FlowInput) -> int:
    """Count the bytes of the form body that sends this: percent-encoding makes it larger than the definition."""
    fields = {
        "FriendlyName": what.friendly_name,
        "Status": what.status,
        "Definition": what.definition.text,
        "CommitMessage": what.commit_message,
    }
    return len(urlencode(fields))
