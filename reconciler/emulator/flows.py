"""The operations on flows: list, create, fetch, update, delete, validate."""

from __future__ import annotations

import json

from reconciler.emulator.answers import CONFLICT, Answer, RefusalError, bad_parameter, invalid_definition, json_answer
from reconciler.emulator.audit import note
from reconciler.emulator.executions import bring_up_to_date
from reconciler.emulator.minting import (
    Content,
    check,
    kept_message,
    mint,
    mint_or_keep,
    refuse_taken_name,
    settle,
)
from reconciler.emulator.rows import Flow, Revision
from reconciler.emulator.studio import Call, Studio
from reconciler.emulator.transaction import Transaction
from reconciler.model.definition import Status
from reconciler.model.jsontypes import JsonObject


def list_flows(studio: Studio, call: Call) -> Answer:
    """ListFlow."""
    listing, at = call.listing(studio, "flows"), studio.as_of("list-lag")
    with studio.store.read() as t:
        rows = t.flow_rows(call.account, listing.window(), at)
    render = call.renderer(studio)
    return listing.answer([(render.flow_row(flow, revision), place) for flow, revision, place in rows])


def create_flow(studio: Studio, call: Call) -> Answer:
    """CreateFlow."""
    form = call.form
    name, status, definition = form.required("FriendlyName"), form.status(), _required_definition(call)
    author, message = form.author(call.author), kept_message(studio.settings, form.commit_message())
    checked = check(studio, definition)
    with studio.store.write() as t:
        refuse_taken_name(studio, t, call.account, name, None)
        content = Content(name, status, checked.text, settle(studio, t, call.account, checked, status), message, author)
        flow = t.insert_flow(call.account, studio.now(), studio.sid_of)
        revision = mint(studio, t, flow, content, None)
    return Answer(201, call.renderer(studio).flow(flow, revision))


def fetch_flow(studio: Studio, call: Call) -> Answer:
    """FetchFlow: the latest revision, draft or published."""
    at = studio.as_of("read-lag")
    with studio.store.read() as t:
        flow = call.flow(t, at)
        latest = t.latest(flow, at)
    if latest is None:
        raise call.missing()
    return Answer(200, call.renderer(studio).flow(flow, latest))


def update_flow(studio: Studio, call: Call) -> Answer:
    """UpdateFlow: everything but Status may be left out and stays as it is."""
    form = call.form
    status, name, definition = form.status(), form.friendly_name(), form.definition()
    author, message = form.author(call.author), kept_message(studio.settings, form.commit_message())
    checked = None if definition is None else check(studio, definition)
    with studio.store.write() as t:
        flow = call.flow(t)
        latest = _latest(t, flow, call)
        if name is not None:
            refuse_taken_name(studio, t, call.account, name, flow.sid)
        if checked is None:
            text, errors = latest.definition, _restated(latest, status)
        else:
            text, errors = checked.text, settle(studio, t, call.account, checked, status)
        content = Content(name or latest.friendly_name, status, text, errors, message, author)
        revision = mint_or_keep(studio, t, flow, content, latest)
    return Answer(200, call.renderer(studio).flow(flow, revision))


def delete_flow(studio: Studio, call: Call) -> Answer:
    """DeleteFlow: revisions, test users and executions go with it."""
    now = studio.now()
    lag = max(studio.settings.lag("read-lag"), studio.settings.lag("list-lag"))
    bring_up_to_date(studio)
    with studio.store.write() as t:
        flow = call.flow(t)
        if studio.settings.quirk("delete-while-active") == "refuse" and t.runs.any_active(flow):
            raise RefusalError(409, CONFLICT, "The flow has active executions")
        note(studio, t, flow, "flow.deleted", call.author)
        t.delete_flow(flow, now if lag else None)
        t.purge(now - lag)
    return Answer(204)


def validate_flow(studio: Studio, call: Call) -> Answer:
    """UpdateFlowValidate: 200 for a valid definition, the error of create and update for another; never false."""
    form = call.form
    form.required("FriendlyName")
    form.status()
    kept_message(studio.settings, form.commit_message())
    checked = check(studio, _required_definition(call))
    with studio.store.read() as t:
        settle(studio, t, call.account, checked, "published")  # an invalid draft is invalid, kept or not
    return json_answer({"valid": True})


def _required_definition(call: Call) -> JsonObject:
    definition = call.form.definition()
    if definition is None:
        raise bad_parameter("Missing required parameter Definition in the post body")
    return definition


def _latest(t: Transaction, flow: Flow, call: Call) -> Revision:
    latest = t.latest(flow)
    if latest is None:
        raise call.missing()
    return latest


def _restated(latest: Revision, status: Status) -> str:
    if status == "published" and not latest.valid:
        raise invalid_definition(json.loads(latest.errors))
    return latest.errors
