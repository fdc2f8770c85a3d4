from dataclasses import replace

import pytest

from reconciler.errors import NotFoundError
from reconciler.model.execution import ExecutionFilter
from reconciler.workflows.traffic.sources import live_runs
from tests.support.executions import HELLO, MENU, Account, execution, step, world_of


def nobody(_flow):
    """Take no flow for absent."""
    raise AssertionError("a flow is not there")


def test_each_execution_comes_with_its_steps():
    """Executions come flow by flow with the steps that Studio lists, and with one request for these."""
    one, two = execution(1, 5), execution(2, 1)
    account = Account([one, two], {one.sid: [step(1, one, "Trigger incomingMessage Ended")]})
    found = list(live_runs(world_of(account), (HELLO, MENU), ExecutionFilter(), nobody))
    assert {run.sid: len(steps) for run, steps in found} == {one.sid: 1, two.sid: 0}
    assert (account.count("steps"), account.count("context"), account.count("fetch")) == (2, 0, 0)


def test_what_is_deleted_meanwhile_is_left_out():
    """An execution that is gone when its steps are asked for is no error, and is not counted."""
    one, two = execution(1, 5), execution(2, 1)

    def vanish(word: str, sid: str) -> None:
        if (word, sid) == ("steps", one.sid):
            raise NotFoundError("gone")

    account = Account([one, two], before=vanish)
    assert [run.sid for run, _ in live_runs(world_of(account), (HELLO,), ExecutionFilter(), nobody)] == [two.sid]


def test_a_flow_that_is_gone_is_named_and_the_others_go_on():
    """A recorded flow that Studio does not have any more is told; one that was named by its SID is an error."""
    run = execution(1)

    def vanish(word: str, sid: str) -> None:
        if (word, sid) == ("list", MENU.sid):
            raise NotFoundError("gone")

    account, absent = Account([run], before=vanish), []
    found = list(live_runs(world_of(account), (MENU, HELLO), ExecutionFilter(), absent.append))
    assert ([one.sid for one, _ in found], absent) == ([run.sid], [MENU])
    with pytest.raises(NotFoundError):
        list(live_runs(world_of(account), (replace(MENU, address=None),), ExecutionFilter(), absent.append))
