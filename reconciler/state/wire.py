"""The shape of a state document as JSON: typed dictionaries that pydantic checks, refusing every key it does not know.

Only this module says which keys there are; what they mean stands in `reconciler.model.record`, and `document` converts.
Dictionaries, not models: ten thousand resources are checked in a third of the time. It knows neither files nor stores.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import ConfigDict, Discriminator, Field, Tag, TypeAdapter, with_config
from pydantic.alias_generators import to_camel
from typing_extensions import TypedDict

from reconciler.model.definition import Status
from reconciler.model.desired import OnDelete
from reconciler.model.record import Author, IntentKind
from reconciler.model.release import Cause, Stage, Verdict

FORMAT: Final = 2
"""The newest format. A state that knows of no release is written in format 1, which older versions read too."""

_NAME: Final = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_STRICT: Final = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel, defer_build=True)

# Times stay text here and are read by `document`: pydantic would take numbers for them, too.
At = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Number = Annotated[int, Field(ge=0)]
Key = Annotated[str, Field(pattern=rf"^(Flow|TestUsers)/{_NAME}$")]
FlowKey = Annotated[str, Field(pattern=rf"^Flow/{_NAME}$")]


@with_config(_STRICT)
class WireDigests(TypedDict):
    """What two definitions are compared by."""

    behaviour: str
    full: str


@with_config(_STRICT)
class WirePublished(TypedDict):
    """The newest published revision of a flow: what its callers get."""

    revision: Number
    behaviour: str
    full: str


@with_config(_STRICT)
class WireRevision(TypedDict):
    """One revision in a flow's history; `digest` is the full digest of what Studio stored."""

    revision: Number
    status: Status
    digest: str | None
    message: str | None
    author: str | None
    at: At | None
    by: Author
    plan: str | None
    source: str | None


@with_config(_STRICT)
class WireFlow(TypedDict):
    """What is recorded of one flow."""

    sid: str
    friendly_name: str
    status: Status
    revision: Number
    webhook_url: str | None
    published: WirePublished | None
    sent: WireDigests | None
    stored: WireDigests
    on_delete: OnDelete
    revisions: list[WireRevision]


@with_config(_STRICT)
class WireTestUsers(TypedDict):
    """What is recorded of one flow's test users."""

    flow: FlowKey
    sid: str
    sent: list[str]
    stored: list[str]


@with_config(_STRICT)
class WireIntent(TypedDict):
    """A write whose outcome is not recorded yet."""

    token: str
    kind: IntentKind
    sid: str | None
    friendly_name: str
    status: Status
    base: Number
    target: str
    behaviour: str | None
    plan: str
    at: At


@with_config(_STRICT)
class WireWriter(TypedDict):
    """Who wrote the document."""

    version: str
    at: At
    plan: str | None


@with_config(_STRICT)
class WireReleasedFlow(TypedDict):
    """One flow of a release."""

    address: FlowKey
    sid: str | None
    base: Number
    previous: Number | None
    previous_digest: str | None
    publish: bool
    manifest: str
    target: str | None
    draft: Number | None
    published: Number | None
    back: Number | None
    left: str | None


@with_config(_STRICT)
class WireSmokeRun(TypedDict):
    """One smoke execution of a release."""

    flow: FlowKey
    name: str
    token: str
    at: At | None
    sid: str | None
    ended: bool
    verdict: Verdict
    message: str | None


@with_config(_STRICT)
class WireRelease(TypedDict):
    """A release: under way, or the last one."""

    id: str
    stage: Stage
    began: At
    message: str | None
    flows: list[WireReleasedFlow]
    smoke: list[WireSmokeRun]
    since: At | None
    until: At | None
    cause: Cause | None
    reason: str | None
    ended: At | None


def _kind(value: Any) -> str:  # noqa: ANN401 - pydantic hands over whatever stands in the document
    return "TestUsers" if isinstance(value, dict) and "flow" in value else "Flow"


WireResource = Annotated[
    Annotated[WireFlow, Tag("Flow")] | Annotated[WireTestUsers, Tag("TestUsers")],
    Discriminator(_kind),
]


@with_config(_STRICT)
class WireState(TypedDict):
    """The state of one project in one environment, as reconciler keeps it."""

    format: Literal[1, 2]
    lineage: str
    serial: Number
    project: str
    environment: str
    account: str | None
    endpoint: str | None
    writer: WireWriter | None
    resources: dict[Key, WireResource]
    pending: dict[Key, WireIntent]
    release: NotRequired[WireRelease]


STATE: Final = TypeAdapter[WireState](WireState)
REVISION: Final = TypeAdapter[WireRevision](WireRevision)
