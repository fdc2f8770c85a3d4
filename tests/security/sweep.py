"""Every odd value in every place of a right document, in a fixed order: what chance would need hours to come by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

from tests.security import samples
from tests.security.mutations import ATOMS, copied, dumped, slots


@dataclass(frozen=True, slots=True)
class Base:
    """A right document, how it is written, and which target reads it."""

    target: str
    value: Any
    write: Callable[[Any], bytes] = dumped


def _documents(values: list[Any]) -> bytes:
    return b"---\n".join(dumped(value) + b"\n" for value in values)


def _lines(entries: list[Any]) -> bytes:
    return b"".join(map(samples.framed, entries))


def _answered(head: list[Any]) -> Callable[[Any], bytes]:
    return lambda body: dumped(head) + b"\n" + dumped(body)


_SHORT: Final = {**samples.RESOURCE, "definition": {"states": []}}

BASES: Final[dict[str, Base]] = {
    "project": Base("project", list(yaml.safe_load_all(samples.PROJECT)), _documents),
    "variables": Base("variables", {"word": "yes", "token": {"value": "${env.TOKEN}", "sensitive": True}}),
    "definition": Base("definition", samples.FLOW),
    "state": Base("state", samples.STATE_VALUE),
    "plan": Base("plan", samples.PLAN_VALUE),
    "journal": Base("journal", samples.JOURNAL_ENTRIES, _lines),
    "history": Base("history", [samples.HISTORY_ENTRY], _lines),
    "resource": Base("answer", _SHORT, _answered(samples.HEAD)),
    "page": Base("answer", samples.LAST_PAGE, _answered(samples.HEAD)),
    "refusal": Base("answer", samples.REFUSAL, _answered([400])),
    "head": Base("answer", samples.HEAD, lambda head: dumped(head) + b"\n" + dumped(_SHORT)),
    "head of 429": Base("answer", [429, *samples.HEAD[1:]], lambda head: dumped(head) + b"\n{}"),
    "pages": Base("pages", samples.PAGE, lambda page: dumped(page) + b"\n" + dumped(samples.LAST_PAGE)),
}


def inputs(name: str, *, most: int | None) -> Iterator[bytes]:
    """Give the spoilt documents of one base.

    Args:
        name: which base.
        most: at most so many, evenly spread over all; None gives all.
    """
    base = BASES[name]
    places = len(slots(copied(base.value)))
    total = places * len(ATOMS)
    step = (
        1 if most is None else max(1, total // most) | 1
    )  # odd, so that no value of an even number is always left out
    for number in range(0, total, step):
        place, atom = divmod(number, len(ATOMS))
        value = copied(base.value)
        holder, key = slots(value)[place]
        holder[key] = copied(ATOMS[atom])
        yield base.write(value)
