"""Each write once: intent first, then the write, then the truth about it."""

from __future__ import annotations

import pytest

from reconciler.apply import other_steps, write_flow
from reconciler.apply.attempt import ATTEMPTS, attempt, until_known, while_fresh
from reconciler.apply.execute import perform
from reconciler.apply.validate import validate
from reconciler.definition import document
from reconciler.definition.canonical import digest_of_contacts
from reconciler.errors import (
    AmbiguousError,
    ConflictError,
    CredentialsError,
    InterruptedRunError,
    InvalidDefinitionError,
    LeaseLostError,
    NotFoundError,
    NotSentError,
    RateLimitedError,
    ReconcilerError,
    RequestRefusedError,
    StaleError,
    StateWriteError,
    StudioError,
    UsageError,
)
from reconciler.model.address import Address
from reconciler.model.record import PutIntent
from reconciler.plan.options import PlanOptions
from reconciler.plan.outcome import Done, Failed, Skipped
from reconciler.plan.values import Objection
from tests.support.flows import caller, calling, data, desired, flow, greeting, users
from tests.support.scripted import SID, Scripted, body, intent, message, numbered, plan, recorded, run, step
from tests.support.world import InlinePool

MENU = Address("Flow", "menu")
TESTERS = Address("TestUsers", "testers")
LOST = AmbiguousError("lost")
GONE = NotFoundError("gone", status=404)
REFUSED = InvalidDefinitionError("refused", ())


def pending(of) -> bool:
    """Whether an intent stands in the state of a run."""
    return bool(of.ledger._session.state.pending)


@pytest.mark.parametrize(
    "error", [RequestRefusedError("no"), GONE, RateLimitedError("no"), NotSentError("no"), CredentialsError("no")]
)
def test_refused_write_leaves_no_intent(error: ReconcilerError):
    """A write that is known not to have happened leaves no intent behind."""
    of = run(Scripted(send=[error]))
    with pytest.raises(type(error)):
        attempt(of, MENU, intent(), of.writer.send, lambda: None)
    assert not pending(of)


def test_intent_comes_first():
    """Nothing is sent when the intent cannot be recorded."""
    studio = Scripted(send=["done"])
    of = run(studio)
    of.ledger._session.failing = StateWriteError("disk full")
    with pytest.raises(StateWriteError):
        attempt(of, MENU, intent(), studio.send, lambda: None)
    assert studio.asked == []


def test_nothing_is_repeated_under_a_lost_lock():
    """A run whose lock was lost while it looked for its write repeats nothing, and its intent stays."""
    studio = Scripted(send=[LOST, "done"])
    of = run(studio)

    def settle() -> None:
        of.ledger._session.failing = LeaseLostError("taken over")

    with pytest.raises(LeaseLostError):
        attempt(of, MENU, intent(), studio.send, settle)
    assert studio.count("send") == 1
    assert pending(of)


def test_lost_write_is_looked_for_before_it_is_repeated():
    """A lost answer is settled first: found means done, not found means sent again, at most three times."""
    studio = Scripted(send=[LOST])
    assert attempt(run(studio), MENU, intent(), studio.send, lambda: "found") == "found"
    assert studio.count("send") == 1
    studio = Scripted(send=[LOST, "done"])
    assert attempt(run(studio), MENU, intent(), studio.send, lambda: None) == "done"
    studio = Scripted(send=[LOST])
    of = run(studio)
    with pytest.raises(AmbiguousError):
        attempt(of, MENU, intent(), studio.send, lambda: None)
    assert studio.count("send") == ATTEMPTS
    assert pending(of)


def test_conflict_after_a_lost_write():
    """When somebody else wrote instead, the intent goes and the conflict is told."""
    studio = Scripted(send=[LOST], settle=[ConflictError("theirs")])
    of = run(studio)
    with pytest.raises(ConflictError):
        attempt(of, MENU, intent(), studio.send, studio.settle)
    assert not pending(of)


def test_look_that_fails_leaves_the_intent():
    """When nobody could look what became of a lost write, it stays pending."""
    studio = Scripted(send=[LOST], settle=[StudioError("down")])
    of = run(studio)
    with pytest.raises(StudioError):
        attempt(of, MENU, intent(), studio.send, studio.settle)
    assert pending(of)


def test_young_flow_may_not_be_shown_yet():
    """A 404 on a flow that we made just now is repeated, on an older one it is told at once."""
    studio = Scripted(call=[GONE, "there"])
    of = run(studio)
    of.fresh[SID] = 0.0
    assert while_fresh(of, SID, studio.call) == "there"
    studio = Scripted(call=[GONE])
    with pytest.raises(NotFoundError):
        while_fresh(run(studio), SID, studio.call)
    assert studio.count("call") == 1
    of = run(studio)
    of.fresh[SID] = 0.0
    with pytest.raises(NotFoundError):
        while_fresh(of, SID, studio.call)


def test_young_callee_may_not_be_known_yet():
    """A refused definition that calls a flow which we made just now is asked again, any other is told at once."""
    definition = document.of(data(calling("call", SID)))
    studio = Scripted(call=[REFUSED, "fine"])
    of = run(studio)
    of.fresh[SID] = 0.0
    assert until_known(of, definition, studio.call) == "fine"
    studio = Scripted(call=[REFUSED])
    with pytest.raises(InvalidDefinitionError):
        until_known(run(studio), definition, studio.call)
    assert studio.count("call") == 1
    of = run(studio)
    of.fresh[SID] = 0.0
    with pytest.raises(InvalidDefinitionError):
        until_known(of, definition, studio.call)


def test_answer_below_the_base_is_ambiguous():
    """An answer that shows a lower revision than we had read is looked into, not recorded."""
    studio = Scripted(
        fetch_flow=[body(1), body(2, "New", message())], update_flow=[body(0, "New")], fetch_revision=[GONE]
    )
    of = run(studio, wanted=desired([flow("menu", greeting("New"))]), resources={MENU: recorded()})
    done = write_flow.update(of, step())
    assert done.revision == 2
    assert not pending(of)


def test_update_that_others_wrote_instead():
    """When our update is nowhere and others wrote, the step is a conflict and nothing is repeated."""
    studio = Scripted(fetch_flow=[body(1), body(2, "Theirs")], update_flow=[LOST])
    of = run(studio, wanted=desired([flow("menu", greeting("New"))]), resources={MENU: recorded()})
    assert perform(of, step()).kind == "conflict"
    assert studio.count("update_flow") == 1
    assert not pending(of)


def test_merge_is_made_again_on_what_is_there():
    """A merge that cannot be made any more when it is to be sent is a conflict."""
    wanted = desired([flow("menu", greeting("Ours"))])
    for base in (numbered(1), numbered(1, None)):
        studio = Scripted(fetch_flow=[body(1, "Theirs")], fetch_revision=[base])
        of = run(studio, wanted=wanted, resources={MENU: recorded()})
        assert perform(of, step(reason="merged")).kind == "conflict"
        assert studio.count("update_flow") == 0


def test_what_is_gone_from_the_state_is_a_conflict():
    """Steps on what is no longer recorded send nothing."""
    wanted = desired([flow("menu")], [users("testers", "menu", "+15550100001")])
    of = run(Scripted(), wanted=wanted)
    assert perform(of, step()).kind == "conflict"
    assert perform(of, step("record")).kind == "conflict"
    assert perform(of, step("set-test-users", TESTERS)).kind == "conflict"
    assert perform(of, step("record", TESTERS)).kind == "conflict"
    assert perform(of, step("delete")).kind == "done"


def test_reference_to_what_does_not_exist():
    """A definition with a reference that has no SID is never sent."""
    of = run(Scripted(), wanted=desired([flow("menu", caller("nobody"))]))
    found = perform(of, step("create"))
    assert isinstance(found, Failed)
    assert isinstance(found.error, UsageError)


def test_stopped_before_it_is_sent():
    """A run that is to stop sends no update; the step was not started."""
    studio = Scripted(fetch_flow=[body(1)])
    of = run(studio, wanted=desired([flow("menu", greeting("New"))]), resources={MENU: recorded()})
    of.look.clock.stopped = True
    assert perform(of, step()) == Skipped(step(), "interrupted")
    assert studio.count("update_flow") == 0


def test_delete_of_what_is_gone_is_done():
    """A 404 on DELETE is a delete that is done."""
    studio = Scripted(fetch_flow=[body(1)], has_active_executions=[False], delete_flow=[GONE])
    of = run(studio, resources={MENU: recorded()})
    assert isinstance(perform(of, step("delete")), Done)
    assert of.ledger._session.state.resources == {}


@pytest.mark.parametrize("answers", [[LOST, GONE], [LOST]])
def test_delete_whose_answer_got_lost(answers):
    """A lost DELETE is looked for, and repeated when the flow is still there."""
    gone = answers[-1] is LOST
    studio = Scripted(
        fetch_flow=[body(1), GONE] if gone else [body(1)], has_active_executions=[False], delete_flow=answers
    )
    of = run(studio, resources={MENU: recorded()})
    assert isinstance(other_steps.delete(of, step("delete")), Done)
    assert studio.count("delete_flow") == len(answers)


def test_conflict_with_a_higher_revision_at_adoption():
    """A flow that moved since it was to be adopted is a conflict."""
    of = run(Scripted(fetch_flow=[body(2)]), wanted=desired([flow("menu")]))
    assert perform(of, step("adopt")).kind == "conflict"


@pytest.mark.parametrize("answer", [(), ("+15550100009",)])
def test_test_users_that_stay_are_an_error(answer: tuple[str, ...]):
    """A list that is not what was sent, but empty or as before, is a failure that leaves nothing pending."""
    wanted = desired([flow("menu")], [users("testers", "menu", "+15550100001")])
    studio = Scripted(fetch_test_users=[("+15550100009",)], set_test_users=[answer])
    of = run(studio, wanted=wanted, sids={"menu": SID})
    assert perform(of, step("set-test-users", TESTERS)).kind == "failed"
    assert not pending(of)


def test_test_users_in_another_spelling_are_recorded():
    """A list that Studio keeps in another way is recorded as sent and as stored."""
    wanted = desired([flow("menu")], [users("testers", "menu", "client:anna")])
    studio = Scripted(fetch_test_users=[()], set_test_users=[("client:ANNA-1",)])
    of = run(studio, wanted=wanted, sids={"menu": SID})
    assert perform(of, step("set-test-users", TESTERS)).kind == "done"
    (record,) = of.ledger._session.state.test_users().values()
    assert (record.sent, record.stored) == (("client:anna",), ("client:ANNA-1",))


def test_refused_test_users():
    """A refusal of a list is told as it is; of an empty one with what to do next."""
    for contacts, hint in (((), True), (("+15550100001",), False)):
        wanted = desired([flow("menu")], [users("testers", "menu", *contacts)])
        studio = Scripted(fetch_test_users=[("x",)], set_test_users=[RequestRefusedError("no", status=400)])
        of = run(studio, wanted=wanted, sids={"menu": SID})
        found = perform(of, step("set-test-users", TESTERS, digest=digest_of_contacts(["x"])))
        assert isinstance(found, Failed)
        assert bool(found.error.hint) == hint


def test_lost_test_users():
    """A lost answer to a write of test users is looked for."""
    wanted = desired([flow("menu")], [users("testers", "menu", "+15550100001")])
    studio = Scripted(fetch_test_users=[(), ("+15550100001",)], set_test_users=[LOST])
    of = run(studio, wanted=wanted, sids={"menu": SID})
    assert perform(of, step("set-test-users", TESTERS)).kind == "done"
    assert studio.count("set_test_users") == 1


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (InterruptedRunError("stop"), "skipped"),
        (ConflictError("theirs"), "conflict"),
        (StaleError("old"), "conflict"),
        (StudioError("down"), "failed"),
        (StateWriteError("disk"), "failed"),
    ],
)
def test_errors_by_their_kind(error: ReconcilerError, kind: str):
    """Each error ends a step in its own way, and any of them leaves it open while an intent stands."""
    wanted = desired([flow("menu")])
    of = run(Scripted(fetch_flow=[error]), wanted=wanted, resources={MENU: recorded()})
    assert perform(of, step()).kind == kind
    of.ledger.record([PutIntent(MENU, intent())])
    assert perform(of, step()).kind == ("failed" if isinstance(error, StateWriteError) else "pending")


def test_active_executions_refuse_a_delete():
    """Executions that became active since the plan refuse the delete, unless that is allowed."""
    studio = Scripted(fetch_flow=[body(1)], has_active_executions=[True], delete_flow=[None])
    of = run(studio, resources={MENU: recorded()})
    assert perform(of, step("delete")).kind == "refused"
    of = run(studio, resources={MENU: recorded()}, options=PlanOptions(allow=frozenset({"active"})))
    assert perform(of, step("delete")).kind == "done"


def test_validation_without_a_validator():
    """Without a validator, or with nothing to send, nobody is asked."""
    of = run(Scripted(), wanted=desired([flow("menu")]), resources={MENU: recorded()})
    assert validate(of, plan(step()), InlinePool()) == ()
    of = run(Scripted(), wanted=desired([flow("menu")]), validator=Scripted(validate=[REFUSED]))
    assert validate(of, plan(step("delete")), InlinePool()) == ()
    refused = Objection("drift", "step", MENU, "no", None)
    assert validate(of, plan(step(), objections=(refused,)), InlinePool()) == ()


def test_validation_knows_what_was_accepted():
    """What Validate took is not asked about again in the same run, neither by what is wanted nor by what is sent."""
    validator = Scripted(validate=[None])
    studio = Scripted(fetch_flow=[body(1)], update_flow=[body(2, "New", message())])
    wanted = desired([flow("menu", greeting("New"))])
    of = run(studio, wanted=wanted, resources={MENU: recorded()}, validator=validator)
    steps = plan(step(target=greeting("New").digests.full), step(target=None))
    assert validate(of, steps, InlinePool()) == ()
    asked = validator.count("validate")
    assert perform(of, step()).kind == "done"
    assert validator.count("validate") == asked
