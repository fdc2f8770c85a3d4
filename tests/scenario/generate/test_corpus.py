from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.definition.document import of
from reconciler.errors import SimulationError
from reconciler.scenario.flows import Flows
from reconciler.scenario.generate.propose import Proposal, propose

_CORPUS = Path(__file__).parents[3] / ".." / "shared" / "studio"
_LEFT = {"condition", "limit", "endless"}
"""Causes that more search might do away with; all others lie in the flow itself."""


@pytest.mark.slow
@pytest.mark.skipif(not _CORPUS.exists(), reason="the corpus of real flows is not here")
def test_nearly_all_that_can_be_reached_in_real_flows_is_covered():
    """Over all real flows, proposals break nothing and cover more than 95 % of the transitions that can be passed."""
    found = [one for path in _paths() if (one := _proposed(path)) is not None]
    covered = sum(one.covered for one in found)
    left = sum(missed.cause in _LEFT for one in found for missed in one.unreached)
    whole = sum(one.covered == one.reachable for one in found)
    assert len(found) >= 80
    assert covered / (covered + left) > 0.95
    assert whole / len(found) > 0.8
    assert all(one.covered + len(one.unreached) == one.asked for one in found)


def _paths() -> list[Path]:
    return [path for folder in ("corpus", "corpus-templated") for path in sorted((_CORPUS / folder).glob("*.json"))]


def _proposed(path: Path) -> Proposal | None:
    try:
        return propose(Flows({"flow": of(json.loads(path.read_text()))}), "flow")
    except SimulationError:
        return None
