"""A state that was lost, or is another machine's: what bears our mark is adopted, and nothing is written."""

import pytest

from tests.support.flows import caller, desired, flow
from tests.support.world import Bed


@pytest.fixture
def bed(tmp_path):
    """Give a world."""
    return Bed(tmp_path)


def test_adopting_a_caller_with_what_it_calls_writes_nothing(bed):
    """A flow that calls another one is adopted with it: the call names the SID that is adopted, so nothing differs."""
    side = desired((flow("called"), flow("caller", caller("called"))))
    bed.apply(side)
    (bed.folder / "state" / "local.json").unlink()
    kinds = [(step.kind, step.address.name) for step in bed.plan(side).plan.steps]
    assert kinds == [("adopt", "called"), ("adopt", "caller")]
    bed.apply(side)
    assert {record.revision for record in bed.state().flows().values()} == {1}
    assert bed.plan(side).plan.empty
