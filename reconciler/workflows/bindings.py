"""Prove that every identifier of every flow exists in the account that the flows go to. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from reconciler.definition.locate import Places, Positions, place_in
from reconciler.definition.promotion.mentions import mentions
from reconciler.definition.promotion.table import Table, split_url, table_of
from reconciler.model.address import Address
from reconciler.model.assets import ASKABLE
from reconciler.model.desired import Desired
from reconciler.model.finding import Finding, Place
from reconciler.ports import AssetReader
from reconciler.workflows.identifiers import Used, differing, find, used

Verdict = Literal["exists", "missing", "unbound", "unasked", "mentioned"]

Texts = Callable[[Address], str | Places]


@dataclass(frozen=True, slots=True)
class Checked:
    """One identifier held against the account.

    Attributes:
        property: dotted, inside the widget.
        name: what some environment calls it; None when nobody binds it.
        verdict: `exists`; `missing`: the account does not have it; `unbound`: it is another environment's, and this one
            does not bind it; `unasked`: nobody can be asked; `mentioned`: another environment's, in free text.
        note: what else is to say.
    """

    address: Address
    widget: str
    property: str
    identifier: str
    name: str | None
    verdict: Verdict
    place: Place | None
    note: str | None = None


def check_bindings(
    desired: Desired, reader: AssetReader, known: Mapping[str, str], texts: Texts
) -> tuple[Checked, ...]:
    """Ask the account for everything that the flows hold.

    Args:
        desired: in the terms of the account.
        reader: asks it; only for what is held.
        known: names of managed flows by SID: those exist, or the plan makes them.
        texts: gives what places are found in.
    """
    work = _Work(reader, table_of(desired), known)
    found: list[Checked] = []
    for address, flow in sorted(desired.flows.items()):
        place = _Placing(flow.source, address, texts)
        unbound = {(fault.widget, fault.property) for fault in flow.unbound}
        found += [_unbound(address, fault) for fault in flow.unbound]
        remarks = list(mentions(flow.definition.data(), work.table))
        told = {remark.path for remark in remarks}
        for item in used(flow):
            if (item.widget, item.at) not in unbound and item.path not in told:
                found.append(work.check(item, place))
        for remark in remarks:
            where = place(remark.path)
            token, _, rest = remark.message.partition(" ")
            found.append(
                Checked(address, remark.widget or "", remark.property or "", token, None, "mentioned", where, rest)
            )
    return tuple(found)


class _Placing:
    """Finds places in one flow's file, which is read when the first one is asked for."""

    def __init__(self, file: str, address: Address, texts: Texts) -> None:
        self._file, self._address, self._texts = file, address, texts
        self._places: Places | None = None

    def __call__(self, path: tuple[str | int, ...]) -> Place:
        if self._places is None:
            text = self._texts(self._address)
            self._places = Positions(text) if isinstance(text, str) else text
        return place_in(self._file, self._places, path)[0]


@dataclass(frozen=True, slots=True)
class _Work:
    reader: AssetReader
    table: Table
    known: Mapping[str, str]

    def check(self, item: Used, place: _Placing) -> Checked:
        """Judge one identifier."""
        verdict, note = self._judged(item)
        at, where = item.at, place(item.path)
        name = self._name(item)
        return Checked(item.address, item.widget, at, item.identifier, name, verdict, where, note)

    def _judged(self, item: Used) -> tuple[Verdict, str | None]:
        if item.identifier in self.known:
            return "exists", f"the managed flow {self.known[item.identifier]}"
        if not set(item.kinds) & set(ASKABLE):
            return "unasked", "Twilio has no list of these to ask"
        asset = find(item, self.reader)
        if asset is None:
            if item.sure:
                return "missing", None
            return "unasked", "not a number of the account; it may be a verified caller or another channel's"
        wrong = differing(item, asset)
        if wrong is not None:
            return "missing", f"{wrong} is not of the same Function as the rest, {asset.label}"
        return "exists", asset.label or None

    def _name(self, item: Used) -> str | None:
        kinds = ("function.url", "function.function") if item.kinds == ("function",) else item.kinds
        sids = [item.identifier] if isinstance(item.value, str) else [item.identifier, item.value.get("function", "")]
        names = (self.table.find(kind, sid) for kind in kinds for sid in (*sids, split_url(item.identifier)[0]))
        return next((known.name for known in names if known is not None), None)


def _unbound(address: Address, fault: Finding) -> Checked:
    identifier, _, rest = fault.message.partition(" ")
    return Checked(address, fault.widget or "", fault.property or "", identifier, None, "unbound", fault.place, rest)


def broken(checked: Iterable[Checked]) -> list[Checked]:
    """Give what keeps the flows from working in the account."""
    return [one for one in checked if one.verdict in {"missing", "unbound"}]
