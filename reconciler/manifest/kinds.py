"""The kinds of manifest documents, as pydantic models: what keys there are, of what type, and what they mean.

The JSON Schemas in `schemas/` are made from them (`reconciler.manifest.schema`). Types are strict: nothing is coerced.
What needs more than one document, or the world, is checked elsewhere.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, WithJsonSchema
from pydantic.alias_generators import to_camel

API_VERSION: Final = "studio.reconciler.dev/v1"

DNS_LABEL: Final = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
ACCOUNT_SID: Final = r"^AC[0-9a-fA-F]{32}$"
FLOW_SID: Final = r"^FW[0-9a-fA-F]{32}$"
DURATION: Final = r"^[0-9]{1,6}(ms|s|m|h)$"
CREDENTIAL: Final = r"^env:[A-Za-z_][A-Za-z0-9_]*$"
IGNORABLE: Final = r"^(friendlyName|status|definition|layout|widgets\.[^.]+(\..+)?)$"
PASSING: Final = r"^([0-9]{1,6}(s|m|h|d)|timeout)$"
INSTANT: Final = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})$"
VARIABLE: Final = r"^[A-Za-z_][A-Za-z0-9_-]*$"

Name = Annotated[str, Field(max_length=63, pattern=DNS_LABEL)]
Text = Annotated[str, Field(min_length=1)]


class Model(BaseModel):
    """Refuse unknown keys and wrong types; keys are written in camel case.

    What checks a document is built when the first one of its kind is read, and not for every part on its own.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=to_camel, defer_build=True)


class Metadata(Model):
    """Standard object metadata. Only `name` and `labels` mean something here; the rest is accepted and ignored."""

    name: Name = Field(description="The resource's name: a DNS label, unique among its kind.")
    labels: dict[str, str] = Field(default={}, description="Labels for `--selector`, such as `team: care`.")
    annotations: dict[str, Any] | None = Field(default=None, description="Ignored.")
    namespace: Any = Field(default=None, description="Ignored.")
    generate_name: Any = Field(default=None, description="Ignored.")
    uid: Any = Field(default=None, description="Ignored.")
    resource_version: Any = Field(default=None, description="Ignored.")
    generation: Any = Field(default=None, description="Ignored.")
    creation_timestamp: Any = Field(default=None, description="Ignored.")
    deletion_timestamp: Any = Field(default=None, description="Ignored.")
    deletion_grace_period_seconds: Any = Field(default=None, description="Ignored.")
    finalizers: Any = Field(default=None, description="Ignored.")
    owner_references: Any = Field(default=None, description="Ignored.")
    managed_fields: Any = Field(default=None, description="Ignored.")
    self_link: Any = Field(default=None, description="Ignored.")


class Document(Model):
    """What every document has."""

    api_version: Literal["studio.reconciler.dev/v1"] = Field(description="The version of this format.")
    metadata: Metadata
    status: Any = Field(default=None, description="Written by the operator; accepted and ignored.")


Limit = Annotated[int, Field(ge=0)]


class MaxChanges(Model):
    """How much one plan may change before it is refused; null means no limit."""

    create: Limit | None = Field(default=None, description="Most flows a plan may create. Default: no limit.")
    update: Limit | None = Field(
        default=None, description="Most flows a plan may update or publish. Default: no limit."
    )
    delete: Limit | None = Field(default=0, description="Most flows a plan may delete. Default: 0.")
    percent: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=30, description="Most of what is recorded that a plan may change or remove, in percent. Default: 30."
    )


OnDrift = Literal["stop", "revert", "accept", "merge"]


Duration = Annotated[str, Field(pattern=DURATION)]


class ReleaseWatch(Model):
    """How callers are looked after once a release is published."""

    for_: Duration = Field(alias="for", description="For how long, such as `10m`.")
    every: Duration = Field(default="15s", description="How often. Default: 15s.")
    max_failed_ratio: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=0.05,
        description="Share of executions with an error event above which the release goes back; null: any. "
        "Default: 0.05.",
    )
    min_executions: Annotated[int, Field(ge=1)] = Field(
        default=20, description="Below so many executions the share means nothing. Default: 20."
    )
    max_errors: Limit | None = Field(
        default=None, description="Error events above which the release goes back at once. Default: any number."
    )
    error_events: Annotated[list[Text], Field(min_length=1)] | None = Field(
        default=None, description="What counts as an error. Default: docs/releasing.md lists them."
    )


class PolicyRelease(Model):
    """What holds for every release of the project."""

    watch: ReleaseWatch | None = Field(default=None, description="Default: nothing is watched.")


class Policy(Model):
    """What holds for every plan of the project."""

    max_changes: MaxChanges = Field(default=MaxChanges(), description="How much one plan may change.")
    on_drift: OnDrift = Field(
        default="stop", description="What foreign edits of behaviour meet, unless a Flow says otherwise. Default: stop."
    )
    layout: Literal["ignore", "manage"] = Field(
        default="ignore", description="Whether a move of widgets on the canvas is a change. Default: ignore."
    )
    consistency_window: Annotated[str, Field(pattern=DURATION)] | None = Field(
        default=None,
        description="How long a write may stay unseen, such as `2m`. Default: 30s; 1s for embedded and loopback.",
    )
    release: PolicyRelease = Field(default=PolicyRelease(), description="What holds for every release.")


def _shape(value: object) -> str:
    return "mapping" if isinstance(value, dict) else "text"


class VariableValue(Model):
    """A variable with its marks."""

    value: str = Field(description="The value; may hold `${env.NAME}`.")
    sensitive: bool = Field(default=False, description="Never shown, stored or logged. Default: false.")


Variable = Annotated[
    Annotated[str, Tag("text")] | Annotated[VariableValue, Tag("mapping")],
    Discriminator(_shape),
]
Binding = Annotated[
    Annotated[Text, Tag("text")] | Annotated[dict[str, Text], Tag("mapping")],
    Discriminator(_shape),
]
CredentialName = Annotated[str, Field(pattern=CREDENTIAL)]


class Credentials(Model):
    """Names of the environment variables that hold the credentials, each as `env:NAME`. Never the credentials."""

    account_sid: CredentialName | None = Field(default=None, description="Default: env:TWILIO_ACCOUNT_SID.")
    auth_token: CredentialName | None = Field(default=None, description="Default: env:TWILIO_AUTH_TOKEN.")
    api_key: CredentialName | None = Field(default=None, description="Default: env:TWILIO_API_KEY.")
    api_secret: CredentialName | None = Field(default=None, description="Default: env:TWILIO_API_SECRET.")


class Environment(Model):
    """One place where the project's flows live: an account, or an emulator."""

    account: Annotated[str, Field(pattern=ACCOUNT_SID)] | None = Field(
        default=None,
        description="The account that must answer, else nothing is done. Required unless `endpoint` is set.",
    )
    endpoint: Text | None = Field(
        default=None,
        description="`embedded` for the emulator inside the process, or a base URL. Default: Twilio's own host.",
    )
    region: Annotated[str, Field(pattern=r"^[a-z]{2}[0-9]+$")] | None = Field(
        default=None, description="Such as `ie1`."
    )
    edge: Annotated[str, Field(pattern=r"^[a-z][-a-z0-9]*$")] | None = Field(
        default=None, description="Such as `dublin`."
    )
    state: Text | None = Field(default=None, description="Where the state is kept: a path or a URL.")
    protected: bool = Field(default=False, description="Whether apply wants `--confirm NAME`. Default: false.")
    variables: dict[Annotated[str, Field(pattern=VARIABLE)], Variable] = Field(
        default={}, description="Values for `${var.NAME}`."
    )
    imports: dict[str, Annotated[str, Field(pattern=FLOW_SID)]] = Field(
        default={}, description="Existing flows to take over: `Flow/NAME` → `FW…`."
    )
    credentials: Credentials = Field(
        default=Credentials(), description="Other environment variables than TWILIO_… for the credentials."
    )
    bindings: dict[str, Binding] = Field(
        default={}, description="Names for what differs between accounts: `workflow/support` → `WW…`."
    )


class RuleLevel(Model):
    """How grave a lint rule is, with the reason."""

    severity: Literal["error", "warning", "note", "off"] = Field(description="`off` needs a reason.")
    reason: Text | None = Field(default=None, description="Why, for whoever reads it next.")


Rule = Annotated[
    Annotated[Literal["error", "warning", "note"], Tag("text")] | Annotated[RuleLevel, Tag("mapping")],
    Discriminator(_shape),
]


class ProjectLint(Model):
    """What lint rules mean here."""

    rules: dict[str, Rule] = Field(
        default={}, description="By rule: `error`, `warning`, `note`, or a mapping with `severity` and `reason`."
    )


class ProjectSpec(Model):
    """What holds for all flows of the folder."""

    default_environment: Name | None = Field(default=None, description="The environment used when none is named.")
    policy: Policy = Field(default=Policy(), description="What holds for every plan.")
    environments: dict[Name, Environment] = Field(min_length=1, description="The environments by name.")
    lint: ProjectLint = Field(default=ProjectLint(), description="How grave lint rules are for this project.")


class Project(Document):
    """The project: its policy and its environments. Exactly one per folder."""

    kind: Literal["Project"]
    spec: ProjectSpec


class Lifecycle(Model):
    """What happens to a flow beyond its content."""

    on_delete: Literal["delete", "retain"] = Field(
        default="delete",
        description="What removing this document means: delete the flow, or forget it and let it run. Default: delete.",
    )
    on_drift: OnDrift | None = Field(
        default=None, description="What foreign edits of behaviour meet. Default: the project's policy."
    )
    ignore_changes: list[Annotated[str, Field(pattern=IGNORABLE)]] = Field(
        default=[],
        description="Left as live: friendlyName, status, definition, layout, widgets.NAME, widgets.NAME.PROPERTY.",
    )


Definition = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "anyOf": [
                {
                    "title": "File",
                    "description": "The file that holds the definition, relative to this file, in the project folder.",
                    "type": "object",
                    "properties": {"file": {"type": "string", "minLength": 1}},
                    "required": ["file"],
                    "additionalProperties": False,
                },
                {
                    "title": "Inline",
                    "description": "The definition itself, as the Console exports it.",
                    "type": "object",
                    "properties": {
                        "description": {"type": "string"},
                        "states": {"type": "array", "items": {"type": "object"}},
                        "initial_state": {"type": "string"},
                        "flags": {"type": "object"},
                    },
                    "required": ["states"],
                },
            ]
        }
    ),
]


class LintSuppression(Model):
    """One place where a lint rule does not count."""

    rule: Text = Field(description="The rule, such as `missing-error-path`.")
    widget: Text | None = Field(default=None, description="The widget's name. Default: the whole flow.")
    reason: Text = Field(description="Why, for whoever reads it next.")


class FlowLint(Model):
    """What lint rules mean for one flow."""

    suppress: list[LintSuppression] = Field(default=[], description="Where rules do not count.")


class SmokeExpectation(Model):
    """What a smoke execution has to do."""

    reaches: list[Text] = Field(default=[], description="Widgets of this flow that it has to reach.")
    avoids: list[Text] = Field(default=[], description="Widgets of this flow that it must not reach.")
    ends: bool | None = Field(default=None, description="Whether it has to end, or must not. Default: either.")
    within: Duration = Field(default="30s", description="How long it may take. Default: 30s.")


class Smoke(Model):
    """One execution of the draft, started for a test user before anything is published."""

    name: Text = Field(description="Its name, unique in this flow.")
    to: Text = Field(description="A contact of this flow's TestUsers: only they run the draft.")
    from_: Text = Field(alias="from", description="The number or sender that the flow uses.")
    parameters: dict[str, Any] | None = Field(default=None, description="The parameters of the execution.")
    expect: SmokeExpectation = Field(description="What it has to do.")


class FlowRelease(Model):
    """How `release` tries this flow out, and looks after its callers."""

    smoke: list[Smoke] = Field(default=[], description="Executions of the draft, before it is published.")
    watch: ReleaseWatch | None = Field(default=None, description="Default: the project's policy.")


class FlowSpec(Model):
    """One Studio flow."""

    friendly_name: Text | None = Field(default=None, description="The name shown in the Console. Default: the name.")
    status: Literal["draft", "published"] = Field(default="published", description="Default: published.")
    definition: Definition = Field(
        description="The definition as exported from the Console: `{file: PATH}`, or the definition itself."
    )
    commit_message: Text | None = Field(
        default=None, description="Goes with each revision; never causes a change. Default: Applied by reconciler."
    )
    lifecycle: Lifecycle = Field(default=Lifecycle(), description="What happens to the flow beyond its content.")
    lint: FlowLint = Field(default=FlowLint(), description="What lint rules mean for this flow.")
    release: FlowRelease = Field(default=FlowRelease(), description="How a release tries this flow out.")
    previous_names: list[str] = Field(
        default=[], description="Names this flow had before in the manifests, so that a rename keeps its SID."
    )


class Flow(Document):
    """One Studio flow."""

    kind: Literal["Flow"]
    spec: FlowSpec


class TestUsersSpec(Model):
    """Who runs the draft of a flow."""

    flow: Name = Field(description="The name of the Flow document.")
    contacts: list[str] = Field(
        description="Phone numbers or other contact addresses, quoted, up to 300 bytes each. Empty empties the list."
    )


class TestUsers(Document):
    """The test users of one flow: at most one document per flow."""

    __test__ = False  # pytest takes every class called Test… for a test otherwise

    kind: Literal["TestUsers"]
    spec: TestUsersSpec


KINDS: Final[dict[str, type[Project | Flow | TestUsers]]] = {"Project": Project, "Flow": Flow, "TestUsers": TestUsers}
