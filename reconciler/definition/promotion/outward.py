"""A definition on its way to an account: identifiers that some environment binds become those of the target.

What another environment binds and the target does not is told of and left as it is: whoever sends must refuse. What no
environment binds is the caller's to judge (`unknown`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.definition.locate import Path
from reconciler.definition.promotion.changes import with_texts
from reconciler.definition.promotion.slots import FUNCTION, SID, SIDS, AnySlot, FunctionSlot, Kinds, Slot, slots
from reconciler.definition.promotion.table import HOST, Known, Table, host_of, split_url
from reconciler.definition.remarks import Remark, name_of
from reconciler.model.jsontypes import JsonObject

UNBOUND: Final = "unbound"
"""The rule of an identifier that another environment binds and the target does not."""
UNKNOWN: Final = "unknown-identifier"
"""The rule of an identifier that no environment binds."""

_PHONE: Final = re.compile(r"\+[0-9]{3,15}")
_PHONES: Final = re.compile(r"\s*(?:[a-z]+:)?\+[0-9]{3,15}(?:\s*,\s*(?:[a-z]+:)?\+[0-9]{3,15})*\s*")
"""One number or several, each as it is or as an address of a channel such as `whatsapp:+1…`."""


@dataclass(frozen=True, slots=True)
class Outward:
    """A definition for one environment, and what could not be translated for it."""

    data: JsonObject
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Unbound:
    """An identifier of other environments that the target does not bind; `why` stands in for the usual reason."""

    identifier: str
    name: str
    environments: tuple[str, ...]
    why: str = ""


def outward(data: JsonObject, table: Table) -> Outward:
    """Translate every identifier of a definition for the target of a table."""
    texts: dict[Path, str] = {}
    remarks: list[Remark] = []
    for slot in slots(data):
        new, unbound = translated(slot, table)
        texts.update(new)
        remarks += [_remark(slot, property_, each, table) for property_, each in unbound]
    remarks += _pinned(data, table)
    return Outward(with_texts(data, texts), tuple(remarks))


def translated(slot: AnySlot, table: Table) -> tuple[Mapping[Path, str], list[tuple[str, Unbound]]]:
    """Give the texts of one slot that change, by path, and what the target does not bind, by property."""
    if isinstance(slot, FunctionSlot):
        return _function(slot, table)
    found = _text(slot.value, slot.kinds, table)
    if isinstance(found, Unbound):
        return {}, [(slot.property, found)]
    return ({slot.path: found} if found != slot.value else {}), []


def unknown(data: JsonObject, table: Table) -> Iterator[Remark]:
    """Give the SIDs and Functions that no environment binds, in a project where the target and another one bind some.

    Sub-flows are left out: who has a list of flows knows better.
    """
    if not table.promotes:
        return
    for slot in slots(data):
        if isinstance(slot, FunctionSlot):
            part = _unknown_part(slot, table)
            if part is not None:
                yield _unknown(slot, slot.property(part), slot.parts[part], table)
        elif SID.fullmatch(slot.value):
            kinds = [kind for kind in SIDS[slot.value[:2]] if kind in slot.kinds and kind != "flow"]
            if kinds and not any(table.find(kind, slot.value) for kind in kinds):
                yield _unknown(slot, slot.property, slot.value, table)


def _unknown_part(slot: FunctionSlot, table: Table) -> str | None:
    """Give the part that names a Function nobody binds: its SID, else its URL; None when there is none."""
    url, sid = slot.parts.get("url", ""), slot.parts.get("function", "")
    host = host_of(url)
    if _by_url(url, table) is not None or (host is not None and table.find("host", host) is not None):
        return None
    if SID.fullmatch(sid) and table.find("function.function", sid) is None:
        return "function"
    return "url" if host is not None and host.endswith(".twil.io") else None


def _text(value: str, kinds: Kinds, table: Table) -> str | Unbound:
    for kind in kinds:
        if kind == "phone" and _PHONES.fullmatch(value):
            return _phones(value, table)
        known = None if kind == "url" else table.find(kind, value)
        if known is not None:
            return _own(value, known, table)
    return _url(value, table) if "url" in kinds else value


def _own(value: str, known: Known, table: Table) -> str | Unbound:
    if table.target in known.environments or _is_managed(known.name, table):
        return value
    own = table.own.get(known.name)
    return own if isinstance(own, str) else Unbound(value, known.name, known.environments)


def _is_managed(name: str, table: Table) -> bool:
    kind, _, rest = name.partition("/")
    return kind == "flow" and rest in table.managed


def _phones(value: str, table: Table) -> str | Unbound:
    unbound: list[Unbound] = []

    def one(found: re.Match[str]) -> str:
        known = table.find("phone", found.group())
        own = found.group() if known is None else _own(found.group(), known, table)
        if isinstance(own, Unbound):
            unbound.append(own)
            return found.group()
        return own

    text = _PHONE.sub(one, value)
    return unbound[0] if unbound else text


def _url(value: str, table: Table) -> str | Unbound:
    """Translate a whole URL, the address of a Function with any query, or the host alone."""
    known = table.find("url", value)
    if known is not None:
        return _own(value, known, table)
    base, rest = split_url(value)
    for address, query in ((value, ""), (base, rest)):
        known = table.find("function.url", address)
        if known is not None:
            return _function_url(known, address, query, table)
    return _host(value, table)


def _function_url(known: Known, address: str, query: str, table: Table) -> str | Unbound:
    if table.target in known.environments:
        return address + query
    own = table.own.get(known.name)
    if own is None or isinstance(own, str):
        return Unbound(address, known.name, known.environments)
    return own["url"] + query


def _host(value: str, table: Table) -> str | Unbound:
    found = HOST.fullmatch(value)
    if found is None:
        return value
    known = table.find("host", found["host"])
    if known is not None:
        host = _own(found["host"], known, table)
        return host if isinstance(host, Unbound) else f"{found['before']}{host}{found['after']}"
    elsewhere = table.host_elsewhere(found["host"])
    if elsewhere is None:
        return value
    here, environments = elsewhere
    if len(here) != 1:
        why = (
            "binds no Function of it"
            if not here
            else f"binds its Functions on several hosts ({', '.join(sorted(here))})"
        )
        return Unbound(found["host"], "", environments, why)
    return f"{found['before']}{next(iter(here))}{found['after']}"


def _by_url(url: str, table: Table) -> Known | None:
    """Recognise a Function by its URL, with or without a query."""
    found = (table.find("function.url", address) for address in (url, split_url(url)[0]) if address)
    return next((known for known in found if known is not None), None)


def _function_known(slot: FunctionSlot, table: Table) -> Known | None:
    """Recognise a Function by its URL, else by its SID."""
    return _by_url(slot.parts.get("url", ""), table) or table.find("function.function", slot.parts.get("function", ""))


def _function(slot: FunctionSlot, table: Table) -> tuple[Mapping[Path, str], list[tuple[str, Unbound]]]:
    known = _function_known(slot, table)
    if known is None:
        return _unrecognised(slot, table)
    url = slot.parts.get("url", "")
    other = table.find("function.function", slot.parts.get("function", ""))
    if other is not None and other.name != known.name:
        why = f"is {other.name}, but the widget's url is that of {known.name}"
        return {}, [(slot.property("function"), Unbound(slot.parts["function"], other.name, other.environments, why))]
    own = table.own.get(known.name)
    if own is None or isinstance(own, str):
        part = "url" if url else "function"
        return {}, [(slot.property(part), Unbound(slot.parts[part], known.name, known.environments))]
    moved = _own_url(url, own["url"]) if _by_url(url, table) else _host(url, table)
    if isinstance(moved, Unbound):
        return {}, [(slot.property("url"), moved)]
    return _moved(slot, known, own, moved)


def _own_url(url: str, own: str) -> str:
    address, query = split_url(url)
    return url if own in {url, address} else own + ("" if "?" in own else query)


def _moved(
    slot: FunctionSlot, known: Known, own: Mapping[str, str], url: str
) -> tuple[Mapping[Path, str], list[tuple[str, Unbound]]]:
    """Move everything that the widget says of the Function; what it leaves out or empty stays so."""
    parts: dict[str, str] = {}
    unbound = []
    home = url == slot.parts.get("url", "")
    for part, value in slot.parts.items():
        if part == "url":
            parts[part] = url
        elif not value or "{" in value:
            continue
        elif part in own:
            parts[part] = own[part]
        elif not home and SID.fullmatch(value):
            why = f"is part of {known.name}, of which only {', '.join(own)} is bound"
            unbound.append((slot.property(part), Unbound(value, known.name, known.environments, why)))
    texts = {(*slot.path, FUNCTION[part]): text for part, text in parts.items() if text != slot.parts[part]}
    return ({}, unbound) if unbound else (texts, [])


def _unrecognised(slot: FunctionSlot, table: Table) -> tuple[Mapping[Path, str], list[tuple[str, Unbound]]]:
    """Look at the rest of a Function that nobody binds: is its host, service or environment of another account?"""
    url = slot.parts.get("url", "")
    moved = _host(url, table)
    if isinstance(moved, Unbound):
        return {}, [(slot.property("url"), moved)]
    sids = [part for part in ("service", "environment", "function") if SID.fullmatch(slot.parts.get(part, ""))]
    if moved != url and not sids:
        return {(*slot.path, FUNCTION["url"]): moved}, []
    if moved != url:
        known = table.find("derived-host", host_of(url) or "") or table.find("host", host_of(url) or "")
        why = "belongs to a Function that no environment binds"
        return {}, [(slot.property("url"), Unbound(url, "", known.environments if known else (), why))]
    for part in ("service", "environment"):
        if table.is_shared_part_of_others(part, slot.parts.get(part, "")):
            found = table.find(f"function.{part}", slot.parts[part])
            why = "belongs to a Function that no environment binds"
            environments = found.environments if found else ()
            return {}, [(slot.property(part), Unbound(slot.parts[part], "", environments, why))]
    return {}, []


def _pinned(data: JsonObject, table: Table) -> Iterator[Remark]:
    """Tell of sub-flows called at a numbered revision of another account: numbers mean something else in each."""
    listed = data.get("states")
    for index, state in enumerate(listed if isinstance(listed, list) else ()):
        properties = state.get("properties") if isinstance(state, dict) else None
        if not isinstance(state, dict) or state.get("type") != "run-subflow" or not isinstance(properties, dict):
            continue
        revision = properties.get("flow_revision")
        known = table.find("flow", str(properties.get("flow_sid")))
        if known is None or table.target in known.environments or not str(revision).isdecimal():
            continue
        message = (
            f"flow_revision {revision} counts revisions of {known.name} in {_listed(known.environments)}; "
            f"{table.target} has revisions of its own"
        )
        path = ("states", index, "properties", "flow_revision")
        hint = "Call LatestPublished, or keep the number in a variable of each environment."
        yield Remark(UNBOUND, "error", message, path, name_of(state), "properties.flow_revision", hint)


def _remark(slot: AnySlot, property_: str, unbound: Unbound, table: Table) -> Remark:
    whose = _listed(unbound.environments) or "another environment"
    if unbound.why:
        message = f"{unbound.identifier} (of {whose}) cannot become one of {table.target}: {table.target} {unbound.why}"
        if unbound.why.startswith(("is ", "belongs ")):
            message = f"{unbound.identifier} (of {whose}) {unbound.why}"
    else:
        message = f"{unbound.identifier} is {unbound.name} of {whose}, which {table.target} does not bind"
    first = unbound.environments[0] if unbound.environments else "OTHER"
    bind = f"Bind {unbound.name} in environment {table.target}" if unbound.name else "Bind it in both environments"
    hint = f"{bind}; `reconciler bindings discover --from {first} --to {table.target}` looks for it."
    return Remark(UNBOUND, "error", message, _path(slot, property_), slot.widget, property_, hint)


def _unknown(slot: AnySlot, property_: str, identifier: str, table: Table) -> Remark:
    message = f"{identifier} is bound by no environment: nobody knows whether {table.target} has it"
    hint = "Bind it; `reconciler bindings check` asks the account."
    return Remark(UNKNOWN, "error", message, _path(slot, property_), slot.widget, property_, hint)


def _path(slot: AnySlot, property_: str) -> Path:
    return slot.path if isinstance(slot, Slot) else (*slot.path, property_.removeprefix("properties."))


def _listed(environments: tuple[str, ...]) -> str:
    return " and ".join(environments)
