"""Put other texts into a definition, each at its path."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from reconciler.definition.locate import Path
from reconciler.model.jsontypes import JsonObject


def with_texts(data: JsonObject, texts: Mapping[Path, str]) -> JsonObject:
    """Give a definition with these texts in it; the same object when there are none. The original stays as it is."""
    if not texts:
        return data
    changed = copy.deepcopy(data)
    for path, text in texts.items():
        inner: Any = changed
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = text
    return changed
