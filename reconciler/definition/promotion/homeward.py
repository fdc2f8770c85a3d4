"""A definition on its way back from an account: identifiers of that account become what the file says for them.

Where the file, translated outward, says what the account says, the file's own text stays: outward and back gives the
same. What a person changed there is written as the file writes that name elsewhere; else with the identifiers of the
environment that the file was exported from; else by name, as `${binding.KIND/NAME}`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.definition.locate import Path
from reconciler.definition.promotion.changes import with_texts
from reconciler.definition.promotion.outward import outward
from reconciler.definition.promotion.slots import FUNCTION, AnySlot, FunctionSlot, Slot, slots
from reconciler.definition.promotion.table import HOST, Table, Value, split_url
from reconciler.model.jsontypes import JsonObject

_PLACEHOLDER: Final = re.compile(r"(?<!\$)\$\{binding\.([^{}\s.]+)(?:\.([a-z]+))?\}")


def homeward(data: JsonObject, table: Table, written: JsonObject | None = None) -> JsonObject:
    """Give a definition in portable form.

    Args:
        data: as the account of the table's target has it.
        table: all bindings.
        written: what the file says, with its placeholders; None for a flow that has no file yet.
    """
    file = _File.of(written or {}, table)
    texts: dict[Path, str] = {}
    for slot in slots(data):
        texts.update(file.slot(slot))
    return with_texts(data, texts)


@dataclass(slots=True)
class _File:
    """How one file writes identifiers.

    Attributes:
        same: by key of a slot, its texts in the file by what they are in the target.
        words: by name, what the file writes for it (for a Function, part by part).
        home: the environment whose identifiers the file holds most of; None when it holds none.
    """

    table: Table
    same: dict[tuple[str, str], Mapping[str, tuple[str, str]]] = field(default_factory=dict)
    words: dict[str, Value] = field(default_factory=dict)
    home: str | None = None

    @classmethod
    def of(cls, written: JsonObject, table: Table) -> _File:
        file = cls(table)
        resolved = with_texts(written, dict(_resolved(written, table)))
        sent = {slot.key: slot for slot in slots(outward(resolved, table).data)}
        homes: Counter[str] = Counter()
        for slot in slots(written):
            file._note(slot, sent.get(slot.key), homes)
        file.home = min(homes, key=lambda one: (-homes[one], one)) if homes else None
        return file

    def _note(self, slot: AnySlot, sent: AnySlot | None, homes: Counter[str]) -> None:
        if isinstance(slot, Slot) and isinstance(sent, Slot):
            self.same[slot.key] = {"": (sent.value, slot.value)}
            name, environments = _name_of(slot, self.table)
        elif isinstance(slot, FunctionSlot) and isinstance(sent, FunctionSlot):
            self.same[slot.key] = {p: (sent.parts[p], text) for p, text in slot.parts.items() if p in sent.parts}
            name, environments = _function_name(slot, self.table)
        else:
            return
        homes.update(environments)
        if name and name not in self.words:
            self.words[name] = slot.value if isinstance(slot, Slot) else slot.parts

    def slot(self, slot: AnySlot) -> Iterator[tuple[Path, str]]:
        """Give the texts of a slot that the file writes otherwise, by path."""
        same = self.same.get(slot.key, {})
        if isinstance(slot, FunctionSlot):
            yield from self._function(slot, same)
        elif "" in same and same[""][0] == slot.value:
            yield slot.path, same[""][1]
        else:
            text = self._text(slot)
            if text is not None:
                yield slot.path, text

    def _function(self, slot: FunctionSlot, same: Mapping[str, tuple[str, str]]) -> Iterator[tuple[Path, str]]:
        if same and all(p in same and same[p][0] == text for p, text in slot.parts.items()):
            yield from (((*slot.path, FUNCTION[p]), text) for p, (_, text) in same.items() if p in slot.parts)
            return
        name = _own_function(slot, self.table)
        if name is None:
            return
        own, words = self.table.own[name], self._words(name)
        if isinstance(own, str) or isinstance(words, str):
            return
        query = split_url(slot.parts.get("url", ""))[1] if "?" not in own.get("url", "") else ""
        for part, text in slot.parts.items():
            if part == "url":
                if own["url"] in {text, split_url(text)[0]}:
                    yield (*slot.path, "url"), split_url(words["url"])[0] + query
            elif part in words and text == own.get(part):
                yield (*slot.path, FUNCTION[part]), words[part]

    def _text(self, slot: Slot) -> str | None:
        for kind in slot.kinds:
            if kind == "phone":
                text = self._phones(slot.value)
            elif kind == "url":
                text = self._url(slot.value)
            else:
                text = self._whole(kind, slot.value)
            if text is not None:
                return text
        return None

    def _whole(self, kind: str, value: str) -> str | None:
        known = self.table.find(kind, value)
        if known is None or self.table.target not in known.environments or self._is_managed(known.name):
            return None
        words = self._words(known.name)
        return words if isinstance(words, str) else None

    def _is_managed(self, name: str) -> bool:
        return name.startswith("flow/") and name.removeprefix("flow/") in self.table.managed

    def _phones(self, value: str) -> str | None:
        text = re.sub(r"\+[0-9]{3,15}", lambda found: self._whole("phone", found.group()) or found.group(), value)
        return text if text != value else None

    def _url(self, value: str) -> str | None:
        whole = self._whole("url", value)
        if whole is not None:
            return whole
        base, query = split_url(value)
        known = self.table.find("function.url", base)
        if known is not None and self.table.target in known.environments:
            words = self._words(known.name)
            return None if isinstance(words, str) or "url" not in words else split_url(words["url"])[0] + query
        found = HOST.fullmatch(value)
        host = self._whole("host", found["host"]) if found else None
        return f"{found['before']}{host}{found['after']}" if found and host else None

    def _words(self, name: str) -> Value:
        """Give what to write for a name: as elsewhere in the file, as its home does, or by name."""
        own, noted = self.table.own[name], self.words.get(name)
        home = self.table.bindings.get(self.home or "", {}).get(name)
        if isinstance(own, str):
            return noted or home or f"${{binding.{name}}}"
        words = {part: f"${{binding.{name}.{part}}}" for part in own}
        for better in (home, noted):
            words.update({} if better is None or isinstance(better, str) else better)
        return words


def _resolved(written: JsonObject, table: Table) -> Iterator[tuple[Path, str]]:
    """Give what placeholders of bindings stand for in the target."""

    def one(found: re.Match[str]) -> str:
        bound = table.own.get(found.group(1))
        value = bound if isinstance(bound, str) or bound is None else bound.get(found.group(2) or "")
        return value if value is not None else found.group()

    for slot in slots(written):
        texts = {"": slot.value} if isinstance(slot, Slot) else slot.parts
        for part, text in texts.items():
            new = _PLACEHOLDER.sub(one, text) if "${" in text else text
            if new != text:
                yield (slot.path if isinstance(slot, Slot) else (*slot.path, FUNCTION[part])), new


def _name_of(slot: Slot, table: Table) -> tuple[str, tuple[str, ...]]:
    """Give the name that a slot's whole text stands for, and whose identifier it is; nobody's for a placeholder."""
    found = _PLACEHOLDER.fullmatch(slot.value)
    if found:
        return found.group(1), ()
    for kind in slot.kinds:
        known = table.find(kind, slot.value)
        if known is not None:
            return known.name, known.environments
    return "", ()


def _function_name(slot: FunctionSlot, table: Table) -> tuple[str, tuple[str, ...]]:
    url = slot.parts.get("url", "")
    found = _PLACEHOLDER.match(url)
    if found and found.group(2) == "url":
        return found.group(1), ()
    known = table.find("function.url", split_url(url)[0]) or table.find(
        "function.function", slot.parts.get("function", "")
    )
    return (known.name, known.environments) if known else ("", ())


def _own_function(slot: FunctionSlot, table: Table) -> str | None:
    """Recognise a Function of the target by its URL, else by its SID."""
    url = slot.parts.get("url", "")
    by_url = table.find("function.url", url) or table.find("function.url", split_url(url)[0])
    known = by_url or table.find("function.function", slot.parts.get("function", ""))
    return known.name if known is not None and table.target in known.environments else None
