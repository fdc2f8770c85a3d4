"""The mark: what makes a revision of ours recognisable, at the front of its commit message.

    [reconciler 01J8ZK4T9QXW 4f1c2a9e 3f2a9c1b clinic/production/Flow/appointment-reminder] In two languages

is token, lineage, target digest (eight digits each), project, environment and address. Studio keeps it with the
revision for ever, so a write whose answer got lost is found again instead of repeated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from reconciler.errors import UsageError
from reconciler.model.address import Address

MESSAGE_LIMIT: Final = 255
"""Characters of a commit message we send. Studio documents no limit (api.md A4.13); this one is safe everywhere."""

_MARK: Final = re.compile(
    r"\[reconciler (?P<token>[0-9A-Z]{12}) (?P<lineage>[0-9a-f]{8}) (?P<digest>[0-9a-f]{8}) "
    r"(?P<project>[^/ \]]+)/(?P<environment>[^/ \]]+)/(?P<address>[A-Za-z]+/[^\] ]+)\]"
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a flow is: one address of one environment of one project."""

    project: str
    environment: str
    address: Address


@dataclass(frozen=True, slots=True)
class Mark:
    """One write of ours. `lineage` and `digest` are the first eight hex digits of each."""

    token: str
    lineage: str
    digest: str
    owner: Owner

    def __str__(self) -> str:
        owner = self.owner
        where = f"{owner.project}/{owner.environment}/{owner.address}"
        return f"[reconciler {self.token} {self.lineage} {self.digest} {where}]"


def mark(token: str, lineage: str, target: str, owner: Owner) -> Mark:
    """Make the mark of one write; `target` is a `sha256:` digest, `lineage` the state's UUID."""
    return Mark(token, lineage.replace("-", "")[:8], target.removeprefix("sha256:")[:8], owner)


def commit_message(mark_: Mark, text: str) -> str:
    """Put the mark in front of what a person wrote; the whole is cut to 255 characters behind the mark."""
    return fitting(f"{mark_} {text}")


def fitting(message: str) -> str:
    """Cut a commit message to what Studio takes everywhere."""
    return message.strip()[:MESSAGE_LIMIT].rstrip()


def read_mark(message: str | None) -> Mark | None:
    """Find a mark in a commit message; None when there is none, or one that nobody of ours can have written."""
    found = _MARK.match(message.lstrip()) if message else None
    if found is None:
        return None
    try:
        address = Address.parse(found["address"])
    except UsageError:
        return None
    return Mark(
        found["token"], found["lineage"], found["digest"], Owner(found["project"], found["environment"], address)
    )
