"""Delete, test users, and the steps that change nothing but the state."""

from __future__ import annotations

from dataclasses import replace

from reconciler.apply.attempt import attempt, while_fresh
from reconciler.apply.look import fetch_at_least, fetch_contacts, head_number, published_head, read_moved, when_shown
from reconciler.apply.records import adopted, moved
from reconciler.apply.run import On, Run
from reconciler.apply.settle import has_test_users, is_deleted
from reconciler.definition import document
from reconciler.definition.canonical import digest_of_contacts
from reconciler.definition.contacts import same_contacts
from reconciler.errors import ConflictError, NotFoundError, RefusedError, RequestRefusedError, StudioError
from reconciler.model.desired import DesiredFlow, DesiredTestUsers
from reconciler.model.live import FlowBody, FlowInput, FlowRow, LiveFlow
from reconciler.model.record import DropIntent, DropResource, FlowRecord, PutResource, TestUsersRecord
from reconciler.plan.inputs import status_of
from reconciler.plan.outcome import Done
from reconciler.plan.values import Step


def delete(run: Run, step: Step) -> Done:
    """Delete a flow, after its bodies are saved, and forget its test users in the same step.

    Raises:
        ConflictError: somebody wrote to the flow since the plan.
        RefusedError: it has active executions and nobody allowed to end them.
    """
    record = run.ledger.flow(step.address)
    if record is None:
        return Done(step)
    sid = record.sid
    saved: tuple[str, ...] = ()
    try:
        body = fetch_at_least(run.look, sid, max(step.basis.revision, record.revision))
    except NotFoundError:
        body = None  # gone already: DELETE is idempotent for us
    if body is not None:
        _not_moved(step, record, body)
        _not_active(run, step, sid)
        saved = _save(run, step, body)
        what = FlowInput(record.friendly_name, record.status, body.definition, "")
        intent = run.intent("delete", On(sid, body.row.revision), what, body.definition.digests.full)
        attempt(run, step.address, intent, lambda: _send_delete(run, sid), lambda: is_deleted(run.look, sid) or None)
    users = [DropResource(address) for address in run.ledger.test_users_of(step.address)]
    run.ledger.record([DropResource(step.address), *users, DropIntent(step.address)])
    return Done(step, sid, saved=saved)


def _send_delete(run: Run, sid: str) -> bool:
    try:
        run.writer.delete_flow(sid)
    except NotFoundError:
        return True
    return True


def _not_moved(step: Step, record: FlowRecord, body: FlowBody) -> None:
    expected = max(step.basis.revision, record.revision)
    if body.row.revision > expected:
        raise ConflictError(
            f"{record.sid} is at revision {body.row.revision}; the plan was decided on revision {expected}",
            hint=f"`reconciler diff {step.address} {expected} {body.row.revision}` shows it; then plan again.",
        )


def _not_active(run: Run, step: Step, sid: str) -> None:
    if "active" in run.options.allow:
        return
    if when_shown(run.look, lambda: run.look.reader.has_active_executions(sid)):
        raise RefusedError(
            f"{step.address}: executions are active; deleting the flow ends them",
            hint="End them first, or say --allow-active.",
        )


def _save(run: Run, step: Step, body: FlowBody) -> tuple[str, ...]:
    published = published_head(run.look, body)
    revisions = {r.revision: r for r in (published, body.latest) if r is not None}
    return tuple(run.ledger.save_body(step.address, revisions[number]) for number in sorted(revisions))


def set_test_users(run: Run, step: Step) -> Done:
    """Replace a flow's test users and check the answer.

    Raises:
        ConflictError: the list is not what the plan saw. They have no revisions, so an edit between this look and the
            write cannot be noticed (docs/guarantees.md).
        StudioError: the list stays as it was, or cannot be emptied.
    """
    users = run.desired.test_users[step.address]
    sid = run.ledger.sid(users.flow.name)
    if sid is None:
        raise ConflictError(f"{users.flow} is no longer recorded", hint="Plan again.")
    before = _contacts_of_plan(run, step, sid, users)
    what = FlowInput("", "published", document.of({"states": []}), "")
    intent = run.intent("set-test-users", On(sid), what, digest_of_contacts(users.contacts))
    answer = attempt(
        run, step.address, intent, lambda: _send_users(run, sid, users), lambda: _settle_users(run, sid, users)
    )
    try:
        _arrived(users, before, answer)
    except StudioError:
        run.ledger.record([DropIntent(step.address)])  # the answer is known, it only is none that we can keep
        raise
    run.ledger.record([_users(users, sid, answer), DropIntent(step.address)])
    return Done(step, sid)


def _contacts_of_plan(run: Run, step: Step, sid: str, users: DesiredTestUsers) -> tuple[str, ...]:
    """Read a list again before it is replaced or recorded; one that is not what the plan saw may be stale for a while.

    Raises:
        ConflictError: it was changed since.
    """
    digest = step.basis.digest
    contacts = fetch_contacts(run.look, sid, lambda found: digest is None or digest_of_contacts(found) == digest)
    if digest is not None and digest_of_contacts(contacts) != digest:
        raise ConflictError(f"the test users of {users.flow} changed since the plan", hint="Plan again.")
    return contacts


def _send_users(run: Run, sid: str, users: DesiredTestUsers) -> tuple[str, ...]:
    try:
        return while_fresh(run, sid, lambda: run.writer.set_test_users(sid, users.contacts))
    except RequestRefusedError as error:
        if users.contacts:
            raise
        raise RequestRefusedError(
            f"Studio refuses to empty the test users of {users.flow}: {error}",
            status=error.status,
            code=error.code,
            hint="Keep at least one contact, or remove the document to stop managing them.",
        ) from error


def _settle_users(run: Run, sid: str, users: DesiredTestUsers) -> tuple[str, ...] | None:
    return has_test_users(run.look, sid, users.contacts)


def _arrived(users: DesiredTestUsers, before: tuple[str, ...], answer: tuple[str, ...]) -> None:
    if same_contacts(answer, users.contacts):
        return
    if not users.contacts or not answer or set(answer) == set(before):
        raise StudioError(
            f"Studio answers {len(answer)} test users of {users.flow} where {len(users.contacts)} were sent",
            hint="Set them in the Console, then plan again.",
        )


def _users(users: DesiredTestUsers, sid: str, stored: tuple[str, ...]) -> PutResource:
    record = TestUsersRecord(users.flow, sid, tuple(sorted(users.contacts)), tuple(sorted(stored)))
    return PutResource(users.address, record)


def adopt(run: Run, step: Step) -> Done:
    """Record a flow that exists, as it is."""
    flow = run.desired.flows[step.address]
    sid = step.basis.sid or ""
    body = fetch_at_least(run.look, sid, step.basis.revision)
    if body.row.revision > step.basis.revision:
        raise ConflictError(f"{sid} is at revision {body.row.revision} by now", hint="Plan again.")
    live = LiveFlow(body.row, body.latest, published_head(run.look, body))
    record = adopted(live, run.owner(step.address), flow.lifecycle.on_delete)
    run.ledger.record([PutResource(step.address, record), DropIntent(step.address)])
    return Done(step, sid, record.revision, record.webhook_url)


def forget(run: Run, step: Step) -> Done:
    """Drop a record; Studio is not asked."""
    record = run.ledger.flow(step.address)
    users = [DropResource(address) for address in run.ledger.test_users_of(step.address)] if record else []
    run.ledger.record([DropResource(step.address), *users])
    return Done(step, step.basis.sid)


def record(run: Run, step: Step) -> Done:
    """Move a record to what is live; Studio is only read."""
    if step.address.kind == "TestUsers":
        return _record_users(run, step)
    flow = run.desired.flows[step.address]
    old, known = run.recorded(flow)
    still = step.change_class == "none" and step.basis.revision == known.revision
    new = known if still and step.reason in {"renamed", "lifecycle"} else _moved(run, step, known, flow)
    if step.reason == "merged":
        # As after a merge that had something to send: what the manifest says is in what is live.
        new = replace(new, sent=run.wanted(flow).digests)
    new = replace(new, on_delete=flow.lifecycle.on_delete)
    run.ledger.record([*run.ledger.renaming(old, step.address), PutResource(step.address, new)])
    return Done(step, new.sid, new.revision, new.webhook_url)


def _moved(run: Run, step: Step, known: FlowRecord, flow: DesiredFlow) -> FlowRecord:
    row = FlowRow(known.sid, None, known.friendly_name, known.status, step.basis.revision)
    live = read_moved(run.look, known, row, base=head_number(known, flow.status))
    if live.row.revision > step.basis.revision:
        raise ConflictError(f"{known.sid} is at revision {live.row.revision} by now", hint="Plan again.")
    return moved(known, live, run.owner(step.address), status_of(flow, live.row.status))


def _record_users(run: Run, step: Step) -> Done:
    users = run.desired.test_users[step.address]
    sid = run.ledger.sid(users.flow.name)
    if sid is None:
        raise ConflictError(f"{users.flow} is no longer recorded", hint="Plan again.")
    stored = _contacts_of_plan(run, step, sid, users)
    run.ledger.record([_users(users, sid, stored)])
    return Done(step, sid)
