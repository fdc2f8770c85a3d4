"""A pull, as JSON."""

from __future__ import annotations

from reconciler.definition.secrets import masked_text
from reconciler.plan.difference_document import encode_item
from reconciler.plan.masking import masked_items
from reconciler.views.machine.home_shapes import PulledFlowShape, PullShape
from reconciler.views.machine.text import document
from reconciler.views.pulling import PulledFlow, PullReport


def render_pull(report: PullReport, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give what a pull writes. `sensitive`: texts to cover, default none."""
    data: PullShape = {
        "format": 1,
        "written": report.written,
        "flows": [_flow(flow, sensitive) for flow in report.flows],
        "gone": [str(address) for address in report.gone],
        "files": [{"file": file, "diff": masked_text(diff, sensitive)} for file, diff in report.differences.items()],
    }
    return document(data)


def _flow(flow: PulledFlow, sensitive: frozenset[str]) -> PulledFlowShape:
    pulled = flow.pulled
    return {
        "address": str(pulled.address),
        "revision": pulled.revision.revision,
        "files": list(flow.files),
        "diff": [encode_item(item) for item in masked_items(pulled.items, sensitive)],
        "conflicts": [masked_text(place, sensitive) for place in pulled.conflicts],
        "refused": None if flow.refused is None else masked_text(flow.refused, sensitive),
        "notes": [masked_text(note, sensitive) for note in pulled.notes],
    }
