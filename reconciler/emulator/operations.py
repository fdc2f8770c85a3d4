"""Which path and method is which operation, and who handles it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Final

from reconciler.emulator.accounts import fetch_account
from reconciler.emulator.answers import Answer
from reconciler.emulator.assets import AssetList, fetch_build, list_numbers, set_assets
from reconciler.emulator.audit import list_events
from reconciler.emulator.console import create_in_console, edit_in_console, seed_execution
from reconciler.emulator.executions import (
    create_execution,
    delete_execution,
    fetch_context,
    fetch_execution,
    fetch_step,
    fetch_step_context,
    list_executions,
    list_steps,
    update_execution,
)
from reconciler.emulator.flows import (
    create_flow,
    delete_flow,
    fetch_flow,
    list_flows,
    update_flow,
    validate_flow,
)
from reconciler.emulator.revisions import fetch_revision, list_revisions
from reconciler.emulator.steering import (
    delete_stubs,
    fetch_clock,
    list_stubs,
    look,
    move_clock,
    set_stub,
    steer,
)
from reconciler.emulator.studio import Call, Studio
from reconciler.emulator.test_users import fetch_test_users, update_test_users
from reconciler.emulator.webhooks import receive

Handler = Callable[[Studio, Call], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation; `name` is its operationId in the OpenAPI document."""

    name: str
    handler: Handler


def _streams(module: str, function: str) -> Handler:
    """Give a handler of Event Streams that is imported when it is called: hardly anybody calls one."""

    def handle(studio: Studio, call: Call) -> Answer:
        handler: Handler = getattr(import_module(f"reconciler.emulator.streams.{module}"), function)
        return handler(studio, call)

    return handle


_STREAMS: Final[Mapping[str, Mapping[str, Operation]]] = {
    "/events/v1/Sinks": {
        "GET": Operation("ListSink", _streams("sinks", "list_sinks")),
        "POST": Operation("CreateSink", _streams("sinks", "create_sink")),
    },
    "/events/v1/Sinks/<sink>": {
        "GET": Operation("FetchSink", _streams("sinks", "fetch_sink")),
        "POST": Operation("UpdateSink", _streams("sinks", "update_sink")),
        "DELETE": Operation("DeleteSink", _streams("sinks", "delete_sink")),
    },
    "/events/v1/Sinks/<sink>/Test": {"POST": Operation("CreateSinkTest", _streams("sinks", "test_sink"))},
    "/events/v1/Sinks/<sink>/Validate": {"POST": Operation("CreateSinkValidate", _streams("sinks", "validate_sink"))},
    "/events/v1/Subscriptions": {
        "GET": Operation("ListSubscription", _streams("subscriptions", "list_subscriptions")),
        "POST": Operation("CreateSubscription", _streams("subscriptions", "create_subscription")),
    },
    "/events/v1/Subscriptions/<subscription>": {
        "GET": Operation("FetchSubscription", _streams("subscriptions", "fetch_subscription")),
        "POST": Operation("UpdateSubscription", _streams("subscriptions", "update_subscription")),
        "DELETE": Operation("DeleteSubscription", _streams("subscriptions", "delete_subscription")),
    },
    "/events/v1/Subscriptions/<subscription>/SubscribedEvents": {
        "GET": Operation("ListSubscribedEvent", _streams("subscriptions", "list_subscribed")),
        "POST": Operation("CreateSubscribedEvent", _streams("subscriptions", "create_subscribed")),
    },
    "/events/v1/Subscriptions/<subscription>/SubscribedEvents/<type>": {
        "GET": Operation("FetchSubscribedEvent", _streams("subscriptions", "fetch_subscribed")),
        "POST": Operation("UpdateSubscribedEvent", _streams("subscriptions", "update_subscribed")),
        "DELETE": Operation("DeleteSubscribedEvent", _streams("subscriptions", "delete_subscribed")),
    },
    "/events/v1/Types": {"GET": Operation("ListEventType", _streams("types", "list_types"))},
    "/events/v1/Types/<type>": {"GET": Operation("FetchEventType", _streams("types", "fetch_type"))},
}

API: Final[Mapping[str, Mapping[str, Operation]]] = {
    "/v2/Flows": {"GET": Operation("ListFlow", list_flows), "POST": Operation("CreateFlow", create_flow)},
    "/v2/Flows/Validate": {"POST": Operation("UpdateFlowValidate", validate_flow)},
    "/v2/Flows/<sid>": {
        "GET": Operation("FetchFlow", fetch_flow),
        "POST": Operation("UpdateFlow", update_flow),
        "DELETE": Operation("DeleteFlow", delete_flow),
    },
    "/v2/Flows/<sid>/Revisions": {"GET": Operation("ListFlowRevision", list_revisions)},
    "/v2/Flows/<sid>/Revisions/<revision>": {"GET": Operation("FetchFlowRevision", fetch_revision)},
    "/v2/Flows/<sid>/TestUsers": {
        "GET": Operation("FetchTestUser", fetch_test_users),
        "POST": Operation("UpdateTestUser", update_test_users),
    },
    "/v2/Flows/<sid>/Executions": {
        "GET": Operation("ListExecution", list_executions),
        "POST": Operation("CreateExecution", create_execution),
    },
    "/v2/Flows/<sid>/Executions/<execution>": {
        "GET": Operation("FetchExecution", fetch_execution),
        "POST": Operation("UpdateExecution", update_execution),
        "DELETE": Operation("DeleteExecution", delete_execution),
    },
    "/v2/Flows/<sid>/Executions/<execution>/Context": {"GET": Operation("FetchExecutionContext", fetch_context)},
    "/v2/Flows/<sid>/Executions/<execution>/Steps": {"GET": Operation("ListExecutionStep", list_steps)},
    "/v2/Flows/<sid>/Executions/<execution>/Steps/<step>": {"GET": Operation("FetchExecutionStep", fetch_step)},
    "/v2/Flows/<sid>/Executions/<execution>/Steps/<step>/Context": {
        "GET": Operation("FetchExecutionStepContext", fetch_step_context)
    },
    "/2010-04-01/Accounts/<account>.json": {"GET": Operation("FetchAccount", fetch_account)},
    "/2010-04-01/Accounts/<account>/IncomingPhoneNumbers.json": {
        "GET": Operation("ListIncomingPhoneNumber", list_numbers)
    },
    "/monitor/v1/Events": {"GET": Operation("ListEvent", list_events)},
    "/taskrouter/v1/Workspaces": {"GET": Operation("ListWorkspace", AssetList("workspaces", "workspaces"))},
    "/taskrouter/v1/Workspaces/<asset>/Workflows": {
        "GET": Operation("ListWorkflow", AssetList("workflows", "workflows", inside="workspaces"))
    },
    "/taskrouter/v1/Workspaces/<asset>/TaskChannels": {
        "GET": Operation("ListTaskChannel", AssetList("task_channels", "channels", inside="workspaces"))
    },
    "/serverless/v1/Services": {"GET": Operation("ListServerlessService", AssetList("serverless", "services"))},
    "/serverless/v1/Services/<asset>/Environments": {
        "GET": Operation("ListServerlessEnvironment", AssetList("environments", "environments", inside="serverless"))
    },
    "/serverless/v1/Services/<asset>/Builds/<build>": {"GET": Operation("FetchServerlessBuild", fetch_build)},
    "/messaging/v1/Services": {"GET": Operation("ListMessagingService", AssetList("messaging", "services"))},
    "/conversations/v1/Services": {
        "GET": Operation("ListConversationsService", AssetList("conversations", "services"))
    },
    "/chat/v2/Services": {"GET": Operation("ListChatService", AssetList("chat", "services"))},
    "/sync/v1/Services": {"GET": Operation("ListSyncService", AssetList("sync", "services"))},
    "/content/v1/Content": {"GET": Operation("ListContent", AssetList("content", "contents"))},
    **_STREAMS,
}
"""Path → method → operation of Twilio's own API. Products beside Studio stand below their names (`assets`)."""

CONSOLE: Final[Mapping[str, Mapping[str, Handler]]] = {
    "/_console/Assets": {"POST": set_assets},
    "/_console/Flows": {"POST": create_in_console},
    "/_console/Flows/<sid>": {"POST": edit_in_console},
    "/_console/Flows/<sid>/Executions": {"POST": seed_execution},
    "/_console/Executions/<execution>": {"GET": look},
    "/_console/Executions/<execution>/Events": {"POST": steer},
    "/_console/Stubs": {"GET": list_stubs, "POST": set_stub, "DELETE": delete_stubs},
    "/_console/Clock": {"GET": fetch_clock, "POST": move_clock},
}
"""Path → method → handler of what a person does in the Console, or to the world in which executions run."""

WEBHOOKS: Final[Mapping[str, Mapping[str, Handler]]] = {"/v1/Accounts/<account>/Flows/<sid>": {"POST": receive}}
"""Path → method → handler of what Twilio's numbers tell flows; the account is the one in the path."""

OWN: Final[Mapping[str, frozenset[str]]] = {"/_calls": frozenset({"GET", "DELETE"}), "/_health": frozenset({"GET"})}
"""Path → methods of what is about the emulator itself; the application handles it."""


def route(path: str) -> tuple[str, Mapping[str, str]] | None:
    """Give which of the paths above is meant, and its variable parts; None when none is. One slash may end it."""
    pieces = path.removesuffix("/").split("/")
    for known in (*API, *CONSOLE, *WEBHOOKS, *OWN):
        parts = _parts(known.split("/"), pieces)
        if parts is not None:
            return known, parts
    return None


def _parts(known: list[str], pieces: list[str]) -> Mapping[str, str] | None:
    """Give what stands for each `<name>`; None when a path does not fit."""
    if len(known) != len(pieces):
        return None
    parts = {}
    for wanted, piece in zip(known, pieces, strict=True):
        name, variable, end = wanted.removeprefix("<").partition(">")
        if variable and piece.endswith(end) and piece != end:
            parts[name] = piece.removesuffix(end)
        elif wanted != piece or variable:
            return None
    return parts
