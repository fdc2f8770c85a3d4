"""Texts and objects that fulfil wishes, in the context of a run: what somebody could say, type, send or answer."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations, islice, product
from typing import Final

from reconciler.model.jsontypes import Json, JsonObject
from reconciler.scenario.generate.solving import telling
from reconciler.scenario.generate.wishes import Path, Wish, value_at
from reconciler.simulate.liquid import render

_MOST_OBJECTS: Final = 64
"""Combinations of fields that are tried; beyond them, fields are tried one by one."""

_SIZES: Final = re.compile(r"\d{1,2}")

_MOST_PAIRS: Final = 200

_MOST_ITEMS: Final = 20


def texts_for(
    wishes: Iterable[Wish], context: JsonObject, now: float, shape: re.Pattern[str] | None = None
) -> tuple[str, ...]:
    """Give texts that fulfil wishes, each other ones, and at the end one that fulfils none; none without any wish.

    Args:
        wishes: what is wished.
        context: the variables of the run, for wishes that hold Liquid.
        now: what `now` means there.
        shape: what the texts have to look like. Default: as they like.
    """
    rendered = tuple((wish.kind, render(wish.value, context, now).text) for wish in wishes)
    return telling(rendered, shape) if rendered else ()


def objects_for(wishes: Mapping[Path, tuple[Wish, ...]], context: JsonObject, now: float) -> tuple[JsonObject, ...]:
    """Give objects whose fields fulfil wishes: all combinations when they are few. At least one object.

    Args:
        wishes: by path inside of the object.
        context: the variables of the run.
        now: what `now` means there.
    """
    choices = {
        path: texts_for(wished, context, now, _SIZES if path[-1] == "size" else None)
        for path, wished in wishes.items()
        if path
    }
    choices = {path: texts for path, texts in choices.items() if texts}
    return tuple(_unique(_object(chosen) for chosen in _chosen(choices)))


def _chosen(choices: Mapping[Path, tuple[str, ...]]) -> Iterator[dict[Path, str]]:
    size = 1
    for texts in choices.values():
        size *= len(texts)
    if size <= _MOST_OBJECTS:
        for texts in product(*choices.values()):
            yield dict(zip(choices, texts, strict=True))
        return
    for which in (0, -1):
        yield from islice(_pairs(choices, which), _MOST_PAIRS)


def _pairs(choices: Mapping[Path, tuple[str, ...]], which: int) -> Iterator[dict[Path, str]]:
    """Vary each two fields against each other, the others staying as they are: one decides whether another matters."""
    usual = {path: texts[which] for path, texts in choices.items()}
    yield usual
    for path, texts in choices.items():
        yield from ({**usual, path: text} for text in texts)
    for (one, texts), (other, others) in combinations(choices.items(), 2):
        yield from ({**usual, one: text, other: also} for text, also in product(texts, others))


def _object(chosen: Mapping[Path, str]) -> JsonObject:
    """Make an object of fields; a blank one is left out, and of two that exclude each other the longer path wins."""
    found: JsonObject = {}
    sizes = [path for path in chosen if path[-1] == "size"]
    for path in sorted(chosen.keys() - sizes, key=lambda path: (len(path), repr(path))):
        if chosen[path]:
            _put(found, path, natural(chosen[path]))
    for path in sizes:
        if chosen[path].isdecimal() and len(path) > 1:
            _resize(found, path[:-1], min(int(chosen[path]), _MOST_ITEMS))
    return found


def _resize(whole: JsonObject, path: Path, size: int) -> None:
    """Make a list of so many items of what Liquid asks the size of, all like the first."""
    known = value_at(whole, path)
    first = known[0] if isinstance(known, list) and known else {}
    _put(whole, path, [])
    parent = value_at(whole, path[:-1])
    if isinstance(parent, dict):
        parent[str(path[-1])] = [first] * size


def _put(whole: JsonObject, path: Path, value: Json) -> None:
    """Put a value into an object, an index being one of a list."""
    *way, last = path
    here: Json = whole
    for step, following in zip(way, path[1:], strict=True):
        here = _inside(here, step, [] if isinstance(following, int) else {})
    _inside(here, last, value)


def _inside(here: Json, step: object, empty: Json) -> Json:
    if isinstance(here, list) and isinstance(step, int):
        here.extend([empty] if not here else [])
        return here[0]
    if isinstance(here, dict):
        if not isinstance(here.get(str(step)), dict | list):
            here[str(step)] = empty
        return here[str(step)]
    return None


def natural(text: str) -> Json:
    """Give a text as a number or as true or false where Liquid prints that the same way."""
    try:
        found: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, bool | int | float) and json.dumps(found) == text else text


def _unique(objects: Iterable[JsonObject]) -> Iterator[JsonObject]:
    seen: set[str] = set()
    for one in objects:
        key = json.dumps(one, sort_keys=True)
        if key not in seen:
            seen.add(key)
            yield one


def is_field(path: Path) -> bool:
    """Tell whether a path names a field that a text may stand in, and not a list or its size."""
    return bool(path) and all(isinstance(step, str) for step in path) and path[-1] not in {"size", "first", "last"}


def undecided(shown: Iterable[Path], wished: Collection[Path]) -> frozenset[Path]:
    """Give the fields that a flow shows and no split wants anything of."""
    fields = (path for path in shown if is_field(path))
    return frozenset(path for path in fields if not any(_related(path, other) for other in wished))


def _related(one: Path, other: Path) -> bool:
    size = min(len(one), len(other))
    return one[:size] == other[:size]


def filled(known: JsonObject, shown: Iterable[Path]) -> JsonObject:
    """Give an object with the fields that are shown but decide nothing: each says its own name.

    A field that others lie below is left out, and so is one that is there.
    """
    paths = sorted(shown, key=repr)
    parents = {path[:size] for path in paths for size in range(1, len(path))}
    found: JsonObject = json.loads(json.dumps(known))
    for path in paths:
        if path not in parents and value_at(found, path) is None and _has_room(found, path):
            _put(found, path, str(path[-1]))
    return found


def _has_room(whole: JsonObject, path: Path) -> bool:
    return all(isinstance(value_at(whole, path[:size]), dict | None) for size in range(1, len(path)))
