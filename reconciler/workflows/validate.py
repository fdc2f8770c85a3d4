"""Check definitions: what we know without Studio, and what Studio says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reconciler.definition import size
from reconciler.definition.check import check
from reconciler.definition.locate import Places
from reconciler.errors import InvalidDefinitionError
from reconciler.model.address import Address
from reconciler.model.desired import Desired, DesiredFlow
from reconciler.model.finding import Finding, Place
from reconciler.model.live import FlowInput
from reconciler.model.record import State
from reconciler.plan.inputs import flow_names, flow_sids, wanted
from reconciler.plan.mark import MESSAGE_LIMIT, fitting
from reconciler.ports import FlowValidator, Pool, Progress

ASKING = "Asking Studio"


def check_definitions(desired: Desired, texts: Callable[[Address], str | Places]) -> tuple[Finding, ...]:
    """Check every declared definition by schema and rules; `texts` gives what faults are placed by."""
    findings: list[Finding] = []
    for address, flow in sorted(desired.flows.items()):
        found = check(flow.definition)
        if found:
            # Only a flow with findings is read again: placing them costs more than finding them.
            found = check(flow.definition, file=flow.source, text=texts(address))
        findings.extend(_placed(flow, finding) for finding in found)
        findings.extend(flow.unbound)
        findings.extend(_size(flow))
    return tuple(findings)


def _placed(flow: DesiredFlow, finding: Finding) -> Finding:
    return finding if finding.place is not None else replace(finding, place=flow.place)


def _size(flow: DesiredFlow) -> list[Finding]:
    what = FlowInput(flow.friendly_name, flow.status, flow.definition, "m" * MESSAGE_LIMIT)
    sent = size.form_size(what)
    if sent < size.LIMIT:
        return []
    message = f"the request would be {sent:,} bytes; Studio takes less than {size.LIMIT:,}"
    return [Finding("too-large", "error", message, Place(flow.source), hint="Move a part into a sub-flow.")]


def ask_studio(
    validator: FlowValidator, pool: Pool, progress: Progress, desired: Desired, state: State
) -> tuple[Finding, ...]:
    """Ask Studio about every declared definition. One that refers to a flow which does not exist yet is left out."""
    names, sids = flow_names(desired, state), flow_sids(desired, state)
    progress.begin(ASKING, len(desired.flows))

    def ask(flow: DesiredFlow) -> tuple[Finding, ...]:
        found = _ask(validator, flow, names, sids)
        progress.advance(ASKING)
        return found

    answers = pool.map(ask, [flow for _, flow in sorted(desired.flows.items())])
    return tuple(finding for answer in answers for finding in answer)


def _ask(
    validator: FlowValidator, flow: DesiredFlow, names: dict[str, str], sids: dict[str, str]
) -> tuple[Finding, ...]:
    definition = wanted(flow.definition, names, sids)
    if definition.references:
        missing = ", ".join(definition.references)
        message = f"{flow.address} was not asked about: it refers to {missing}, which does not exist yet"
        return (Finding("not-asked", "note", message, flow.place),)
    try:
        validator.validate(FlowInput(flow.friendly_name, flow.status, definition, fitting(flow.commit_message)))
    except InvalidDefinitionError as error:
        found = error.findings or (Finding("refused", "error", error.message),)
        return tuple(replace(finding, place=finding.place or Place(flow.source)) for finding in found)
    return ()
