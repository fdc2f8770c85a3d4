"""The resources of one folder together: what must hold between documents of the same kind."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.manifest.findings import Findings
from reconciler.manifest.yamltext import Document
from reconciler.model.address import Address
from reconciler.model.desired import DesiredFlow, DesiredTestUsers
from reconciler.model.finding import Place


@dataclass(slots=True)
class Catalogue:
    """Everything that was declared, right or wrong.

    Attributes:
        names: by address, where each name stands, the first place first; those of wrong documents too.
        flows, test_users: what is right, by address; of doubles the first.
        places: by address, where a flow's definition and a TestUsers' flow are written.
    """

    names: dict[Address, list[Place]] = field(default_factory=dict)
    flows: dict[Address, DesiredFlow] = field(default_factory=dict)
    test_users: dict[Address, DesiredTestUsers] = field(default_factory=dict)
    places: dict[Address, Place] = field(default_factory=dict)

    def note_name(self, document: Document) -> None:
        """Remember that a document declares a name, whatever else is wrong with it."""
        data = document.data
        metadata = data.get("metadata") if isinstance(data, dict) else None
        name = metadata.get("name") if isinstance(metadata, dict) else None
        if isinstance(data, dict) and isinstance(name, str):
            address = Address("Flow" if data.get("kind") == "Flow" else "TestUsers", name)
            self.names.setdefault(address, []).append(document.place(("metadata", "name")))

    def add_flow(self, flow: DesiredFlow, place: Place) -> None:
        """Take a flow in."""
        self.flows.setdefault(flow.address, flow)
        self.places.setdefault(flow.address, place)

    def add_test_users(self, users: DesiredTestUsers, place: Place) -> None:
        """Take the test users of a flow in."""
        self.test_users.setdefault(users.address, users)
        self.places.setdefault(users.address, place)

    def flow_names(self) -> list[str]:
        """Give the names of all flows that are declared, right or wrong."""
        return [address.name for address in self.names if address.kind == "Flow"]

    def flows_in_order(self) -> dict[Address, DesiredFlow]:
        """Give the flows in the order of their addresses."""
        return dict(sorted(self.flows.items()))

    def test_users_in_order(self) -> dict[Address, DesiredTestUsers]:
        """Give the test users in the order of their addresses."""
        return dict(sorted(self.test_users.items()))

    def check(self, findings: Findings) -> None:
        """Note names that are declared twice, test users of no flow or of one that has some, and odd renames."""
        for address, places in self.names.items():
            for place in places[1:]:
                findings.error("duplicate-name", f"{address} is declared twice, first in {places[0]}", place)
        self._check_test_users(findings)
        self._check_previous_names(findings)

    def _check_test_users(self, findings: Findings) -> None:
        first: dict[Address, DesiredTestUsers] = {}
        for address, users in self.test_users_in_order().items():
            place = self.places[address]
            if users.flow not in self.names:
                hint = findings.nearest(users.flow.name, self.flow_names())
                findings.error("unknown-flow", f"there is no flow {users.flow.name!r}", place, hint=hint)
            other = first.setdefault(users.flow, users)
            if other is not users:
                message = f"{other.address} in {other.place} already lists the test users of {users.flow}"
                findings.error("second-test-users", message, place, hint="Put all contacts into one document.")

    def _check_previous_names(self, findings: Findings) -> None:
        taken: dict[str, DesiredFlow] = {}
        for flow in self.flows_in_order().values():
            for name in flow.previous_names:
                if Address("Flow", name) in self.names:
                    message = f"{flow.address} was {name}, but a flow of that name is still declared"
                    findings.error("previous-name", message, flow.place)
                other = taken.setdefault(name, flow)
                if other is not flow:
                    message = f"{flow.address} and {other.address} (in {other.place}) both say they were {name}"
                    findings.error("previous-name", message, flow.place)
