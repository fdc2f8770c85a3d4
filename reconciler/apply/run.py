"""One run of a plan, as its steps see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.apply.ledger import Ledger
from reconciler.apply.look import Look
from reconciler.errors import ConflictError
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.desired import Desired, DesiredFlow
from reconciler.model.live import FlowInput
from reconciler.model.record import FlowRecord, Intent, IntentKind
from reconciler.plan.inputs import owner_of, wanted
from reconciler.plan.mark import Owner, commit_message, mark
from reconciler.plan.options import PlanOptions
from reconciler.ports import Chance, FlowValidator, FlowWriter


@dataclass(frozen=True, slots=True)
class On:
    """What a write goes on top of: a flow's SID and latest revision; the defaults are those of a create."""

    sid: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Ports, wishes and memory of one run.

    Attributes:
        validator: None when Validate is not to be asked.
        validated: full digests that Validate accepted already in this run.
        fresh: SIDs created in this run, with the monotonic time of their creation.
        source: where the manifests come from (`git:COMMIT`), None when unknown.
    """

    look: Look
    writer: FlowWriter
    validator: FlowValidator | None
    chance: Chance
    ledger: Ledger
    desired: Desired
    options: PlanOptions
    plan_digest: str
    names: Mapping[str, str]
    source: str | None = None
    validated: set[str] = field(default_factory=set)
    fresh: dict[str, float] = field(default_factory=dict)

    def owner(self, address: Address) -> Owner:
        """Give the owner that our marks on this address name."""
        return owner_of(self.desired, address)

    def wanted(self, flow: DesiredFlow) -> Definition:
        """Give the definition of a declared flow with everything resolved that has a SID by now."""
        return wanted(flow.definition, self.names, self.ledger.sids())

    def recorded(self, flow: DesiredFlow) -> tuple[Address, FlowRecord]:
        """Give the record of a declared flow and the address it stands under, its own or an earlier one.

        Raises:
            ConflictError: it is no longer recorded.
        """
        for name in (flow.address.name, *flow.previous_names):
            record = self.ledger.flow(Address("Flow", name))
            if record is not None:
                return Address("Flow", name), record
        raise ConflictError(f"{flow.address} is no longer recorded", hint="Plan again.")

    def intent(self, kind: IntentKind, on: On, what: FlowInput, target: str) -> Intent:
        """Make the intent of one write, with a token of its own."""
        return Intent(
            token=self.chance.token(),
            kind=kind,
            sid=on.sid,
            friendly_name=what.friendly_name,
            status=what.status,
            base=on.revision,
            target=target,
            plan=self.plan_digest,
            at=self.look.server_now(),
            behaviour=what.definition.digests.behaviour if kind in {"create", "update", "publish"} else None,
        )

    def message(self, flow: DesiredFlow, intent: Intent) -> str:
        """Give the commit message of one write: the mark, then what a person said."""
        mark_ = mark(intent.token, self.ledger.lineage, intent.target, self.owner(flow.address))
        return commit_message(mark_, self.options.message or flow.commit_message)

    def is_fresh(self, sid: str) -> bool:
        """Tell whether a flow was created less than a window ago, so that Studio may not show it yet."""
        created = self.fresh.get(sid)
        return created is not None and self.look.clock.monotonic() - created <= self.look.window


def name_of(flow: DesiredFlow, live: str) -> str:
    """Give the friendly name to send: the manifest's, or the live one where the manifest leaves it alone."""
    return live if "friendlyName" in flow.lifecycle.ignore_changes else flow.friendly_name
