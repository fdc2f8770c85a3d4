"""What Studio's JSON looks like. Only `client` and `translate` see these; nothing here travels further.

Unknown fields are ignored: Twilio adds some without notice. Nearly every field may be null (api.md A3); required is
only what an answer is useless without. Errors of these models do not show the input, as that holds whole definitions.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict

from reconciler.model.definition import Status


def _utc(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:  # the first and the last day of the calendar, in some zones
        raise ValueError("a date beyond the calendar") from error


Date = Annotated[datetime | None, AfterValidator(_utc)]


class Wire(BaseModel):
    """The rules of all models here."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class WireRevision(Wire):
    """FlowRevision; `sid` is the flow's."""

    sid: str
    status: Status
    revision: int
    account_sid: str | None = None
    author_sid: str | None = None
    friendly_name: str | None = None
    definition: Any = None  # JSON as it is: checking it here would copy it
    commit_message: str | None = None
    date_created: Date = None
    date_updated: Date = None


class WireFlow(WireRevision):
    """Flow: its latest revision, and where it is reached."""

    webhook_url: str | None = None


class WireValidate(Wire):
    """FlowValidate."""

    valid: bool | None = None


class WireTestUsers(Wire):
    """TestUsers."""

    test_users: list[str | None] | None = None


class WireAccount(Wire):
    """Account of the API of 2010-04-01."""

    sid: str
