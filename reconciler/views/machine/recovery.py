"""What `state rebuild` and `state verify` found, as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.record import PutResource, TestUsersRecord
from reconciler.views.facts import broken
from reconciler.views.machine.shapes import StateRebuildShape, StateVerifyShape
from reconciler.views.machine.text import document
from reconciler.workflows.rebuild import Rebuilt
from reconciler.workflows.verify import Verified


def render_rebuilt(rebuilt: Rebuilt, *, recorded: bool) -> str:
    """Give what a rebuilt state holds; `recorded` is whether it was written."""
    users = [
        c.address for c in rebuilt.changes if isinstance(c, PutResource) and isinstance(c.resource, TestUsersRecord)
    ]
    data: StateRebuildShape = {
        "format": 1,
        "recorded": recorded,
        "flows": [
            {"address": str(a), "sid": r.sid, "revision": r.revision, "revisions": len(r.revisions)}
            for a, r in rebuilt.flows()
        ],
        "testUsers": [str(address) for address in sorted(users)],
        "unknown": list(rebuilt.unknown),
    }
    return document(data)


def render_verified(verified: Sequence[Verified]) -> str:
    """Give every recorded revision with its verdict."""
    data: StateVerifyShape = {
        "format": 1,
        "holds": not broken(verified),
        "revisions": [
            {"address": str(v.address), "sid": v.sid, "revision": v.revision, "verdict": v.verdict} for v in verified
        ],
    }
    return document(data)
