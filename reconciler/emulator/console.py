"""What a person does in the Console, for tests: under `/_console`, outside the API and without credentials."""

from __future__ import annotations

import json

from reconciler.emulator.answers import Answer, json_answer, not_found
from reconciler.emulator.executions import parse_date, parse_execution_status
from reconciler.emulator.minting import Content, check, mint, settle
from reconciler.emulator.rows import Flow, Revision, Start
from reconciler.emulator.sids import CONSOLE_AUTHOR
from reconciler.emulator.studio import Call, Studio
from reconciler.emulator.transaction import Transaction
from reconciler.model.definition import Status
from reconciler.model.jsontypes import JsonObject


def create_in_console(studio: Studio, call: Call) -> Answer:
    """Create a flow; a draft is not validated."""
    form = call.form
    name, status, definition = form.required("FriendlyName"), form.status(), form.definition() or {}
    with studio.store.write() as t:
        text, errors = _checked(studio, t, call.account, definition, status)
        flow = t.insert_flow(call.account, studio.now(), studio.sid_of)
        content = Content(name, status, text, errors, form.commit_message(), CONSOLE_AUTHOR)
        revision = mint(studio, t, flow, content, None)
    return Answer(201, call.renderer(studio).flow(flow, revision))


def edit_in_console(studio: Studio, call: Call) -> Answer:
    """Edit a flow of any account; what is left out stays as it is. A draft is not validated."""
    form = call.form
    with studio.store.write() as t:
        flow, latest = _find(t, call)
        status = form.status() if form.given("Status") else latest.status
        definition = form.definition()
        text, errors = latest.definition, latest.errors
        if definition is not None:
            text, errors = _checked(studio, t, flow.account, definition, status)
        name = form.friendly_name() or latest.friendly_name
        content = Content(name, status, text, errors, form.commit_message(), CONSOLE_AUTHOR)
        revision = mint(studio, t, flow, content, latest)
    return Answer(200, call.renderer(studio).flow(flow, revision))


def seed_execution(studio: Studio, call: Call) -> Answer:
    """Put an execution beside a flow: Status, and if wanted Contact and DateCreated."""
    form = call.form
    status = parse_execution_status(form.optional("Status")) or "active"
    created = parse_date(form.optional("DateCreated"), "DateCreated")
    with studio.store.write() as t:
        flow, latest = _find(t, call)
        version = (t.published(flow) or latest).number
        when = studio.now() if created is None else created
        start = Start(status, version, form.optional("Contact") or "+15550100001", when)
        execution = t.runs.insert(flow, start, studio.sid_of)
    return json_answer(call.renderer(studio).execution(execution), status=201)


def edit_some_flow(studio: Studio, account: str, chance: float) -> None:
    """Edit the description of some flow of an account, as the fault console-edit does."""
    with studio.store.write() as t:
        flow = t.any_flow(account, chance)
        latest = t.latest(flow) if flow else None
        if flow is None or latest is None:
            return
        definition: JsonObject = json.loads(latest.definition)
        definition["description"] = f"Edited in the Console after revision {latest.number}"
        text = json.dumps(definition, separators=(",", ":"))
        content = Content(latest.friendly_name, latest.status, text, latest.errors, None, CONSOLE_AUTHOR)
        mint(studio, t, flow, content, latest)


def _find(t: Transaction, call: Call) -> tuple[Flow, Revision]:
    flow = t.flow(call.parts["sid"], None)
    latest = t.latest(flow) if flow else None
    if flow is None or latest is None:
        raise not_found(call.path)
    return flow, latest


def _checked(studio: Studio, t: Transaction, account: str, definition: JsonObject, status: Status) -> tuple[str, str]:
    checked = check(studio, definition)
    if status == "draft":
        return checked.text, json.dumps(checked.errors)
    return checked.text, settle(studio, t, account, checked, status)
