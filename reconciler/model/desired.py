"""The desired side: what the manifests of one project say for one environment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from reconciler.model.address import Address
from reconciler.model.definition import Definition, StateOrigin, Status
from reconciler.model.finding import Finding, Place
from reconciler.model.lint import LintLevel, Suppression
from reconciler.model.release import NO_RELEASE, FlowRelease, Watch

OnDelete = Literal["delete", "retain"]
OnDrift = Literal["stop", "revert", "accept", "merge"]
Layout = Literal["ignore", "manage"]

DEFAULT_COMMIT_MESSAGE = "Applied by reconciler"


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Say what happens to one flow beyond its content.

    Attributes:
        on_delete: what a removed manifest means: delete the flow, or forget it and leave it running.
        on_drift: what foreign edits of behaviour meet.
        ignore_changes: what is left as it is live: `friendlyName`, `status`, `definition`, `layout`,
            `widgets.NAME` or `widgets.NAME.PROPERTY`.
    """

    on_delete: OnDelete = "delete"
    on_drift: OnDrift = "stop"
    ignore_changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DesiredFlow:
    """One `kind: Flow` document.

    `definition` may still hold `${flow.NAME.sid}`; `reconciler.definition.portable` resolves it. `previous_names` are
    addresses the flow had before. `source` is the file the definition came from, relative to the project folder.
    `written` is the definition as the file has it, placeholders and identifiers untouched; None when it is the same.
    `origins` say where each of its states is written, when other files are included; empty for what stands in one file.
    `suppressions` say where lint rules do not count.
    `unbound` are identifiers of other environments in it that this one does not bind: it must not be sent.
    `release` says how a release tries the flow out; it never changes a plan.
    """

    address: Address
    friendly_name: str
    status: Status
    definition: Definition
    commit_message: str
    lifecycle: Lifecycle
    place: Place
    source: str
    labels: Mapping[str, str] = field(default_factory=dict)
    previous_names: tuple[str, ...] = ()
    unbound: tuple[Finding, ...] = ()
    written: Definition | None = field(default=None, repr=False, compare=False)
    suppressions: tuple[Suppression, ...] = ()
    origins: tuple[StateOrigin, ...] = field(default=(), repr=False, compare=False)
    release: FlowRelease = NO_RELEASE


@dataclass(frozen=True, slots=True)
class DesiredTestUsers:
    """One `kind: TestUsers` document; `contacts` is a set, kept sorted. Empty asks to empty the list."""

    address: Address
    flow: Address
    contacts: tuple[str, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class ChangeLimits:
    """How much one plan may change before it is refused; None means no limit. `percent` is of what is recorded."""

    create: int | None = None
    update: int | None = None
    delete: int | None = 0
    percent: int | None = 30


@dataclass(frozen=True, slots=True)
class Policy:
    """What the project says about every plan. `watch` is of releases; None watches nothing."""

    limits: ChangeLimits = ChangeLimits()
    layout: Layout = "ignore"
    consistency_window: timedelta = timedelta(seconds=30)
    watch: Watch | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the desired state goes. Holds no credentials, only the names of the variables that hold them.

    Attributes:
        account: the account that must answer; None only for an emulator.
        endpoint: `embedded`, a base URL, or None for Twilio's own host of `region` and `edge`.
        state: where the environment wants its state; None for the default.
        imports: flows to adopt, by address.
        credentials: names of environment variables by part: `accountSid`, `authToken`, `apiKey`, `apiSecret`.
        bindings: names of account-specific identifiers (`workflow/support`), each a SID or a mapping.
    """

    name: str
    account: str | None = None
    endpoint: str | None = None
    region: str | None = None
    edge: str | None = None
    state: str | None = None
    protected: bool = False
    imports: Mapping[Address, str] = field(default_factory=dict)
    credentials: Mapping[str, str] = field(default_factory=dict)
    bindings: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything one project wants of one environment.

    Attributes:
        flows, test_users: by address, in the order of their addresses.
        digest: `sha256:` over all that can change a plan; a saved plan is bound to it.
        sensitive: values that no view, log, plan or state may show.
        environments: names of all environments of the project.
        known_sids: flow SIDs that other places of the project give names to (`imports`, `bindings` of every
            environment), by SID: an export that holds one of them means the flow of that name.
        lint: how grave lint rules are, by id, where the project says so.
        bindings: by environment, names of identifiers as in `Environment.bindings`, imported flows among them.
    """

    project: str
    environment: Environment
    policy: Policy
    flows: Mapping[Address, DesiredFlow]
    test_users: Mapping[Address, DesiredTestUsers]
    digest: str
    sensitive: frozenset[str] = frozenset()
    environments: tuple[str, ...] = ()
    known_sids: Mapping[str, str] = field(default_factory=dict)
    lint: Mapping[str, LintLevel] = field(default_factory=dict)
    bindings: Mapping[str, Mapping[str, str | Mapping[str, str]]] = field(default_factory=dict)
