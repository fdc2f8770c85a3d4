"""CloudEvents of Studio as Twilio writes them, all of them invented."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

ACCOUNT = "AC" + "0" * 31 + "1"
FLOW = "FW" + "0" * 31 + "1"
EXECUTION = "FN" + "0" * 31 + "1"
CONTACT = "+15555550142"
BEGAN = datetime(2026, 3, 1, 12, tzinfo=UTC)


def sid(prefix: str, number: int) -> str:
    """Give an invented SID."""
    return f"{prefix}{number:032x}"


def written(at: datetime) -> str:
    """Write a moment as Twilio does."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def event(kind: str, number: int, data: dict[str, Any], at: datetime = BEGAN) -> dict[str, Any]:
    """Give one CloudEvent."""
    return {
        "specversion": "1.0",
        "type": kind,
        "source": f"/v2/Flows/{data.get('flow_sid')}",
        "id": sid("EZ", number),
        "dataschema": "https://events-schemas.twilio.com/Studio.FlowExecutionEvent/2",
        "datacontenttype": "application/json",
        "time": written(at),
        "data": data,
    }


def run_of(
    execution: int = 1,
    steps: int = 3,
    *,
    flow: str = FLOW,
    ended: bool = True,
    after: datetime = BEGAN,
    name: str = "audioComplete",
) -> list[dict[str, Any]]:
    """Give the events of an execution: its beginning, the steps from widget w0 on, and its end."""
    began = after + timedelta(minutes=execution)
    number = execution * 100
    data = {
        "execution_sid": sid("FN", execution),
        "account_sid": ACCOUNT,
        "flow_sid": flow,
        "contact_channel_address": CONTACT,
        "status": "active",
        "date_created": written(began),
        "started_by": sid("SM", execution),
        "flow_revision": 7,
    }
    found = [event("com.twilio.studio.flow.execution.started", number, data, began)]
    for step in range(steps):
        at = began + timedelta(seconds=step)
        told = {
            "step_sid": sid("FT", number + step),
            "execution_sid": data["execution_sid"],
            "account_sid": ACCOUNT,
            "flow_sid": flow,
            "name": name,
            "transitioned_from": f"w{step}",
            "transitioned_to": f"w{step + 1}",
            "parent_step_sid": None,
            "date_created": written(at),
        }
        found.append(event("com.twilio.studio.flow.step.ended", number + step + 1, told, at))
    if ended:
        at = began + timedelta(seconds=steps)
        last = {**data, "status": "ended", "ended_reason": "FLOW_END", "date_updated": written(at)}
        found.append(event("com.twilio.studio.flow.execution.ended", number + 99, last, at))
    return found


def body_of(events: Iterable[dict[str, Any]]) -> bytes:
    """Give a batch as it is sent."""
    return json.dumps(list(events)).encode()
