"""Safe repairs, done to a value: the order of its keys stays. Writing files is somebody else's."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import assert_never, cast

from reconciler.definition.lint.rule import Edit, Fix, RenameKey, SetText
from reconciler.definition.locate import Path
from reconciler.model.jsontypes import Json, JsonObject


def fixed(data: JsonObject, fixes: Iterable[Fix]) -> tuple[JsonObject, tuple[Fix, ...]]:
    """Give a repaired copy of a definition, and those repairs that were done.

    A repair whose place no longer says what it said when it was found is left out as a whole: two repairs may have
    wanted the same place, or a placeholder stands there.
    """
    after, done = data, []
    for fix in fixes:
        changed = _done(after, fix)
        if changed is not None:
            after = changed
            done.append(fix)
    return after, tuple(done)


def _done(data: JsonObject, fix: Fix) -> JsonObject | None:
    changed = copy.deepcopy(data)
    fitting = all(_edit(changed, edit) for edit in fix.edits)
    return changed if fitting else None


def _edit(data: JsonObject, edit: Edit) -> bool:
    holder, last = _at(data, edit.path[:-1]), edit.path[-1]
    match edit:
        case RenameKey(to=to):
            if not isinstance(holder, dict) or last not in holder or to in holder:
                return False
            members = [(to if key == last else key, value) for key, value in holder.items()]
            holder.clear()
            holder.update(members)
        case SetText(before=before, after=after):
            if not isinstance(holder, dict | list) or _at(holder, (last,)) != before:
                return False
            cast("dict[str | int, Json]", holder)[last] = after
        case _:
            assert_never(edit)
    return True


def _at(value: Json, path: Path) -> Json:
    """Give what stands at a path; None when nothing does."""
    for step in path:
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value
