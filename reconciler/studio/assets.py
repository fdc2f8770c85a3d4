"""What an account has beside flows: read-only lists of Twilio's other products, as values of `reconciler.model`.

Paths and fields are those of Twilio's official client (twilio-python 9). Each product has a host of its own
(`hosts.Hosts`). Studio holds only identifiers; here are the names that stay the same from account to account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from reconciler.errors import NotFoundError
from reconciler.model.assets import Asset
from reconciler.model.jsontypes import Json
from reconciler.studio.answers import segment, shaped
from reconciler.studio.call import Call
from reconciler.studio.http import Http
from reconciler.studio.paging import fetch_all
from reconciler.studio.wire import Wire


class _Named(Wire):
    """What most lists hold: Workspace, Workflow, TaskChannel, Service, Content."""

    sid: str
    friendly_name: str | None = None
    unique_name: str | None = None

    @property
    def name(self) -> str:
        """Its unique name; where there is none, the name that people gave it."""
        return self.unique_name or self.friendly_name or ""


class _Environment(_Named):
    """Environment of Serverless: a deployment of a Service, with a host of its own."""

    domain_name: str | None = None
    build_sid: str | None = None


class _Build(Wire):
    """Build of Serverless: which versions of which Functions are deployed."""

    function_versions: list[dict[str, Any]] | None = None


class _Number(Wire):
    """IncomingPhoneNumber of the API of 2010."""

    phone_number: str
    friendly_name: str | None = None


class _Flow(Wire):
    """Flow, as far as its name goes."""

    sid: str
    friendly_name: str | None = None


_SERVICES: Final = {
    "messaging": ("messaging", "/v1/Services", "ListMessagingService"),
    "conversations": ("conversations", "/v1/Services", "ListConversationsService"),
    "chat": ("chat", "/v2/Services", "ListChatService"),
    "sync": ("sync", "/v1/Services", "ListSyncService"),
    "content": ("content", "/v1/Content", "ListContent"),
}
"""Kind → product, path, operation."""


class Assets:
    """`ports.AssetReader` over Twilio's APIs. Every list is read once."""

    def __init__(self, http: Http) -> None:
        """Ask nothing yet."""
        self._http = http
        self._found: dict[str, tuple[Asset, ...]] = {}
        self._readers: Mapping[str, Callable[[], Iterator[Asset]]] = {
            "workflow": self._task_router,
            "channel": self._task_router,
            "function": self._serverless,
            "host": self._serverless,
            "phone": self._numbers,
            "flow": self._flows,
        }

    def assets(self, kind: str) -> Sequence[Asset]:
        """Give everything of a kind.

        Raises:
            KeyError: nobody can be asked for it.
        """
        if kind not in self._found:
            reader = self._readers.get(kind)
            found = tuple(reader() if reader is not None else self._services(kind))
            kinds = {kind, *(asset.kind for asset in found)}
            self._found.update({one: tuple(asset for asset in found if asset.kind == one) for one in kinds})
        return self._found[kind]

    def _services(self, kind: str) -> Iterator[Asset]:
        product, path, operation = _SERVICES[kind]
        try:
            found = self._list(_Named, Call(operation, "GET", path, product=product))
        except NotFoundError:
            return  # the account does not have the product, or no longer: Programmable Chat was closed
        for one in found:
            yield Asset(kind, one.sid, ((one.name,),) if one.name else ())

    def _task_router(self) -> Iterator[Asset]:
        for workspace in self._list(_Named, _router("ListWorkspace", "/v1/Workspaces")):
            path = f"/v1/Workspaces/{segment(workspace.sid)}"
            workflows = self._list(_Named, _router("ListWorkflow", f"{path}/Workflows"))
            channels = self._list(_Named, _router("ListTaskChannel", f"{path}/TaskChannels"))
            for kind, found in (("workflow", workflows), ("channel", channels)):
                for one in found:
                    yield Asset(kind, one.sid, ((workspace.name, one.name), (one.name,)))

    def _serverless(self) -> Iterator[Asset]:
        for service in self._list(_Named, _serverless("ListServerlessService", "/v1/Services")):
            path = f"/v1/Services/{segment(service.sid)}"
            call = _serverless("ListServerlessEnvironment", f"{path}/Environments")
            for environment in self._list(_Environment, call):
                if environment.domain_name:
                    yield Asset("host", environment.domain_name, ((service.name, environment.name), (service.name,)))
                    yield from self._functions(service, environment, path)

    def _functions(self, service: _Named, environment: _Environment, path: str) -> Iterator[Asset]:
        """Give the Functions that are deployed. Their paths are told by the build alone."""
        if environment.build_sid is None:
            return
        call = _serverless("FetchServerlessBuild", f"{path}/Builds/{segment(environment.build_sid)}")
        build = shaped(_Build, self._http.request(call), call)
        for version in build.function_versions or ():
            function, where = version.get("function_sid"), version.get("path")
            if isinstance(function, str) and isinstance(where, str):
                value = {
                    "url": f"https://{environment.domain_name}{where}",
                    "service": service.sid,
                    "environment": environment.sid,
                    "function": function,
                }
                yield Asset("function", value, ((service.name, environment.name, where), (service.name, where)))

    def _numbers(self) -> Iterator[Asset]:
        path = f"/2010-04-01/Accounts/{segment(self._http.account)}/IncomingPhoneNumbers.json"
        call = Call("ListIncomingPhoneNumber", "GET", path, api=True)
        for one in self._list(_Number, call, "incoming_phone_numbers"):
            name = one.friendly_name or ""
            # A number that nobody named is called after itself, "(555) 555-0101".
            named = _digits(name) not in one.phone_number or not _digits(name)
            yield Asset("phone", one.phone_number, ((name,),) if name and named else ())

    def _flows(self) -> Iterator[Asset]:
        for one in self._list(_Flow, Call("ListFlow", "GET", "/v2/Flows")):
            yield Asset("flow", one.sid, ((one.friendly_name,),) if one.friendly_name else ())

    def _list(self, model: type[Any], call: Call, key: str = "") -> list[Any]:
        records: list[Json] = [*fetch_all(self._http, call, key)]
        return [shaped(model, one, call) for one in records]


def _router(operation: str, path: str) -> Call:
    return Call(operation, "GET", path, product="taskrouter")


def _serverless(operation: str, path: str) -> Call:
    return Call(operation, "GET", path, product="serverless")


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())
