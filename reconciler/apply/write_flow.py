"""Create, update and publish a flow. A write always carries name, status, the whole definition and a message."""

from __future__ import annotations

from dataclasses import replace

from reconciler.apply.attempt import attempt, until_known, while_fresh
from reconciler.apply.look import between, fetch_at_least, head_number, published_head
from reconciler.apply.records import Written, after_write, foreign_revision
from reconciler.apply.run import On, Run, name_of
from reconciler.apply.settle import find_created, find_updated
from reconciler.definition.layout import keep_ignored
from reconciler.definition.merge import merge
from reconciler.errors import AmbiguousError, ConflictError, NotFoundError, UsageError
from reconciler.model.address import Address
from reconciler.model.definition import Definition, Status
from reconciler.model.desired import DesiredFlow
from reconciler.model.live import FlowBody, FlowInput, FlowRevision
from reconciler.model.record import DropIntent, FlowRecord, Intent, PutResource
from reconciler.plan.decide import composed
from reconciler.plan.inputs import ignored_in, status_of
from reconciler.plan.mark import read_mark
from reconciler.plan.outcome import Done
from reconciler.plan.values import Step


def create(run: Run, step: Step) -> Done:
    """Create a flow, exactly once."""
    flow = run.desired.flows[step.address]
    definition = _resolved(run, flow)
    what = FlowInput(flow.friendly_name, flow.status, definition, "")
    intent = run.intent("create", On(), what, definition.digests.full)
    what = replace(what, commit_message=run.message(flow, intent))
    _validate(run, what)
    answer = attempt(
        run,
        step.address,
        intent,
        lambda: until_known(run, definition, lambda: run.writer.create_flow(what)),
        lambda: find_created(run.look, intent, run.ledger.recorded_sids()),
    )
    run.fresh[answer.row.sid] = run.look.clock.monotonic()
    record = after_write(None, answer, _written(run, flow, definition))
    # A flow that was renamed after others deleted it is still recorded under its old name.
    before = (Address("Flow", name) for name in flow.previous_names)
    old = [change for a in before if run.ledger.flow(a) for change in run.ledger.renaming(a, step.address)]
    run.ledger.record([*old, PutResource(step.address, record), DropIntent(step.address)])
    return _done(step, record)


def update(run: Run, step: Step) -> Done:
    """Update or publish a flow on top of the revision that the plan was decided on.

    Raises:
        ConflictError: somebody wrote to the flow since.
    """
    flow = run.desired.flows[step.address]
    address, record = run.recorded(flow)
    sid = record.sid
    body = _reread(run, step, record)
    definition = _wanted_on(run, flow, record, body, merged=step.reason == "merged")
    manage = run.desired.policy.layout == "manage"
    sent = composed(definition, body.definition, manage_layout=manage)
    row = body.row
    what = FlowInput(name_of(flow, row.friendly_name), status_of(flow, row.status), sent, "")
    intent = run.intent(
        "publish" if step.kind == "publish" else "update", On(sid, row.revision), what, sent.digests.full
    )
    what = replace(what, commit_message=run.message(flow, intent))
    _validate(run, what)
    _go_on(run)
    answer = attempt(
        run, step.address, intent, lambda: _send_update(run, sid, what, intent), lambda: _settle(run, intent, record)
    )
    others = _others(run, record, intent, answer)
    told = run.wanted(flow) if step.reason == "merged" else sent
    record = after_write(record, answer, _written(run, flow, told), others)
    renaming = run.ledger.renaming(address, step.address)
    run.ledger.record([*renaming, PutResource(step.address, record), DropIntent(step.address)])
    overwritten = tuple(foreign_revision(other) for other in others if other.revision > intent.base)
    return replace(_done(step, record), overwritten=overwritten)


def _reread(run: Run, step: Step, record: FlowRecord) -> FlowBody:
    """Read the flow again just before the write; anything newer than the basis is somebody else's."""
    expected = max(step.basis.revision, record.revision)
    try:
        body = fetch_at_least(run.look, record.sid, expected)
    except NotFoundError as error:
        raise ConflictError(f"{record.sid} was deleted since the plan", hint="Plan again.") from error
    if body.row.revision > expected:
        who = f" by {body.author_sid}" if body.author_sid else ""
        raise ConflictError(
            f"{record.sid} is at revision {body.row.revision}{who}; the plan was decided on revision {expected}",
            hint=f"`reconciler diff {step.address} {expected} {body.row.revision}` shows it; then plan again.",
        )
    return body


def _wanted_on(run: Run, flow: DesiredFlow, record: FlowRecord, body: FlowBody, *, merged: bool) -> Definition:
    definition = _resolved(run, flow)
    ignored = ignored_in(flow)
    if not (merged or ignored):
        return definition
    wanted = status_of(flow, body.row.status)
    live = _head(run, body, wanted)
    if merged:
        number = head_number(record, wanted)
        base = run.look.reader.fetch_revision(record.sid, number).definition
        if base is None:
            raise ConflictError(f"{record.sid}: revision {number} cannot be read", hint="Plan again.")
        definition, conflicts = merge(base, live, definition)
        if conflicts:
            raise ConflictError(f"{flow.address}: both sides changed {', '.join(conflicts)}", hint="Plan again.")
    return keep_ignored(definition, live, ignored) if ignored else definition


def _head(run: Run, body: FlowBody, wanted: Status) -> Definition:
    """Give the live head that the plan compared with: a draft on top of what is published is somebody else's matter."""
    published = published_head(run.look, body) if wanted == "published" else None
    return published.definition if published and published.definition else body.definition


def _resolved(run: Run, flow: DesiredFlow) -> Definition:
    definition = run.wanted(flow)
    if definition.references:
        missing = ", ".join(f"flow/{name}" for name in definition.references)
        raise UsageError(f"{flow.address} refers to {missing}, which does not exist here")
    return definition


def _validate(run: Run, what: FlowInput) -> None:
    """Ask Studio about a definition that could not be asked about before the first write."""
    if run.validator is None or what.definition.digests.full in run.validated:
        return
    validator = run.validator
    until_known(run, what.definition, lambda: validator.validate(what))
    run.validated.add(what.definition.digests.full)


def _go_on(run: Run) -> None:
    """Stop here, before anything is sent, when the run is to stop."""
    if run.look.clock.stopping():
        run.look.clock.sleep(0)


def _send_update(run: Run, sid: str, what: FlowInput, intent: Intent) -> FlowBody:
    answer = while_fresh(run, sid, lambda: until_known(run, what.definition, lambda: run.writer.update_flow(sid, what)))
    if answer.row.revision < intent.base:
        raise AmbiguousError(f"{sid}: the answer shows revision {answer.row.revision}, below {intent.base}")
    return answer


def _settle(run: Run, intent: Intent, record: FlowRecord) -> FlowBody | None:
    ours = [e.author for e in record.revisions if e.by == "us" and e.author]
    sid = intent.sid or record.sid
    found, latest = find_updated(run.look, intent, sid, ours[-1] if ours else None)
    if found is None and latest > intent.base:
        raise ConflictError(
            f"{sid} is at revision {latest}, and none of the revisions above {intent.base} is ours", hint="Plan again."
        )
    return found


def _others(run: Run, record: FlowRecord, intent: Intent, answer: FlowBody) -> tuple[FlowRevision, ...]:
    """Give the revisions between what was recorded and what we wrote; numbers may have gaps.

    Those above the intent's base landed after we had read; those below it are drift that is recorded now.
    """
    if answer.row.revision <= record.revision + 1:
        return ()
    found = between(run.look, answer.row.sid, record.revision, answer.latest)
    return tuple(revision for revision in found if not _has_token(revision, intent))


def _has_token(revision: FlowRevision, intent: Intent) -> bool:
    found = read_mark(revision.commit_message)
    return found is not None and found.token == intent.token


def _written(run: Run, flow: DesiredFlow, definition: Definition) -> Written:
    return Written(
        owner=run.owner(flow.address),
        sent=definition.digests,
        plan=run.plan_digest,
        source=run.source,
        on_delete=flow.lifecycle.on_delete,
    )


def _done(step: Step, record: FlowRecord) -> Done:
    return Done(step, record.sid, record.revision, record.webhook_url)
