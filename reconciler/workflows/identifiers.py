"""The identifiers that the flows of a project hold, in the terms of one account, and what that account has of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.definition.locate import Path
from reconciler.definition.promotion.mentions import paths_of, texts_in
from reconciler.definition.promotion.slots import FUNCTION, PLAIN, SID, SIDS, AnySlot, FunctionSlot, slots
from reconciler.definition.promotion.table import host_of, split_url
from reconciler.definition.remarks import dotted, name_of
from reconciler.model.address import Address
from reconciler.model.assets import ASKABLE, Asset
from reconciler.model.desired import DesiredFlow
from reconciler.model.jsontypes import JsonObject
from reconciler.ports import AssetReader

_SERVERLESS: Final = ".twil.io"
_SILENT: Final = frozenset({"queue", "sim", "conference"})
"""What is made on demand, or is nobody's property."""


@dataclass(frozen=True, slots=True)
class Used:
    """One identifier in one place.

    Attributes:
        at: the property, dotted, inside the widget.
        path: in the definition.
        kinds: what it may be of.
        value: the identifier; for a Function what the widget says, by part.
        sure: an account that does not list it does not have it. False for numbers that may be somebody else's.
    """

    address: Address
    widget: str
    at: str
    path: Path
    kinds: tuple[str, ...]
    value: str | Mapping[str, str]
    sure: bool = True

    @property
    def identifier(self) -> str:
        """What to call it by: for a Function its URL, else its SID."""
        if isinstance(self.value, str):
            return self.value
        return split_url(self.value.get("url", ""))[0] or self.value.get("function", "")


def used(flow: DesiredFlow) -> Iterator[Used]:
    """Give every identifier of a flow. What holds Liquid or references is none."""
    data = flow.definition.data()
    known: set[Path] = set()
    for slot in slots(data):
        known.update(paths_of(slot))
        yield from _used(flow.address, slot)
    yield from _elsewhere(flow.address, data, known)


def _elsewhere(address: Address, data: JsonObject, known: Collection[Path]) -> Iterator[Used]:
    """Give the SIDs that stand alone in properties of which nobody knows that they hold some, as of new widgets."""
    listed = data.get("states")
    for index, state in enumerate(listed if isinstance(listed, list) else ()):
        properties = state.get("properties") if isinstance(state, dict) else None
        for path, text in texts_in(properties, ("states", index, "properties")):
            if path not in known and text[:2] in PLAIN and SID.fullmatch(text):
                yield Used(address, name_of(state) or "", dotted(state, path[2:]) or "", path, SIDS[text[:2]], text)


def find(item: Used, reader: AssetReader) -> Asset | None:
    """Give what an account calls so; None when it has nothing of it."""
    for kind in item.kinds:
        for asset in reader.assets(kind) if kind in ASKABLE else ():
            if _is(asset, item.value):
                return asset
    return None


def differing(item: Used, asset: Asset) -> str | None:
    """Give the property of a widget that is not the one of the Function that it calls; None when all are."""
    if isinstance(item.value, str) or isinstance(asset.value, str):
        return None
    for part, text in item.value.items():
        given = split_url(text)[0] if part == "url" else text
        wrong = given != asset.value[part] and (part == "url" or SID.fullmatch(given))
        if given and wrong and "{" not in given:
            return f"properties.{FUNCTION[part]}"
    return None


def _is(asset: Asset, value: str | Mapping[str, str]) -> bool:
    if isinstance(value, str):
        return asset.identifier == value
    if isinstance(asset.value, str):
        return False
    function = value.get("function", "")
    if SID.fullmatch(function):
        return asset.value["function"] == function and value.get("environment", "") in {"", asset.value["environment"]}
    return asset.value["url"] == split_url(value.get("url", ""))[0]


def _used(address: Address, slot: AnySlot) -> Iterator[Used]:
    if isinstance(slot, FunctionSlot):
        yield from _function(address, slot)
        return
    where = (address, slot.widget, slot.property, slot.path)
    if SID.fullmatch(slot.value):
        kinds = tuple(kind for kind in SIDS[slot.value[:2]] if kind in slot.kinds and kind not in _SILENT)
        if kinds:
            yield Used(*where, kinds, slot.value)
    elif "url" in slot.kinds and (host := host_of(slot.value) or "").endswith(_SERVERLESS):
        yield Used(*where, ("host",), host)
    elif "phone" in slot.kinds and not slot.property.endswith(".to"):
        yield from _number(where, slot.value)
    elif slot.kinds in {("connector",), ("sip",)} and "{" not in slot.value:
        yield Used(*where, slot.kinds, slot.value)


def _function(address: Address, slot: FunctionSlot) -> Iterator[Used]:
    if any(text and "{" not in text for text in (slot.parts.get("url", ""), slot.parts.get("function", ""))):
        part = "url" if slot.parts.get("url") else "function"
        path = (*slot.path, FUNCTION[part])
        yield Used(address, slot.widget, slot.property(part), path, ("function",), slot.parts)


def _number(where: tuple[Address, str, str, Path], value: str) -> Iterator[Used]:
    number = value.rpartition(":")[2].strip()
    if number.startswith("+") and number[1:].isdecimal():
        # A caller ID may be verified, not bought; a channel's address (`whatsapp:…`) is another list's.
        sure = ":" not in value and not where[2].endswith("caller_id") and "[" not in where[2]
        yield Used(*where, ("phone",), number, sure)
