"""Ask of what a plan would send: does the account know the identifiers in it, as far as can be told without asking it?

What another environment binds and this one does not is `unbound`, and nothing overrules it. Beyond that there are
identifiers that nobody binds. They may well be right, in the account that the definition was exported from; whoever
knows says so.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.plan.build import Built
from reconciler.plan.inputs import Inputs, flow_names
from reconciler.plan.values import Objection

_SID_LENGTH = 34


def unbound(inputs: Inputs, built: Built) -> Iterator[Objection]:
    """Object to identifiers of other environments that this one does not bind."""
    for address, flow in sorted(inputs.desired.flows.items()):
        for fault in flow.unbound if address in built.definitions else ():
            where = f"{fault.place}: {address}: widget {fault.widget}, {fault.property}"
            message = f"{where}: {fault.message}. {fault.hint or ''}".rstrip()
            yield Objection("unbound", "plan", address, message, None)


def unknown(inputs: Inputs, address: Address, definition: Definition) -> Iterator[Objection]:
    """Object to sub-flows that the account does not have, and to what no environment binds although several bind some.

    What the flow holds live already is known to the account.
    """
    live, source = _live_text(inputs, address), inputs.desired.flows[address].source
    for sid in definition.subflows:
        if len(sid) == _SID_LENGTH and sid not in live and not _has_flow(inputs, sid):
            where = f"widget {_caller(definition, sid)}, properties.flow_sid"
            yield _objection(address, f"{source}: {where}: {sid} is no flow of this account")
    if not inputs.desired.environment.bindings:
        return
    from reconciler.definition.promotion import outward  # noqa: PLC0415 - only who binds something needs it
    from reconciler.definition.promotion.table import table_of  # noqa: PLC0415 - as above

    for remark in outward.unknown(definition.data(), table_of(inputs.desired)):
        if remark.message.partition(" ")[0] not in live:
            yield _objection(address, f"{source}: widget {remark.widget}, {remark.property}: {remark.message}")


def _objection(address: Address, message: str) -> Objection:
    command = "reconciler bindings check"
    return Objection("bindings", "step", address, f"{address}: {message}", "--allow-bindings", command)


def _caller(definition: Definition, sid: str) -> str:
    """Give the name of the first widget that calls a flow."""
    states = definition.data().get("states")
    for state in states if isinstance(states, list) else ():
        match state:
            case {"name": str(name), "properties": {"flow_sid": found}} if found == sid:
                return name
    return "?"


def _has_flow(inputs: Inputs, sid: str) -> bool:
    # Without a list nobody knows.
    known = sid in inputs.live.flows or sid in flow_names(inputs.desired, inputs.state)
    return known or inputs.options.refresh == "none"


def _live_text(inputs: Inputs, address: Address) -> str:
    flow = inputs.state.flow(address)
    live = inputs.live.flows.get(flow.sid if flow else inputs.desired.environment.imports.get(address, ""))
    body = live.body.definition if live is not None and live.body is not None else None
    return body.text if body is not None else ""
