"""The ports of the core over Studio. Three small classes, so that planning gets a reader that cannot write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from reconciler.errors import NotFoundError
from reconciler.model.live import FlowBody, FlowInput, FlowRevision, FlowRow
from reconciler.studio.client import StudioClient


class LiveReader:
    """`ports.FlowReader` over the Studio API."""

    def __init__(self, client: StudioClient) -> None:
        self._client = client

    def list_flows(self) -> Sequence[FlowRow]:
        """Give every flow of the account, doubles merged."""
        return self._client.list_flows()

    def fetch_flow(self, sid: str) -> FlowBody:
        """Give the latest revision of a flow."""
        return self._client.fetch_flow(sid)

    def fetch_revision(self, sid: str, revision: int) -> FlowRevision:
        """Give one revision with its definition."""
        return self._client.fetch_revision(sid, revision)

    def fetch_published(self, sid: str) -> FlowRevision | None:
        """Give the published head; None when never published: a 404, or an empty answer (nobody knows which it is)."""
        try:
            return self._client.fetch_head(sid, "LatestPublished")
        except NotFoundError:
            return None

    def list_revisions(self, sid: str) -> Sequence[FlowRevision]:
        """Give all revisions, newest first, without definitions."""
        return self._client.list_revisions(sid)

    def fetch_test_users(self, sid: str) -> tuple[str, ...]:
        """Give the contacts of a flow's test users."""
        return self._client.fetch_test_users(sid)

    def has_active_executions(self, sid: str) -> bool:
        """Tell whether at least one execution of the flow is active."""
        return self._client.executions.any_active(sid)

    def fetch_account(self) -> str:
        """Ask which account the credentials belong to."""
        return self._client.fetch_account()

    def server_time(self) -> datetime | None:
        """Give the `Date` of the newest answer so far."""
        return self._client.server_time()

    def calls(self) -> Mapping[str, int]:
        """Count the requests sent so far, by operation."""
        return self._client.calls()


class LiveWriter:
    """`ports.FlowWriter` over the Studio API."""

    def __init__(self, client: StudioClient) -> None:
        self._client = client

    def create_flow(self, what: FlowInput) -> FlowBody:
        """Create a flow."""
        return self._client.create_flow(what)

    def update_flow(self, sid: str, what: FlowInput) -> FlowBody:
        """Replace a flow's name, status and definition."""
        return self._client.update_flow(sid, what)

    def delete_flow(self, sid: str) -> None:
        """Delete a flow."""
        self._client.delete_flow(sid)

    def set_test_users(self, sid: str, contacts: Sequence[str]) -> tuple[str, ...]:
        """Replace the whole list of test users."""
        return self._client.update_test_users(sid, contacts)


class LiveValidator:
    """`ports.FlowValidator` over the Studio API."""

    def __init__(self, client: StudioClient) -> None:
        self._client = client

    def validate(self, what: FlowInput) -> None:
        """Return when Studio would take the definition."""
        self._client.validate_flow(what)
