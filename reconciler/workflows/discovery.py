"""Find out what the identifiers of one account are in another one, by the names that people gave them. Reads only.

An identifier of the source is looked for in the target under its most telling name first (a workspace and a workflow),
then under less telling ones. One that fits is a match; several are told and left to a person.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from reconciler.definition.promotion.table import Bindings, Table, Value, split_url
from reconciler.model.assets import ASKABLE, Asset
from reconciler.model.desired import Desired
from reconciler.ports import AssetReader
from reconciler.workflows.identifiers import Used, find, used

Found = Literal["matched", "bound", "ambiguous", "unmatched", "unasked"]

_NO_LETTER: Final = re.compile(r"[^a-z0-9]+")
_ALL: Final = tuple(kind for kind in ASKABLE if kind not in {"host", "flow"})


@dataclass(frozen=True, slots=True)
class Row:
    """One identifier of the source.

    Attributes:
        name: its name, or the one that it would get.
        found: `matched`; `bound`: both sides bind it already; `ambiguous`: several fit; `unmatched`: none does;
            `unasked`: nobody can be asked.
        source, target: as bindings hold them; None where it is not known.
        label: what it is called in the source.
        note: why, where there is something to say.
        candidates: what fits in the target, when there are several.
    """

    name: str
    found: Found
    source: Value | None
    target: Value | None = None
    label: str = ""
    note: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Discovery:
    """What was found, and what may be added to the bindings of each environment."""

    source: str
    target: str
    rows: tuple[Row, ...]
    additions: Mapping[str, Bindings] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The two sides to ask."""

    source: AssetReader
    target: AssetReader


def discover(
    desired: Desired, target: str, accounts: Accounts, managed: Collection[str], *, everything: bool = False
) -> Discovery:
    """Look for the identifiers of one environment in another.

    Args:
        desired: in the terms of the source.
        target: the other environment.
        accounts: whom to ask.
        managed: SIDs of managed flows in the source: they follow by themselves.
        everything: look for all that the source has, not only for what flows hold and bindings name. Default no.
    """
    work = _Work(desired, target, accounts)
    rows: dict[str, Row] = {}
    for row in (*work.of_bindings(), *work.of_flows(managed), *(work.of_account() if everything else ())):
        rows.setdefault(_key(row), row)
    settled = _one_to_one(rows.values())
    return Discovery(
        desired.environment.name, target, tuple(sorted(settled, key=lambda row: row.name)), work.additions(settled)
    )


def only(discovery: Discovery, names: Collection[str]) -> Discovery:
    """Keep of what may be added what a person names; all of it when nobody names anything."""
    if not names:
        return discovery
    kept = {side: {n: v for n, v in added.items() if n in names} for side, added in discovery.additions.items()}
    return replace(discovery, additions=kept)


def _key(row: Row) -> str:
    return _identifier(row.source) if row.source is not None else row.name


def _identifier(value: Value) -> str:
    return value if isinstance(value, str) else value.get("function") or value.get("url", "")


@dataclass(slots=True)
class _Work:
    desired: Desired
    target: str
    accounts: Accounts
    taken: set[str] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.taken = {name for bindings in self.desired.bindings.values() for name in bindings}
        self.taken |= {f"flow/{address.name}" for address in self.desired.flows}

    @property
    def own(self) -> Bindings:
        """What the source binds."""
        return self.desired.bindings.get(self.desired.environment.name, {})

    @property
    def theirs(self) -> Bindings:
        """What the target binds."""
        return self.desired.bindings.get(self.target, {})

    def of_bindings(self) -> Iterable[Row]:
        """Look for what the source binds."""
        managed = {f"flow/{address.name}" for address in self.desired.flows}
        for name, value in self.own.items():
            kind = name.partition("/")[0]
            if name in managed:
                continue
            if name in self.theirs:
                yield Row(name, "bound", value, self.theirs[name])
            elif kind not in ASKABLE:
                yield Row(name, "unasked", value, note="Twilio has no list of these to ask")
            else:
                asset = next((one for one in self.accounts.source.assets(kind) if _same(one, value)), None)
                yield self._row(asset, name) if asset else Row(name, "unmatched", value, note=self._absent())

    def of_flows(self, managed: Collection[str]) -> Iterable[Row]:
        """Look for what flows hold and nobody has named."""
        table = Table(self.desired.bindings, self.desired.environment.name)
        for flow in self.desired.flows.values():
            for item in used(flow):
                if item.identifier not in managed and not _is_named(item, table):
                    yield self._of_used(item)

    def of_account(self) -> Iterable[Row]:
        """Look for everything that the source has."""
        for kind in _ALL:
            for asset in self.accounts.source.assets(kind):
                yield self._row(asset, None)

    def additions(self, rows: Iterable[Row]) -> dict[str, dict[str, Value]]:
        """Give what is new of the matches, by environment."""
        added: dict[str, dict[str, Value]] = {self.desired.environment.name: {}, self.target: {}}
        for row in rows:
            if row.found == "matched" and row.source is not None and row.target is not None:
                if row.name not in self.own:
                    added[self.desired.environment.name][row.name] = row.source
                if row.name not in self.theirs:
                    added[self.target][row.name] = row.target
        return added

    def _of_used(self, item: Used) -> Row:
        kind = item.kinds[0]
        if kind not in ASKABLE:
            return Row(f"{kind}/{_slug(item.identifier)}", "unasked", item.identifier, note="no list of these to ask")
        asset = find(item, self.accounts.source)
        if asset is not None:
            return self._row(asset, None)
        note = self._absent() if item.sure else "no number of the account"
        return Row(f"{kind}/?", "unmatched", item.identifier, note=f"{note} (in {item.address}, widget {item.widget})")

    def _absent(self) -> str:
        return f"{self.desired.environment.name} does not have it"

    def _row(self, asset: Asset, name: str | None) -> Row:
        found, several = self._candidates(asset)
        if found is None or several:
            name = name or self._free(asset.kind, asset)
            note = "" if asset.keys else "nobody gave it a name to be found by"
            state: Found = "ambiguous" if several else "unmatched"
            note = note or (f"{self.target} has none of this name" if not several else "several are called so")
            return Row(name, state, asset.value, label=asset.label, note=note, candidates=tuple(several))
        theirs = next((n for n, value in self.theirs.items() if _same(found, value) and n not in self.own), None)
        name = name or theirs or self._free(asset.kind, asset)
        return Row(name, "matched", asset.value, found.value, asset.label)

    def _candidates(self, asset: Asset) -> tuple[Asset | None, list[str]]:
        """Give the one asset of the target that is called the same, or all when several are."""
        targets = self.accounts.target.assets(asset.kind)
        for level, key in enumerate(asset.keys):
            fitting = [one for one in targets if level < len(one.keys) and one.keys[level] == key]
            twins = [one for one in self.accounts.source.assets(asset.kind) if one.keys[:1] == asset.keys[:1]]
            if len(fitting) == 1 and len(twins) == 1:
                return fitting[0], []
            if fitting:
                return None, [one.identifier for one in fitting]
        return None, []

    def _free(self, kind: str, asset: Asset) -> str:
        known = self.names.get(_identifier(asset.value))
        if known is not None:
            return known
        words = asset.keys[-1] if asset.keys else (asset.identifier,)
        base = f"{kind}/{_slug(' '.join(words))}"
        name, number = base, 1
        while name in self.taken:
            number += 1
            name = f"{base}-{number}"
        self.taken.add(name)
        self.names[_identifier(asset.value)] = name
        return name


def _slug(text: str) -> str:
    return _NO_LETTER.sub("-", text.lower()).strip("-") or "x"


def _same(asset: Asset, value: Value) -> bool:
    if isinstance(value, str) or isinstance(asset.value, str):
        return asset.value == value
    function = value.get("function")
    return asset.value["url"] == value.get("url") and function in {None, asset.value["function"]}


def _is_named(item: Used, table: Table) -> bool:
    if isinstance(item.value, str):
        kinds = ("derived-host", "host") if item.kinds == ("host",) else item.kinds
        return any(table.find(kind, item.value) for kind in kinds)
    url, function = item.value.get("url", ""), item.value.get("function", "")
    pairs = (("function.url", url), ("function.url", split_url(url)[0]), ("function.function", function))
    return any(table.find(kind, text) for kind, text in pairs if text)


def _one_to_one(rows: Iterable[Row]) -> list[Row]:
    """Take back matches that lead to one identifier of the target: an identifier has one name."""
    listed = list(rows)
    leads = Counter(_identifier(row.target) for row in listed if row.target is not None)
    return [
        replace(
            row, found="ambiguous", target=None, candidates=(_identifier(row.target),), note="others lead there too"
        )
        if row.found == "matched" and row.target is not None and leads[_identifier(row.target)] > 1
        else row
        for row in listed
    ]
