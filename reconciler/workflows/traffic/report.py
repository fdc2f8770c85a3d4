"""The report on what happened in flows: fold the executions, read the definitions that they ran, and summarise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

from reconciler.errors import NotFoundError, UsageError
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.desired import Desired
from reconciler.model.record import State
from reconciler.plan.inputs import flow_names, flow_sids, wanted
from reconciler.ports import FlowReader, Pool
from reconciler.workflows.executions.flows import KnownFlow
from reconciler.workflows.traffic.fold import FlowTraffic, Key, Traffic
from reconciler.workflows.traffic.sources import Runs
from reconciler.workflows.traffic.summarise import Drawn, summarise
from reconciler.workflows.traffic.summary import FlowSummary, Report

Definitions: TypeAlias = Callable[[Sequence[Key]], Mapping[Key, Drawn]]
"""Gives the definitions of revisions, as far as they can be had."""

TOP: Final = 5
"""How many paths are told unless somebody asks for more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a report is asked for.

    Attributes:
        source: where the executions come from, in words.
        flows: what to report on; none for every flow that turns up.
        names: addresses of flows by SID.
        since: begun then or later; None for all there is.
        until: begun before then; None for up to now.
        revisions: these alone; none for all.
        top: how many of the most frequent paths to tell.
    """

    source: str
    flows: tuple[KnownFlow, ...]
    names: Mapping[str, Address]
    since: datetime | None = None
    until: datetime | None = None
    revisions: tuple[int, ...] = ()
    top: int = TOP


def report(runs: Runs, asked: Asked, definitions: Definitions) -> Report:
    """Count executions and say what came of it.

    Args:
        runs: what happened, each execution once; what was not asked for is left out.
        asked: what to report on.
        definitions: gives what ran.

    Raises:
        UsageError: there is no traffic in a revision that was asked for.
    """
    traffic = Traffic()
    for execution, steps in runs:
        if _in_time(execution.date_created, asked):
            traffic.add(execution, steps)
    shown = {key: flow for key, flow in traffic.flows.items() if _wanted(key, asked)}
    for revision in asked.revisions:
        if not any(key[1] == revision for key in shown):
            raise UsageError(
                f"there is no execution of revision {revision}{_seen(traffic, asked)}",
                hint="Ask for another revision, or look further back with --since.",
            )
    drawn = definitions(sorted(shown, key=_order))
    return Report(
        source=asked.source,
        since=asked.since,
        until=asked.until,
        executions=traffic.executions,
        steps=traffic.steps,
        flows=tuple(_flows(shown, asked, drawn)),
    )


def live_definitions(reader: FlowReader, pool: Pool) -> Definitions:
    """Give definitions as Studio has them; for runs as a sub-flow the published one, for nobody knows which ran."""

    def read(key: Key) -> Drawn | None:
        sid, revision = key
        try:
            found = reader.fetch_published(sid) if revision is None else reader.fetch_revision(sid, revision)
        except NotFoundError:
            return None
        if found is None or found.definition is None:
            return None
        side = "published " if revision is None else ""
        return Drawn(f"{side}revision {found.revision}", found.definition)

    def definitions(keys: Sequence[Key]) -> dict[Key, Drawn]:
        found = zip(keys, pool.map(read, keys), strict=True)
        return {key: drawn for key, drawn in found if drawn is not None}

    return definitions


def declared_definitions(desired: Desired, state: State) -> Definitions:
    """Give the manifests' definitions whatever the revision: for when nobody can be asked."""
    flows = {sid: desired.flows.get(Address("Flow", name)) for name, sid in flow_sids(desired, state).items()}

    def definitions(keys: Sequence[Key]) -> dict[Key, Drawn]:
        found = {key: flows.get(key[0]) for key in keys}
        return {key: Drawn("manifest", flow.definition) for key, flow in found.items() if flow is not None}

    return definitions


def either(first: Definitions, second: Definitions) -> Definitions:
    """Give what the first has, and of the rest what the second has."""

    def definitions(keys: Sequence[Key]) -> dict[Key, Drawn]:
        found = dict(first(keys))
        rest = [key for key in keys if key not in found]
        return {**found, **second(rest)}

    return definitions


def callers_of(desired: Desired, state: State, flows: Sequence[KnownFlow]) -> tuple[KnownFlow, ...]:
    """Give the managed flows that run one of these as a sub-flow: its steps are in the executions of theirs."""
    names, sids = flow_names(desired, state), flow_sids(desired, state)
    asked = {flow.sid for flow in flows}
    found = []
    for address, flow in desired.flows.items():
        sid = sids.get(address.name)
        if sid is not None and sid not in asked and asked & set(_called(flow.definition, names, sids)):
            found.append(KnownFlow(sid, address))
    return tuple(sorted(found, key=lambda flow: flow.name))


def _called(definition: Definition, names: Mapping[str, str], sids: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(wanted(definition, names, sids).subflows)


def _in_time(began: datetime | None, asked: Asked) -> bool:
    if began is None:
        return True
    return (asked.since is None or began >= asked.since) and (asked.until is None or began < asked.until)


def _wanted(key: Key, asked: Asked) -> bool:
    sid, revision = key
    known = not asked.flows or any(flow.sid == sid for flow in asked.flows)
    return known and (not asked.revisions or revision in asked.revisions)


def _seen(traffic: Traffic, asked: Asked) -> str:
    revisions = {
        revision
        for sid, revision in traffic.flows
        if revision is not None and (not asked.flows or any(flow.sid == sid for flow in asked.flows))
    }
    return f"; there are some of {', '.join(map(str, sorted(revisions)))}" if revisions else ""


def _flows(shown: Mapping[Key, FlowTraffic], asked: Asked, drawn: Mapping[Key, Drawn]) -> Iterator[FlowSummary]:
    sids = dict.fromkeys([*(flow.sid for flow in asked.flows), *(sid for sid, _ in shown)])
    named = sorted(sids, key=lambda sid: (sid not in asked.names, str(asked.names.get(sid, "")), sid))
    for sid in named:
        keys = sorted((key for key in shown if key[0] == sid), key=_order)
        revisions = tuple(summarise(key[1], shown[key], drawn.get(key), top=asked.top) for key in keys)
        yield FlowSummary(sid, asked.names.get(sid), revisions)


def _order(key: Key) -> tuple[str, bool, int]:
    """Order revisions: the newest first, runs as a sub-flow last."""
    return key[0], key[1] is None, -(key[1] or 0)
