"""Rows → JSON bodies as the contract shows them: every key, in the contract's order.

Definitions are kept as JSON text and put into the body as they stand; nothing here parses one.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final

from reconciler.emulator.rows import Execution, Flow, Revision, Step
from reconciler.emulator.settings import Settings
from reconciler.model.jsontypes import Json, JsonObject

_HOLE: Final = '"definition": null'
"""Cannot occur inside a JSON string, where quotes are escaped."""


class Renderer:
    """Make bodies whose URLs begin with `base` (`http://127.0.0.1:18700`)."""

    def __init__(self, settings: Settings, base: str) -> None:
        self._base = base
        self._set_updated = settings.quirk("date-updated-after-create") == "set"
        self._list_message = settings.quirk("list-commit-message") == "filled"
        self._list_valid = settings.quirk("list-valid") == "filled"

    def flow(self, flow: Flow, revision: Revision) -> str:
        """Give a flow as Fetch, create and update answer it."""
        return _with_definition(self._flow(flow, revision), revision)

    def flow_row(self, flow: Flow, revision: Revision) -> JsonObject:
        """Give a flow as the list shows it."""
        return self._as_row(self._flow(flow, revision))

    def revision(self, flow: Flow, revision: Revision) -> str:
        """Give a revision as Fetch answers it."""
        return _with_definition(self._revision(flow, revision), revision)

    def revision_row(self, flow: Flow, revision: Revision) -> JsonObject:
        """Give a revision as the list shows it."""
        return self._as_row(self._revision(flow, revision))

    def test_users(self, flow: Flow, contacts: list[str]) -> JsonObject:
        """Give the test users of a flow."""
        return {"sid": flow.sid, "test_users": list[Json](contacts), "url": f"{self._flow_url(flow.sid)}/TestUsers"}

    def execution(self, execution: Execution) -> JsonObject:
        """Give an execution."""
        url = self._execution_url(execution)
        return {
            "sid": execution.sid,
            "account_sid": execution.account,
            "flow_sid": execution.flow_sid,
            "contact_channel_address": execution.contact,
            "contact_sid": "FC" + "0" * 32,
            "flow_version": execution.version,
            "context": {},
            "status": execution.status,
            "date_created": date(execution.created),
            "date_updated": None if execution.updated is None else date(execution.updated),
            "initiated_by": execution.initiated_by,
            "url": url,
            "links": {"steps": f"{url}/Steps", "execution_context": f"{url}/Context"},
        }

    def context(self, execution: Execution, context: JsonObject) -> JsonObject:
        """Give the variables of an execution."""
        return {
            "account_sid": execution.account,
            "context": context,
            "flow_sid": execution.flow_sid,
            "execution_sid": execution.sid,
            "url": f"{self._execution_url(execution)}/Context",
        }

    def step(self, execution: Execution, step: Step) -> JsonObject:
        """Give a step."""
        url = f"{self._execution_url(execution)}/Steps/{step.sid}"
        return {
            "sid": step.sid,
            "account_sid": execution.account,
            "flow_sid": step.flow_sid,
            "execution_sid": execution.sid,
            "parent_step_sid": step.parent,
            "name": step.name,
            "context": {},
            "transitioned_from": step.transitioned_from,
            "transitioned_to": step.transitioned_to,
            "type": step.type,
            "date_created": date(step.at),
            "date_updated": None,
            "url": url,
            "links": {"step_context": f"{url}/Context"},
        }

    def step_context(self, execution: Execution, step: Step, context: JsonObject) -> JsonObject:
        """Give the variables after a step."""
        return {
            "account_sid": execution.account,
            "context": context,
            "execution_sid": execution.sid,
            "flow_sid": step.flow_sid,
            "step_sid": step.sid,
            "url": f"{self._execution_url(execution)}/Steps/{step.sid}/Context",
        }

    def _execution_url(self, execution: Execution) -> str:
        return f"{self._flow_url(execution.flow_sid)}/Executions/{execution.sid}"

    def _flow(self, flow: Flow, revision: Revision) -> JsonObject:
        url = self._flow_url(flow.sid)
        updated = revision.updated
        if updated is None and self._set_updated:
            updated = flow.created
        return {
            "sid": flow.sid,
            "account_sid": flow.account,
            "author_sid": revision.author,
            "definition": None,
            "friendly_name": revision.friendly_name,
            "status": revision.status,
            "revision": revision.number,
            "commit_message": revision.commit_message,
            "valid": revision.valid,
            "errors": json.loads(revision.errors),
            "warnings": [],
            "date_created": date(flow.created),
            "date_updated": None if updated is None else date(updated),
            "webhook_url": f"https://webhooks.twilio.com/v1/Accounts/{flow.account}/Flows/{flow.sid}",
            "url": url,
            "links": {
                "test_users": f"{url}/TestUsers",
                "revisions": f"{url}/Revisions",
                "executions": f"{url}/Executions",
            },
        }

    def _revision(self, flow: Flow, revision: Revision) -> JsonObject:
        return {
            "sid": flow.sid,
            "account_sid": flow.account,
            "author_sid": revision.author,
            "definition": None,
            "friendly_name": revision.friendly_name,
            "status": revision.status,
            "revision": revision.number,
            "commit_message": revision.commit_message,
            "valid": revision.valid,
            "errors": json.loads(revision.errors),
            "date_created": date(revision.minted),
            "date_updated": date(revision.minted) if self._set_updated else None,
            "url": f"{self._flow_url(flow.sid)}/Revisions/{revision.number}",
        }

    def _as_row(self, body: JsonObject) -> JsonObject:
        if not self._list_message:
            body["commit_message"] = None
        if not self._list_valid:
            body.update({key: None for key in ("valid", "errors", "warnings") if key in body})
        return body

    def _flow_url(self, sid: str) -> str:
        return f"{self._base}/v2/Flows/{sid}"


def date(seconds: float) -> str:
    """Give a moment as the API writes it: ISO 8601, UTC, whole seconds, `Z`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _with_definition(body: JsonObject, revision: Revision) -> str:
    return json.dumps(body).replace(_HOLE, f'"definition": {revision.definition}', 1)
