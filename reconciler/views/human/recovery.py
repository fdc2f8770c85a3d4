"""What `state rebuild` and `state verify` found, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from reconciler.model.record import PutResource, TestUsersRecord
from reconciler.views.facts import broken
from reconciler.views.human.text import count, joined, wrapped
from reconciler.views.style import Style
from reconciler.workflows.rebuild import Rebuilt
from reconciler.workflows.verify import Verdict, Verified

_SAYS: Final[dict[Verdict, str]] = {
    "holds": "holds",
    "differs": "Studio has other content under this number",
    "missing": "Studio has no such revision",
    "unread": "no digest was recorded",
}


def render_rebuilt(rebuilt: Rebuilt, style: Style) -> str:
    """Give what a rebuilt state would hold, and what cannot be known again."""
    flows = rebuilt.flows()
    lines = ["Found by the marks in commit messages:", ""]
    for address, record in flows:
        revisions = count(len(record.revisions), "revision")
        lines.append(f"  = {address}  {record.sid}, {record.status}, revision {record.revision} ({revisions} known)")
    changes = (c for c in rebuilt.changes if isinstance(c, PutResource) and isinstance(c.resource, TestUsersRecord))
    users = sorted(change.address for change in changes)
    lines += [f"  = {address}" for address in users]
    if rebuilt.unknown:
        lines += ["", style.paint("What cannot be known again:", "warn")]
        for sentence in rebuilt.unknown:
            lines += wrapped(f"* {sentence}", 2, style)
    found = f"Rebuild: {count(len(flows) + len(users), 'resource')} to record." if flows or users else "Nothing found."
    return joined([*lines, "", found])


def render_verified(verified: Sequence[Verified], style: Style) -> str:
    """Give every revision that does not hold, and how many do."""
    bad = broken(verified)
    lines = [
        f"  {style.paint('!', 'warn')} {v.address} revision {v.revision} of {v.sid}: {_SAYS[v.verdict]}" for v in bad
    ]
    verdicts = Counter(v.verdict for v in verified)
    told = ", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items()))
    return joined([*lines, *([""] if lines else []), f"Verify: {told or 'nothing is recorded'}."])
