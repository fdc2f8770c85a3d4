"""References to managed flows and our own escapes inside a definition.

A definition on its way out: the manifests' loader replaces `${var.…}`, `${env.…}` and `${binding.…}`; `resolve`
replaces `${flow.NAME.sid}` once the SIDs are known; `finish` takes the second `$` from what was escaped, exactly once
and last, so that no later step can take plain text for a reference. A definition on its way in: first `escape`
protects what only looks like a reference, then `bind` turns the SIDs of managed flows into real ones.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from typing import Final, cast

from reconciler.definition.document import REFERENCE, of
from reconciler.model.definition import Definition
from reconciler.model.jsontypes import Json, JsonObject

PREFIXES: Final = ("var", "env", "flow", "binding")
"""What stands after `${` in a reference of ours. Any other `${` is plain text."""

_PLAIN: Final = re.compile(rf"\$\{{(?=(?:{'|'.join(PREFIXES)})\.)")
_ESCAPED: Final = re.compile(r"\$" + _PLAIN.pattern)


def resolve(definition: Definition, sids: Mapping[str, str]) -> Definition:
    """Replace `${flow.NAME.sid}` by the SID, also inside longer strings.

    Args:
        definition: what may hold references; the same object comes back when none of them is in `sids`.
        sids: SIDs by name of the managed flow. Other references stay, and are named in `references`.
    """
    if not any(name in sids for name in definition.references):
        return definition
    # A reference and a SID hold nothing that JSON escapes, so the text can be changed as it is.
    text = REFERENCE.sub(lambda found: sids.get(found.group(1), found.group()), definition.text)
    return of(cast("JsonObject", json.loads(text)))


def finish(definition: Definition) -> Definition:
    """Turn `$${var.`, `$${env.`, `$${flow.` and `$${binding.` into plain text. The last step before sending.

    `references` stay those of before: what is plain text now is none, although it looks like one.
    """
    if "$${" not in definition.text:
        return definition
    text = _ESCAPED.sub("${", definition.text)
    if text == definition.text:
        return definition
    return dataclasses.replace(of(cast("JsonObject", json.loads(text))), references=definition.references)


def escape(data: JsonObject) -> JsonObject:
    """Protect strings of a definition that comes from Studio and looks like a reference of ours; undone by `finish`.

    Gives the same object when there is nothing to protect.
    """
    return cast("JsonObject", _escaped(data))


def bind(definition: Definition, names: Mapping[str, str]) -> Definition:
    """Replace the literal `flow_sid` of `run-subflow` widgets by a reference to the managed flow of that SID.

    Args:
        definition: the same object comes back when it calls none of these flows.
        names: names of managed flows by SID.
    """
    if not any(sid in names for sid in definition.subflows):
        return definition
    data = definition.data()
    states = data["states"]
    for state in states if isinstance(states, list) else []:
        if isinstance(state, dict) and state.get("type") == "run-subflow":
            _bind_call(state.get("properties"), names)
    return of(data)


def _bind_call(properties: Json, names: Mapping[str, str]) -> None:
    if isinstance(properties, dict):
        sid = properties.get("flow_sid")
        if isinstance(sid, str) and sid in names:
            properties["flow_sid"] = f"${{flow.{names[sid]}.sid}}"


def _escaped(value: Json) -> Json:
    if isinstance(value, str):
        return _PLAIN.sub("$${", value) if "${" in value else value
    if isinstance(value, list):
        items = [_escaped(item) for item in value]
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if isinstance(value, dict):
        members = {key: _escaped(item) for key, item in value.items()}
        return members if any(members[key] is not item for key, item in value.items()) else value
    return value
