"""The operations of the Studio REST API v2, typed in and out: one method each, named as in Twilio's OpenAPI document.

Every answer becomes a value of `reconciler.model` before it leaves. What to do with the values is not known here.
Executions are in `executions`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

from reconciler.errors import InvalidDefinitionError
from reconciler.model.finding import Finding
from reconciler.model.jsontypes import Json
from reconciler.model.live import FlowBody, FlowInput, FlowRevision, FlowRow
from reconciler.studio import translate
from reconciler.studio.answers import lacking, segment, shaped
from reconciler.studio.call import VALIDATE, Call, Pairs
from reconciler.studio.http import Http
from reconciler.studio.paging import fetch_all
from reconciler.studio.places import RULE
from reconciler.studio.wire import WireAccount, WireFlow, WireRevision, WireTestUsers, WireValidate

if TYPE_CHECKING:
    from reconciler.studio.assets import Assets
    from reconciler.studio.audit import MonitorEvents
    from reconciler.studio.executions import Executions
    from reconciler.studio.streams import EventStreams

_FLOWS: Final = "/v2/Flows"
Head = Literal["LatestPublished", "LatestRevision"]


class StudioClient:
    """Speak the Studio API. Every method may be called from any thread; each says what it raises beyond `Http`."""

    def __init__(self, http: Http) -> None:
        self._http = http

    @cached_property
    def executions(self) -> Executions:
        """The operations on runs of flows."""
        from reconciler.studio.executions import Executions  # noqa: PLC0415 - hardly any command looks at a run

        return Executions(self._http)

    @cached_property
    def assets(self) -> Assets:
        """What the account has beside flows."""
        from reconciler.studio.assets import Assets  # noqa: PLC0415 - only who looks after bindings asks

        return Assets(self._http)

    @cached_property
    def events(self) -> MonitorEvents:
        """Twilio's Monitor."""
        from reconciler.studio.audit import MonitorEvents  # noqa: PLC0415 - only history and blame ask for names

        return MonitorEvents(self._http)

    @cached_property
    def streams(self) -> EventStreams:
        """Twilio's Event Streams."""
        from reconciler.studio.streams import EventStreams  # noqa: PLC0415 - only who sets events up asks

        return EventStreams(self._http)

    def list_flows(self) -> tuple[FlowRow, ...]:
        """ListFlow: every flow of the account. Raises ProtocolError rather than give a list that may be short."""
        call = Call("ListFlow", "GET", _FLOWS)
        rows = [translate.row(shaped(WireFlow, one, call)) for one in fetch_all(self._http, call, "flows")]
        return translate.newest_of(rows)

    def create_flow(self, what: FlowInput) -> FlowBody:
        """CreateFlow: an answer that cannot be read is an AmbiguousError."""
        return self._flow(Call("CreateFlow", "POST", _FLOWS, form=_form(what)))

    def fetch_flow(self, sid: str) -> FlowBody:
        """FetchFlow: the latest revision, draft or published."""
        return self._flow(Call("FetchFlow", "GET", _path(sid)))

    def update_flow(self, sid: str, what: FlowInput) -> FlowBody:
        """UpdateFlow: an answer that cannot be read is an AmbiguousError."""
        return self._flow(Call("UpdateFlow", "POST", _path(sid), form=_form(what)))

    def delete_flow(self, sid: str) -> None:
        """DeleteFlow: raises NotFoundError when it is gone already."""
        self._http.request(Call("DeleteFlow", "DELETE", _path(sid), may_be_empty=True))

    def validate_flow(self, what: FlowInput) -> None:
        """UpdateFlowValidate: return when Studio would take it, raise InvalidDefinitionError when not."""
        call = Call(VALIDATE, "POST", f"{_FLOWS}/Validate", form=_form(what))
        if shaped(WireValidate, self._http.request(call), call).valid is False:
            # Studio answers 400 instead (api.md A5); its contract allows this all the same.
            finding = Finding(RULE, "error", "Studio calls the definition invalid and does not say why")
            raise InvalidDefinitionError(f"{VALIDATE}: not valid", [finding], status=200)

    def list_revisions(self, sid: str) -> tuple[FlowRevision, ...]:
        """ListFlowRevision: newest first whatever order Studio has, each once, without definitions."""
        call = Call("ListFlowRevision", "GET", f"{_path(sid)}/Revisions")
        found = (shaped(WireRevision, one, call) for one in fetch_all(self._http, call, "revisions"))
        numbered = {wire.revision: translate.revision(wire) for wire in found}
        return tuple(numbered[number] for number in sorted(numbered, reverse=True))

    def fetch_revision(self, sid: str, revision: int) -> FlowRevision:
        """FetchFlowRevision: one revision with its definition."""
        call = Call("FetchFlowRevision", "GET", f"{_path(sid)}/Revisions/{int(revision)}")
        found = translate.revision(shaped(WireRevision, self._http.request(call), call))
        if found.definition is None:
            raise lacking(call, "definition")
        return found

    def fetch_head(self, sid: str, head: Head) -> FlowRevision | None:
        """FetchFlowRevision by name: None when the answer is empty, or a revision without a definition."""
        call = Call("FetchFlowRevision", "GET", f"{_path(sid)}/Revisions/{head}", may_be_empty=True)
        data = self._http.request(call)
        if data is None or (isinstance(data, dict) and data.get("definition") is None):
            return None
        found = translate.revision(shaped(WireRevision, data, call))
        if found.definition is None:
            raise lacking(call, "definition")
        return found

    def fetch_test_users(self, sid: str) -> tuple[str, ...]:
        """FetchTestUser: the contacts as Studio keeps them."""
        return self._contacts(Call("FetchTestUser", "GET", f"{_path(sid)}/TestUsers"))

    def update_test_users(self, sid: str, contacts: Sequence[str]) -> tuple[str, ...]:
        """UpdateTestUser: replace the list; an empty one is sent as one empty value, as no value is no parameter."""
        form = tuple(("TestUsers", contact) for contact in contacts or ("",))
        return self._contacts(Call("UpdateTestUser", "POST", f"{_path(sid)}/TestUsers", form=form))

    def fetch_account(self) -> str:
        """FetchAccount (API of 2010-04-01): the SID of the account that the credentials belong to."""
        call = Call("FetchAccount", "GET", f"/2010-04-01/Accounts/{segment(self._http.account)}.json", api=True)
        return shaped(WireAccount, self._http.request(call), call).sid

    def calls(self) -> Mapping[str, int]:
        """Count the requests sent so far, by operation."""
        return self._http.calls()

    def server_time(self) -> datetime | None:
        """Give the newest `Date` of an answer; None before the first."""
        return self._http.server_time()

    def _flow(self, call: Call) -> FlowBody:
        body = translate.body(shaped(WireFlow, self._http.request(call), call))
        if body is None:
            raise lacking(call, "definition")
        return body

    def _contacts(self, call: Call) -> tuple[str, ...]:
        data: Json = self._http.request(call)
        return translate.contacts(shaped(WireTestUsers, data, call))


def _path(sid: str) -> str:
    return f"{_FLOWS}/{segment(sid)}"


def _form(what: FlowInput) -> Pairs:
    return (
        ("FriendlyName", what.friendly_name),
        ("Status", what.status),
        ("Definition", what.definition.text),
        ("CommitMessage", what.commit_message),
    )
